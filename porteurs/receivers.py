"""Ce que les dossiers font de ce qu'annoncent les partenaires. Brancher ici, agir dans les services."""

from django.dispatch import receiver

from partenaires.models import Reseau
from partenaires.signals import (
    convention_va_finir,
    mandat_termine,
    partage_ouvert,
    structures_fusionnees,
)
from porteurs.services.acces import recalculer_reseau
from porteurs.services.departs import reprendre_les_suivis
from porteurs.services.fusion import recalculer_structures


@receiver(mandat_termine)
def reprendre_apres_un_depart(sender, reseau_id, **kwargs):
    reprendre_les_suivis(Reseau.objects.get(pk=reseau_id))


@receiver(convention_va_finir)
def reprendre_avant_une_fin(sender, reseau_id, **kwargs):
    reprendre_les_suivis(Reseau.objects.get(pk=reseau_id))


@receiver(partage_ouvert)
def ouvrir_les_fiches(sender, reseau, **kwargs):
    recalculer_reseau(reseau)


@receiver(structures_fusionnees)
def suivre_la_fusion(sender, structures, **kwargs):
    recalculer_structures(structures)
