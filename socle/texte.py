"""Comparer des textes français sans se soucier des accents, des ligatures ni de la casse."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

# Ceux qui ne distinguent rien, élisions comprises.
MOTS_VIDES = {"de", "du", "des", "la", "le", "les", "et", "d", "l", "en", "a", "au", "aux"}


def sans_accent(texte: str) -> str:
    """Le texte en minuscules, sans accent, ligatures dépliées."""
    decompose = unicodedata.normalize("NFD", texte.lower())
    return "".join(c for c in decompose if not unicodedata.combining(c)).translate(_LIGATURES)


def cle(texte: str) -> str:
    """Clé de tri et de comparaison : sans accent, tout ce qui n'est ni lettre ni chiffre en espace."""
    return " ".join(re.findall(r"[a-z0-9]+", sans_accent(texte)))


def mots_utiles(texte: str) -> list[str]:
    """Les mots à chercher, chacun une fois ; s'il n'y en a que de petits, ceux-là."""
    mots = list(dict.fromkeys(cle(texte).split()))
    return [mot for mot in mots if mot not in MOTS_VIDES] or mots
