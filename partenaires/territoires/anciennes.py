"""Les noms et les codes d'avant : communes réunies, renommées, arrondissements.

Les gens, et leurs tableaux, disent longtemps le nom de leur ancienne commune. Chacun mène à la
commune d'aujourd'hui, d'après la version la plus récente qui le dise.
"""

from pathlib import Path

from partenaires.territoires import sources
from socle.texte import cle


def construire(dossier: Path, communes: dict[str, dict]) -> list[tuple[str, str, str]]:
    """``(code, nom, commune d'aujourd'hui)`` ; le nom est vide quand aucune version ne le donne."""
    menent = _codes(communes)
    trouves: dict[tuple[str, str], tuple[str, str, str]] = {}
    for decoupage in sources.DECOUPAGES:
        for ligne in sources.decoupage(dossier, decoupage, "communes"):
            commune = _commune(ligne, menent)
            nom = " ".join(ligne["nom"].split())
            if commune and not _est_actuelle(ligne["code"], nom, communes):
                trouves.setdefault((ligne["code"], cle(nom)), (ligne["code"], nom, commune))
    connus = {code for code, _, _ in trouves.values()} | communes.keys()
    sans_nom = [(code, "", c) for code, c in menent.items() if code not in connus]
    return [*trouves.values(), *sans_nom]


def _codes(communes: dict[str, dict]) -> dict[str, str]:
    """Où mène chaque code : le sien pour une commune d'aujourd'hui, le nouveau pour un ancien."""
    menent = {
        ancien: code
        for code, commune in communes.items()
        for ancien in commune.get("anciensCodes", [])
    }
    return menent | {code: code for code in communes}


def _commune(ligne: dict, menent: dict[str, str]) -> str | None:
    """La commune d'aujourd'hui de cette ligne, quelle que soit sa version.

    Une déléguée ou un arrondissement suivent leur chef-lieu, même quand il a été réuni depuis ;
    redevenue commune, elle se suffit.
    """
    tete = ligne.get("chefLieu") or ligne.get("commune")
    propre = menent.get(ligne["code"])
    if tete is None or (propre == ligne["code"] and tete != ligne["code"]):
        return propre
    return menent.get(tete)


def _est_actuelle(code: str, nom: str, communes: dict[str, dict]) -> bool:
    return code in communes and cle(communes[code]["nom"]) == cle(nom)
