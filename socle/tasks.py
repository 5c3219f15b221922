"""Tâches du socle : elles reçoivent des identifiants et appellent un service."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from socle import battements, brouillons, expedition, semaine
from socle.courriels import genres
from socle.enums import EtatCourriel
from socle.fichiers import menage
from socle.models import AccesJournal, Courriel, Debit, EnvoiUnique, LienSigne

GARDE_CORPS = timedelta(days=62)
# Un lien ou un code d'entrée ne sert plus le lendemain ; le garder n'aiderait qu'un curieux.
GARDE_SECRETS = timedelta(days=1)
GARDE_JOURNAL = timedelta(days=366)
GARDE_TECHNIQUE = timedelta(days=7)

# Ce qui ne bougera plus sans qu'une personne le décide.
FINAUX = [
    EtatCourriel.ENVOYE,
    EtatCourriel.GARDE,
    EtatCourriel.SANS_OBJET,
    EtatCourriel.ECHEC,
    EtatCourriel.INCERTAIN,
    EtatCourriel.REPLIE,
    EtatCourriel.REFUSE,
]


@shared_task
def expedier(ids: list[int]) -> None:
    expedition.expedier_lot(ids)


@shared_task
def balayer_courriels() -> None:
    expedition.balayer()
    battements.battre("socle.balayer_courriels")


@shared_task
def preparer_les_semaines() -> None:
    semaine.preparer()
    battements.battre("socle.preparer_les_semaines")


def _vider_les_courriels(maintenant) -> None:
    """Le texte d'un courriel s'efface à son terme ; celui qui ouvre une porte, le lendemain.

    La démonstration, qui n'a pas de serveur d'envoi, garde le sien lisible pour qui la visite.
    """
    finis = Courriel.objects.filter(vide_le=None, etat__in=FINAUX)
    finis.filter(cree_le__lt=maintenant - GARDE_CORPS).update(**expedition.corps_vide())
    if not settings.MAILLON_DEMO:
        secrets = [genre.code for genre in genres().values() if genre.secret]
        finis.filter(genre__in=secrets, cree_le__lt=maintenant - GARDE_SECRETS).update(
            **expedition.corps_vide()
        )


@shared_task
def soigner_fichiers() -> None:
    """Reprend ce qui attendait l'antivirus, efface ce que plus rien ne nomme."""
    menage.reprendre_la_quarantaine()
    menage.effacer_les_orphelins()
    battements.battre("socle.soigner_fichiers")


@shared_task
def purger() -> None:
    """Efface ce qui a fait son temps : corps de courriels, journal, traces techniques."""
    maintenant = timezone.now()
    _vider_les_courriels(maintenant)
    AccesJournal.objects.filter(le__lt=maintenant - GARDE_JOURNAL).delete()
    EnvoiUnique.objects.filter(cree_le__lt=maintenant - GARDE_TECHNIQUE).delete()
    LienSigne.objects.filter(expire_le__lt=maintenant - GARDE_CORPS).delete()
    brouillons.purger()
    Session.objects.filter(expire_date__lt=maintenant).delete()
    # Une fenêtre de débit dure au plus un jour : les compteurs plus vieux ne servent plus.
    with connection.cursor() as curseur:
        curseur.execute(
            f"DELETE FROM {Debit._meta.db_table}"  # noqa: S608 — nom de table du modèle
            " WHERE to_timestamp(fenetre * split_part(cle, ':', -1)::bigint) < now() - interval '2 days'"
        )
    battements.battre("socle.purger")
