"""Prévenir avant qu'un mandat ne finisse : la personne, sa structure, l'animation du réseau."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat
from partenaires.permissions.adhesion import LECTEURS
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

PREAVIS = timedelta(days=30)
LOT = 2000


def qui_finissent(jour, delai=PREAVIS):
    """Les mandats en cours qui finissent dans ce délai, et que rien ne prolonge."""
    suite = Mandat.objects.filter(
        utilisateur=OuterRef("utilisateur"),
        structure=OuterRef("structure"),
        reseau=OuterRef("reseau"),
        fonction=OuterRef("fonction"),
        periode__contains=OuterRef("periode__endswith"),
    )
    return (
        Mandat.objects.actifs(jour)
        .filter(
            ~Exists(suite),
            periode__endswith__lte=jour + delai,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur", "structure", "reseau")
    )


@transaction.atomic
def rappeler_les_fins(jour=None) -> int:
    """Un courriel par personne et par jour, qui dit toutes les fins à venir ; rend leur nombre.

    ``fin_rappelee`` garde la fin dont on a prévenu : une fin déplacée se rappellera, une autre
    non, et un passage manqué est rattrapé par le suivant.
    """
    jour = jour or timezone.localdate()
    mandats = list(
        qui_finissent(jour)
        .filter(~Q(fin_rappelee=F("periode__endswith")) | Q(fin_rappelee=None))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:LOT]
    )
    destinataires = _destinataires(mandats, jour)
    personnes = Utilisateur.objects.in_bulk(destinataires)
    for mandat in mandats:
        mandat.fin_rappelee = mandat.periode.upper
    Mandat.objects.bulk_update(mandats, ["fin_rappelee"], batch_size=500)
    return deposer(
        [
            Depot(
                "mandat_fin",
                f"{jour}:{siens[0]}",
                utilisateur=personnes[personne],
                contexte={"mandats": siens},
            )
            for personne, siens in destinataires.items()
        ]
    )


def _destinataires(mandats: list[Mandat], jour) -> dict[int, list[int]]:
    """La personne, qui administre sa structure, qui anime le réseau : par personne, ses mandats."""
    administrent, animent = defaultdict(set), defaultdict(set)
    reseaux = {m.reseau_id for m in mandats}
    for autre in Mandat.objects.administrent(jour, LECTEURS).filter(
        reseau__in=reseaux, structure__in={m.structure_id for m in mandats}
    ):
        administrent[autre.reseau_id, autre.structure_id].add(autre.utilisateur_id)
    for autre in Mandat.objects.actifs(jour).filter(
        reseau__in=reseaux, fonction=Fonction.ANIMATEUR, utilisateur__is_active=True
    ):
        animent[autre.reseau_id].add(autre.utilisateur_id)
    par_personne = defaultdict(list)
    for mandat in mandats:
        for personne in (
            {mandat.utilisateur_id}
            | administrent[mandat.reseau_id, mandat.structure_id]
            | animent[mandat.reseau_id]
        ):
            par_personne[personne].append(mandat.pk)
    return {personne: sorted(siens) for personne, siens in par_personne.items()}
