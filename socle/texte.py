"""Comparer des textes français sans se soucier des accents ni de la casse, et les accorder."""

import re
import unicodedata
from collections.abc import Iterable

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


def de(nom: str) -> str:
    """« d’Élodie », « de Paul », « d’Yves », « de Yann » : l'élision devant une voyelle ou un h."""
    debut = sans_accent(nom)[:2]
    elide = debut[:1] in set("aeiouh") or (debut[:1] == "y" and debut[1:] not in set("aeiou"))
    return f"d’{nom}" if elide else f"de {nom}"


def enumerer(mots: Iterable[str]) -> str:
    """« Élodie », « Élodie et Paul », « Élodie, Paul et Zoé »."""
    *premiers, dernier = [*mots] or [""]
    return f"{', '.join(premiers)} et {dernier}" if premiers else dernier
