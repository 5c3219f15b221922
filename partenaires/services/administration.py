"""Deux personnes au moins administrent l'adhésion d'une structure, ou l'on dit pourquoi."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from partenaires.models import AdministrationSeule, ConfirmationAnnuelle, Mandat, Structure
from partenaires.models.confirmation import derniere_confirmation
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.mandats import ADMINISTRATEURS_VOULUS


@dataclass(frozen=True)
class Suivi:
    """Ce que la page d'une structure dit de sa tenue à jour."""

    bilan: "Bilan"
    confirmee_le: datetime | None
    a_confirmer: bool
    peut_tenir: bool


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


def suivi_de(structure: Structure, reseau, jour, *, peut_tenir: bool) -> Suivi:
    """Qui administre la structure et de quand date sa dernière confirmation, en une requête."""
    ligne = (
        _avec_administrateurs(Structure.objects.filter(pk=structure.pk), reseau, jour)
        .annotate(
            derniere=derniere_confirmation(),
            attendue=Exists(
                ConfirmationAnnuelle.objects.ouvertes().filter(structure=OuterRef("pk"))
            ),
        )
        .values_list("nb_administrateurs", "motif_administration", "derniere", "attendue")
        .get()
    )
    nombre, motif, derniere, attendue = ligne
    return Suivi(Bilan(nombre, motif), derniere, attendue, peut_tenir)


def structures_a_completer(reseau, jour):
    """Les structures membres qu'administrent moins de deux personnes ; les plus démunies d'abord."""
    return (
        _avec_administrateurs(Structure.objects.membres(reseau.pk, jour), reseau, jour)
        .filter(nb_administrateurs__lt=ADMINISTRATEURS_VOULUS)
        .order_by("nb_administrateurs", "motif_administration", "cle_tri", "pk")
    )
