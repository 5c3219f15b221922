"""Les instants d'un territoire, à son heure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from socle.dates import heure_en_mots, jour_en_mots


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
