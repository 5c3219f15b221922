"""Les agendas en ``.ics`` : ce que chaque application y met, et le fichier qu'un téléphone relit.

Une application contribue à MAILLON_AGENDAS par une fonction qui reçoit un ``Lecteur`` et rend des
``Entree`` : ce que cette personne voit, ou ce qu'un réseau montre à tous. Jamais le nom d'un
porteur : un agenda se partage, se synchronise et se lit sur un écran verrouillé.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.utils import timezone
from icalendar import Calendar, Event

from partenaires.models import AgendaPersonnel, Reseau
from socle.acteur import Acteur, acteur_de
from socle.listes import contributions

_SEL = "partenaires.agenda"
# Ce qu'un agenda garde du passé : de quoi retrouver une date, sans grossir sans fin.
MEMOIRE = timedelta(days=180)
RELECTURE = timedelta(hours=4)


@dataclass(frozen=True)
class Lecteur:
    """Pour qui l'agenda s'écrit : une personne et ses mandats du jour, ou le public d'un réseau."""

    depuis: datetime
    acteur: Acteur | None = None
    reseau: Reseau | None = None


@dataclass(frozen=True)
class Entree:
    """Un rendez-vous. ``cle`` ne change jamais ; ``sequence`` croît à chaque changement."""

    cle: str
    titre: str
    debut: datetime
    fin: datetime
    fuseau: ZoneInfo
    sequence: int
    modifiee_le: datetime
    lieu: str = ""
    description: str = ""
    adresse: str = ""
    annulee: bool = False


def composer(entrees: Iterable[Entree], *, nom: str = "", methode: str = "") -> bytes:
    """Le fichier ``.ics``. ``methode`` pour une pièce jointe (PUBLISH, CANCEL) ; un flux n'en a pas.

    Le même contenu donne les mêmes octets : l'ETag d'un flux ne bouge que s'il a changé.
    """
    calendrier = Calendar()
    calendrier.add("prodid", "-//Maillon//Agenda//FR")
    calendrier.add("version", "2.0")
    calendrier.add("calscale", "GREGORIAN")
    if methode:
        calendrier.add("method", methode)
    if nom:
        calendrier.add("x-wr-calname", nom)
        calendrier.add("name", nom)
        calendrier.add("refresh-interval", RELECTURE, parameters={"value": "DURATION"})
    for entree in entrees:
        calendrier.add_component(_vevent(entree))
    calendrier.add_missing_timezones()
    return calendrier.to_ical()


def _vevent(entree: Entree) -> Event:
    vevent = Event()
    vevent.add("uid", f"{entree.cle}@{settings.COURRIEL_DOMAINE}")
    vevent.add("sequence", entree.sequence)
    vevent.add("dtstamp", entree.modifiee_le.replace(microsecond=0))
    # À l'heure du lieu : l'agenda la garde juste, été comme hiver.
    vevent.add("dtstart", entree.debut.astimezone(entree.fuseau).replace(microsecond=0))
    vevent.add("dtend", entree.fin.astimezone(entree.fuseau).replace(microsecond=0))
    vevent.add("summary", entree.titre)
    for propriete, valeur in (
        ("location", entree.lieu),
        ("description", entree.description),
        ("url", entree.adresse),
    ):
        if valeur:
            vevent.add(propriete, valeur)
    vevent.add("status", "CANCELLED" if entree.annulee else "CONFIRMED")
    return vevent


def entrees_de(lecteur: Lecteur) -> list[Entree]:
    """Tout ce que les applications montrent à ce lecteur, dans l'ordre du temps."""
    entrees = [e for apporter in contributions("MAILLON_AGENDAS") for e in apporter(lecteur)]
    return sorted(entrees, key=lambda e: (e.debut, e.cle))


def agenda_public(reseau: Reseau) -> bytes:
    lecteur = Lecteur(timezone.now() - MEMOIRE, reseau=reseau)
    return composer(entrees_de(lecteur), nom=f"Rendez-vous de {reseau.nom}")


# --- L'adresse secrète de chacun ---------------------------------------------------------------


def jeton(agenda: AgendaPersonnel) -> str:
    return signing.Signer(salt=_SEL).sign(agenda.cle.hex)


def agenda_du_jeton(recu: str) -> bytes | None:
    """L'agenda de cette adresse ; rien si elle est forgée, changée, ou si le compte est fermé."""
    try:
        cle = signing.Signer(salt=_SEL).unsign(recu)
        agenda = AgendaPersonnel.objects.select_related("utilisateur").get(cle=cle)
    except (signing.BadSignature, AgendaPersonnel.DoesNotExist, ValueError):
        return None
    if not agenda.utilisateur.is_active:
        return None
    lecteur = Lecteur(timezone.now() - MEMOIRE, acteur=acteur_de(agenda.utilisateur))
    return composer(entrees_de(lecteur), nom="Mes rendez-vous Maillon")


def ouvrir_son_agenda(*, acteur: Acteur) -> AgendaPersonnel:
    """Une adresse neuve ; l'ancienne, s'il y en avait une, ne vaut plus."""
    agenda, _ = AgendaPersonnel.objects.update_or_create(
        utilisateur=acteur.utilisateur,
        defaults={"cle": uuid4(), "cree_le": timezone.now()},
    )
    return agenda


def fermer_son_agenda(*, acteur: Acteur) -> None:
    AgendaPersonnel.objects.filter(utilisateur=acteur.utilisateur).delete()
