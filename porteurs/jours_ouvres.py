"""Compter en jours ouvrés : du lundi au vendredi, fériés du territoire exclus."""

from datetime import date, timedelta
from functools import cache

from jours_feries_france import JoursFeries

from porteurs.calendrier import ZONES_DES_FERIES


@cache
def _feries(annee: int, zone: str) -> frozenset[date]:
    return frozenset(JoursFeries.for_year(annee, zone).values())


def ouvre(jour: date, fuseau: str) -> bool:
    """Vrai un jour où l'on travaille, sur le territoire de ce fuseau."""
    zone = ZONES_DES_FERIES.get(fuseau, "Métropole")
    return jour.weekday() < 5 and jour not in _feries(jour.year, zone)


def apres(jour: date, nombre: int, fuseau: str) -> date:
    """Le jour ouvré qui vient ``nombre`` jours ouvrés après celui-ci, qui ne compte pas."""
    while nombre > 0:
        jour += timedelta(days=1)
        nombre -= ouvre(jour, fuseau)
    return jour


def restants(de: date, a: date, fuseau: str) -> int:
    """Les jours ouvrés de ``de`` (exclu) à ``a`` (compris) ; 0 le jour même, négatif passé."""
    if a < de:
        return -restants(a, de, fuseau)
    return sum(ouvre(de + timedelta(days=n), fuseau) for n in range(1, (a - de).days + 1))
