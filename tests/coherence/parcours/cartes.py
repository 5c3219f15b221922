"""La carte du réseau, sa population, et les contours de la carte de choix."""

from tests.coherence.parcours.base import ABSENT, CONNEXION, VISITEUR, Parcours

CARTES = [
    Parcours(
        "partenaires:carte",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: s.d.reseau.nom,
    ),
    Parcours("partenaires:carte_population", "parrain", "auditrice", ABSENT, lambda s: s.reseau),
    Parcours(
        "partenaires:contours",
        "auteur",
        VISITEUR,
        CONNEXION,
        lambda s: {"departement": "63"},
        montre=lambda s: "Marsac-en-Livradois",
    ),
]
