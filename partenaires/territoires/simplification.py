"""Dessiner plus simplement sans que les voisines se décollent.

Les sommets sont partagés entre communes. On coupe toutes les frontières aux carrefours (là où
plus de deux arêtes se touchent), on simplifie chaque tronçon une seule fois par l'algorithme de Douglas et
Peucker, et chaque commune reprend les sommets qui restent : deux voisines gardent donc les mêmes.
"""

from collections.abc import Iterable

from partenaires.territoires.reperes import Sommet
from partenaires.territoires.traces import Anneau, aire

# Écart toléré, en unités du plan : 200 mètres, deux points d’écran sur la carte d’un réseau.
ECART = 2
# Une commune d'un hectare garderait moins de trois sommets : elle n'aurait pas de surface.
SOMMETS_MINIMUM = 3


def sommets_gardes(anneaux: Iterable[Anneau], ecart: float = ECART) -> set[Sommet]:
    """Les sommets à garder, communs à tous les anneaux donnés ensemble."""
    voisins: dict[Sommet, set[Sommet]] = {}
    for anneau in anneaux:
        for a, b in zip(anneau, [*anneau[1:], anneau[0]], strict=True):
            voisins.setdefault(a, set()).add(b)
            voisins.setdefault(b, set()).add(a)
    gardes = {sommet for sommet, autour in voisins.items() if len(autour) != 2}
    vus: set[Sommet] = set()
    for carrefour in sorted(gardes):
        for suivant in sorted(voisins[carrefour]):
            if suivant not in vus and suivant not in gardes:
                troncon = _troncon(carrefour, suivant, voisins, gardes)
                vus.update(troncon[1:-1])
                gardes |= _simplifier(troncon, ecart)
    # Ce qui reste n'a pas de carrefour : des îles, des enclaves, un seul tour fermé.
    for sommet in sorted(voisins.keys() - vus - gardes):
        if sommet not in vus:
            tour = _troncon(sommet, min(voisins[sommet]), voisins, {sommet})
            vus.update(tour)
            gardes |= _simplifier_tour(tour, ecart)
    return gardes


def alleger(anneaux: list[Anneau], gardes: set[Sommet]) -> list[Anneau]:
    """Les anneaux réduits aux sommets gardés ; ceux qui n'ont plus de surface sont passés, sauf
    s'il n'en restait aucun."""
    simples = [[sommet for sommet in anneau if sommet in gardes] for anneau in anneaux]
    utiles = [anneau for anneau in simples if len(anneau) >= SOMMETS_MINIMUM]
    return utiles or [max(anneaux, key=lambda a: abs(aire(a)))]


def _troncon(depart: Sommet, suivant: Sommet, voisins, arrets: set[Sommet]) -> Anneau:
    """La suite de sommets d'un arrêt au suivant."""
    suite, avant, ici = [depart, suivant], depart, suivant
    while ici not in arrets:
        (apres,) = voisins[ici] - {avant}
        suite.append(apres)
        avant, ici = ici, apres
    return suite


def _simplifier_tour(tour: Anneau, tolere: float) -> set[Sommet]:
    """Un tour fermé se coupe à son sommet le plus lointain, et garde de quoi avoir une surface."""
    depart = tour[0]
    loin = max(range(len(tour)), key=lambda n: _carre(depart, tour[n]))
    gardes = _simplifier(tour[: loin + 1], tolere) | _simplifier(tour[loin:], tolere)
    if len(gardes) < 3:
        gardes.add(max(tour, key=lambda s: abs(_produit(depart, tour[loin], s))))
    return gardes


def _simplifier(suite: Anneau, tolere: float) -> set[Sommet]:
    gardes = {suite[0], suite[-1]}
    attente = [(0, len(suite) - 1)]
    while attente:
        debut, fin = attente.pop()
        ecart, rang = max(
            ((_distance(suite[n], suite[debut], suite[fin]), n) for n in range(debut + 1, fin)),
            default=(0.0, 0),
        )
        if ecart > tolere:
            gardes.add(suite[rang])
            attente += [(debut, rang), (rang, fin)]
    return gardes


def _distance(sommet: Sommet, a: Sommet, b: Sommet) -> float:
    """À la corde ; au point même quand le tronçon revient d'où il part."""
    longueur = _carre(a, b) ** 0.5
    if not longueur:
        return _carre(a, sommet) ** 0.5
    return abs(_produit(a, b, sommet)) / longueur


def _carre(a: Sommet, b: Sommet) -> int:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _produit(a: Sommet, b: Sommet, c: Sommet) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
