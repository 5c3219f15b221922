"""Confier les dossiers d'une personne qui part ou change de poste."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.models import Mandat
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.passations import PassationForm
from porteurs.services import passations as service
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import deja_fait, une_seule_fois


def _mandats(acteur, reseau):
    """Ceux qui portent des dossiers, parmi ceux que l'acteur voit dans ce réseau."""
    return (
        Mandat.objects.visible_par(acteur)
        .filter(
            reseau=reseau,
            fonction__in=service.ROLE_DE_LA_FONCTION,
            periode__contains=reseau.aujourd_hui(),
        )
        .select_related("utilisateur", "structure", "reseau")
    )


@require_GET
def liste(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.passations", reseau)
    siennes = request.acteur.structures(reseau.pk)
    mandats = [
        mandat
        for mandat in _mandats(request.acteur, reseau)
        .filter(structure__in=siennes)
        .order_by("structure__cle_tri", "utilisateur__nom", "utilisateur__prenom", "pk")
        if peut(request.acteur, "porteurs.passation", mandat)
    ]
    return render(request, "porteurs/passations/liste.html", {"reseau": reseau, "mandats": mandats})


@require_http_methods(["GET", "POST"])
def passation(request, reseau, uuid):
    """GET montre ce que la personne suit, POST le confie à qui l'on a choisi."""
    reseau = reseau_de_la_page(request, reseau)
    mandat = get_object_or_404(_mandats(request.acteur, reseau), uuid=uuid)
    exiger(request.acteur, "porteurs.passation", mandat)
    suivis = service.suivis_de(mandat, request.acteur)
    successeurs = list(service.successeurs(mandat, reseau.aujourd_hui()))
    form = PassationForm(request.POST or None, suivis=suivis, successeurs=successeurs)
    if request.method == "POST" and form.is_valid():
        # Le double clic ne trouverait plus rien à confier.
        if fait := deja_fait(form.cleaned_data.get("cle_envoi"), request.acteur):
            return redirect(fait)
        if not form.vers:
            form.add_error(None, "Choisissez au moins une personne qui prend la suite.")
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            nombre = service.confier(acteur=request.acteur, mandat=mandat, vers=form.vers)
            mot = "dossier est confié" if nombre == 1 else "dossiers sont confiés"
            messages.success(
                request,
                f"{nombre} {mot}. Chaque personne concernée reçoit un seul courriel.",
            )
            return reverse("porteurs:passation", args=[reseau.slug, mandat.uuid])

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "porteurs/passations/passation.html",
        {
            "reseau": reseau,
            "mandat": mandat,
            "le_sien": mandat.utilisateur_id == request.acteur.utilisateur_id,
            "form": form,
            "successeurs": successeurs,
            "relais": service.relais_en_attente(mandat),
            "un_a_un": service.CHOISIS_UN_A_UN,
        },
    )
