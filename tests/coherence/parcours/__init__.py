"""Un parcours par route : un module par sujet, une ligne ici pour chacun."""

from tests.coherence.parcours import (
    carnet,
    cartes,
    competences,
    conventions,
    dossiers,
    espace,
    evenements,
    historique,
    mandats,
    pages,
    partenaires,
    reseaux,
    ressources,
    reunions,
    structures,
)
from tests.coherence.parcours.base import (
    ABSENT,
    CONNEXION,
    INTERDIT,
    PERIME,
    PORTEUR,
    VISITEUR,
    Parcours,
    compte_neuf,
)

PARCOURS = [
    *pages.PAGES,
    *pages.SANTE,
    *pages.COURRIELS,
    *partenaires.PARTENAIRES,
    *reseaux.RESEAUX,
    *structures.STRUCTURES,
    *mandats.MANDATS,
    *carnet.CARNET,
    *cartes.CARTES,
    *conventions.CONVENTIONS,
    *competences.COMPETENCES,
    *ressources.RESSOURCES,
    *ressources.EMPORT,
    *evenements.EVENEMENTS,
    *dossiers.DOSSIERS,
    *espace.ESPACE,
    *historique.HISTORIQUE,
    *reunions.REUNIONS,
]

__all__ = [
    "ABSENT",
    "CONNEXION",
    "INTERDIT",
    "PARCOURS",
    "PERIME",
    "PORTEUR",
    "VISITEUR",
    "Parcours",
    "compte_neuf",
]
