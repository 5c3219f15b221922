"""Les fiches de structures qui se ressemblent assez pour n'en faire sans doute qu'une."""

from difflib import SequenceMatcher

from django.db.models import Q

from partenaires.models import Structure
from socle.texte import MOTS_VIDES

PROPOSEES = 50
# Les dernières fiches créées, et les plus nombreuses à leur ressembler.
RECENTES, VOISINES = 400, 3000
# La part de mots communs qui rapproche deux structures.
RESSEMBLANCE = 0.82


def suggestions(structures) -> list[tuple[Structure, Structure]]:
    """Les paires qui se ressemblent parmi ces structures, les plus sûres d'abord.

    Même nom, même organisme (le début du SIRET) ou nom voisin dans la même commune. Un doublon
    vient d'être saisi : on compare les fiches récentes à celles qui ont leur nom ou leur commune,
    pas toute l'installation à elle-même. La première de chaque paire, la plus ancienne, est celle
    qu'on propose de garder.
    """
    completes = structures.select_related("commune")
    recentes = list(completes.order_by("-pk")[:RECENTES])
    voisines = completes.filter(
        Q(cle_tri__in={s.cle_tri for s in recentes})
        | Q(commune__in={s.commune_id for s in recentes if s.commune_id})
    ).order_by("pk")[:VOISINES]
    par_repere: dict[tuple, list[Structure]] = {}
    for structure in voisines:
        par_repere.setdefault(("nom", structure.cle_tri), []).append(structure)
        if structure.commune_id:
            par_repere.setdefault(("commune", structure.commune_id), []).append(structure)
    notees: dict[tuple[int, int], tuple] = {}
    for recente in recentes:
        groupes = (("nom", recente.cle_tri), ("commune", recente.commune_id))
        for autre in (s for groupe in groupes for s in par_repere.get(groupe, ())):
            if autre.pk == recente.pk:
                continue
            ancienne, nouvelle = sorted((recente, autre), key=lambda s: s.pk)
            cle = (ancienne.pk, nouvelle.pk)
            if cle not in notees and (note := ressemblance(ancienne, nouvelle)):
                notees[cle] = (note, ancienne, nouvelle)
    triees = sorted(notees.items(), key=lambda item: (-item[1][0], item[0]))
    return [(ancienne, nouvelle) for _, (_, ancienne, nouvelle) in triees[:PROPOSEES]]


def ressemblance(une: Structure, autre: Structure) -> float:
    """De 0 (rien de commun) à 3 (sûrement la même)."""
    if une.cle_tri == autre.cle_tri:
        return 3 if une.commune_id == autre.commune_id else (1 if une.type == autre.type else 0)
    if une.commune_id != autre.commune_id:
        return 0
    if une.siret and une.siret[:9] == autre.siret[:9]:
        return 2
    mots, autres = _mots(une), _mots(autre)
    proches = SequenceMatcher(None, " ".join(sorted(mots)), " ".join(sorted(autres))).ratio()
    if une.type == autre.type and (proches >= RESSEMBLANCE or mots <= autres or autres <= mots):
        return proches
    return 0


def _mots(structure: Structure) -> set[str]:
    return set(structure.cle_tri.split()) - MOTS_VIDES
