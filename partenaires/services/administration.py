"""Deux personnes au moins administrent l'adhésion d'une structure, ou l'on dit pourquoi."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from partenaires.models import AdministrationSeule, Mandat, Structure
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.mandats import ADMINISTRATEURS_VOULUS


@dataclass(frozen=True)
class Bilan:
    """Combien de personnes administrent une structure dans un réseau, et la raison donnée."""

    nombre: int
    motif: str = ""

    @property
    def manque(self) -> bool:
        return self.nombre < ADMINISTRATEURS_VOULUS


def _avec_administrateurs(structures, reseau, jour):
    administrateurs = (
        Mandat.objects.administrent(jour, LECTEURS)
        .filter(reseau=reseau, structure=OuterRef("pk"))
        .order_by()
        .values("structure")
        .annotate(nombre=Count("utilisateur", distinct=True))
        .values("nombre")
    )
    motif = AdministrationSeule.objects.filter(reseau=reseau, structure=OuterRef("pk"))
    return structures.annotate(
        nb_administrateurs=Coalesce(Subquery(administrateurs), 0),
        motif_administration=Coalesce(Subquery(motif.values("motif")[:1]), Value("")),
    )


def bilans(structures, reseau, jour) -> dict[int, Bilan]:
    """Par structure d'un lot, son bilan ; une requête."""
    lignes = _avec_administrateurs(
        Structure.objects.filter(pk__in=[s.pk for s in structures]), reseau, jour
    )
    return {
        pk: Bilan(nombre, motif)
        for pk, nombre, motif in lignes.values_list(
            "pk", "nb_administrateurs", "motif_administration"
        )
    }


def structures_a_completer(reseau, jour):
    """Les structures membres qu'administrent moins de deux personnes ; les plus démunies d'abord."""
    return (
        _avec_administrateurs(Structure.objects.membres(reseau.pk, jour), reseau, jour)
        .filter(nb_administrateurs__lt=ADMINISTRATEURS_VOULUS)
        .order_by("nb_administrateurs", "motif_administration", "cle_tri", "pk")
    )
