"""La fiche d'un dossier en PDF."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from porteurs.dossier_lu import lire_dossier
from porteurs.fiche_pdf import fiche_pdf
from porteurs.journal import consigner_dossier
from porteurs.views.acquerir import dossiers_de_la_page
from socle.enums import Operation
from socle.permissions import exiger


@require_GET
def fiche(request, reseau, uuid):
    """Ce que l'acteur lit du dossier, à imprimer ; un export, donc journalisé comme tel."""
    dossier = lire_dossier(dossiers_de_la_page(request, reseau), request.acteur, uuid)
    if dossier is None:
        raise Http404
    exiger(request.acteur, "porteurs.dossier.fiche", dossier)
    consigner_dossier(request.acteur, Operation.EXPORT, dossier)
    reponse = HttpResponse(fiche_pdf(dossier, request.acteur), content_type="application/pdf")
    nom = f"fiche-{dossier.reference}.pdf"
    reponse["Content-Disposition"] = content_disposition_header(True, nom)
    reponse["Cache-Control"] = "no-store"
    return reponse
