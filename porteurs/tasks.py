"""Tâches des dossiers et des réunions : elles appellent un service, rien d'autre."""

from celery import shared_task

from porteurs.services import reunion
from socle import battements


@shared_task
def preparer_digests() -> None:
    reunion.preparer_digests()
    battements.battre("porteurs.preparer_digests")
