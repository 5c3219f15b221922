"""L'acteur : au nom de qui une page, un courriel ou une tâche lit et agit.

Construit une fois par requête ou par courriel, avec les mandats du jour. Le socle ignore ce
qu'est un mandat : il sait seulement qu'il donne une fonction dans un réseau, au titre d'une
structure. Les mandats sont fournis par l'application qui les connaît.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from socle.models import Utilisateur


class Attribution(Protocol):
    """Ce que le socle attend d'un mandat en cours."""

    fonction: str
    reseau_id: int
    structure_id: int
    # Les parties de Maillon que ce réseau emploie.
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Acteur:
    """Une personne et ses mandats du jour ; sans personne, le public ou le système."""

    jour: date
    utilisateur: Utilisateur | None = None
    mandats: tuple[Attribution, ...] = field(default=())
    systeme: bool = False

    @property
    def connecte(self) -> bool:
        return self.utilisateur is not None

    @property
    def utilisateur_id(self) -> int | None:
        return self.utilisateur.pk if self.utilisateur else None

    @cached_property
    def roles_generaux(self) -> frozenset[str]:
        """Les rôles qui ne dépendent d'aucun réseau."""
        roles = {"public"}
        if self.connecte:
            roles.add("connecte")
            if self.utilisateur.est_administrateur:
                roles.add("administrateur")
        return frozenset(roles)

    def fonctions(self, reseau_id: int | None) -> frozenset[str]:
        """Les fonctions exercées aujourd'hui dans ce réseau."""
        return frozenset(m.fonction for m in self.mandats if m.reseau_id == reseau_id)

    def roles(self, reseau_id: int | None) -> frozenset[str]:
        return self.roles_generaux | self.fonctions(reseau_id)

    def pour(self, module: str) -> "Acteur":
        """Le même, dans les seuls réseaux qui emploient ce module ; sans module, lui-même."""
        if not module or all(module in m.modules for m in self.mandats):
            return self
        return replace(self, mandats=tuple(m for m in self.mandats if module in m.modules))

    def structures(self, reseau_id: int, *fonctions: str) -> list[int]:
        """Les structures au titre desquelles l'acteur exerce l'une de ces fonctions."""
        return sorted(
            {
                m.structure_id
                for m in self.mandats
                if m.reseau_id == reseau_id and (not fonctions or m.fonction in fonctions)
            }
        )

    def reseaux(self, *fonctions: str) -> list[int]:
        return sorted(
            {m.reseau_id for m in self.mandats if not fonctions or m.fonction in fonctions}
        )


def acteur_de(utilisateur: Utilisateur | None) -> Acteur:
    """L'acteur d'une personne, avec ses mandats du jour ; sans personne, le public."""
    jour = timezone.localdate()
    if utilisateur is None or not utilisateur.is_authenticated or not utilisateur.is_active:
        return Acteur(jour=jour)
    attributions = import_string(settings.MAILLON_ATTRIBUTIONS)([utilisateur.pk])
    return Acteur(
        jour=jour, utilisateur=utilisateur, mandats=tuple(attributions.get(utilisateur.pk, ()))
    )


def acteurs_de(utilisateurs: Iterable[Utilisateur]) -> dict[int, Acteur]:
    """Les acteurs d'un lot de personnes, mandats lus en une requête."""
    jour = timezone.localdate()
    personnes = {u.pk: u for u in utilisateurs if u.is_active}
    attributions = import_string(settings.MAILLON_ATTRIBUTIONS)(list(personnes))
    return {
        pk: Acteur(jour=jour, utilisateur=u, mandats=tuple(attributions.get(pk, ())))
        for pk, u in personnes.items()
    }


def systeme(jour: date | None = None) -> Acteur:
    return Acteur(jour=jour or timezone.localdate(), systeme=True)
