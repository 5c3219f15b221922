"""Comprendre une case écrite à la main : un nom, un jour, un téléphone, un courriel.

Chaque lecture rend une valeur, ou lève ``Illisible`` avec la phrase à montrer à côté de la case.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from porteurs.models.porteur import PREMIERE_NAISSANCE
from socle.coordonnees import lire_telephone
from socle.dates import date_en_mots
from socle.texte import cle

NOM_MAXIMAL = 80
MOIS = {
    mot: rang
    for rang, mots in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars mar",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout aou",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        1,
    )
    for mot in mots.split()
}
CIVILITES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_CHIFFRES = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})(?:\s+\d{1,2}:\d{2}.*)?")
_LETTRES = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+) (\d{4}|\d{2})")
_DEUX_PERSONNES = re.compile(r"\s(?:et|&)\s|/|\+", re.IGNORECASE)
_SEPARE = re.compile(r"\s*(?:[;/,\n]|\bou\b|\bet\b)\s*")


class Illisible(ValueError):
    """La case ne se comprend pas ; le texte dit pourquoi, pour la personne."""


def lire_jour(texte: str) -> date:
    """« 31/12/2024 », « 2024-12-31 », « 3 mars 2024 », « mars 2024 » (le premier du mois)."""
    lu = _nombres(texte.strip())
    if lu is None:
        raise Illisible(
            f"«\u00a0{texte[:40]}\u00a0» n’est pas une date qu’on sait lire. Écrivez-la ainsi\u00a0: "
            "31/12/2024."
        )
    try:
        return date(*lu)
    except ValueError:
        raise Illisible(f"Le «\u00a0{texte[:40]}\u00a0» n’existe pas dans le calendrier.") from None


def _nombres(texte: str) -> tuple[int, int, int] | None:
    if iso := _ISO.fullmatch(texte):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if chiffres := _CHIFFRES.fullmatch(texte):
        return _annee(chiffres[3]), int(chiffres[2]), int(chiffres[1])
    lettres = _LETTRES.fullmatch(cle(texte))
    if lettres and lettres[2] in MOIS:
        return _annee(lettres[3]), MOIS[lettres[2]], int(lettres[1] or 1)
    return None


def _annee(texte: str) -> int:
    """Deux chiffres : le siècle de qui travaille aujourd'hui."""
    return int(texte) + 2000 if len(texte) == 2 else int(texte)


def lire_jour_passe(texte: str, jour: date) -> date:
    lu = lire_jour(texte)
    if lu > jour:
        raise Illisible(f"Le {date_en_mots(lu)} est dans l’avenir.")
    if lu.year < 1980:
        raise Illisible(f"Le {date_en_mots(lu)} est trop lointain\u00a0: vérifiez l’année.")
    return lu


def lire_naissance(texte: str, jour: date) -> date:
    """« 65 » dit 1965 : une année de naissance à deux chiffres est toujours passée."""
    lu = lire_jour(texte)
    if lu > jour and not re.search(rf"\b{lu.year}\b", texte):
        lu = lu.replace(year=lu.year - 100)
    if lu > jour:
        raise Illisible("Cette date de naissance est dans l’avenir.")
    if lu < PREMIERE_NAISSANCE:
        raise Illisible("Cette année de naissance est trop lointaine\u00a0: vérifiez-la.")
    return lu


def lire_telephones(texte: str) -> tuple[str, list[str]]:
    """Le premier numéro, et les autres, tels qu'ils se gardent.

    Un tableur ôte le zéro de tête d'un numéro pris pour un nombre : on le lui rend.
    """
    numeros = []
    for morceau in filter(None, _SEPARE.split(texte)):
        chiffres = re.sub(r"[\s.]", "", morceau)
        if re.fullmatch(r"[1-9]\d{8}", chiffres):
            morceau = f"0{chiffres}"
        try:
            numeros.append(lire_telephone(morceau))
        except ValueError:
            raise Illisible(
                f"«\u00a0{morceau[:40]}\u00a0» ne se lit pas comme un numéro de téléphone."
            ) from None
    return (numeros[0], numeros[1:]) if numeros else ("", [])


def lire_courriel(texte: str) -> str:
    adresse = texte.strip().removeprefix("mailto:").strip("<> ")
    if len([m for m in re.split(r"[;,\s]+", adresse) if "@" in m]) > 1:
        raise Illisible("Deux adresses dans une case\u00a0: gardez la meilleure.")
    try:
        validate_email(adresse)
    except ValidationError:
        raise Illisible(f"L’adresse «\u00a0{adresse[:80]}\u00a0» n’est pas complète.") from None
    return adresse.lower()


def lire_nom(texte: str, quoi: str) -> str:
    """Un prénom ou un nom, sur une ligne ; « Durand » reste tel quel, « DURAND » aussi."""
    nom = " ".join(texte.split())
    if not cle(nom):
        raise Illisible(f"Le {quoi} manque.")
    if len(nom) > NOM_MAXIMAL:
        raise Illisible(
            f"Ce {quoi} dépasse {NOM_MAXIMAL} caractères\u00a0: est-ce bien un {quoi}\u00a0?"
        )
    return nom


def separer(texte: str, *, nom_d_abord: bool) -> tuple[str, str]:
    """(prénom, nom) d'une case qui réunit les deux. Les capitales, ou une virgule, tranchent."""
    if _DEUX_PERSONNES.search(texte):
        raise Illisible(
            "Deux personnes dans une case\u00a0: gardez ici qui porte le projet, vous ajouterez l’autre "
            "dans son dossier."
        )
    if texte.count(",") == 1:
        nom, prenom = (morceau.strip() for morceau in texte.split(","))
        return lire_nom(prenom, "prénom"), lire_nom(nom, "nom")
    mots = [m for m in texte.split() if cle(m) not in CIVILITES]
    if len(mots) < 2:
        raise Illisible("Il manque le prénom ou le nom.")
    capitales = [m for m in mots if len(m) > 1 and m.isupper()]
    if capitales and len(capitales) < len(mots):
        noms = capitales
        prenoms = [m for m in mots if m not in capitales]
    elif nom_d_abord:
        noms, prenoms = mots[:-1], mots[-1:]
    else:
        prenoms, noms = mots[:1], mots[1:]
    return lire_nom(" ".join(prenoms), "prénom"), lire_nom(" ".join(noms), "nom")
