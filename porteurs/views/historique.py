"""L'historique d'un dossier en mots simples, et qui l'a consulté."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from porteurs.forms.historique import LectureForm
from porteurs.journal import consigner_dossier
from porteurs.permissions.dossiers import suit
from porteurs.services.historique import (
    consultations_en_clair,
    historique_en_clair,
    lecture_ouverte,
    ouvrir_lecture,
)
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, page_de_geste
from socle.enums import Operation
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 30
DEMANDE = Geste(
    "Lire l’historique",
    "Vous animez le réseau sans suivre ce dossier\u00a0: dites pourquoi vous devez savoir qui l’a "
    "changé ou consulté. Vous pourrez le lire pendant 48 heures, sans coordonnées ni volet privé\u00a0; "
    "la structure qui répond du dossier en est prévenue.",
    "Ouvrir l’historique",
)


@require_GET
def historique(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    if not peut(request.acteur, "porteurs.historique.voir", dossier) and peut(
        request.acteur, "porteurs.historique.demander", dossier
    ):
        return redirect("porteurs:historique_demander", dossier.reseau.slug, dossier.uuid)
    exiger(request.acteur, "porteurs.historique.voir", dossier)
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier, "historique")
    gestes = historique_en_clair(dossier, request.acteur)
    return _page(request, dossier, gestes, "porteurs/historique/page.html")


@require_GET
def consultations(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.historique.consultations", dossier)
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier, "consultations")
    lignes = consultations_en_clair(dossier)
    return _page(request, dossier, lignes, "porteurs/historique/consultations.html")


def _page(request, dossier, lignes, gabarit):
    contexte = {
        "reseau": dossier.reseau,
        "dossier": dossier,
        "page": Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page")),
        "suivi": suit(request.acteur, dossier),
        "lecture": lecture_ouverte(request.acteur, dossier),
    }
    return render(request, gabarit, contexte)


@require_http_methods(["GET", "POST"])
def demander(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.historique.demander", dossier)
    page = reverse("porteurs:historique", args=[dossier.reseau.slug, dossier.uuid])
    form = LectureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            ouvrir_lecture(acteur=request.acteur, dossier=dossier, motif=form.cleaned_data["motif"])
            messages.success(request, "L’historique vous est ouvert pendant 48 heures.")
            return page

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    retour = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    return page_de_geste(request, dossier, form, DEMANDE, retour)
