"""Ce que les applications du dessus déplacent quand un mandat finit (liste MAILLON_DEPARTS).

« Avant que les droits ne finissent, ce que la personne suivait revient à qui administre sa
structure » : l'ordre ne tient que si le déplacement se fait dans la transaction même qui met fin
au mandat. Un signal part après validation, trop tard ; d'où cette liste, que ``terminer_mandat``
appelle d'abord.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from partenaires.enums import Fonction
from partenaires.models import Mandat
from socle.listes import contributions


@dataclass(frozen=True)
class Depart:
    """``compter`` dit, par mandat d'un lot, ce qui partira : des couples (libellé, nombre).

    ``confier`` remet en d'autres mains ce que ce mandat porte, avant ``jour``, son premier jour
    sans droits ; elle est rejouable et rend le nombre de choses déplacées.
    """

    compter: Callable[[Sequence[Mandat]], dict[int, list[tuple[str, int]]]]
    confier: Callable[[Mandat, date], int]
    # L'adresse où choisir soi-même, avant la fin, qui prend la suite ; rien si l'acteur ne peut pas.
    page: Callable[[object, Mandat], str] | None = None


def compter(mandats: Sequence[Mandat]) -> dict[int, list[tuple[str, int]]]:
    """Par mandat, ce qui changera de mains s'il finit ; seulement ce qui n'est pas nul."""
    partants: dict[int, list[tuple[str, int]]] = {m.pk: [] for m in mandats}
    for depart in contributions("MAILLON_DEPARTS"):
        for pk, lignes in depart.compter(mandats).items():
            partants[pk] += [(libelle, nombre) for libelle, nombre in lignes if nombre]
    return partants


def pages(acteur, mandat: Mandat) -> list[str]:
    """Où l'acteur peut choisir, avant que le mandat ne finisse, qui prend la suite de quoi."""
    adresses = [d.page(acteur, mandat) for d in contributions("MAILLON_DEPARTS") if d.page]
    return [adresse for adresse in adresses if adresse]


def releve_de(*, reseau: int, structure: int, sauf: int, jour: date) -> Mandat | None:
    """Qui reprendra ce jour-là : une autre personne, technicienne, qui administre la structure."""
    return (
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau, structure=structure, fonction=Fonction.TECHNICIEN, administre=True)
        .exclude(utilisateur=sauf)
        .select_related("utilisateur", "structure")
        .order_by("pk")
        .first()
    )


def confier(mandat: Mandat, jour: date) -> int:
    """Déplace, dans la transaction en cours, tout ce que ce mandat porte."""
    return sum(depart.confier(mandat, jour) for depart in contributions("MAILLON_DEPARTS"))
