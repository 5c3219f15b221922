"""Tâches des dossiers et des réunions : elles appellent un service, rien d'autre."""

from celery import shared_task

from partenaires.models import Reseau
from porteurs.services import acces, departs, reunion
from socle import battements


@shared_task
def preparer_digests() -> None:
    reunion.preparer_digests()
    battements.battre("porteurs.preparer_digests")


@shared_task
def reprendre_les_suivis() -> None:
    """Chaque heure : un mandat ou une convention qui finit à sa date n'annonce rien à personne."""
    for reseau in Reseau.objects.all():
        departs.reprendre_les_suivis(reseau)
        acces.rattraper_le_partage(reseau)
    acces.rattraper_les_echeances()
    battements.battre("porteurs.reprendre_les_suivis")
