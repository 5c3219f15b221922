"""Qui confie les dossiers d'une personne qui part."""

from partenaires.enums import Fonction, Module
from porteurs.permissions.dossiers import P, T
from socle.permissions import TOUJOURS, Etat, Regle


def _confie(acteur, mandat) -> bool:
    """Ses propres dossiers ; ou ceux d'une personne de la structure qu'on administre en technique."""
    if mandat.utilisateur_id == acteur.utilisateur_id:
        return True
    return any(
        m.administre
        and m.fonction == Fonction.TECHNICIEN
        and (m.reseau_id, m.structure_id) == (mandat.reseau_id, mandat.structure_id)
        for m in acteur.mandats
    )


A_CONFIER = Etat(
    "ce sont ses dossiers, ou ceux d’une personne de la structure dont il administre l’adhésion",
    _confie,
)
LES_SIENS = Etat(
    "ce sont ses dossiers", lambda acteur, mandat: mandat.utilisateur_id == acteur.utilisateur_id
)

REGLES = [
    Regle(
        "porteurs.passations",
        "Choisir de qui confier les dossiers avant un départ",
        ("porteurs:passations",),
        {T: TOUJOURS, P: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.passation",
        "Confier d’un coup les dossiers d’une personne qui part",
        ("porteurs:passation",),
        {T: A_CONFIER, P: LES_SIENS},
        module=Module.DOSSIERS,
    ),
]
