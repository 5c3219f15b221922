"""Qui peut quoi sur les financements, et sur le lien entre qui cède et qui reprend."""

from partenaires.enums import Module
from porteurs.permissions.dossiers import A, P, T, suit
from socle.permissions import TOUJOURS, Etat, Regle

DOSSIER_SUIVI = Etat(
    "il suit le dossier, ouvert ou clos",
    lambda acteur, objet: suit(acteur, getattr(objet, "dossier", objet)),
)
SUIT_L_UN_DES_DEUX = Etat(
    "il suit l’un des deux dossiers, encore ouvert",
    lambda acteur, d: d.ouvert and suit(acteur, d),
)

REGLES = [
    Regle(
        "porteurs.financements",
        "Lire les totaux des financements : ceux des dossiers suivis, ou du réseau pour l’animation",
        ("porteurs:financements",),
        {T: TOUJOURS, P: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.financement.tenir",
        "Noter un financement, son accord, son refus, son versement",
        (
            "porteurs:financement_ajouter",
            "porteurs:financement_repondre",
            "porteurs:financement_retirer",
        ),
        {T: DOSSIER_SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.lien.tenir",
        "Relier un cédant et un repreneur, ou défaire ce lien",
        ("porteurs:dossier_relier", "porteurs:dossier_delier"),
        {T: SUIT_L_UN_DES_DEUX},
        module=Module.DOSSIERS,
    ),
]
