"""Ce que les dossiers font quand deux fiches d'une même structure sont réunies."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from porteurs.enums import EtatRelais
from porteurs.models import (
    AccordPartage,
    Affectation,
    DemandeAcces,
    Dossier,
    Orientation,
    Relais,
)
from porteurs.services.acces import recalculer_lots


def obstacles(gardee, absorbee) -> list[str]:
    """Un relais proposé de l'une à l'autre n'aurait plus de sens : qu'on y réponde d'abord."""
    deux = [gardee.pk, absorbee.pk]
    attente = Relais.objects.filter(etat=EtatRelais.PROPOSE, de__in=deux, vers__in=deux)
    if not attente.exists():
        return []
    return [
        "Un relais de dossier attend sa réponse entre ces deux fiches\u00a0: acceptez-le ou "
        "retirez-le d’abord."
    ]


def recalculer_structures(structures: Iterable[int]) -> None:
    """Met au net les accès de tout dossier que l'une de ces structures suit ou va suivre."""
    structures = list(structures)
    recalculer_lots(
        Dossier.objects.filter(
            Q(structure_responsable__in=structures)
            | Exists(Relais.objects.filter(dossier=OuterRef("pk"), vers__in=structures))
            | Exists(Affectation.objects.filter(dossier=OuterRef("pk"), structure__in=structures))
            | Exists(
                Orientation.objects.filter(besoin__dossier=OuterRef("pk"), structure__in=structures)
            )
            | Exists(DemandeAcces.objects.filter(dossier=OuterRef("pk"), structure__in=structures))
            | Exists(
                AccordPartage.objects.filter(
                    participation__dossier=OuterRef("pk"), structure__in=structures
                )
            )
            | Exists(
                Orientation.objects.filter(besoin__dossier=OuterRef("pk"), structure__in=structures)
            )
            | Exists(DemandeAcces.objects.filter(dossier=OuterRef("pk"), structure__in=structures))
            | Exists(
                AccordPartage.objects.filter(
                    participation__dossier=OuterRef("pk"), structure__in=structures
                )
            )
        )
    )
