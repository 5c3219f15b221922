"""Le territoire d'un réseau, sa carte et sa population : tous ses membres les lisent."""

from partenaires.permissions.adhesion import LECTEURS
from socle.permissions import TOUJOURS, Regle

REGLES = [
    Regle(
        "partenaires.carte",
        "Lire la carte du réseau et la population de ses communes",
        ("partenaires:carte", "partenaires:carte_population"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.contours",
        "Voir le dessin des communes d’un département, pour choisir sur une carte",
        ("partenaires:contours",),
        {"connecte": TOUJOURS},
    ),
]
