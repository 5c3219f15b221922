"""Les grilles qui manquent : le pas du guide, et le rappel à qui administre ces structures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from partenaires.models import ConventionStructure, Mandat, Structure
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.lancement import Pas
from partenaires.services.mandats import verrouiller
from socle.courriels import Depot, deposer
from socle.models import Courriel, Utilisateur

GENRE = "grille_rappel"
REPOS = timedelta(days=7)


@dataclass(frozen=True)
class Rappel:
    """Ce qu'un rappel a donné : combien de structures dans chaque cas."""

    prevenues: int
    deja: int
    sans_personne: int


@transaction.atomic
def rappeler(*, reseau, maintenant=None) -> Rappel:
    """Un courriel par personne, qui dit toutes ses structures sans grille.

    Une structure n'est rappelée qu'une fois en sept jours, quel que soit le réseau qui le demande ;
    la boîte d'envoi en garde la trace.
    """
    maintenant = maintenant or timezone.now()
    # Deux clics, deux animateurs : le second attend le premier, et voit ses courriels.
    reseau = verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    absentes = set(
        Structure.objects.membres(reseau.pk, jour).sans_grille().values_list("pk", flat=True)
    )
    recents = Courriel.objects.filter(genre=GENRE, cree_le__gt=maintenant - REPOS)
    rappelees = {
        structure
        for contexte in recents.values_list("contexte", flat=True)
        for structure in contexte["structures"]
    }
    a_prevenir = absentes - rappelees
    par_personne = defaultdict(set)
    for mandat in Mandat.objects.administrent(jour, LECTEURS).filter(
        reseau=reseau, structure__in=a_prevenir
    ):
        par_personne[mandat.utilisateur_id].add(mandat.structure_id)
    personnes = Utilisateur.objects.in_bulk(par_personne)
    deposer(
        [
            Depot(
                GENRE,
                f"{maintenant:%Y-%m-%d}:{min(structures)}",
                utilisateur=personnes[personne],
                contexte={"reseau": reseau.pk, "structures": sorted(structures)},
            )
            for personne, structures in par_personne.items()
        ]
    )
    prevenues = set().union(*par_personne.values())
    return Rappel(len(prevenues), len(absentes & rappelees), len(a_prevenir - prevenues))


def pas(reseaux) -> dict[int, list[Pas]]:
    """Dire qui fait quoi : combien de grilles sont remplies. Cela peut attendre."""
    remplie = Q(structure__resume_competences__isnull=False) | Q(
        structure__grille_competences__isnull=False
    )
    comptes = {
        reseau: (membres, remplies)
        for reseau, membres, remplies in ConventionStructure.objects.en_vigueur(
            timezone.localdate()
        )
        .filter(
            convention__reseau__in=[r.pk for r in reseaux], structure__fusionnee_dans__isnull=True
        )
        .order_by()
        .values("convention__reseau")
        .annotate(
            membres=Count("structure", distinct=True),
            remplies=Count("structure", distinct=True, filter=remplie),
        )
        .values_list("convention__reseau", "membres", "remplies")
    }
    return {r.pk: [_pas(r, *comptes.get(r.pk, (0, 0)))] for r in reseaux}


def _pas(reseau, membres: int, remplies: int) -> Pas:
    if not remplies:
        etat = "Aucune grille remplie encore"
    else:
        s = "s" if remplies > 1 else ""
        etat = f"{remplies} grille{s} remplie{s} sur {membres}"
    return Pas(
        "grilles",
        "Dire qui fait quoi",
        etat,
        0 < membres == remplies,
        reverse("partenaires:couverture", args=[reseau.slug]),
        "Voir qui fait quoi",
        requis=False,
    )
