"""Des lectures dont Django compose le SQL une fois pour tout le processus.

Composer une lecture à plusieurs jointures prend souvent plus de temps que de la jouer. Celles que
toute page refait, à une valeur près, se composent ici une seule fois ; la règle reste écrite où
elle l'est toujours, dans les QuerySet.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property

from django.db import connection
from django.db.models import QuerySet

# Des valeurs qu'aucune règle n'emploie : on les retrouve dans les paramètres pour les remplacer.
TEMOINS = {
    int: lambda rang: -910_000_001 - rang,
    date: lambda rang: date(1, 2, 3) + timedelta(days=rang),
}


class Lecture:
    """``Lecture(construire, reseau=int)`` puis ``lecture(reseau=3)`` : des tuples, dans l'ordre demandé.

    ``construire`` reçoit les paramètres nommés et rend un ``values_list``. Chaque paramètre doit
    arriver tel quel jusqu'à la base : on ne calcule rien avec lui, et on n'en fait pas de liste.
    Les champs rendus sont ceux que la base donne, sans conversion par Django.
    """

    def __init__(self, construire: Callable[..., QuerySet], **parametres: type):
        self.construire = construire
        self.temoins = {
            nom: TEMOINS[genre](rang) for rang, (nom, genre) in enumerate(parametres.items())
        }

    @cached_property
    def composee(self) -> tuple[str, list, list[tuple[int, str]]]:
        """Le SQL, ses paramètres, et la place de ceux qui changent."""
        requete = self.construire(**self.temoins).query
        sql, valeurs = requete.get_compiler(connection=connection).as_sql()
        places = [
            (place, nom)
            for place, valeur in enumerate(valeurs)
            for nom, temoin in self.temoins.items()
            if type(valeur) is type(temoin) and valeur == temoin
        ]
        absents = set(self.temoins) - {nom for _, nom in places}
        if absents:
            raise ValueError(f"Ces paramètres n'arrivent pas à la base : {sorted(absents)}.")
        return sql, list(valeurs), places

    def __call__(self, **parametres) -> list[tuple]:
        sql, valeurs, places = self.composee
        valeurs = valeurs.copy()
        for place, nom in places:
            valeurs[place] = parametres[nom]
        with connection.cursor() as curseur:
            curseur.execute(sql, valeurs)
            return curseur.fetchall()
