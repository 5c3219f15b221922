"""Les raisons d'une proposition, en mots : ce que lit qui choisit. Aucune ne nomme une personne."""

from collections.abc import Sequence

from partenaires.enums import CHAINE, Etape, SectionNaf
from socle import texte


def de(nom: str) -> str:
    """« d’Ambert », « de Thiers », « du Brugeron », « des Martres »."""
    if nom.startswith("Le "):
        return f"du {nom[3:]}"
    if nom.startswith("Les "):
        return f"des {nom[4:]}"
    return texte.de(nom)


def a_l_etape(etape: str) -> str:
    return f"à l’étape {Etape(etape).label}"


def etapes(codes: Sequence[str]) -> str:
    """« aux étapes idée, étude », dans l'ordre de la chaîne."""
    dites = [e.label for e in CHAINE if e in codes]
    if len(dites) == 1:
        return f"à l’étape {dites[0]}"
    return "aux étapes " + ", ".join(dites)


def couvre(theme: str, etape: str) -> str:
    return f"couvre «\u00a0{theme}\u00a0» {a_l_etape(etape)}"


def sert(commune: str) -> str:
    return f"sert la commune {de(commune)}"


def secteurs(sections: Sequence[str]) -> str:
    dits = [SectionNaf(s).label for s in sections]
    if len(dits) > 2:
        return f"pour {len(dits)} secteurs, dont celui du projet"
    return "spécialité\u00a0: " + ", ".join(dits)


def charge(nombre: int, *, la_moins: bool) -> str:
    """« 3 suivis en cours, la moins chargée » ; un suivi est un dossier ouvert ou un besoin pris."""
    if nombre == 0:
        return "aucun suivi en cours"
    phrase = f"{nombre} suivi{'s' if nombre > 1 else ''} en cours"
    return f"{phrase}, la moins chargée" if la_moins else phrase


def proximite(distance: float | None, *, meme_commune: bool, meme_epci: bool) -> str:
    if meme_commune:
        return "dans la même commune"
    if distance is not None:
        phrase = f"à {max(1, round(distance))}\u00a0km"
        return f"{phrase}, même intercommunalité" if meme_epci else phrase
    return "même intercommunalité" if meme_epci else ""


def phrase(raisons: Sequence[str]) -> str:
    """Les raisons en une ligne : « Sert la commune d’Ambert · couvre… »."""
    dite = " · ".join(raison for raison in raisons if raison)
    return dite[:1].upper() + dite[1:]
