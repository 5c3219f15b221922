"""Tâches des partenaires : elles appellent un service, rien d'autre."""

from celery import shared_task

from partenaires.services import confirmations, emport, invitations, rappels
from socle import battements


@shared_task
def relancer_les_invitations() -> None:
    invitations.relancer_les_invitations()
    battements.battre("partenaires.relancer_les_invitations")


@shared_task
def prevenir_les_partenaires() -> None:
    """Chaque jour : les mandats qui finissent, les structures à confirmer."""
    rappels.rappeler_les_fins()
    confirmations.demander_les_confirmations()
    battements.battre("partenaires.prevenir_les_partenaires")


@shared_task
def preparer_les_emports() -> None:
    """Écrit les fichiers de réseau demandés, efface ceux de plus de deux jours."""
    emport.preparer_les_emports()
    battements.battre("partenaires.preparer_les_emports")
