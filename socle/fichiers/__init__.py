"""Fichiers privés : reçus avec méfiance, rangés hors du web, servis après autorisation.

- ``recevoir(televersement, acteur=…, genres=DOCUMENTS)`` vérifie, range et décrit : un ``Fichier`` ;
- ``ChampFichier`` et ``FormulaireAvecFichiers`` font de même dans un formulaire, l'erreur à côté du
  champ, et gardent le fichier quand un autre champ est à revoir ;
- ``garder(contenu, nom=…)`` range un document que Maillon a composé lui-même ;
- ``servir(request, fichier)`` le rend, journal tenu, après que la vue a vérifié le droit.
"""

from socle.fichiers.depot import eprouver, garder, ouvrir, recevoir
from socle.fichiers.formulaire import ChampFichier, FormulaireAvecFichiers
from socle.fichiers.genres import (
    BUREAUTIQUE,
    DOCUMENTS,
    IMAGES,
    PDF,
    TABLEURS,
    TEXTES,
    TOUS,
    Genre,
)
from socle.fichiers.menage import effacer
from socle.fichiers.service import servir

__all__ = [
    "BUREAUTIQUE",
    "DOCUMENTS",
    "IMAGES",
    "PDF",
    "TABLEURS",
    "TEXTES",
    "TOUS",
    "ChampFichier",
    "FormulaireAvecFichiers",
    "Genre",
    "effacer",
    "eprouver",
    "garder",
    "ouvrir",
    "recevoir",
    "servir",
]
