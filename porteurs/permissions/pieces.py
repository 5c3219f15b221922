"""Qui joint, lit et retire les pièces ; qui tient les modèles d'échange."""

from partenaires.enums import Module
from porteurs.permissions.dossiers import SUIVI_OUVERT, A, P, T, lit_le_prive, suit
from socle.permissions import TOUJOURS, Etat, Regle

LIT_LE_PRIVE = Etat("sa structure a l’accord de chaque adulte du foyer", lit_le_prive)
LIT_LA_PIECE = Etat(
    "il suit le dossier, et l’audience de la pièce le comprend",
    lambda acteur, piece: suit(acteur, piece.dossier),
)
A_DEPOSE = Etat(
    "sa structure a déposé la pièce, le dossier est ouvert",
    lambda acteur, piece: (
        piece.dossier.ouvert
        and piece.structure_id in acteur.structures(piece.dossier.reseau_id, T, P)
    ),
)

VISIBLE = Etat(
    "il voit le dossier : la fiche ne contient que ce qu’il y lit", lambda acteur, d: True
)

REGLES = [
    Regle(
        "porteurs.dossier.fiche",
        "Tirer la fiche d’un dossier en PDF",
        ("porteurs:dossier_fiche",),
        {T: VISIBLE, P: VISIBLE, A: VISIBLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.prive.lire",
        "Lire le volet privé",
        (),
        {T: LIT_LE_PRIVE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.piece.joindre",
        "Joindre une pièce",
        ("porteurs:piece_joindre",),
        {T: SUIVI_OUVERT, P: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.piece.lire",
        "Télécharger une pièce",
        ("porteurs:piece",),
        {T: LIT_LA_PIECE, P: LIT_LA_PIECE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.piece.retirer",
        "Retirer une pièce et effacer son fichier",
        ("porteurs:piece_retirer",),
        {T: A_DEPOSE, P: A_DEPOSE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.modeles",
        "Tenir les modèles d’échange du réseau",
        (
            "porteurs:modeles",
            "porteurs:modele_nouveau",
            "porteurs:modele",
            "porteurs:modele_retirer",
        ),
        {A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
]
