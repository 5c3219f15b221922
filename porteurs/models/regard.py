"""Ce qu'une personne accompagnée lit des messages et des pièces de son dossier : une seule règle."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True)
class Regard:
    """``personnes`` : celle qui lit, ou celles d'une même adresse. ``principale`` : du rang 1.

    Ce qu'un autre adulte du projet a écrit ou déposé n'est qu'à lui. Ce qui touche à la vie privée
    du foyer est pour le porteur principal seul.
    """

    personnes: frozenset[int]
    principale: bool

    @classmethod
    def de(cls, parts: Iterable) -> "Regard":
        """Celui de ces parts d'un même dossier : des ``Participation``, ou (personne, rang)."""
        couples = [p if isinstance(p, tuple) else (p.porteur_id, p.rang) for p in parts]
        return cls(frozenset(p for p, _ in couples), any(rang == 1 for _, rang in couples))

    def concerne(self) -> Q:
        """Ce qui est à elle, note interne comprise : la copie de ses données."""
        equipe = Q(porteur=None) if self.principale else Q(porteur=None, prive=False)
        return Q(porteur__in=self.personnes) | equipe

    def lit(self) -> Q:
        """Ce qu'elle a écrit, et ce que l'équipe lui adresse : son espace."""
        return self.concerne() & Q(pour_porteur=True)

    def lit_la_ligne(self, ligne: dict) -> bool:
        """La même règle, sur une ligne de l'historique."""
        if not ligne["pour_porteur"]:
            return False
        if ligne["porteur_id"] is not None:
            return ligne["porteur_id"] in self.personnes
        return self.principale or not ligne["prive"]
