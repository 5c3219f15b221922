"""Le plan des cartes : des hectomètres entiers, l'ordonnée vers le bas comme à l'écran.

La métropole et la Corse partagent un repère, le Lambert-93 (projection conique conforme légale, ses
constantes sont celles de l'IGN). Chaque département d'outre-mer a le sien, centré sur lui.
"""

import math
from typing import NamedTuple

METROPOLE = "93"
METRES = 100  # une unité du plan

# Lambert-93 : exposant, constante et origine de la projection ; excentricité de l'ellipsoïde GRS 80.
EXPOSANT = 0.7256077650532670
CONSTANTE = 11_754_255.426096
X_POLE, Y_POLE = 700_000.0, 12_655_612.049876
EXCENTRICITE = 0.0818191910428158
MERIDIEN = math.radians(3)
# L'ordonnée de l'écran part d'un parallèle au nord de Dunkerque.
NORD = 7_200_000

RAYON = 6_371_000
# Le milieu de chaque département, en degrés, et l'unité où il tombe.
OUTRE_MER = {
    "971": (16.2, -61.4),
    "972": (14.65, -61.0),
    "973": (4.0, -53.1),
    "974": (-21.1, 55.5),
    "976": (-12.8, 45.15),
}
MILIEU = 5_000


class Sommet(NamedTuple):
    x: int
    y: int


def repere(code_commune: str) -> str:
    """Le repère d'une commune, d'après son code officiel ; vide hors des départements."""
    if not code_commune.startswith(("97", "98")):
        return METROPOLE
    departement = code_commune[:3]
    return departement if departement in OUTRE_MER else ""


def projeter(longitude: float, latitude: float, repere: str) -> Sommet:
    """Le point du plan, à l'hectomètre, d'une position en degrés WGS 84."""
    if repere == METROPOLE:
        return _lambert(math.radians(longitude), math.radians(latitude))
    latitude_0, longitude_0 = OUTRE_MER[repere]
    echelle = RAYON / METRES
    x = echelle * math.cos(math.radians(latitude_0)) * math.radians(longitude - longitude_0)
    y = echelle * math.radians(latitude_0 - latitude)
    return Sommet(MILIEU + round(x), MILIEU + round(y))


def _lambert(longitude: float, latitude: float) -> Sommet:
    sinus = math.sin(latitude)
    isometrique = math.atanh(sinus) - EXCENTRICITE * math.atanh(EXCENTRICITE * sinus)
    rayon = CONSTANTE * math.exp(-EXPOSANT * isometrique)
    angle = EXPOSANT * (longitude - MERIDIEN)
    x = X_POLE + rayon * math.sin(angle)
    y = Y_POLE - rayon * math.cos(angle)
    return Sommet(round(x / METRES), round((NORD - y) / METRES))
