"""Les heures d'ouverture : tapées comme on les dit, gardées par jour, relues en français.

Une semaine est une liste de sept jours, du lundi au dimanche ; un jour, au plus deux plages
``["09:00", "12:00"]`` dans l'ordre. Une semaine sans aucune plage s'écrit ``[]``.
"""

import re

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
PLAGES = 2
EXEMPLE = "Écrivez par exemple «\u00a09h-12h et 14h-17h30\u00a0», ou laissez vide."

# Les minutes suivent « h » ou « : », et ne sont pas l'heure d'après.
_HEURE = r"(\d{1,2})(?:\s*(?:h(?:eures?)?|:)(?:\s*(\d{2})(?!\d|\s*(?:h|:)))?)?"
_PLAGE = re.compile(rf"(?:de\s+)?{_HEURE}\s*(?:-|–|—|à|a|/)\s*{_HEURE}(?:\s*min)?", re.IGNORECASE)
_ENTRE_PLAGES = re.compile(r"(?:\s|,|;|/|\+|et|puis|de)*", re.IGNORECASE)
_FERME = {"", "ferme", "fermé", "fermée", "-", "—", "non"}


class HorairesIllisibles(ValueError):
    """La phrase dit ce qui ne va pas, pour la personne qui l'a tapé."""


def lire_plages(saisie: str) -> list[list[str]]:
    """Les plages d'un jour : « 9h-12h et 14h-17h30 », « 9:00-12:00 / 14-18 », « fermé »."""
    saisie = " ".join(saisie.replace("\u00a0", " ").replace("\u202f", " ").split())
    if saisie.lower() in _FERME:
        return []
    trouvees = list(_PLAGE.finditer(saisie))
    restes = _PLAGE.sub("|", saisie).split("|")
    if not trouvees or not all(_ENTRE_PLAGES.fullmatch(reste) for reste in restes):
        raise HorairesIllisibles(f"Nous ne lisons pas ces heures. {EXEMPLE}")
    if len(trouvees) > PLAGES:
        raise HorairesIllisibles(
            "Deux plages par jour au plus\u00a0; dites le reste dans la précision."
        )
    plages = [[_heure(p[1], p[2]), _heure(p[3], p[4])] for p in trouvees]
    bornes = [borne for plage in plages for borne in plage]
    if bornes != sorted(set(bornes)):
        raise HorairesIllisibles("Ces heures ne se suivent pas\u00a0: la fin vient avant le début.")
    return plages


def _heure(heures: str, minutes: str | None) -> str:
    if int(heures) > 24 or int(minutes or 0) > 59 or (int(heures) == 24 and int(minutes or 0)):
        raise HorairesIllisibles(f"Cette heure n’existe pas. {EXEMPLE}")
    return f"{int(heures):02d}:{int(minutes or 0):02d}"


def dire_plages(plages: list[list[str]]) -> str:
    """« 9 h – 12 h et 14 h – 17 h 30 », espaces insécables comprises."""
    return " et ".join(f"{_dire(debut)}\u00a0– {_dire(fin)}" for debut, fin in plages)


def _dire(heure: str) -> str:
    heures, minutes = heure.split(":")
    return f"{int(heures)}\u00a0h" + (f"\u00a0{minutes}" if minutes != "00" else "")


def en_phrases(semaine: list) -> list[str]:
    """« du lundi au jeudi, 9 h – 12 h » : une phrase par horaire différent, dans l'ordre des jours."""
    par_horaire: dict[str, list[int]] = {}
    for jour, plages in enumerate(semaine):
        if plages:
            par_horaire.setdefault(dire_plages(plages), []).append(jour)
    return [f"{_dire_jours(jours)}, {heures}" for heures, jours in par_horaire.items()]


def _dire_jours(jours: list[int]) -> str:
    suites: list[list[int]] = []
    for jour in jours:
        if suites and jour == suites[-1][-1] + 1:
            suites[-1].append(jour)
        else:
            suites.append([jour])
    noms = []
    for suite in suites:
        if len(suite) > 2:
            noms.append(f"du {JOURS[suite[0]]} au {JOURS[suite[-1]]}")
        else:
            noms += [f"le {JOURS[jour]}" for jour in suite]
    return noms[0] if len(noms) == 1 else f"{', '.join(noms[:-1])} et {noms[-1]}"


def semaine_de(jours: list[list]) -> list:
    """La semaine à garder : rien du tout si aucun jour n'a d'heure."""
    return jours if any(jours) else []


_JOURS_OSM = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def en_osm(semaine: list) -> str:
    """La semaine dans l'écriture d'OpenStreetMap, celle des données ouvertes : « Mo 09:00-12:00 »."""
    return "; ".join(
        f"{_JOURS_OSM[jour]} {','.join('-'.join(plage) for plage in plages)}"
        for jour, plages in enumerate(semaine)
        if plages
    )
