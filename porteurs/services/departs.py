"""Personne ne part avec ses dossiers (CONCEPTION §2).

Ce que suivait une personne dont le mandat finit revient à qui administre sa structure ; ce que
suivait une structure qui quitte le réseau revient à la structure coordinatrice. Tout se déduit
de la base, un jour d'avance : le service se rejoue sans rien doubler.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from partenaires.departs import Depart, releve_de
from partenaires.enums import Fonction
from partenaires.models import Mandat, Reseau, Structure
from porteurs.enums import EtatAffectation, RoleAffectation
from porteurs.models import Action, Affectation, Dossier
from porteurs.services.dossier import retirer_les_propositions, toucher, verrouiller
from porteurs.services.suivi import terminer_affectations
from socle.permissions import peut

FONCTION_DU_ROLE = {
    RoleAffectation.REFERENT: Fonction.TECHNICIEN,
    RoleAffectation.PARRAIN: Fonction.PARRAIN,
}


def reprendre_les_suivis(reseau: Reseau) -> int:
    """Remet en bonnes mains ce que plus personne ne pourra suivre demain ; rend le nombre repris."""
    demain = reseau.aujourd_hui() + timedelta(days=1)
    repris = sum(_remplacer(pk) for pk in _affectations_orphelines(reseau, demain))
    return repris + sum(_confier(reseau, pk) for pk in _dossiers_orphelins(reseau, demain))


def _affectations_orphelines(reseau: Reseau, jour: date) -> list[int]:
    """Rôles tenus par une personne sans mandat pour les tenir ce jour-là."""
    ids = []
    for role, fonction in FONCTION_DU_ROLE.items():
        mandat = Mandat.objects.actifs(jour).filter(
            utilisateur=OuterRef("utilisateur"),
            structure=OuterRef("structure"),
            reseau=reseau,
            fonction=fonction,
        )
        ids += (
            Affectation.objects.en_cours()
            .filter(~Exists(mandat), role=role, dossier__reseau=reseau)
            .values_list("pk", flat=True)
        )
    return ids


@transaction.atomic
def _remplacer(affectation_pk: int) -> bool:
    """Met fin au rôle et le propose à qui administre la structure ; ses actions suivent."""
    dossier = verrouiller(
        Affectation.objects.select_related("dossier").get(pk=affectation_pk).dossier
    )
    affectation = (
        Affectation.objects.en_cours()
        .select_related("utilisateur")
        .filter(pk=affectation_pk)
        .first()
    )
    if affectation is None:
        return False
    jour = dossier.reseau.aujourd_hui()
    terminer_affectations(dossier, jour, pk=affectation.pk)
    releve = _administrateur(dossier.reseau, affectation, jour + timedelta(days=1))
    if releve is not None:
        Action.objects.filter(
            dossier=dossier, responsable=affectation.utilisateur, faite_le=None
        ).update(responsable=releve.utilisateur)
        if (
            affectation.role == RoleAffectation.REFERENT
            and dossier.ouvert
            and not dossier.affectations.proposees().filter(role=affectation.role).exists()
        ):
            Affectation.objects.create(
                dossier=dossier,
                role=affectation.role,
                utilisateur=releve.utilisateur,
                structure=releve.structure,
                etat=EtatAffectation.PROPOSEE,
            )
    # Un départ n'est pas une activité du projet : la date qui trie les listes ne bouge pas.
    toucher(dossier, activite=False)
    return True


def _administrateur(reseau: Reseau, affectation: Affectation, jour: date) -> Mandat | None:
    return releve_de(
        reseau=reseau.pk,
        structure=affectation.structure_id,
        sauf=affectation.utilisateur_id,
        jour=jour,
    )


def _dossiers_orphelins(reseau: Reseau, jour: date) -> list[int]:
    """Dossiers ouverts dont la structure responsable n'est plus membre du réseau ce jour-là."""
    if (
        not Structure.objects.membres(reseau.pk, jour)
        .filter(pk=reseau.structure_coordinatrice_id)
        .exists()
    ):
        return []
    return list(
        Dossier.objects.ouverts()
        .filter(reseau=reseau)
        .exclude(structure_responsable__in=Structure.objects.membres(reseau.pk, jour))
        .values_list("pk", flat=True)
    )


@transaction.atomic
def _confier(reseau: Reseau, dossier_pk: int) -> bool:
    dossier = verrouiller(Dossier(pk=dossier_pk))
    demain = reseau.aujourd_hui() + timedelta(days=1)
    membres = Structure.objects.membres(reseau.pk, demain)
    if not dossier.ouvert or membres.filter(pk=dossier.structure_responsable_id).exists():
        return False
    retirer_les_propositions(dossier, dossier.affectations.none())
    toucher(dossier, activite=False, structure_responsable_id=reseau.structure_coordinatrice_id)
    return True


def ce_que_suit(mandats: Sequence[Mandat]) -> dict[int, list[tuple[str, int]]]:
    """Par mandat, les rôles tenus sur des dossiers : ce qu'un départ remettrait à d'autres."""
    lignes = (
        Affectation.objects.en_cours()
        .filter(
            utilisateur__in={m.utilisateur_id for m in mandats},
            dossier__reseau__in={m.reseau_id for m in mandats},
        )
        .order_by()
        .values_list("utilisateur_id", "structure_id", "dossier__reseau_id", "role")
        .annotate(nombre=Count("pk"))
    )
    suivis = {tuple(cle): nombre for *cle, nombre in lignes}
    return {
        m.pk: [
            (
                f"dossiers suivis comme {RoleAffectation(role).label}",
                suivis.get((m.utilisateur_id, m.structure_id, m.reseau_id, role), 0),
            )
            for role, fonction in FONCTION_DU_ROLE.items()
            if fonction == m.fonction
        ]
        for m in mandats
    }


@transaction.atomic
def confier_les_suivis(mandat: Mandat, jour: date) -> int:
    """Avant que ce mandat ne finisse, ce qu'il permettait de suivre change de mains.

    Un autre mandat au même titre, qui court ce jour-là, continue le suivi : rien ne bouge.
    """
    memes = {
        "utilisateur": mandat.utilisateur_id,
        "structure": mandat.structure_id,
    }
    if (
        Mandat.objects.actifs(jour)
        .filter(reseau=mandat.reseau_id, fonction=mandat.fonction, **memes)
        .exclude(pk=mandat.pk)
        .exists()
    ):
        return 0
    roles = [role for role, fonction in FONCTION_DU_ROLE.items() if fonction == mandat.fonction]
    orphelines = (
        Affectation.objects.en_cours()
        .filter(role__in=roles, dossier__reseau=mandat.reseau_id, **memes)
        .order_by("dossier_id", "pk")
        .values_list("pk", flat=True)
    )
    return sum(_remplacer(pk) for pk in orphelines)


def page_de_passation(acteur, mandat: Mandat) -> str:
    """L'adresse où choisir qui prend la suite, pour qui peut confier ces dossiers ; sinon rien."""
    if mandat.fonction not in FONCTION_DU_ROLE.values() or not peut(
        acteur, "porteurs.passation", mandat
    ):
        return ""
    return reverse("porteurs:passation", args=[mandat.reseau.slug, mandat.uuid])


DEPARTS = [Depart(compter=ce_que_suit, confier=confier_les_suivis, page=page_de_passation)]
