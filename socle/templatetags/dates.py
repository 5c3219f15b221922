"""Les filtres de date, offerts à tous les gabarits. Une valeur absente ne s'écrit pas."""

from django import template

from socle.dates import date_en_mots, heure_en_mots, instant_en_mots, jour_en_mots

register = template.Library()


@register.filter(expects_localtime=True, is_safe=True)
def jour(valeur, forme: str = "") -> str:
    """« 1ᵉʳ décembre 2026 » ; ``court`` sans l'année, ``semaine`` avec le jour de la semaine."""
    if not valeur:
        return ""
    if forme == "semaine":
        return jour_en_mots(valeur)
    return date_en_mots(valeur, annee=forme != "court")


@register.filter(expects_localtime=True, is_safe=True)
def heure(valeur) -> str:
    """« 9 h 30 »."""
    return heure_en_mots(valeur) if valeur else ""


@register.filter(expects_localtime=True, is_safe=True)
def instant(valeur) -> str:
    """« 1ᵉʳ décembre 2026 à 9 h 30 »."""
    return instant_en_mots(valeur) if valeur else ""
