"""Ce qu'une case devient : un texte propre, et la neutralisation de ce qui agirait comme formule."""

import datetime
import re
import unicodedata
from decimal import Decimal

# La limite des tableurs ; au-delà, ce n'est plus une case mais un fichier mal découpé.
CASE_LONGUEUR = 32_767

# Invisibles que le copier-coller sème : marque d'ordre, espaces de largeur nulle.
_INVISIBLES = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
# Hors retours à la ligne, gardés : une adresse peut tenir sur deux lignes dans sa case.
_COMMANDES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_RETOURS = re.compile(r"\r\n?|\u2028|\u2029|\x85")

# Une case qui commence ainsi serait calculée par un tableur. Les apostrophes déjà présentes
# comptent, pour que lire ce qui fut écrit rende exactement le même texte.
_ACTIVE = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def en_texte(valeur) -> str:
    """Une valeur de case en texte : dates ISO, nombres sans « .0 » ni exposant, texte nettoyé."""
    if isinstance(valeur, str):
        return propre(valeur)
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, (int, float)):
        return _nombre(valeur)
    if isinstance(valeur, datetime.datetime):
        jour = valeur.date().isoformat()
        return jour if valeur.time() == datetime.time() else f"{jour} {_heure(valeur.time())}"
    if isinstance(valeur, datetime.date):
        return valeur.isoformat()
    if isinstance(valeur, datetime.time):
        return _heure(valeur)
    if isinstance(valeur, datetime.timedelta):
        minutes, secondes = divmod(int(valeur.total_seconds()), 60)
        heures, minutes = divmod(minutes, 60)
        return f"{heures:02d}:{minutes:02d}" + (f":{secondes:02d}" if secondes else "")
    raise TypeError(f"case d’un type inattendu : {type(valeur).__name__}")


def _heure(heure: datetime.time) -> str:
    return heure.strftime("%H:%M:%S" if heure.second else "%H:%M")


def _nombre(valeur: int | float) -> str:
    """Quinze chiffres, comme les tableurs : un SIRET reste entier, 0,1 + 0,2 fait 0.3."""
    if isinstance(valeur, int):
        return str(valeur)
    texte = format(Decimal(format(valeur, ".15g")), "f")
    return texte.rstrip("0").rstrip(".") if "." in texte else texte


def propre(texte: str) -> str:
    """Accents recomposés, commandes et invisibles ôtés, bords rognés ; l'insécable intérieure reste."""
    if texte.isascii() and texte.isprintable():
        return texte.strip()
    texte = unicodedata.normalize("NFC", _RETOURS.sub("\n", texte))
    return _COMMANDES.sub("", _INVISIBLES.sub("", texte)).replace("\t", " ").strip()


def neutraliser(texte: str) -> str:
    """Le texte, précédé d'une apostrophe s'il commençait comme une formule."""
    return f"'{texte}" if _ACTIVE.match(texte) else texte


def deneutraliser(texte: str) -> str:
    """L'inverse de ``neutraliser`` : une apostrophe de garde n'est pas du texte."""
    return texte[1:] if texte.startswith("'") and _ACTIVE.match(texte) else texte


def active(texte: str) -> bool:
    return bool(_ACTIVE.match(texte))
