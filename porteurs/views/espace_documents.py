"""Mes documents : ceux que l'équipe me remet, ceux que je dépose."""

from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from porteurs.espace import lecture
from porteurs.espace.porte import page_de_l_espace
from porteurs.forms.espace import DocumentForm
from porteurs.journal import cle_du_journal
from porteurs.services.espace_gestes import personnes_du_dossier
from porteurs.services.pieces import joindre_du_porteur
from porteurs.views.espace import (
    apres,
    dossier_de_l_espace,
    noter_la_lecture,
    noter_le_changement,
    page_du_projet,
)
from socle.debit import depasse
from socle.fichiers import servir
from socle.permissions import exiger
from socle.refus import Refus

# Sans compte, aucun quota ne se compte par personne : c'est le projet qui compte les siens.
DEPOTS_PAR_JOUR = 30


@page_de_l_espace
@require_http_methods(["GET", "POST"])
def documents(request, langue, uuid):
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.ecrire", dossier)
    raison = ""
    form = DocumentForm(acteur=request.acteur)
    if request.method == "POST":
        if depasse(f"espace-depot:{dossier.pk}", DEPOTS_PAR_JOUR, 24 * 3600):
            raison = _("Cela fait beaucoup de documents en un jour : reprenez demain.")
        else:
            form = DocumentForm(request.POST, request.FILES, acteur=request.acteur)
            if form.is_valid():
                try:
                    _deposer(request, dossier, form.cleaned_data)
                except Refus as refus:
                    raison = _(refus.phrase)
                else:
                    noter_le_changement(request, dossier)
                    return redirect(apres(langue, "documents", dossier, "document"))
    noter_la_lecture(request, dossier)
    return page_du_projet(
        request,
        langue,
        "documents",
        dossier,
        form=form,
        raison=raison,
        documents=lecture.documents(request.acteur, dossier),
    )


def _deposer(request, dossier, champs: dict) -> None:
    joindre_du_porteur(
        dossier=dossier,
        porteur=personnes_du_dossier(request.acteur, dossier)[0],
        fichier=champs["fichier"],
        intitule=champs["intitule"] or champs["fichier"].nom,
    )


@page_de_l_espace
@require_GET
def telecharger(request, langue, uuid, piece):
    """Le fichier, droit revu à chaque fois ; le téléchargement entre au journal."""
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.lire", dossier)
    remise = get_object_or_404(lecture.pieces(request.acteur, dossier), uuid=piece)
    return servir(request, remise.fichier, objet="dossier", reference=cle_du_journal(dossier))
