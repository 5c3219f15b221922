"""La vie d'une convention : écrite, signée, dénoncée ou échue, changée par avenants.

Ce qui retire un droit (une fin, un retrait) vaut demain au plus tôt et s'annonce aussitôt : ce que
la structure suivait change de mains pendant que ses droits courent encore (CONCEPTION §2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from partenaires.enums import CONVENTION_EN_VIGUEUR, EtatConvention, Fonction
from partenaires.models import (
    Avenant,
    Convention,
    ConventionStructure,
    Mandat,
    Reseau,
    Structure,
)
from partenaires.services.mandats import verrouiller
from partenaires.services.modele_convention import remplir, verifier_les_reperes
from partenaires.signals import convention_va_finir
from socle.dates import date_en_mots
from socle.refus import Refus

E = EtatConvention
UN_JOUR = timedelta(days=1)
DEPASSEE = (
    "Quelqu’un a changé cette convention pendant que vous écriviez. Votre saisie est gardée "
    "ci-dessous : comparez avec la page de la convention, puis enregistrez de nouveau."
)


@dataclass(frozen=True)
class Passage:
    """D'où part un geste, où il mène, et ce qu'on répond quand il n'est plus possible."""

    depuis: tuple[str, ...]
    vers: str
    refus: str


FINIE = "Cette convention a déjà pris fin."
PASSAGES = {
    "signer": Passage((E.PRINCIPE,), E.SIGNEE, "Cette convention est déjà signée, ou finie."),
    "echoir": Passage((E.PRINCIPE, E.SIGNEE), E.ECHUE, FINIE),
    "denoncer": Passage((E.PRINCIPE, E.SIGNEE), E.DENONCEE, FINIE),
}


def passer(convention: Convention, geste: str, **champs) -> None:
    """Fait passer la convention à l'état où mène ce geste ; ``Refus`` si elle n'en part pas."""
    passage = PASSAGES[geste]
    _changer(convention, passage.depuis, passage.refus, etat=passage.vers, **champs)


def _changer(convention: Convention, depuis, refus: str, **champs) -> None:
    filtre = {"pk": convention.pk, "etat__in": depuis}
    if not Convention.objects.filter(**filtre).update(revision=F("revision") + 1, **champs):
        raise Refus(refus)


# --- Écrire ----------------------------------------------------------------------------------


def structures_possibles(reseau: Reseau):
    """Celles qui sont, ou ont été, liées au réseau ; une autre y entre d'abord par l'annuaire."""
    parties = ConventionStructure.objects.filter(convention__reseau=reseau.pk)
    return (
        Structure.objects.vivantes()
        .filter(pk__in=parties.values("structure"))
        .order_by("cle_tri", "pk")
    )


@transaction.atomic
def creer_convention(
    *, reseau: Reseau, intitule: str, structures: Iterable[Structure], debut, fin, texte: str
) -> Convention:
    """Un engagement de principe. ``fin`` : le premier jour où elle ne lie plus, ou rien."""
    _verifier_la_periode(debut, fin)
    verifier_les_reperes(texte)
    convention = Convention.objects.create(
        reseau=reseau, intitule=intitule, periode=DateRange(debut, fin), texte=texte
    )
    ConventionStructure.objects.bulk_create(
        ConventionStructure(convention=convention, structure=s) for s in structures
    )
    return convention


@transaction.atomic
def modifier_convention(
    *,
    convention: Convention,
    revision: int,
    intitule: str,
    structures: Iterable[Structure],
    debut: date,
    fin: date | None,
    texte: str,
) -> None:
    """Tant que rien n'est signé. Une structure retirée garde ses droits jusqu'à ce soir."""
    convention = reprendre(convention, revision)
    if convention.etat != E.PRINCIPE:
        raise Refus("Cette convention est signée : elle ne change plus que par un avenant.")
    jour = convention.reseau.aujourd_hui()
    _verifier_la_periode(debut, fin)
    verifier_les_reperes(texte)
    if convention.debut <= jour < debut:
        raise Refus("Elle a déjà commencé : son début ne se repousse plus.", "debut")
    if fin != convention.periode.upper:
        _verifier_la_fin(convention, fin, jour)
    _changer(
        convention,
        (E.PRINCIPE,),
        FINIE,
        intitule=intitule,
        periode=DateRange(debut, fin),
        texte=texte,
    )
    demain = jour + UN_JOUR
    choisies = {s.pk for s in structures}
    actuelles = set(presentes(convention, demain))
    entrer(convention, choisies - actuelles, None)
    sortir(convention, actuelles - choisies, max(demain, debut))
    garder_la_tete(convention.reseau, max(filter(None, [demain, fin])))
    if actuelles - choisies or (fin and fin != convention.periode.upper):
        annoncer(convention.reseau)


def _verifier_la_periode(debut: date, fin: date | None) -> None:
    if fin and fin <= debut:
        raise Refus(
            f"La convention finirait le {date_en_mots(fin - UN_JOUR)}, avant d’avoir commencé le "
            f"{date_en_mots(debut)}. Choisissez un dernier jour plus tardif, ou aucun.",
            "dernier_jour",
        )


def _verifier_la_fin(convention: Convention, fin: date | None, jour: date) -> None:
    """Une fin nouvelle laisse au moins cette journée : ce qui est suivi change de mains avant."""
    if fin and fin <= jour:
        raise Refus(
            "Ce jour est passé. Choisissez aujourd’hui au plus tôt : ce que suivent ses parties "
            "doit changer de mains avant que leurs droits ne cessent.",
            "dernier_jour",
        )
    _verifier_la_periode(convention.debut, fin)


# --- Ce que tous les gestes partagent --------------------------------------------------------


def reprendre(convention: Convention, revision: int | None = None) -> Convention:
    """La convention telle qu'elle est, en file avec les autres gestes du réseau."""
    reseau = verrouiller(convention.reseau_id)
    convention = Convention.objects.select_for_update(of=("self",)).get(pk=convention.pk)
    convention.reseau = reseau
    if revision is not None and convention.revision != revision:
        raise Refus(DEPASSEE)
    return convention


def presentes(convention: Convention, jour: date) -> list[int]:
    """Les structures parties à la convention ce jour-là."""
    parties = ConventionStructure.objects.presentes(jour).filter(convention=convention)
    return list(parties.values_list("structure_id", flat=True))


def entrer(convention: Convention, structures: Iterable[int], le: date | None) -> None:
    """Ajoute des parties ; celle qui revient après un retrait reprend sa ligne."""
    for pk in structures:
        ConventionStructure.objects.update_or_create(
            convention=convention, structure_id=pk, defaults={"entree_le": le, "retrait_le": None}
        )


def sortir(convention: Convention, structures: Iterable[int], le: date) -> None:
    """Retire des parties ce jour-là ; celle qui ne serait jamais entrée s'efface."""
    parties = ConventionStructure.objects.filter(convention=convention, structure__in=structures)
    parties.filter(entree_le__gte=le).delete()
    if convention.debut >= le:
        parties.delete()
    parties.update(retrait_le=le)


def garder_la_tete(reseau: Reseau, jour: date) -> None:
    """Refuse, au sortir d'un geste, un réseau qui n'aurait plus de tête ce jour-là."""
    coordinatrice = reseau.structure_coordinatrice
    membres = Structure.objects.membres(reseau.pk, jour)
    if coordinatrice and not membres.filter(pk=coordinatrice.pk).exists():
        raise Refus(
            f"{coordinatrice.nom} coordonne le réseau, et plus rien ne l’y lierait le "
            f"{date_en_mots(jour)} : ce que suivent les structures qui partent n’aurait plus où aller. "
            "Signez d’abord avec elle une convention qui court encore ce jour-là, ou faites "
            "désigner une autre structure coordinatrice."
        )
    animent = Mandat.objects.actifs(jour).filter(
        reseau=reseau, fonction=Fonction.ANIMATEUR, utilisateur__is_active=True
    )
    if coordinatrice and not animent.exists():
        raise Refus(
            f"Plus personne n’animerait le réseau le {date_en_mots(jour)}. Invitez d’abord, dans une "
            "autre structure, la personne qui prend la suite."
        )


def annoncer(reseau: Reseau) -> None:
    """Une fois la transaction validée : les droits courent encore, c'est le moment de déplacer."""
    transaction.on_commit(lambda: convention_va_finir.send(sender=Convention, reseau_id=reseau.pk))


# --- Signer, dénoncer, échoir ----------------------------------------------------------------


@transaction.atomic
def signer_convention(*, convention: Convention, revision: int, signee_le: date) -> None:
    """L'engagement de principe devient une convention signée ; son texte est désormais figé."""
    convention = reprendre(convention, revision)
    jour = convention.reseau.aujourd_hui()
    if signee_le > jour:
        raise Refus(
            "Cette date est dans l’avenir : notez la signature une fois donnée.", "signee_le"
        )
    if convention.periode.upper and convention.periode.upper <= jour:
        raise Refus(FINIE)
    verifier_les_reperes(convention.texte)
    passer(convention, "signer", signee_le=signee_le, texte=texte_rempli(convention, jour))


@transaction.atomic
def denoncer_convention(*, convention: Convention, dernier_jour: date, motif: str) -> None:
    """Annonce la fin : les droits courent jusqu'à ``dernier_jour`` compris, aujourd'hui au plus tôt.

    L'état ne devient « dénoncée » qu'une fois ce jour passé (``constater_les_fins``) ; d'ici là on
    peut y renoncer.
    """
    convention = reprendre(convention)
    jour, fin = convention.reseau.aujourd_hui(), dernier_jour + UN_JOUR
    if convention.denoncee_le:
        raise Refus("Cette convention est déjà dénoncée.")
    _verifier_la_fin(convention, fin, jour)
    if convention.periode.upper and fin > convention.periode.upper:
        raise Refus(
            f"Elle finit déjà plus tôt, le {date_en_mots(convention.dernier_jour)}.", "dernier_jour"
        )
    _changer(
        convention,
        CONVENTION_EN_VIGUEUR,
        FINIE,
        denoncee_le=jour,
        motif_denonciation=motif,
        fin_avant=convention.periode.upper,
        periode=DateRange(convention.debut, fin),
    )
    garder_la_tete(convention.reseau, fin)
    annoncer(convention.reseau)


@transaction.atomic
def renoncer_a_denoncer(*, convention: Convention) -> None:
    """Tant qu'elle court encore : elle retrouve sa fin d'avant. Ce qui a changé de mains y reste."""
    convention = reprendre(convention)
    if not convention.denonciation_en_cours:
        raise Refus("Cette dénonciation a déjà pris effet, ou n’est plus en cours.")
    if convention.periode.upper <= convention.reseau.aujourd_hui():
        raise Refus("Son dernier jour est passé : il faut désormais une nouvelle convention.")
    _changer(
        convention,
        CONVENTION_EN_VIGUEUR,
        FINIE,
        denoncee_le=None,
        motif_denonciation="",
        fin_avant=None,
        periode=DateRange(convention.debut, convention.fin_avant),
    )


def constater_les_fins(reseau: Reseau) -> int:
    """Note « échue » ou « dénoncée » ce dont le dernier jour est passé ; rend leur nombre.

    Ce que suivaient les structures se déplace d'abord : le signal part avant tout changement
    d'état, et la veille déjà. Un récepteur qui échoue arrête là ; le passage suivant reprend.
    """
    jour = reseau.aujourd_hui()
    finissantes = list(
        Convention.objects.finissent_avant(jour + UN_JOUR).filter(reseau=reseau).order_by("pk")
    )
    retraits = ConventionStructure.objects.filter(
        convention__reseau=reseau, retrait_le__in=[jour, jour + UN_JOUR]
    )
    if finissantes or retraits.exists():
        convention_va_finir.send(sender=Convention, reseau_id=reseau.pk)
    finies = [c for c in finissantes if c.periode.upper <= jour]
    for convention in finies:
        with transaction.atomic():
            convention = reprendre(convention)
            # Un avenant l'a prolongée entre-temps : elle n'est plus à constater.
            if convention.en_vigueur and convention.periode.upper <= jour:
                passer(convention, "denoncer" if convention.denoncee_le else "echoir")
    return len(finies)


# --- Lire ------------------------------------------------------------------------------------


def texte_rempli(convention: Convention, jour: date) -> str:
    """Le texte d'origine, ses repères remplacés par ce qui vaut ce jour-là."""
    noms = Structure.objects.filter(pk__in=presentes(convention, max(jour, convention.debut)))
    noms = list(noms.order_by("cle_tri", "pk").values_list("nom", flat=True))
    return remplir(convention.texte, convention, noms, convention.periode.upper)


def texte_en_vigueur(convention: Convention, jour: date) -> tuple[str, Avenant | None]:
    """Le texte qui vaut ce jour-là, et l'avenant dont il vient (rien : le texte d'origine)."""
    avenant = convention.avenants.filter(effet__lte=jour).order_by("-effet", "-numero").first()
    return (avenant.texte, avenant) if avenant else (convention.texte, None)
