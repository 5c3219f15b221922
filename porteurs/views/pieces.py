"""Les pièces d'un dossier : joindre, télécharger, retirer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from porteurs import lecteurs as qui_lit
from porteurs.forms.pieces import PieceForm
from porteurs.journal import cle_du_journal, consigner_dossier
from porteurs.models import Piece
from porteurs.services.pieces import joindre_piece, retirer_piece
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener, page_de_geste
from socle.enums import Operation
from socle.fichiers import servir
from socle.permissions import exiger, peut
from socle.refus import Refus


@require_http_methods(["GET", "POST"])
def joindre(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.piece.joindre", dossier)
    techniques = request.acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    form = PieceForm(
        request.POST or None,
        request.FILES or None,
        acteur=request.acteur,
        structures=structures_nommees(
            request.acteur, dossier.reseau_id, Fonction.TECHNICIEN, Fonction.PARRAIN
        ),
        jour=dossier.reseau.aujourd_hui(),
        lecteurs=qui_lit.lecteurs(dossier, techniques),
        lit_le_prive=peut(request.acteur, "porteurs.prive.lire", dossier),
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Joindre une pièce",
            "Un devis, un plan, une photo du local. Vous choisissez qui la lira.",
            "Joindre la pièce",
            fichiers=True,
        ),
        lambda champs: joindre_piece(
            acteur=request.acteur,
            dossier=dossier,
            structure=form.structure,
            fichier=champs["fichier"],
            intitule=champs["intitule"],
            audience=champs["audience"],
            prive=champs.get("prive", False),
            pour_porteur=champs["pour_porteur"],
        ),
        "La pièce est jointe.",
    )


def _piece_visible(request, reseau, uuid) -> Piece:
    return get_object_or_404(
        Piece.objects.visible_par(request.acteur).select_related("dossier__reseau", "fichier"),
        uuid=uuid,
        dossier__reseau__slug=reseau,
    )


@require_GET
def telecharger(request, reseau, uuid):
    """Le fichier, droit revu à chaque fois ; le téléchargement entre au journal du dossier."""
    piece = _piece_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.piece.lire", piece)
    return servir(request, piece.fichier, objet="dossier", reference=cle_du_journal(piece.dossier))


@require_http_methods(["GET", "POST"])
def retirer(request, reseau, uuid):
    """Demande confirmation : le fichier s'efface pour de bon."""
    piece = _piece_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.piece.retirer", piece)
    dossier = piece.dossier
    retour = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    if request.method == "POST":
        try:
            retirer_piece(acteur=request.acteur, piece=piece)
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
            messages.success(request, "La pièce est retirée, et son fichier effacé.")
        return redirect(retour)
    geste = Geste(
        "Retirer cette pièce",
        f"«\u00a0{piece.intitule}\u00a0» et son fichier seront effacés. Personne ne pourra les "
        "retrouver.",
        "Effacer la pièce",
    )
    return page_de_geste(request, dossier, None, geste, retour)
