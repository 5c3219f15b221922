"""Tâches des partenaires : elles appellent un service, rien d'autre."""

from celery import shared_task

from partenaires.models import Reseau
from partenaires.services import (
    confirmations,
    conventions,
    conventions_fins,
    emport,
    evenements,
    imports,
    inscriptions,
    invitations,
    mandats_fins,
)
from socle import battements


@shared_task
def relancer_les_invitations() -> None:
    invitations.relancer_les_invitations()
    battements.battre("partenaires.relancer_les_invitations")


@shared_task
def prevenir_les_partenaires() -> None:
    """Chaque jour : les mandats qui finissent, les structures à confirmer, les listes oubliées."""
    imports.purger()
    mandats_fins.rappeler_les_fins()
    confirmations.demander_les_confirmations()
    battements.battre("partenaires.prevenir_les_partenaires")


@shared_task
def preparer_les_emports() -> None:
    """Écrit les fichiers de réseau demandés, efface ceux de plus de deux jours."""
    emport.preparer_les_emports()
    battements.battre("partenaires.preparer_les_emports")


@shared_task
def suivre_les_conventions() -> None:
    """De jour, chaque heure : rappeler ce qui finit à 90 et 30 jours, constater ce qui a fini."""
    reseaux = list(Reseau.objects.all())
    for reseau in reseaux:
        conventions_fins.rappeler_les_conventions(reseau)
    for reseau in reseaux:
        conventions.constater_les_fins(reseau)
    battements.battre("partenaires.suivre_les_conventions")


@shared_task
def suivre_les_evenements() -> None:
    """De jour, chaque heure : ce qui a eu lieu, les rappels, les avis, ce qui s'efface."""
    evenements.tenir_les_evenements()
    evenements.rappeler()
    evenements.demander_les_avis()
    inscriptions.purger_les_inscriptions()
    battements.battre("partenaires.suivre_les_evenements")
