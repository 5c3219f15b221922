"""Les listes de contributions déclarées dans les réglages (STYLE §1).

Un réglage ``MAILLON_…`` est une liste ordonnée de chemins pointés ; chaque chemin mène à un
objet, ou à une liste d'objets, qu'une application apporte à un lieu commun.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def contributions(reglage: str) -> tuple:
    """Les objets désignés par le réglage, dans l'ordre, listes et dictionnaires mis à plat.

    Lève ``ImportError`` si un chemin ne mène nulle part : une contribution perdue est un défaut.
    """
    objets = []
    for chemin in getattr(settings, reglage):
        objet = import_string(chemin)
        if isinstance(objet, dict):
            objets.extend(objet.values())
        elif isinstance(objet, list | tuple):
            objets.extend(objet)
        else:
            objets.append(objet)
    return tuple(objets)
