"""Le calendrier des réunions : jours fériés, rang dans le mois, séries, fichier .ics."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from jours_feries_france import JoursFeries

from partenaires.calendrier import instant_local
from partenaires.services.agendas import Entree, composer
from porteurs.enums import EtatReunion
from socle.dates import jour_en_mots

# Les jours fériés changent avec le territoire ; le fuseau du réseau dit lequel.
ZONES_DES_FERIES = {
    "America/Guadeloupe": "Guadeloupe",
    "America/Martinique": "Martinique",
    "America/Cayenne": "Guyane",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "Saint-Barthélémy",
    "America/Marigot": "Saint-Martin",
    "Indian/Reunion": "La Réunion",
    "Indian/Mayotte": "Mayotte",
    "Pacific/Noumea": "Nouvelle-Calédonie",
    "Pacific/Tahiti": "Polynésie Française",
    "Pacific/Wallis": "Wallis-et-Futuna",
}


def ferie(jour: date, fuseau: str) -> str | None:
    """Le nom du jour férié que l'on fête ce jour-là sur ce territoire, s'il y en a un."""
    zone = ZONES_DES_FERIES.get(fuseau, "Métropole")
    for nom, fete in JoursFeries.for_year(jour.year, zone).items():
        if fete == jour:
            return nom
    return None


def rang_de(jour: date) -> int:
    """0 pour le premier du mois parmi les jours de ce nom."""
    return (jour.day - 1) // 7


def meme_rang_le_mois_suivant(jour: date, rang: int | None = None) -> date:
    """Le 1ᵉʳ mardi mène au 1ᵉʳ mardi suivant ; un 5ᵉ mardi, au dernier s'il n'y en a pas cinq.

    ``rang`` : celui de la série, quand un mois sans cinquième mardi l'a fait oublier.
    """
    rang = rang_de(jour) if rang is None else rang
    annee, mois = (jour.year + 1, 1) if jour.month == 12 else (jour.year, jour.month + 1)
    premier, longueur = monthrange(annee, mois)
    quantieme = 1 + (jour.weekday() - premier) % 7 + 7 * rang
    if quantieme > longueur:
        quantieme -= 7
    return date(annee, mois, quantieme)


def prochaine_date(jour: date, fuseau: str, apres: date) -> date:
    """La date suivante d'une série mensuelle, après ``apres``, reportée d'une semaine si fériée."""
    suivante = meme_rang_le_mois_suivant(jour)
    while suivante <= apres:
        suivante = meme_rang_le_mois_suivant(suivante)
    while ferie(suivante, fuseau):
        suivante += timedelta(weeks=1)
    return suivante


ETE = (7, 8)


@dataclass(frozen=True)
class DateDeSerie:
    """Une date d'une série mensuelle ; ``raison`` dit pourquoi elle n'est pas au rang habituel."""

    debut: datetime
    raison: str = ""


def dates_de_serie(
    premier: date, heure: time, nombre: int, reseau, *, sans_ete: bool = False
) -> list[DateDeSerie]:
    """Les réunions d'une série mensuelle, au rang de la première (« le premier mardi »).

    Un jour férié fait reculer d'une semaine ; ``sans_ete`` saute juillet et août, sauf si la série
    y commence. Lève ``OverflowError`` ou ``ValueError`` aux bouts du calendrier.
    """
    dates, au_rang = [], premier
    while len(dates) < nombre:
        if not (sans_ete and au_rang.month in ETE and au_rang != premier):
            jour, raison = au_rang, ""
            while fete := ferie(jour, reseau.fuseau):
                raison = f"le {jour_en_mots(jour, annee=False)} est férié ({fete})"
                jour += timedelta(weeks=1)
            # L'heure que le passage à l'heure d'été saute devient la suivante.
            debut = instant_local(jour, heure, reseau.tz) or datetime.combine(
                jour, heure, tzinfo=reseau.tz
            ) + timedelta(hours=1)
            dates.append(DateDeSerie(debut, raison))
        au_rang = meme_rang_le_mois_suivant(au_rang, rang_de(premier))
    return dates


def methode(reunion) -> str:
    """Ce que l'agenda doit faire du fichier ; le type de la pièce jointe le redit."""
    return "CANCEL" if reunion.etat == EtatReunion.ANNULEE else "PUBLISH"


def entree(reunion) -> Entree:
    """La réunion telle qu'un agenda la montre : sa nature, son réseau, jamais un dossier."""
    page = settings.SITE_URL + reverse("porteurs:reunion", args=[reunion.reseau.slug, reunion.uuid])
    return Entree(
        cle=f"reunion-{reunion.uuid}",
        titre=f"{reunion.get_nature_display().capitalize()} · {reunion.reseau.nom}",
        debut=reunion.debut,
        fin=reunion.debut + timedelta(minutes=reunion.duree_minutes),
        fuseau=reunion.reseau.tz,
        sequence=reunion.sequence,
        modifiee_le=reunion.cree_le,
        lieu=reunion.lieu,
        description=f"L’ordre du jour\u00a0: {page}",
        adresse=page,
        annulee=reunion.etat == EtatReunion.ANNULEE,
    )


def fichier_ics(reunion) -> str:
    """La réunion pour l'agenda de chacun : publiée, sans réponse attendue (METHOD:PUBLISH).

    Annulée, elle s'efface des agendas qui l'avaient reçue (METHOD:CANCEL). L'identifiant
    ne change jamais ; ``SEQUENCE`` dit à l'agenda quelle version remplace l'autre.
    """
    a_l_instant = replace(entree(reunion), modifiee_le=timezone.now())
    return composer([a_l_instant], methode=methode(reunion)).decode()
