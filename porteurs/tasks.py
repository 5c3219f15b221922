"""Tâches des dossiers et des réunions : elles appellent un service, rien d'autre."""

from celery import shared_task
from django.conf import settings

from partenaires.models import Reseau
from porteurs.services import (
    acces,
    besoins_delais,
    conservation,
    demandes_delais,
    departs,
    exports,
    rappels_actions,
    reunion,
    suivis_installation,
)
from porteurs.services.imports import annulation, lecture, travaux
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
    exports.retirer_les_fermes()
    battements.battre("porteurs.reprendre_les_suivis")


@shared_task
def prendre_des_nouvelles() -> None:
    """Le jour, chaque heure : écrire, relancer, confier à la structure les installations à suivre."""
    suivis_installation.prevoir()
    for reseau in Reseau.objects.all():
        suivis_installation.prendre_des_nouvelles(reseau)
    battements.battre("porteurs.prendre_des_nouvelles")


@shared_task
def suivre_les_demandes() -> None:
    """De jour, chaque heure : alerter, dire les retards, remettre en mains, effacer."""
    for reseau in demandes_delais.reseaux_ou_l_on_attend():
        demandes_delais.suivre_les_demandes(reseau)
    demandes_delais.purger_les_demandes()
    battements.battre("porteurs.suivre_les_demandes")


@shared_task
def rappeler_les_actions() -> None:
    rappels_actions.rappeler()
    battements.battre("porteurs.rappeler_les_actions")


@shared_task
def suivre_les_besoins() -> None:
    """De jour, chaque heure : réorienter ce qui n'est plus à personne, rappeler, rouvrir."""
    for reseau in besoins_delais.reseaux_a_suivre():
        besoins_delais.suivre_les_besoins(reseau)
    battements.battre("porteurs.suivre_les_besoins")


@shared_task
def mener_les_imports() -> None:
    """Chaque minute, et dès qu'on le demande : lire, écrire, défaire ; oublier ce qui a fait son temps."""
    travaux.mener_les_imports()
    lecture.purger()
    annulation.oublier_les_vieux()
    battements.battre("porteurs.mener_les_imports")


@shared_task
def mener_les_exports() -> None:
    """Chaque minute, et dès qu'on le demande : écrire ce qui attend, effacer ce qui a fait son temps."""
    exports.mener_les_exports()
    battements.battre("porteurs.mener_les_exports")


@shared_task
def passer_la_conservation() -> None:
    """Chaque nuit. Tant que l'hébergeur ne l'a pas décidé, le passage se fait à blanc."""
    conservation.passer(pour_de_vrai=settings.CONSERVATION_POUR_DE_VRAI)
    battements.battre("porteurs.passer_la_conservation")
