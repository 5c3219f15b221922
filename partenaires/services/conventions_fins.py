"""Prévenir avant qu'une convention ne finisse : l'animation, et qui administre ses parties."""

from collections import defaultdict
from datetime import date, timedelta
from hashlib import sha256

from django.db import transaction

from partenaires.enums import Fonction
from partenaires.models import Convention, ConventionStructure, Mandat, Reseau
from partenaires.permissions.adhesion import LECTEURS
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

GENRE = "convention_fin"
# En jours, du plus proche au plus lointain.
PALIERS = (30, 90)


def palier(fin: date, jour: date) -> int | None:
    """Le rappel qui vaut à cette distance de la fin ; rien si elle est plus loin, ou passée."""
    reste = (fin - jour).days
    return next((p for p in PALIERS if 0 < reste <= p), None)


@transaction.atomic
def rappeler_les_conventions(reseau: Reseau) -> int:
    """Un courriel par personne, pour tout ce qui vient d'atteindre un palier.

    La convention garde la fin et le palier dont on a prévenu : un passage manqué est rattrapé par
    le suivant, rien ne part deux fois, une fin déplacée se rappelle. Rend les courriels déposés.
    """
    jour = reseau.aujourd_hui()
    conventions = [
        c
        for c in Convention.objects.finissent_avant(jour + timedelta(days=max(PALIERS)))
        .filter(reseau=reseau, periode__endswith__gt=jour)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
        if _a_rappeler(c, jour)
    ]
    for convention in conventions:
        convention.fin_rappelee = convention.periode.upper
        convention.palier_rappele = palier(convention.periode.upper, jour)
    Convention.objects.bulk_update(conventions, ["fin_rappelee", "palier_rappele"])
    return deposer(_depots(reseau, conventions, jour))


def _a_rappeler(convention: Convention, jour: date) -> bool:
    if convention.fin_rappelee != convention.periode.upper:
        return True
    return convention.palier_rappele > palier(convention.periode.upper, jour)


def _depots(reseau: Reseau, conventions: list[Convention], jour: date) -> list[Depot]:
    par_personne = destinataires(reseau, conventions, jour)
    personnes = Utilisateur.objects.in_bulk(par_personne)
    fins = {c.pk: f"{c.pk} {c.periode.upper} {c.palier_rappele}" for c in conventions}
    return [
        Depot(
            GENRE,
            _cle(siennes, fins),
            utilisateur=personnes[pk],
            contexte={"conventions": siennes},
        )
        for pk, siennes in sorted(par_personne.items())
    ]


def _cle(conventions: list[int], fins: dict[int, str]) -> str:
    """Ce dont le courriel prévient : les mêmes fins, aux mêmes paliers, ne partent qu'une fois."""
    return sha256("\n".join(fins[pk] for pk in conventions).encode()).hexdigest()[:40]


def destinataires(reseau: Reseau, conventions: list[Convention], jour) -> dict[int, list[int]]:
    """Par personne, les conventions qui la regardent : toutes pour l'animation, les siennes sinon."""
    par_personne: dict[int, list[int]] = {}
    if not conventions:
        return par_personne
    parties = defaultdict(set)
    for pk, structure in (
        ConventionStructure.objects.presentes(jour)
        .filter(convention__in=conventions)
        .values_list("convention_id", "structure_id")
    ):
        parties[structure].add(pk)
    toutes = {c.pk for c in conventions}
    mandats = Mandat.objects.actifs(jour).filter(
        reseau=reseau, fonction__in=LECTEURS, utilisateur__is_active=True
    )
    for mandat in mandats.order_by("utilisateur_id"):
        siennes = toutes if mandat.fonction == Fonction.ANIMATEUR else set()
        if mandat.administre:
            siennes = siennes | parties[mandat.structure_id]
        if siennes:
            deja = par_personne.get(mandat.utilisateur_id, [])
            par_personne[mandat.utilisateur_id] = sorted(siennes.union(deja))
    return par_personne
