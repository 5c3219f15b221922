"""Les dates en mots, et les instants d'un territoire."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

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


def jour_en_mots(jour: date, *, annee: bool = True) -> str:
    """« mardi 1ᵉʳ décembre 2026 »."""
    quantieme = "1ᵉʳ" if jour.day == 1 else str(jour.day)
    mots = f"{JOURS[jour.weekday()]} {quantieme} {MOIS[jour.month - 1]}"
    return f"{mots} {jour.year}" if annee else mots


def heure_en_mots(heure: time) -> str:
    """« 9 h 30 », « 14 h » : espaces insécables, pour que l'heure ne se coupe pas."""
    return f"{heure.hour}\u00a0h" + (f"\u00a0{heure.minute:02d}" if heure.minute else "")


def quand(debut: datetime, fuseau: ZoneInfo) -> str:
    """« mardi 1ᵉʳ décembre 2026, 9 h 30 », à l'heure du réseau."""
    local = debut.astimezone(fuseau)
    return f"{jour_en_mots(local.date())}, {heure_en_mots(local.time())}"


def instant_local(jour: date, heure: time, fuseau: ZoneInfo) -> datetime | None:
    """L'instant de ce jour à cette heure ; ``None`` si le passage à l'heure d'été l'a sauté.

    Lève ``OverflowError`` aux deux bouts du calendrier (an 1, an 9999).
    """
    instant = datetime.combine(jour, heure, tzinfo=fuseau)
    relu = instant.astimezone(UTC).astimezone(fuseau)
    return instant if relu.replace(tzinfo=None) == instant.replace(tzinfo=None) else None
