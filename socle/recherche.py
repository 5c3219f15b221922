"""Recherche plein texte en français, avec les dictionnaires du cœur de PostgreSQL.

Les fonctions SQL ``vecteur_francais`` et ``requete_francaise`` (migration 0001) lemmatisent
d'abord, puis ôtent les accents, et ajoutent les mots entiers pour retrouver un nom par son
début (DONNEES, « text search »).
"""

from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, Value


class RequeteFrancaise(SearchQuery):
    """Une requête tapée par une personne, jamais une syntaxe : tout texte est accepté."""

    function = "requete_francaise"

    def __init__(self, texte: str):
        self.invert = False
        Func.__init__(self, Value(texte))


def correspond(champ: str, texte: str) -> Q:
    """La condition « ce vecteur répond à ce texte »."""
    return Q(**{champ: RequeteFrancaise(texte)})
