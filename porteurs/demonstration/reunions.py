"""Les réunions de la démonstration : les mensuelles, les comités, et ce qu'on y a décidé."""

from datetime import date, timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.structures import AUVERGNE, LIVRADOIS, SANFLORAIN
from partenaires.models import Reseau
from porteurs.demonstration import paroles
from porteurs.demonstration.recit import Recit
from porteurs.enums import EtatReunion, NatureReunion
from porteurs.models import Dossier, PointReunion, Reunion

TECHNIQUE, SUIVI, PILOTAGE = NatureReunion.TECHNIQUE, NatureReunion.SUIVI, NatureReunion.PILOTAGE
# La prochaine réunion mensuelle, en jours : à dix jours ici, dans la semaine chez les voisins.
PROCHAINE = {LIVRADOIS: 10, SANFLORAIN: 5}
COMITES = {
    LIVRADOIS: [(6, 18, SUIVI), (12, 8, PILOTAGE)],
    SANFLORAIN: [(5, 20, SUIVI), (11, 26, PILOTAGE)],
    AUVERGNE: [(10, 14, PILOTAGE)],
}
LIEUX = {
    LIVRADOIS: ["Maison du parc", "Mairie d’Ambert", "Hôtel d’entreprises de Thiers"],
    SANFLORAIN: ["Village d’entreprises de Saint-Flour", "Mairie de Murat"],
    AUVERGNE: ["Clermont-Ferrand"],
}
HORIZON_COMITE = timedelta(days=75)


def tenir_les_reunions(
    contexte: Contexte,
    hasard: Random,
    reseau: Reseau,
    recits: list[Recit],
    dossiers: dict[str, Dossier],
) -> None:
    reunions = [
        Reunion(
            uuid=uuid_de(hasard),
            reseau=reseau,
            nature=nature,
            debut=instant(reseau, le, 9 if nature == TECHNIQUE else 14, 30),
            lieu=hasard.choice(LIEUX[reseau.slug]),
            etat=EtatReunion.TENUE if le < contexte.jour else EtatReunion.PREVUE,
        )
        for le, nature in _dates(contexte, reseau)
    ]
    Reunion.objects.bulk_create(reunions)
    points = []
    for reunion in reunions:
        if reunion.nature == TECHNIQUE:
            points += _points(contexte, hasard, reunion, recits, dossiers)
    PointReunion.objects.bulk_create(points)


def _dates(contexte: Contexte, reseau: Reseau) -> list[tuple[date, str]]:
    dates = []
    for annee in range(contexte.debut.year, contexte.jour.year + 2):
        for mois, jour, nature in COMITES[reseau.slug]:
            le = contexte.calendrier.apres(date(annee, mois, jour))
            if contexte.debut <= le <= contexte.jour + HORIZON_COMITE and le != contexte.jour:
                dates.append((le, nature))
    if reseau.slug in PROCHAINE:
        dates += [(le, TECHNIQUE) for le in _mensuelles(contexte)]
        prochaine = contexte.jour + timedelta(days=PROCHAINE[reseau.slug])
        dates.append((_dans_la_semaine(contexte, prochaine), TECHNIQUE))
    return sorted(dates)


def _dans_la_semaine(contexte: Contexte, jour: date) -> date:
    """Le jour ouvré le plus proche avant ce jour, ou après si cela tombait aujourd'hui."""
    avant = contexte.calendrier.avant(jour)
    return avant if avant > contexte.jour else contexte.calendrier.apres(jour)


def _mensuelles(contexte: Contexte) -> list[date]:
    """Le premier mardi de chaque mois passé, sauf en août ; le lendemain s'il est férié."""
    mardis = []
    jour = contexte.debut.replace(day=1)
    while jour < contexte.jour:
        mardi = contexte.calendrier.apres(jour + timedelta(days=(1 - jour.weekday()) % 7))
        if contexte.debut <= mardi < contexte.jour and mardi.month != 8:
            mardis.append(mardi)
        jour = (jour + timedelta(days=32)).replace(day=1)
    return mardis


def _points(
    contexte: Contexte, hasard: Random, reunion: Reunion, recits: list[Recit], dossiers: dict
) -> list[PointReunion]:
    le = reunion.debut.astimezone(reunion.reseau.tz).date()
    tenue = reunion.etat == EtatReunion.TENUE
    jour = min(le, contexte.fin)
    presents = [r for r in recits if _vivant(r, jour, tenue)]
    choisis = hasard.sample(presents, min(len(presents), hasard.randint(4, 6) if tenue else 3))
    return [
        PointReunion(
            reunion=reunion,
            dossier=dossiers[recit.reference],
            mot="" if tenue else hasard.choice(paroles.MOTS_REUNION),
            ajoute_par=recit.paroles[-1].mandat.utilisateur,
            decision=hasard.choice(paroles.DECISIONS) if tenue else "",
            decide_le=le if tenue else None,
        )
        for recit in choisis
    ]


def _vivant(recit: Recit, jour: date, tenue: bool) -> bool:
    """Le dossier était partagé et suivi ce jour-là ; ouvert, pour une réunion à venir."""
    if not recit.partageable:
        return False
    if not tenue:
        return not recit.clos
    return recit.informe_le <= jour <= recit.derniere
