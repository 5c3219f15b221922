"""Comparer des textes français sans se soucier des accents, des ligatures ni de la casse."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})


def sans_accent(texte: str) -> str:
    """Le texte en minuscules, sans accent, ligatures dépliées."""
    decompose = unicodedata.normalize("NFD", texte.lower())
    return "".join(c for c in decompose if not unicodedata.combining(c)).translate(_LIGATURES)


def cle(texte: str) -> str:
    """Clé de tri et de comparaison : sans accent, tout ce qui n'est ni lettre ni chiffre en espace."""
    return " ".join(re.findall(r"[a-z0-9]+", sans_accent(texte)))
