"""Le courriel de la semaine : ce qui n'est pas pressé, réuni en un seul, le lundi matin.

Une ligne que son destinataire préfère par semaine attend dans l'état « semaine ». À l'heure, une
seule ligne « semaine » par personne et par semaine est déposée ; en se composant elle s'attache
les lignes dues. Un arrêt brutal ne perd rien : ce qui est attaché se retrouve à la composition
suivante, ce qui ne l'est pas encore attend le prochain passage.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from socle import preferences
from socle.courriels import Depot, Genre, Message, composer, deposer, rendre
from socle.enums import EtatCourriel, Frequence
from socle.models import Courriel

GENRE = "semaine"
# Lundi, sept heures : avant la première réunion.
JOUR, HEURE = 0, 7
SIGNATURE = "\n-- \n"


def prochain_depart(maintenant: datetime | None = None) -> datetime:
    """Le prochain lundi à sept heures, strictement après cet instant."""
    local = timezone.localtime(maintenant)
    depart = local.replace(hour=HEURE, minute=0, second=0, microsecond=0)
    depart += timedelta(days=(JOUR - local.weekday()) % 7)
    return depart if depart > local else depart + timedelta(days=7)


def preparer() -> int:
    """Dépose un courriel par personne qui a de quoi le remplir ; rend le nombre de nouveaux.

    Un passage manqué est rattrapé par le suivant. Ce qui arrive après l'envoi de la semaine
    attend la suivante : la clé du courriel est la semaine.
    """
    maintenant = timezone.now()
    dues = _encore_voulues(
        Courriel.objects.pour_la_semaine(maintenant)
        .select_related("destinataire")
        .only("genre", "cle_destinataire", "adresse", "destinataire")
        .order_by("pk")
    )
    # Une adresse peut avoir changé entre deux lignes : la dernière vaut.
    par_cle = {ligne.cle_destinataire: ligne for ligne in dues}
    annee, numero, _ = timezone.localtime(maintenant).isocalendar()
    return deposer(
        [
            Depot(
                GENRE,
                f"{annee}-S{numero:02d}",
                utilisateur=ligne.destinataire,
                adresse="" if ligne.destinataire else ligne.adresse,
            )
            for ligne in par_cle.values()
        ]
    )


def _composer(semaines: Sequence[Courriel]) -> dict[int, Message | None]:
    """S'attache ce qui est dû, puis compose chaque texte avec les droits de l'instant."""
    _attacher(semaines)
    repris = list(
        Courriel.objects.filter(repris_dans__in=semaines)
        .select_related("destinataire")
        .order_by("pk")
    )
    messages: dict[int, list[Message]] = {}
    for ligne, message in composer(repris, _rater):
        if message is not None:
            messages.setdefault(ligne.repris_dans_id, []).append(message)
    return {
        ligne.pk: _reunir(messages[ligne.pk]) if ligne.pk in messages else None
        for ligne in semaines
    }


def _encore_voulues(dues: Iterable[Courriel]) -> list[Courriel]:
    """Ces lignes, sans celles qui sont refusées depuis qu'elles attendent : elles le disent."""
    dues = list(dues)
    rythmes = preferences.rythmes(dues)
    refusees = {ligne.pk for ligne in dues if rythmes[ligne.pk] == Frequence.JAMAIS}
    Courriel.objects.filter(etat=EtatCourriel.SEMAINE, pk__in=refusees).update(
        etat=EtatCourriel.REFUSE
    )
    return [ligne for ligne in dues if ligne.pk not in refusees]


def _attacher(semaines: Sequence[Courriel]) -> None:
    """Une ligne n'entre que dans un courriel : la condition est dans l'écriture."""
    par_cle = {ligne.cle_destinataire: ligne.pk for ligne in semaines}
    dues = _encore_voulues(
        Courriel.objects.pour_la_semaine(timezone.now()).filter(cle_destinataire__in=par_cle)
    )
    siennes: dict[str, list[int]] = {}
    for ligne in dues:
        siennes.setdefault(ligne.cle_destinataire, []).append(ligne.pk)
    for cle, lignes in siennes.items():
        Courriel.objects.filter(etat=EtatCourriel.SEMAINE, pk__in=lignes).update(
            etat=EtatCourriel.REPLIE, repris_dans=par_cle[cle]
        )


def _rater(ligne: Courriel, erreur: str) -> None:
    """Un texte qui ne se compose pas n'emporte pas les autres : il devient un échec visible."""
    Courriel.objects.filter(pk=ligne.pk).update(
        etat=EtatCourriel.ECHEC, repris_dans=None, erreur=erreur[:300]
    )


def _reunir(messages: list[Message]) -> Message:
    parties = [
        {"sujet": message.sujet, "texte": message.texte.rpartition(SIGNATURE)[0] or message.texte}
        for message in messages
    ]
    for partie in parties:
        partie["texte"] = partie["texte"].strip()
    sujet = "Votre semaine sur Maillon\u00a0: " + (
        parties[0]["sujet"] if len(parties) == 1 else f"{len(parties)} nouvelles"
    )
    pieces = [piece for message in messages for piece in message.pieces]
    return rendre(
        "socle/courriels/semaine",
        sujet,
        {"parties": parties, "tableau": settings.SITE_URL + reverse("accueil:tableau")},
        pieces,
    )


GENRES = [
    # Ce qu'il reprend peut porter un lien qui écrit au nom de la personne.
    Genre(GENRE, "Le courriel de la semaine", _composer, secret=True, famille=preferences.SEMAINE)
]
