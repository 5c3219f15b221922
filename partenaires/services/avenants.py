"""Un avenant : la convention change de texte, de fin ou de parties, et garde ce qu'elle était."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Max

from partenaires.enums import EtatConvention, SensPartie
from partenaires.models import Avenant, AvenantStructure, Convention, Structure
from partenaires.services.conventions import (
    annoncer,
    entrer,
    garder_la_tete,
    presentes,
    reprendre,
    sortir,
    texte_en_vigueur,
)
from partenaires.services.modele_convention import remplir, verifier_les_reperes
from socle.dates import date_en_mots
from socle.refus import Refus


@transaction.atomic
def ajouter_avenant(
    *,
    acteur,
    convention: Convention,
    revision: int,
    objet: str,
    texte: str,
    effet: date,
    change_fin: bool = False,
    fin: date | None = None,
    entrees: Iterable[Structure] = (),
    sorties: Iterable[Structure] = (),
) -> Avenant:
    """Ajoute une version numérotée. ``fin`` : la nouvelle, si ``change_fin`` ; rien : sans fin.

    La fin change tout de suite dans la base (elle est dans l'avenir), le texte et les parties
    au jour d'effet. Lève ``Refus``.
    """
    convention = reprendre(convention, revision)
    jour = convention.reseau.aujourd_hui()
    entrees, sorties = {s.pk for s in entrees}, {s.pk for s in sorties}
    _verifier_l_effet(convention, effet, jour, sorties)
    if change_fin:
        _verifier_la_fin(convention, fin, effet, jour)
    _verifier_les_parties(convention, effet, entrees, sorties)
    dernier = convention.avenants.aggregate(numero=Max("numero"))["numero"] or 0
    ancien, _ = texte_en_vigueur(convention, date.max)
    verifier_les_reperes(texte, ancien)
    if (
        not (entrees or sorties)
        and texte == ancien
        and not _fin_change(convention, change_fin, fin)
    ):
        raise Refus("Rien ne change : ni le texte, ni la fin, ni les parties.")
    entrer(convention, entrees, effet)
    sortir(convention, sorties, effet)
    avenant = Avenant.objects.create(
        convention=convention,
        numero=dernier + 1,
        objet=objet,
        texte=_rempli(convention, texte, effet, fin if change_fin else convention.periode.upper),
        effet=effet,
        change_fin=change_fin,
        fin_avant=convention.periode.upper if change_fin else None,
        fin_apres=fin if change_fin else None,
        ecrit_par_id=acteur.utilisateur_id,
    )
    _noter_les_mouvements(avenant, entrees, sorties)
    champs = {"periode": DateRange(convention.debut, fin)} if change_fin else {}
    Convention.objects.filter(pk=convention.pk).update(revision=F("revision") + 1, **champs)
    if sorties:
        garder_la_tete(convention.reseau, effet)
    if change_fin and fin:
        garder_la_tete(convention.reseau, fin)
    if sorties or change_fin:
        annoncer(convention.reseau)
    return avenant


def _fin_change(convention: Convention, change_fin: bool, fin: date | None) -> bool:
    return change_fin and fin != convention.periode.upper


def _verifier_l_effet(convention: Convention, effet: date, jour: date, sorties) -> None:
    if convention.etat != EtatConvention.SIGNEE:
        raise Refus("Un avenant change une convention signée et encore en vigueur.")
    if convention.periode.upper and convention.periode.upper <= jour:
        raise Refus("Cette convention a pris fin : il en faut une nouvelle.")
    dernier = convention.avenants.aggregate(effet=Max("effet"))["effet"]
    plancher = max(filter(None, [convention.debut, dernier]))
    if effet < plancher:
        quoi = "l’avenant précédent" if dernier == plancher else "la convention elle-même"
        raise Refus(
            f"Un avenant ne prend pas effet avant {quoi}, le {date_en_mots(plancher)}.", "effet"
        )
    if convention.periode.upper and effet >= convention.periode.upper:
        raise Refus(
            f"La convention finit le {date_en_mots(convention.dernier_jour)} : l’avenant doit prendre "
            "effet avant.",
            "effet",
        )
    if sorties and effet <= jour:
        raise Refus(
            "Un retrait prend effet demain au plus tôt : ce que suit la structure doit changer "
            "de mains avant que ses droits ne cessent.",
            "effet",
        )


def _verifier_la_fin(convention: Convention, fin: date | None, effet: date, jour: date) -> None:
    if convention.denoncee_le:
        raise Refus("Elle est dénoncée : renoncez d’abord à la dénonciation.", "dernier_jour")
    if fin and fin <= max(jour, effet, convention.debut):
        raise Refus(
            "La convention finirait avant que l’avenant prenne effet, ou dans le passé. Choisissez "
            f"un dernier jour à partir du {date_en_mots(max(jour, effet, convention.debut))}.",
            "dernier_jour",
        )


def _verifier_les_parties(convention: Convention, effet: date, entrees: set, sorties: set) -> None:
    deja = set(presentes(convention, effet))
    if entrees & deja:
        raise Refus("Une structure que vous faites entrer en est déjà partie.", "entrees")
    if sorties - deja:
        raise Refus("Une structure que vous retirez n’en est plus partie ce jour-là.", "sorties")
    if sorties and not (deja | entrees) - sorties:
        raise Refus(
            "Il n’y aurait plus personne dans cette convention : dénoncez-la plutôt.", "sorties"
        )


def _rempli(convention: Convention, texte: str, effet: date, fin: date | None) -> str:
    noms = Structure.objects.filter(pk__in=presentes(convention, effet)).order_by("cle_tri", "pk")
    return remplir(texte, convention, list(noms.values_list("nom", flat=True)), fin)


def _noter_les_mouvements(avenant: Avenant, entrees: set[int], sorties: set[int]) -> None:
    AvenantStructure.objects.bulk_create(
        AvenantStructure(avenant=avenant, structure_id=pk, sens=sens)
        for sens, lot in ((SensPartie.ENTREE, entrees), (SensPartie.SORTIE, sorties))
        for pk in sorted(lot)
    )
