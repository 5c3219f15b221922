"""Tâches du socle : elles reçoivent des identifiants et appellent un service."""

from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from socle import battements, expedition
from socle.enums import EtatCourriel
from socle.models import AccesJournal, Courriel, Debit, EnvoiUnique, LienSigne

GARDE_CORPS = timedelta(days=62)
GARDE_JOURNAL = timedelta(days=366)
GARDE_TECHNIQUE = timedelta(days=7)


@shared_task
def expedier(ids: list[int]) -> None:
    expedition.expedier_lot(ids)


@shared_task
def balayer_courriels() -> None:
    expedition.balayer()
    battements.battre("socle.balayer_courriels")


@shared_task
def purger() -> None:
    """Efface ce qui a fait son temps : corps de courriels, journal, traces techniques."""
    maintenant = timezone.now()
    Courriel.objects.filter(
        cree_le__lt=maintenant - GARDE_CORPS,
        vide_le=None,
        etat__in=[EtatCourriel.ENVOYE, EtatCourriel.GARDE, EtatCourriel.SANS_OBJET],
    ).update(corps_texte="", corps_html="", pieces=[], vide_le=maintenant)
    AccesJournal.objects.filter(le__lt=maintenant - GARDE_JOURNAL).delete()
    EnvoiUnique.objects.filter(cree_le__lt=maintenant - GARDE_TECHNIQUE).delete()
    LienSigne.objects.filter(expire_le__lt=maintenant - GARDE_CORPS).delete()
    Session.objects.filter(expire_date__lt=maintenant).delete()
    # Une fenêtre de débit dure au plus un jour : les compteurs plus vieux ne servent plus.
    with connection.cursor() as curseur:
        curseur.execute(
            f"DELETE FROM {Debit._meta.db_table}"  # noqa: S608 — nom de table du modèle
            " WHERE to_timestamp(fenetre * split_part(cle, ':', -1)::bigint) < now() - interval '2 days'"
        )
    battements.battre("socle.purger")
