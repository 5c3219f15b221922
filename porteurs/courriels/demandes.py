"""Les courriels des demandes : à la personne, à qui reçoit, à qui signale, à qui anime.

Chacun se relit au départ : ce qui a été pris, clos ou passé à d'autres entre-temps se tait. Aux
membres, une demande se nomme par son projet et sa commune, jamais par la personne.
"""

import re
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from porteurs.enums import EtatDemande
from porteurs.models import Demande
from porteurs.models.demande import lues_en_entier
from porteurs.services.demandes_annonces import (
    GENRE_ALERTE,
    GENRE_PERSONNE,
    GENRE_RECUE,
    GENRE_RETARD,
    GENRE_SUITE,
)
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.dates import date_en_mots
from socle.models import Courriel
from socle.preferences import Famille

FAMILLE = "demandes"
COURT = 60
_CLIQUABLE = re.compile(r"\S*(?:://|www\.|[@/\\]|\w\.\w)\S*", re.IGNORECASE)
FAMILLES = [
    Famille(
        FAMILLE,
        "Les demandes à prendre",
        "Une personne à rappeler vient d’être confiée à votre structure, ou attend depuis trois "
        "jours\u00a0; si vous animez, une date annoncée est passée.",
    )
]


def _lues(pks) -> dict[int, Demande]:
    return (
        Demande.objects.filter(purgee_le=None)
        .select_related("reseau__structure_coordinatrice", "structure", "commune", "signalant")
        .in_bulk(set(pks))
    )


def _lien(demande: Demande) -> str:
    return settings.SITE_URL + reverse("porteurs:demande", args=[demande.reseau.slug, demande.uuid])


def _a_la_personne(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Qui la rappelle et pour quand, qui l'a signalée, et comment dire non."""
    demandes = _lues(pk for c in courriels for pk in c.contexte["demandes"])
    messages = {}
    for courriel in courriels:
        siennes = [demandes[pk] for pk in courriel.contexte["demandes"] if pk in demandes]
        siennes = [d for d in siennes if d.en_attente]
        messages[courriel.pk] = _message_a_la_personne(siennes) if siennes else None
    return messages


def anodin(texte: str) -> str:
    """Ce qu'un inconnu a tapé, court et sans rien qui se clique : le courriel part à notre nom."""
    return " ".join(_CLIQUABLE.sub(" ", texte).split())[:COURT]


def _qui_signale(demande: Demande) -> str:
    """Une membre se nomme ; un inconnu ne dit que son nom et son organisme, raccourcis."""
    if demande.signalant:
        return demande.qui_signale
    mots = (anodin(demande.signalant_nom), anodin(demande.signalant_organisme))
    return ", ".join(filter(None, mots))


def _message_a_la_personne(demandes: list[Demande]) -> Message:
    premiere = demandes[0]
    if len(demandes) == 1:
        sujet = (
            f"{premiere.qui_rappelle} vous rappelle d’ici le {date_en_mots(premiere.promise_le)}"
        )
    else:
        sujet = "Qui vous rappelle, et pour quand"
    return rendre(
        "porteurs/courriels/demande_personne",
        sujet,
        {
            "demandes": demandes,
            "prenom": anodin(premiere.prenom),
            "signalee": bool(premiere.qui_signale),
            "qui_signale": _qui_signale(premiere),
        },
    )


def _recues(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui reçoit : il la lit encore, elle attend encore, et chez la même structure."""
    demandes = _lues(c.contexte["demande"] for c in courriels)
    acteurs = acteurs_de({c.destinataire for c in courriels})
    messages = {}
    for courriel in courriels:
        demande = demandes.get(courriel.contexte["demande"])
        acteur = acteurs.get(courriel.destinataire_id)
        vaut = (
            demande is not None
            and acteur is not None
            and demande.en_attente
            and demande.structure_id == courriel.contexte["structure"]
            and _visibles(acteur, [demande])
        )
        messages[courriel.pk] = (
            rendre(
                "porteurs/courriels/demande_recue",
                f"Une personne à rappeler\u00a0: {demande.projet}, {demande.commune.nom}",
                {
                    "prenom": acteur.utilisateur.prenom,
                    "demande": demande,
                    "adresse": _lien(demande),
                },
            )
            if vaut
            else None
        )
    return messages


def _visibles(acteur, demandes: list[Demande], *, en_entier: bool = False) -> list[Demande]:
    pks = [d.pk for d in demandes]
    lues = Demande.objects.visible_par(acteur).filter(pk__in=pks)
    if en_entier:
        lues = lues.filter(lues_en_entier(acteur))
    gardees = set(lues.values_list("pk", flat=True))
    return [d for d in demandes if d.pk in gardees]


def _suites(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui a signalé : quelle structure l'a prise, et quel jour. Rien de plus."""
    demandes = _lues(c.contexte["demande"] for c in courriels)
    messages = {}
    for courriel in courriels:
        demande = demandes.get(courriel.contexte["demande"])
        messages[courriel.pk] = (
            rendre(
                "porteurs/courriels/demande_suite",
                f"{demande.structure} a pris la demande que vous aviez signalée",
                {"demande": demande},
            )
            if demande and demande.etat == EtatDemande.PRISE
            else None
        )
    return messages


def _echeances(gabarit: str, sujet, *, en_entier: bool):
    """Un composeur de listes : les demandes d'une même échéance qui attendent encore."""

    def composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
        demandes = _lues(pk for c in courriels for pk in c.contexte["demandes"])
        acteurs = acteurs_de({c.destinataire for c in courriels})
        messages = {}
        for courriel in courriels:
            acteur = acteurs.get(courriel.destinataire_id)
            attendent = [
                demandes[pk]
                for pk in courriel.contexte["demandes"]
                if pk in demandes and demandes[pk].en_attente
            ]
            siennes = _visibles(acteur, attendent, en_entier=en_entier) if acteur else []
            messages[courriel.pk] = (
                rendre(
                    gabarit,
                    sujet(siennes),
                    {
                        "prenom": acteur.utilisateur.prenom,
                        "lignes": [(d, _lien(d)) for d in siennes],
                    },
                )
                if siennes
                else None
            )
        return messages

    return composer


def _sujet_alerte(demandes: list[Demande]) -> str:
    if len(demandes) == 1:
        [demande] = demandes
        return f"À rappeler d’ici le {date_en_mots(demande.promise_le)}\u00a0: {demande.projet}"
    return f"{len(demandes)} personnes à rappeler bientôt"


def _sujet_retard(demandes: list[Demande]) -> str:
    if len(demandes) == 1:
        return f"Date annoncée passée\u00a0: {demandes[0].projet}, {demandes[0].commune.nom}"
    return f"{len(demandes)} demandes dont la date annoncée est passée"


GENRES = [
    # La personne apprend qui détient ce qu'on a dit d'elle : cela ne se refuse pas.
    Genre(
        GENRE_PERSONNE,
        "À la personne signalée\u00a0: qui la rappelle",
        _a_la_personne,
        imperatif=True,
    ),
    Genre(GENRE_RECUE, "Une demande vient d’arriver", _recues, famille=FAMILLE),
    Genre(GENRE_SUITE, "Votre signalement a été pris", _suites, famille=FAMILLE),
    Genre(
        GENRE_ALERTE,
        "Des demandes attendent depuis trois jours",
        _echeances("porteurs/courriels/demandes_alerte", _sujet_alerte, en_entier=True),
        famille=FAMILLE,
    ),
    Genre(
        GENRE_RETARD,
        "Des demandes ont dépassé la date annoncée",
        _echeances("porteurs/courriels/demandes_retard", _sujet_retard, en_entier=False),
        famille=FAMILLE,
    ),
]
