"""Les contours de l'extrait : de la source aux tracés, toutes les communes ensemble.

Deux communes réunies depuis la source sont fondues en une. Une commune que la source ne dessine
pas (rendue à elle-même depuis) n'a pas de ligne : la carte en montre le point.
"""

from pathlib import Path

from partenaires.territoires import sources, traces, wkb
from partenaires.territoires.reperes import projeter, repere
from partenaires.territoires.simplification import SOMMETS_MINIMUM, alleger, sommets_gardes

ABSENT = r"\N"
COMMUNE = "COM"


def construire(dossier: Path, communes: dict[str, dict]) -> list[tuple[str, ...]]:
    """Code, repère, cadre et tracé de chaque commune d'aujourd'hui que la source dessine."""
    dessins = _dessins(dossier)
    par_repere: dict[str, dict[str, list[traces.Anneau]]] = {}
    for code, commune in communes.items():
        parts = [dessins[c] for c in (code, *commune.get("anciensCodes", [])) if c in dessins]
        if not parts:
            continue
        anneaux = [anneau for part in parts for anneau in part]
        # Une arête parcourue deux fois par la même commune ne borde rien : fondre l'ôte aussi.
        par_repere.setdefault(repere(code), {})[code] = traces.fondre(anneaux)
    lignes = []
    for nom, du_repere in par_repere.items():
        gardes = sommets_gardes(a for anneaux in du_repere.values() for a in anneaux)
        for code, anneaux in du_repere.items():
            simples = alleger(anneaux, gardes)
            cadre = " ".join(map(str, traces.cadre(simples)))
            lignes.append((code, nom, cadre, traces.ecrire(simples)))
    return lignes


def _dessins(dossier: Path) -> dict[str, list[traces.Anneau]]:
    """Par commune de la source, ses anneaux projetés, extérieur et trous en sens contraires."""
    dessins = {}
    for ligne in sources.communes_situees(dossier):
        code, nom = ligne["code"], repere(ligne["code"])
        if ligne["type"] != COMMUNE or ligne["geometry"] == ABSENT or not nom:
            continue
        anneaux = []
        for polygone in wkb.polygones(ligne["geometry"]):
            for rang, (xs, ys) in enumerate(polygone):
                anneau = _projeter(xs, ys, nom)
                if len(anneau) < SOMMETS_MINIMUM:
                    continue
                if (traces.aire(anneau) > 0) != (rang == 0):
                    anneau.reverse()
                anneaux.append(anneau)
        if anneaux:
            dessins[code] = anneaux
    return dessins


def _projeter(xs, ys, nom: str) -> traces.Anneau:
    anneau: traces.Anneau = []
    for x, y in zip(xs, ys, strict=True):
        sommet = projeter(x, y, nom)
        if not anneau or anneau[-1] != sommet:
            anneau.append(sommet)
    if len(anneau) > 1 and anneau[0] == anneau[-1]:
        anneau.pop()
    return anneau
