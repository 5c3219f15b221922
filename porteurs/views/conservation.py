"""Les dossiers que le temps rattrape ; rester suivi, garder au-delà."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.conservation import ArchiveForm
from porteurs.models import Dossier
from porteurs.services import conservation as service
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from socle import liens
from socle.debit import adresse, depasse
from socle.permissions import exiger
from socle.refus import Refus

PAR_PAGE = 25
# Par adresse et par heure : toute une maison peut répondre derrière le même accès.
ESSAIS, FENETRE = 30, 3600
ARCHIVER = Geste(
    "Garder ce dossier au-delà de deux ans",
    "Deux ans après le dernier contact, un dossier est anonymisé. Une raison écrite le garde jusqu’à la "
    "date que vous dites\u00a0; elle est inscrite au journal.",
    "Garder le dossier",
)


@require_GET
def conservation(request, reseau):
    """Les siens, par leur page ; ceux qu'on ne voit pas ne font qu'un nombre, pour l'animation."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.conservation", reseau)
    proches = service.silences(reseau, reseau.aujourd_hui())
    suivis = proches.filter(pk__in=Dossier.objects.suivis_par(request.acteur).values("pk"))
    return render(
        request,
        "porteurs/conservation/page.html",
        {
            "reseau": reseau,
            "page": Paginator(suivis.select_related("structure_responsable"), PAR_PAGE).get_page(
                request.GET.get("page")
            ),
            "en_tout": proches.count(),
            "responsable_de": request.acteur.structures(reseau.pk, Fonction.TECHNICIEN),
        },
    )


@require_http_methods(["GET", "POST"])
def archiver(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.conservation.archiver", dossier)
    form = ArchiveForm(request.POST or None)

    def agir(champs):
        service.archiver(
            acteur=request.acteur, dossier=dossier, motif=champs["motif"], jusqua=champs["jusqua"]
        )

    return mener(request, dossier, form, ARCHIVER, agir, "Ce dossier est gardé jusqu’à cette date.")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def rester_suivi(request, jeton):
    """GET montre, POST agit : une messagerie qui suit les liens ne décide de rien."""
    agit = request.method == "POST"
    if agit and depasse(f"rester:{adresse(request)}", ESSAIS, FENETRE):
        return _refuser(
            request, "Trop d’essais depuis votre connexion\u00a0: revenez dans une heure.", 429
        )
    try:
        lien = liens.lire(jeton, service.BUT_RESTER)
        if agit:
            service.rester_suivi(lien)
    except liens.LienInvalide as invalide:
        return _refuser(request, invalide.raison, 410)
    except Refus as refus:
        return _refuser(request, refus.phrase, 410)
    return render(request, "porteurs/conservation/rester.html", {"fait": agit, "raison": ""})


def _refuser(request, raison: str, statut: int):
    contexte = {"raison": raison, "fait": False}
    return render(request, "porteurs/conservation/rester.html", contexte, status=statut)
