"""Tenir un concours : son édition, ses candidats, sa présélection, son palmarès."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from porteurs.enums import EtatCandidature
from porteurs.models import Candidature, Concours, Dossier
from porteurs.services.dossier import toucher, verrouiller_pour
from porteurs.services.financements import noter_le_prix
from socle.dates import date_en_mots
from socle.permissions import peut
from socle.refus import Refus

CHAMPS = (
    "nom",
    "annee",
    "structure",
    "organisateur",
    "ouvre_le",
    "ferme_le",
    "dotation",
    "reglement",
)


@dataclass(frozen=True)
class Resultat:
    """Ce que le jury décide d'une candidature."""

    etat: str
    montant: Decimal | None = None
    rang: int | None = None


def _verifier(champs: Mapping) -> None:
    if champs["ferme_le"] < champs["ouvre_le"]:
        raise Refus("L’appel ferme après avoir ouvert.", "ferme_le")
    if (champs["structure"] is None) == (not champs["organisateur"]):
        raise Refus("Choisissez une structure, ou écrivez un autre organisateur.", "organisateur")


def _ecrire(concours: Concours) -> Concours:
    try:
        with transaction.atomic():
            concours.save()
    except IntegrityError as erreur:
        if "concours_une_edition_par_an" not in str(erreur):
            raise
        raise Refus("Cette édition du concours existe déjà.", "annee") from erreur
    return concours


@transaction.atomic
def creer_concours(*, acteur, reseau, **champs) -> Concours:
    """Une édition nouvelle. Qui n'anime pas le réseau n'organise que pour sa structure."""
    _verifier(champs)
    concours = Concours(reseau=reseau, cree_par=acteur.utilisateur, **champs)
    if not peut(acteur, "porteurs.concours.tenir", concours):
        raise Refus(
            "Choisissez votre structure comme organisatrice ; l’animation du réseau peut en "
            "choisir une autre.",
            "structure",
        )
    return _ecrire(concours)


def _reserver(acteur, concours: Concours) -> Concours:
    """L'édition, réservée ; un palmarès proclamé ne bouge plus."""
    Concours.objects.select_for_update().only("pk").get(pk=concours.pk)
    ligne = Concours.objects.select_related("reseau", "structure").get(pk=concours.pk)
    if ligne.clos:
        raise Refus(
            f"Le palmarès a été proclamé le {date_en_mots(ligne.clos_le)} : plus rien ne change."
        )
    if not peut(acteur, "porteurs.concours.tenir", ligne):
        raise Refus("Ce concours a changé de mains pendant que vous écriviez.")
    return ligne


@transaction.atomic
def modifier_concours(*, acteur, concours: Concours, **champs) -> Concours:
    ligne = _reserver(acteur, concours)
    _verifier(champs)
    for nom in CHAMPS:
        setattr(ligne, nom, champs[nom])
    if not peut(acteur, "porteurs.concours.tenir", ligne):
        raise Refus("Seule l’animation du réseau peut confier le concours à d’autres.", "structure")
    return _ecrire(ligne)


@transaction.atomic
def candidater(
    *,
    acteur,
    concours: Concours,
    dossier: Dossier,
    accord_le: date,
    accord_mode: str,
    publication: bool = False,
    nom_publie: str = "",
) -> Candidature:
    """Présente un dossier que l'on suit, la personne étant d'accord."""
    dossier = verrouiller_pour(acteur, "porteurs.concours.candidater", dossier)
    Concours.objects.select_for_update().only("pk").get(pk=concours.pk)
    concours.refresh_from_db(fields=["clos_le", "ouvre_le", "ferme_le"])
    jour = dossier.reseau.aujourd_hui()
    if concours.reseau_id != dossier.reseau_id:
        raise Refus("Ce concours n’est pas de ce réseau.", "concours")
    if concours.clos or jour > concours.ferme_le:
        raise Refus("L’appel à candidatures est fermé.", "concours")
    if jour < concours.ouvre_le:
        raise Refus(f"L’appel ouvre le {date_en_mots(concours.ouvre_le)}.", "concours")
    if accord_le > jour:
        raise Refus("Cette date est dans l’avenir.", "accord_le")
    if not dossier.partageable:
        raise Refus(
            "La fiche de ce dossier n’est pas partagée : le jury ne pourrait pas la lire. Notez "
            "d’abord que la personne est informée.",
            "dossier",
        )
    if publication and not nom_publie:
        raise Refus("Dites sous quel nom elle accepte de paraître.", "nom_publie")
    candidature, nouvelle = Candidature.objects.get_or_create(
        concours=concours,
        dossier=dossier,
        defaults={
            "accord_le": accord_le,
            "accord_mode": accord_mode,
            "publication_le": accord_le if publication else None,
            "nom_publie": nom_publie if publication else "",
            "presentee_par": acteur.utilisateur,
        },
    )
    if not nouvelle and candidature.etat != EtatCandidature.RETIREE:
        raise Refus("Ce projet est déjà candidat à ce concours.", "dossier")
    if not nouvelle:
        candidature.etat = EtatCandidature.DEPOSEE
        candidature.accord_le, candidature.accord_mode = accord_le, accord_mode
        candidature.publication_le = accord_le if publication else None
        candidature.nom_publie = nom_publie if publication else ""
        candidature.save()
    toucher(dossier, contact_le=accord_le)
    return candidature


@transaction.atomic
def retirer_candidature(*, acteur, candidature: Candidature) -> bool:
    """La personne se retire ; faux si le palmarès est proclamé, ou si c'était déjà fait."""
    dossier = verrouiller_pour(acteur, "porteurs.candidature.tenir", candidature.dossier)
    retiree = (
        Candidature.objects.filter(pk=candidature.pk, concours__clos_le=None)
        .exclude(etat=EtatCandidature.RETIREE)
        .update(etat=EtatCandidature.RETIREE, montant=None, rang=None)
    )
    if retiree:
        toucher(dossier)
    return bool(retiree)


@transaction.atomic
def accorder_la_publication(
    *, acteur, candidature: Candidature, le: date | None, nom: str = ""
) -> Candidature:
    """Note que la personne accepte d'être nommée au palmarès ; sans date, qu'elle ne l'est plus.

    Le retrait vaut aussitôt, palmarès proclamé ou non.
    """
    dossier = verrouiller_pour(acteur, "porteurs.candidature.tenir", candidature.dossier)
    if le and le > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", "le")
    if le and not nom:
        raise Refus("Dites sous quel nom elle accepte de paraître.", "nom")
    candidature.publication_le = le
    candidature.nom_publie = nom if le else ""
    candidature.save(update_fields=["publication_le", "nom_publie"])
    return candidature


@transaction.atomic
def preselectionner(*, acteur, concours: Concours, retenues: set[int]) -> int:
    """Celles que le jury veut entendre ; les autres redeviennent déposées. Rend leur nombre.

    Ce que l'acteur ne voit pas ne bouge pas.
    """
    ligne = _reserver(acteur, concours)
    vues = Candidature.objects.visible_par(acteur).filter(
        concours=ligne, etat__in=[EtatCandidature.DEPOSEE, EtatCandidature.PRESELECTIONNEE]
    )
    vues.exclude(pk__in=retenues).update(etat=EtatCandidature.DEPOSEE)
    return vues.filter(pk__in=retenues).update(etat=EtatCandidature.PRESELECTIONNEE)


@transaction.atomic
def proclamer(
    *, acteur, concours: Concours, le: date, resultats: Mapping[int, Resultat]
) -> Concours:
    """Le palmarès : chaque lauréat reçoit son prix au dossier, et l'édition est figée.

    Une candidature sans résultat n'est pas retenue. Celles dont la fiche s'est refermée depuis
    ne le sont pas non plus : le jury ne les lit plus.
    """
    ligne = _reserver(acteur, concours)
    if le > ligne.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", "le")
    if le < ligne.ouvre_le:
        raise Refus("Le palmarès vient après l’ouverture de l’appel.", "le")
    candidatures = {
        c.pk: c
        for c in Candidature.objects.visible_par(acteur)
        .filter(concours=ligne)
        .exclude(etat=EtatCandidature.RETIREE)
        .select_related("dossier")
    }
    laureats = {
        pk: r
        for pk, r in resultats.items()
        if pk in candidatures and r.etat == EtatCandidature.LAUREATE
    }
    _verifier_les_prix(ligne, laureats)
    for pk, resultat in sorted(laureats.items()):
        candidature = candidatures[pk]
        candidature.etat = EtatCandidature.LAUREATE
        candidature.montant, candidature.rang = resultat.montant, resultat.rang
        candidature.save(update_fields=["etat", "montant", "rang"])
        noter_le_prix(acteur=acteur, candidature=candidature, concours=ligne, le=le)
    ligne.candidatures.exclude(etat__in=[EtatCandidature.LAUREATE, EtatCandidature.RETIREE]).update(
        etat=EtatCandidature.NON_RETENUE
    )
    ligne.clos_le = le
    ligne.save(update_fields=["clos_le"])
    return ligne


def _verifier_les_prix(concours: Concours, laureats: Mapping[int, Resultat]) -> None:
    if any(r.montant is None for r in laureats.values()):
        raise Refus("Chaque lauréat a un prix ; écrivez 0 s’il n’y a pas d’argent.")
    total = sum(r.montant for r in laureats.values())
    if concours.dotation is not None and total > concours.dotation:
        raise Refus(
            f"Les prix font {total:,.0f} € pour une dotation de {concours.dotation:,.0f} € : "
            "corrigez un prix, ou la dotation.".replace(",", "\N{NARROW NO-BREAK SPACE}")
        )
