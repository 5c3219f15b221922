"""Un parcours par route : un module par sujet, une ligne ici pour chacun."""

from tests.coherence.parcours import (
    carnet,
    cartes,
    competences,
    dossiers,
    mandats,
    pages,
    partenaires,
    reunions,
    structures,
)
from tests.coherence.parcours.base import (
    ABSENT,
    CONNEXION,
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    compte_neuf,
)

PARCOURS = [
    *pages.PAGES,
    *pages.SANTE,
    *pages.COURRIELS,
    *partenaires.PARTENAIRES,
    *structures.STRUCTURES,
    *mandats.MANDATS,
    *carnet.CARNET,
    *cartes.CARTES,
    *competences.COMPETENCES,
    *dossiers.DOSSIERS,
    *reunions.REUNIONS,
]

__all__ = [
    "ABSENT",
    "CONNEXION",
    "INTERDIT",
    "PARCOURS",
    "PERIME",
    "VISITEUR",
    "Parcours",
    "compte_neuf",
]
