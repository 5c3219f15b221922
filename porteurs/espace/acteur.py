"""La personne accompagnée, telle que ses pages la connaissent : une adresse prouvée, rien d'autre.

Elle n'a ni compte ni mandat : aucune page des partenaires ne la connaît, et aucune règle qui ouvre
à une fonction ne lui ouvre rien.
"""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject, Lower
from django.utils import timezone

from porteurs.models import Dossier, Participation, Porteur
from socle.acteur import Acteur

ROLE = "porteur"


@dataclass(frozen=True)
class ActeurPorteur(Acteur):
    """Les personnes que désigne l'adresse prouvée : la même dans deux réseaux, ou un couple."""

    adresse: str = ""
    personnes: tuple[Porteur, ...] = ()

    @cached_property
    def roles_generaux(self) -> frozenset[str]:
        return frozenset({"public", ROLE})

    @property
    def personnes_ids(self) -> list[int]:
        return [personne.pk for personne in self.personnes]

    @property
    def parts(self):
        """Les parts de ces personnes où leur adresse est confirmée : ailleurs, elles n'ont rien."""
        return Participation.objects.ouvertes().filter(porteur__in=self.personnes_ids)

    def dossiers(self):
        """Ceux où l'une de ces personnes a sa part : le seul filtre de visibilité de l'espace.

        ``mes_parts`` dit qui elles sont dans chacun et à quel rang, sans le redemander à la base.
        """
        parts = self.parts.filter(dossier=OuterRef("pk"))
        miennes = parts.order_by("rang").values(json=JSONObject(rang="rang", porteur="porteur_id"))
        return (
            Dossier.objects.sans_vecteurs()
            .filter(Exists(parts))
            .annotate(mes_parts=ArraySubquery(miennes))
        )


def personnes_de(adresse: str):
    """Les personnes à qui cette adresse, à la casse près, ouvre au moins un dossier.

    Jamais celles sans adresse, ni celles dont l'adresse attend partout d'être confirmée.
    """
    if not adresse:
        return Porteur.objects.none()
    return (
        Porteur.objects.alias(adresse=Lower("email"))
        .filter(
            Exists(Participation.objects.ouvertes().filter(porteur=OuterRef("pk"))),
            adresse=normaliser(adresse),
        )
        .order_by("pk")
    )


def normaliser(adresse: str) -> str:
    return adresse.strip().lower()


def acteur_du_porteur(adresse: str) -> ActeurPorteur | None:
    """L'acteur de cette adresse ; rien si plus personne ne la porte dans aucun dossier."""
    personnes = tuple(personnes_de(adresse))
    if not personnes:
        return None
    return ActeurPorteur(jour=timezone.localdate(), adresse=adresse, personnes=personnes)
