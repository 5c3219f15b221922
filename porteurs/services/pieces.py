"""Les pièces d'un dossier : déposées, retirées, chacune avec ses lecteurs."""

from django.db import transaction

from porteurs.enums import Audience
from porteurs.models import Dossier, Piece, Porteur
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from socle.fichiers import effacer
from socle.models import Fichier
from socle.permissions import peut
from socle.refus import Refus


@transaction.atomic
def joindre_piece(
    *,
    acteur,
    dossier: Dossier,
    structure,
    fichier: Fichier,
    intitule: str,
    audience: str,
    prive: bool = False,
    pour_porteur: bool = False,
) -> Piece:
    """Ajoute un fichier au dossier, pour l'audience choisie."""
    dossier = verrouiller_pour(acteur, "porteurs.piece.joindre", dossier)
    if prive and not peut(acteur, "porteurs.prive.lire", dossier):
        raise Refus(
            "L’accord de chaque adulte à votre structure est nécessaire pour ranger ici une pièce "
            "de la vie privée.",
            "prive",
        )
    piece = Piece.objects.create(
        dossier=dossier,
        fichier=fichier,
        intitule=intitule,
        audience=audience,
        prive=prive,
        pour_porteur=pour_porteur,
        deposee_par=acteur.utilisateur,
        structure=structure,
    )
    toucher(dossier)
    return piece


@transaction.atomic
def joindre_du_porteur(
    *, dossier: Dossier, porteur: Porteur, fichier: Fichier, intitule: str
) -> Piece:
    """La personne accompagnée dépose un fichier : l'équipe le lit, et c'est un contact."""
    dossier = verrouiller(dossier)
    if not dossier.ouvert:
        raise Refus("Ce projet n’est plus suivi : il ne reçoit plus de document.")
    piece = Piece.objects.create(
        dossier=dossier,
        fichier=fichier,
        intitule=intitule,
        audience=Audience.EQUIPE,
        pour_porteur=True,
        porteur=porteur,
        structure=dossier.structure_responsable,
    )
    toucher(dossier, contact_le=dossier.reseau.aujourd_hui())
    return piece


@transaction.atomic
def retirer_piece(*, acteur, piece: Piece) -> None:
    """Retire la pièce et efface son fichier, sans copie : l'historique garde qu'elle fut là."""
    dossier = verrouiller(piece.dossier)
    if not peut(acteur, "porteurs.piece.retirer", piece):
        raise Refus("Seule la structure qui l’a déposée retire cette pièce.")
    fichier = piece.fichier_id
    piece.delete()
    effacer([fichier])
    toucher(dossier)
