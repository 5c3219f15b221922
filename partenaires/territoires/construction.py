"""Des paquets publics aux tables de l'extrait : ce qui est gardé, et comment."""

import math
from pathlib import Path

from django.core.management.base import CommandError

from partenaires.territoires import anciennes, contours, sources, wkb
from partenaires.territoires.extrait import COLONNES, Tables

ABSENT = r"\N"
# Quatre décimales de degré : une dizaine de mètres, assez pour une mairie.
DECIMALES = 4
# Recensements espacés : la source répète la même valeur d'année en année, ce n'est pas une série.
SANS_SERIE = {"976", "986", "987", "988"}
# Rendues à elles-mêmes au 1er janvier 2025, sans mairie ni contour dans la source : on montre
# la mairie de la commune qui les réunissait.
REUNIES_AVANT = {"15031": "15141", "15035": "15141", "15047": "15141", "15171": "15141"}

# En degrés, de quoi tolérer la simplification des contours.
MARGE = 0.01


def construire(dossier: Path) -> Tables:
    """Toutes les tables, triées par code : la même source donne les mêmes lignes."""
    actuel = sources.DECOUPAGES[0]
    communes = _actuelles(sources.decoupage(dossier, actuel, "communes"))
    intercommunalites = sources.decoupage(dossier, actuel, "epci")
    regions = sources.decoupage(dossier, actuel, "regions")
    departements = sources.decoupage(dossier, actuel, "departements")
    epci_de = {m["code"]: epci["code"] for epci in intercommunalites for m in epci["membres"]}
    _verifier(communes, epci_de, departements, regions)
    points = _points(dossier, communes)
    tables = {
        "regions": [(r["code"], _nom(r)) for r in regions],
        "departements": [(d["code"], _nom(d), d["region"]) for d in departements],
        "epci": [(e["code"], _nom(e), e["type"]) for e in intercommunalites],
        "communes": [
            (
                code,
                _nom(commune),
                commune["departement"],
                epci_de.get(code, ""),
                " ".join(sorted(commune.get("codesPostaux", []))),
                str(commune.get("population") or 0),
                *_degres(points.get(code)),
            )
            for code, commune in communes.items()
        ],
        "populations": _populations(dossier, communes),
        "contours": contours.construire(dossier, communes),
        "communes_anciennes": anciennes.construire(dossier, communes),
    }
    annees = tuple(str(d.annee) for d in reversed(sources.DECOUPAGES))
    entetes = COLONNES | {"populations": (*COLONNES["populations"], *annees)}
    return {nom: [entetes[nom], *sorted(lignes)] for nom, lignes in tables.items()}


def _actuelles(lignes: list[dict]) -> dict[str, dict]:
    """Ni communes déléguées ou associées, ni arrondissements : Paris, Lyon et Marseille entières."""
    return {ligne["code"]: ligne for ligne in lignes if ligne["type"] == "commune-actuelle"}


def _nom(ligne: dict) -> str:
    return " ".join(ligne["nom"].split())


def _verifier(communes, epci_de, departements, regions) -> None:
    codes_regions = {r["code"] for r in regions}
    codes_departements = {d["code"] for d in departements}
    orphelins = [c["code"] for c in communes.values() if c["departement"] not in codes_departements]
    orphelins += [d["code"] for d in departements if d["region"] not in codes_regions]
    orphelins += [code for code in epci_de if code not in communes]
    if orphelins:
        raise CommandError("La source se contredit sur : " + ", ".join(sorted(orphelins)[:10]))


# --- Populations ---------------------------------------------------------------------------


def _populations(dossier: Path, communes: dict[str, dict]) -> list[tuple[str, ...]]:
    """Par commune d'aujourd'hui, sa population de chaque année ; vide quand elle n'a pas de sens."""
    series = [
        _a_territoire_constant(sources.decoupage(dossier, d, "communes"), communes)
        for d in reversed(sources.DECOUPAGES)
    ]
    lignes = []
    for code, commune in communes.items():
        valeurs = [serie.get(code) for serie in series]
        if commune["departement"] in SANS_SERIE:
            valeurs[:-1] = [None] * (len(valeurs) - 1)
        if any(valeurs):
            lignes.append((code, *("" if v is None else str(v) for v in valeurs)))
    return lignes


def _a_territoire_constant(autrefois: list[dict], communes: dict[str, dict]) -> dict[str, int]:
    """La population d'alors, sur le territoire d'aujourd'hui.

    Des communes réunies depuis sont additionnées. Une commune rendue à elle-même depuis n'avait
    pas de chiffre, et celui de la commune qui la comprenait porte sur un autre territoire : ni
    l'une ni l'autre n'a de valeur cette année-là.
    """
    avant = _actuelles(autrefois)
    chef_lieu = {x["code"]: x["chefLieu"] for x in autrefois if x.get("chefLieu")}
    sommes: dict[str, int] = {}
    autres = set()
    for code, commune in communes.items():
        origines = {code, *commune.get("anciensCodes", [])} & avant.keys()
        if not origines:
            autres.add(chef_lieu.get(code))
            continue
        parts = [avant[origine].get("population") for origine in origines]
        if all(part is not None for part in parts):
            sommes[code] = sum(parts)
    return {code: somme for code, somme in sommes.items() if code not in autres}


# --- Points --------------------------------------------------------------------------------


def _points(dossier: Path, communes: dict[str, dict]) -> dict[str, wkb.Point]:
    """Longitude et latitude de la mairie ; à défaut, le centre du contour.

    Une commune sans l'un ni l'autre (réunion récente) prend le point de l'une de celles qu'elle
    a réunies.
    """
    connus: dict[str, wkb.Point] = {}
    for ligne in sources.communes_situees(dossier):
        point = _point(ligne["mairie_localisation"], ligne["geometry"])
        if point is not None:
            connus.setdefault(ligne["code"], point)
    points = {}
    for code, commune in communes.items():
        recours = [code, *commune.get("anciensCodes", []), REUNIES_AVANT.get(code)]
        point = next((connus[c] for c in recours if c in connus), None)
        if point is not None:
            points[code] = point
    return points


def _point(mairie: str, contour: str) -> wkb.Point | None:
    """La mairie si elle est plausible, sinon le centre du contour.

    La source place plus de mille mairies loin de leur commune (homonymes, degrés intervertis) :
    une mairie hors du cadre du contour n'est pas crue.
    """
    point = None if mairie == ABSENT else wkb.point(mairie)
    if contour == ABSENT:
        return point
    anneaux = [polygone[0] for polygone in wkb.polygones(contour)]
    if point is not None and _dans_le_cadre(point, anneaux):
        return point
    return _centre(anneaux)


def _degres(point: wkb.Point | None) -> tuple[str, str]:
    """Latitude puis longitude, dans l'ordre des colonnes."""
    if point is None:
        return ("", "")
    longitude, latitude = point
    return (f"{latitude:.{DECIMALES}f}", f"{longitude:.{DECIMALES}f}")


def _dans_le_cadre(point: wkb.Point, anneaux: list[wkb.Anneau]) -> bool:
    """Le cadre est élargi d'un kilomètre : les contours de la source sont simplifiés."""
    x, y = point
    xs = [x for anneau in anneaux for x in (min(anneau[0]), max(anneau[0]))]
    ys = [y for anneau in anneaux for y in (min(anneau[1]), max(anneau[1]))]
    return min(xs) - MARGE <= x <= max(xs) + MARGE and min(ys) - MARGE <= y <= max(ys) + MARGE


def _centre(anneaux: list[wkb.Anneau]) -> wkb.Point:
    """Barycentre de la surface : les moments de chaque anneau, de quelque côté qu'il tourne."""
    surface = moment_x = moment_y = 0.0
    for xs, ys in anneaux:
        aire = mx = my = 0.0
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:], strict=False):
            produit = x0 * y1 - x1 * y0
            aire += produit / 2
            mx += (x0 + x1) * produit / 6
            my += (y0 + y1) * produit / 6
        signe = math.copysign(1, aire)
        surface += signe * aire
        moment_x += signe * mx
        moment_y += signe * my
    return (moment_x / surface, moment_y / surface)
