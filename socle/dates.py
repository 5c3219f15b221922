"""Les dates et les heures comme on les dit : « mardi 1ᵉʳ décembre 2026, 9 h 30 ».

Django écrit « 1 décembre » et « 9:30 » ; tout ce qui se lit passe donc par ici, et les gabarits par
les filtres ``jour``, ``heure`` et ``instant``.
"""

from datetime import date, datetime, time

JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
MOIS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def date_en_mots(jour: date, *, annee: bool = True) -> str:
    """« 1ᵉʳ décembre 2026 »."""
    quantieme = "1ᵉʳ" if jour.day == 1 else str(jour.day)
    mots = f"{quantieme} {MOIS[jour.month - 1]}"
    return f"{mots} {jour.year}" if annee else mots


def jour_en_mots(jour: date, *, annee: bool = True) -> str:
    """« mardi 1ᵉʳ décembre 2026 »."""
    return f"{JOURS[jour.weekday()]} {date_en_mots(jour, annee=annee)}"


def heure_en_mots(heure: time | datetime) -> str:
    """« 9 h 30 », « 14 h » : espaces insécables, pour que l'heure ne se coupe pas."""
    return f"{heure.hour}\u00a0h" + (f"\u00a0{heure.minute:02d}" if heure.minute else "")


def instant_en_mots(instant: datetime) -> str:
    """« 1ᵉʳ décembre 2026 à 9 h 30 », à l'heure où l'instant est écrit."""
    return f"{date_en_mots(instant)} à {heure_en_mots(instant)}"
