"""Ce qui part : les tables, dans l’ordre où elles se relisent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

from socle.listes import contributions

VERSION = 1


@dataclass(frozen=True)
class Table:
    """Une table de l’archive ; elle part d’une façon parmi trois.

    ``chemin`` : la recherche Django qui mène de la ligne à l’objet emporté (« pk » : l’objet même).

    ``avec`` : la clé étrangère vers une table partagée ; la ligne part avec elle, et n’est relue que
    si celle-ci a été créée, car ce qui était déjà ici ne se retouche pas.

    Ni l’un ni l’autre : la table est partagée. Seules partent les lignes qu’une autre nomme ; à
    l’arrivée on les retrouve par l’une des ``cles`` parmi ``ici``, sinon on les crée, rattachées à
    l’objet par ``rattacher``. ``trouver_seulement`` : absente, l’archive est refusée.

    ``sauf`` : les champs qui restent. ``neuf`` : ceux que l’arrivée tire elle-même.
    """

    modele: str
    chemin: str = ""
    avec: str = ""
    cles: tuple[str, ...] = ()
    ici: tuple[tuple[str, object], ...] = ()
    rattacher: str = ""
    trouver_seulement: bool = False
    filtre: Callable[[models.Model], models.Q] | None = None
    parmi: Callable[[models.Model], Iterable[int]] | None = None
    sauf: tuple[str, ...] = ()
    neuf: tuple[tuple[str, Callable[[], object]], ...] = ()

    @property
    def partagee(self) -> bool:
        return not (self.chemin or self.avec)

    @property
    def racine(self) -> bool:
        return self.chemin == "pk"

    @property
    def classe(self) -> type[models.Model]:
        return apps.get_model(self.modele)

    @property
    def nom(self) -> str:
        """Le nom du fichier de la table dans l’archive."""
        return f"{self.modele.lower()}.jsonl"

    @property
    def _restent(self) -> set[str]:
        return {*self.sauf, *(nom for nom, _ in self.neuf), self.rattacher}

    def champs(self) -> list[models.Field]:
        """Les colonnes emportées : toutes, sauf l’identifiant, le calculé et ce qui reste."""
        return [
            champ
            for champ in self.classe._meta.local_concrete_fields
            # Une clé primaire qui est aussi un lien se retraduit comme un lien.
            if (not champ.primary_key or champ.remote_field)
            and not champ.generated
            and champ.name not in self._restent
        ]

    def liens(self) -> list[models.ForeignKey]:
        return [champ for champ in self.champs() if champ.remote_field]


@cache
def tables() -> list[Table]:
    """Toutes les tables, les nommées avant celles qui les nomment."""
    return list(contributions("MAILLON_EMPORT"))
