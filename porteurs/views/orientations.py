"""Répondre à un besoin proposé : le prendre, le refuser, le passer ; relancer, retirer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from porteurs.enums import EtatOrientation
from porteurs.forms.besoins import RevoirForm
from porteurs.forms.suivi import RefusForm
from porteurs.journal import consigner_dossier
from porteurs.models import Acces, Orientation
from porteurs.services import besoins as lus
from porteurs.services import orientations as service
from porteurs.views.besoins import choisir, mener_besoin
from socle.enums import Operation
from socle.permissions import exiger
from socle.refus import Refus


def orientation_de_la_page(request, reseau: str, uuid) -> Orientation:
    orientation = get_object_or_404(
        Orientation.objects.visible_par(request.acteur)
        .select_related(*(f"besoin__{lu}" for lu in lus.LUS), "structure", "envoyee_par")
        .annotate(suivi=Acces.objects.ouvrant(request.acteur, "professionnel", "besoin__dossier")),
        uuid=uuid,
        besoin__dossier__reseau__slug=reseau,
    )
    orientation.besoin.dossier.suivi = orientation.suivi
    return orientation


@require_http_methods(["GET", "POST"])
def repondre(request, reseau, uuid):
    """« Oui » d'un geste ; « non » avec son motif."""
    orientation = orientation_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.orientation.repondre", orientation)
    besoin = orientation.besoin
    if request.method == "POST" and request.POST.get("reponse") == "oui":
        try:
            service.repondre(acteur=request.acteur, orientation=orientation, accepte=True)
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            consigner_dossier(request.acteur, Operation.MODIFICATION, besoin.dossier, "besoin")
            messages.success(
                request,
                "Merci, vous vous en chargez. Vous suivez désormais le dossier, jusqu’à ce que ce "
                "besoin soit fermé.",
            )
        return redirect("porteurs:besoin", reseau=reseau, uuid=besoin.uuid)
    return mener_besoin(
        request,
        besoin,
        RefusForm(request.POST or None),
        {
            "titre": "Refuser ce besoin",
            "explication": f"«\u00a0{besoin.theme.libelle.capitalize()}\u00a0», dossier "
            f"{besoin.dossier.reference}. Qui vous l’a proposé lira votre motif et cherchera "
            "ailleurs.",
            "bouton": "Refuser",
        },
        lambda champs: service.repondre(
            acteur=request.acteur, orientation=orientation, accepte=False, motif=champs["motif"]
        ),
        "Votre réponse est partie, avec son motif.",
    )


@require_http_methods(["GET", "POST"])
def passer(request, reseau, uuid):
    orientation = orientation_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.orientation.passer", orientation)
    return choisir(
        request,
        orientation.besoin,
        lambda **choix: service.passer(acteur=request.acteur, orientation=orientation, **choix),
        titre="Passer ce besoin à une autre structure",
        fait="C’est passé. La structure que vous avez choisie reçoit la proposition.",
    )


@require_POST
def retirer(request, reseau, uuid):
    orientation = orientation_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.orientation.retirer", orientation)
    prise = orientation.etat == EtatOrientation.PRISE
    try:
        retiree = service.retirer(acteur=request.acteur, orientation=orientation)
    except Refus as refus:
        messages.error(request, refus.phrase)
        return redirect("porteurs:besoin", reseau=reseau, uuid=orientation.besoin.uuid)
    if retiree:
        consigner_dossier(
            request.acteur,
            Operation.MODIFICATION,
            orientation.besoin.dossier,
            "besoin",
        )
        messages.success(
            request,
            f"{orientation.structure.nom} n’a plus ce besoin, et l’apprend par courriel."
            if prise
            else "La proposition est retirée.",
        )
    else:
        messages.info(request, "Trop tard\u00a0: la réponse est arrivée entre-temps.")
    return redirect("porteurs:besoin", reseau=reseau, uuid=orientation.besoin.uuid)


@require_http_methods(["GET", "POST"])
def revoir(request, reseau, uuid):
    orientation = orientation_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.orientation.revoir", orientation)
    besoin = orientation.besoin
    return mener_besoin(
        request,
        besoin,
        RevoirForm(request.POST or None, jour=besoin.dossier.reseau.aujourd_hui()),
        {
            "titre": "Relancé, à revoir plus tard",
            "explication": f"{orientation.structure.nom} a été relancée. Les rappels attendent le "
            "jour que vous choisissez, au plus dans soixante jours.",
            "bouton": "Attendre ce jour",
        },
        lambda champs: service.reporter(
            acteur=request.acteur, orientation=orientation, jusqua=champs["jusqua"]
        ),
        "C’est noté\u00a0: les rappels attendront.",
    )
