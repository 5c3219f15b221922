"""Les mandats du jour d'un lot de personnes, en une requête : la source des droits de l'acteur."""

from collections.abc import Iterable
from dataclasses import dataclass

from partenaires.models import Mandat
from socle.acteur import Acteur
from socle.lectures import Lecture


@dataclass(frozen=True)
class MandatDuJour:
    """Un mandat en cours, avec ce que l'en-tête et les menus en disent."""

    mandat_id: int
    reseau_id: int
    reseau_slug: str
    reseau_nom: str
    structure_id: int
    structure_nom: str
    fonction: str
    administre: bool
    modules: tuple[str, ...]


def _lignes(**de_qui):
    """Les mandats en cours, dans l'ordre des réseaux puis des structures."""
    return (
        Mandat.objects.actifs_maintenant()
        .filter(**de_qui)
        .order_by("reseau__nom", "structure__cle_tri", "pk")
        .values_list(
            "utilisateur_id",
            "pk",
            "reseau_id",
            "reseau__slug",
            "reseau__nom",
            "structure_id",
            "structure__nom",
            "fonction",
            "administre",
            "reseau__modules",
        )
    )


# Toute page connectée commence par là.
UNE_PERSONNE = Lecture(lambda personne: _lignes(utilisateur=personne), personne=int)


def mandats_du_jour(utilisateur_ids: Iterable[int]) -> dict[int, list[MandatDuJour]]:
    """Par personne, ses mandats en cours, dans l'ordre des réseaux puis des structures."""
    personnes = list(utilisateur_ids)
    if len(personnes) == 1:
        lignes = UNE_PERSONNE(personne=personnes[0])
    else:
        lignes = _lignes(utilisateur__in=personnes)
    par_personne: dict[int, list[MandatDuJour]] = {}
    for utilisateur_id, *valeurs in lignes:
        par_personne.setdefault(utilisateur_id, []).append(MandatDuJour(*valeurs))
    return par_personne


def structures_nommees(acteur: Acteur, reseau_id: int, *fonctions: str) -> dict[int, str]:
    """``{pk: nom}`` des structures au nom desquelles agir dans ce réseau, à l'un de ces titres."""
    return {
        m.structure_id: m.structure_nom
        for m in acteur.mandats
        if m.reseau_id == reseau_id and m.fonction in fonctions
    }
