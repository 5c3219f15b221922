"""Un tracé : les anneaux d'une commune, en unités du plan, écrits comme l'attribut « d » d'un path.

``M12345 6789l3-4 5 6z`` : un point de départ, puis des pas entiers. Deux communes voisines ont les
mêmes sommets sur leur frontière, parcourue en sens contraires : réunir des communes, c'est ôter
les arêtes qui se répondent. Rien n'est calculé en nombres à virgule.
"""

import re
from collections.abc import Iterable

from partenaires.territoires.reperes import Sommet

# Fermé : le premier sommet n'est pas répété. L'extérieur tourne dans un sens, les trous dans l'autre.
Anneau = list[Sommet]
NOMBRE = re.compile(r"-?\d+")
Arete = tuple[Sommet, Sommet]


def ecrire(anneaux: Iterable[Anneau]) -> str:
    morceaux = []
    for anneau in anneaux:
        pas = " ".join(
            f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in zip(anneau, anneau[1:], strict=False)
        )
        morceaux.append(f"M{anneau[0][0]} {anneau[0][1]}l{pas}z")
    return "".join(morceaux).replace(" -", "-")


def lire(trace: str) -> list[Anneau]:
    anneaux = []
    for morceau in trace.split("M")[1:]:
        nombres = [int(n) for n in NOMBRE.findall(morceau)]
        x, y = nombres[0], nombres[1]
        anneau = [Sommet(x, y)]
        for dx, dy in zip(nombres[2::2], nombres[3::2], strict=True):
            x, y = x + dx, y + dy
            anneau.append(Sommet(x, y))
        anneaux.append(anneau)
    return anneaux


def cadre(anneaux: Iterable[Anneau]) -> tuple[int, int, int, int]:
    """Gauche, haut, droite, bas."""
    sommets = [sommet for anneau in anneaux for sommet in anneau]
    xs, ys = [s[0] for s in sommets], [s[1] for s in sommets]
    return min(xs), min(ys), max(xs), max(ys)


def aire(anneau: Anneau) -> int:
    """Deux fois l'aire, avec son signe : il dit dans quel sens on tourne."""
    suite = [*anneau[1:], anneau[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(anneau, suite, strict=True))


def fondre(anneaux: Iterable[Anneau]) -> list[Anneau]:
    """Le tour de l'ensemble : les frontières intérieures disparaissent."""
    aretes: dict[Arete, None] = {}
    for anneau in anneaux:
        for a, b in zip(anneau, [*anneau[1:], anneau[0]], strict=True):
            # L'arête de la commune d'en face, si elle est déjà passée, s'annule avec celle-ci.
            if (b, a) in aretes:
                del aretes[b, a]
            else:
                aretes[a, b] = None
    suites: dict[Sommet, list[Sommet]] = {}
    for a, b in aretes:
        suites.setdefault(a, []).append(b)
    tours = []
    while suites:
        depart = ici = next(iter(suites))
        tour = []
        while ici in suites:
            tour.append(ici)
            suivants = suites[ici]
            prochain = suivants.pop()
            if not suivants:
                del suites[ici]
            ici = prochain
            if ici == depart:
                break
        if len(tour) > 2:
            tours.append(tour)
    return tours
