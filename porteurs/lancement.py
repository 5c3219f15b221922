"""Le pas que les réunions apportent au guide d'un réseau qui commence."""

from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Module
from partenaires.services.lancement import Pas
from porteurs.enums import EtatReunion
from porteurs.models import Reunion


def serie(reseaux) -> dict[int, list[Pas]]:
    """Une première série de réunions : fait dès que deux sont prévues, ou qu'une s'est tenue."""
    concernes = [r for r in reseaux if Module.REUNIONS in r.modules]
    prevues: dict[int, list] = {}
    lignes = Reunion.objects.filter(reseau__in=[r.pk for r in concernes]).exclude(
        etat=EtatReunion.ANNULEE
    )
    for reseau_id, debut in lignes.order_by("debut", "pk").values_list("reseau", "debut"):
        prevues.setdefault(reseau_id, []).append(debut)
    return {r.pk: [_pas(r, prevues.get(r.pk, []))] for r in concernes}


def _pas(reseau, debuts: list) -> Pas:
    maintenant = timezone.now()
    a_venir = [d for d in debuts if d > maintenant]
    fait = len(a_venir) > 1 or len(debuts) > len(a_venir)
    if not debuts:
        etat = "Aucune réunion encore"
    elif not a_venir:
        etat = "Des réunions ont eu lieu"
    else:
        etat = f"{len(a_venir)} réunion{'s' if len(a_venir) > 1 else ''} à venir"
    return Pas(
        "reunions",
        "Fixer les premières réunions",
        etat,
        fait,
        reverse("porteurs:reunion_serie", args=[reseau.slug]),
        "Fixer les réunions",
    )
