"""Le programme d'un réseau : lire, prévoir, modifier, annuler, mettre dans son agenda."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.courriels.evenements import rendez_vous_joint
from partenaires.forms.evenements import AnnulerForm, EvenementForm
from partenaires.models import Evenement
from partenaires.services import evenements as service
from partenaires.views.commun import reseau_de_la_page
from socle.pdf import structurer
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 20


def evenement_de_la_page(request, slug: str, uuid, action: str):
    """Le réseau et l'évènement, si l'acteur le voit (404) et peut ce geste (403)."""
    reseau = reseau_de_la_page(request, slug)
    evenement = get_object_or_404(
        Evenement.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("reseau", "commune")
        .avec_compteurs(),
        uuid=uuid,
    )
    exiger(request.acteur, action, evenement)
    return reseau, evenement


@require_GET
def evenements(request, reseau):
    """À venir d'abord ; ``?vue=passes`` pour ce qui a eu lieu."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.evenements", reseau)
    passes = request.GET.get("vue") == "passes"
    visibles = Evenement.objects.visible_par(request.acteur).filter(reseau=reseau)
    maintenant = timezone.now()
    lignes = visibles.passes(maintenant) if passes else visibles.a_venir(maintenant)
    lignes = (
        lignes.select_related("reseau", "commune")
        .avec_compteurs()
        .avec_mon_etat(request.acteur.utilisateur_id)
    )
    return render(
        request,
        "partenaires/evenements.html",
        {
            "reseau": reseau,
            "passes": passes,
            "page_evenements": Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page")),
            "parametres": "vue=passes" if passes else "",
            "peut_prevoir": peut(request.acteur, "partenaires.evenement.prevoir", reseau),
        },
    )


@require_GET
def evenement(request, reseau, uuid):
    reseau, objet = evenement_de_la_page(request, reseau, uuid, "partenaires.evenements")
    acteur = request.acteur
    return render(
        request,
        "partenaires/evenement.html",
        {
            "reseau": reseau,
            "evenement": objet,
            "blocs": structurer(objet.description),
            "mon_inscription": objet.inscriptions.filter(
                utilisateur_id=acteur.utilisateur_id
            ).first(),
            "exposants": objet.exposants.select_related("structure").order_by("stand", "pk"),
            "commence": objet.debut <= timezone.now(),
            "peut_tenir": peut(acteur, "partenaires.evenement.tenir", objet),
            "peut_budget": peut(acteur, "partenaires.evenement.budget", objet),
        },
    )


@require_http_methods(["GET", "POST"])
def nouveau(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.evenement.prevoir", reseau)
    form = EvenementForm(request.POST or None, reseau=reseau)
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            prevu = service.prevoir(acteur=request.acteur, reseau=reseau, **form.evenement())
            return reverse("partenaires:evenement", args=[reseau.slug, prevu.uuid])

        try:
            suite = une_seule_fois(form.cleaned_data["cle_envoi"], request.acteur, agir)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "C’est prévu : le réseau le lit déjà.")
            return redirect(suite)
    return render(
        request,
        "partenaires/evenement_ecrire.html",
        {"reseau": reseau, "form": form, "evenement": None, "actuel": None},
    )


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    reseau, objet = evenement_de_la_page(request, reseau, uuid, "partenaires.evenement.tenir")
    form = EvenementForm(
        request.POST or None, reseau=reseau, initial=EvenementForm.initial_de(objet)
    )
    actuel = None
    if request.method == "POST" and form.is_valid():
        lue = form.cleaned_data["sequence"] or 0
        try:
            service.modifier(evenement=objet, sequence=lue, **form.evenement())
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            actuel = objet if objet.sequence != lue else None
        else:
            messages.success(
                request, "C’est modifié. Si la date ou le lieu change, les inscrits sont prévenus."
            )
            return redirect("partenaires:evenement", reseau=reseau.slug, uuid=uuid)
    return render(
        request,
        "partenaires/evenement_ecrire.html",
        {"reseau": reseau, "form": form, "evenement": objet, "actuel": actuel},
    )


@require_http_methods(["GET", "POST"])
def annuler(request, reseau, uuid):
    """GET dit ce que cela fera, POST le fait."""
    reseau, objet = evenement_de_la_page(request, reseau, uuid, "partenaires.evenement.tenir")
    form = AnnulerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.annuler(evenement=objet, motif=form.cleaned_data["motif"])
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "L’évènement est annulé.")
            return redirect("partenaires:evenement", reseau=reseau.slug, uuid=uuid)
    return render(
        request,
        "partenaires/evenement_annuler.html",
        {
            "reseau": reseau,
            "evenement": objet,
            "form": form,
            "previendra": objet.debut > timezone.now(),
        },
    )


@require_GET
def calendrier(request, reseau, uuid):
    """Le fichier à ouvrir dans son agenda."""
    _, objet = evenement_de_la_page(request, reseau, uuid, "partenaires.evenements")
    piece = rendez_vous_joint(objet, publique=False)
    return HttpResponse(
        piece["contenu"],
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, piece["nom"])},
    )
