"""Un financement se demande, s'accorde ou se refuse, se verse ; et se corrige sans mentir."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from partenaires.models import Structure
from porteurs.enums import EtatFinancement, NatureFinancement
from porteurs.models import Candidature, Concours, Dossier, Financement
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from socle.dates import date_en_mots
from socle.refus import Refus


def _jamais_plus_tard(dossier: Dossier, champ: str, jour: date) -> None:
    if jour > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", champ)


@transaction.atomic
def ajouter_financement(
    *,
    acteur,
    dossier: Dossier,
    nature: str,
    etat: str,
    montant: Decimal | None,
    le: date,
    structure: Structure | None = None,
    financeur: str = "",
    motif: str = "",
) -> Financement:
    """Note un financement là où il en est ; le montant est celui qu'on demande, ou qu'on obtient."""
    dossier = verrouiller_pour(acteur, "porteurs.financement.tenir", dossier)
    _jamais_plus_tard(dossier, "le", le)
    if (structure is None) == (not financeur):
        raise Refus("Choisissez une structure, ou écrivez un autre financeur.", "financeur")
    financement = Financement(
        dossier=dossier,
        nature=nature,
        structure=structure,
        financeur=financeur,
        saisi_par=acteur.utilisateur,
    )
    if etat in (EtatFinancement.DEMANDE, EtatFinancement.REFUSE):
        financement.etat = EtatFinancement.DEMANDE
        financement.montant_demande = montant
        financement.demande_le = le
    if etat == EtatFinancement.REFUSE:
        financement.demande_le = None
        _refuser(financement, le, motif)
    if etat in (EtatFinancement.ACCORDE, EtatFinancement.VERSE):
        _accorder(financement, le, montant)
    if etat == EtatFinancement.VERSE:
        financement.etat, financement.verse_le = EtatFinancement.VERSE, le
    financement.save()
    toucher(dossier, contact_le=le)
    return financement


def _accorder(financement: Financement, le: date, montant: Decimal | None) -> None:
    if montant is None:
        raise Refus("Combien est accordé ? Il faut un montant.", "montant")
    if financement.demande_le and le < financement.demande_le:
        raise Refus(
            f"La demande date du {date_en_mots(financement.demande_le)} : l’accord vient après.",
            "le",
        )
    financement.etat = EtatFinancement.ACCORDE
    financement.accorde_le, financement.montant = le, montant


def _refuser(financement: Financement, le: date, motif: str) -> None:
    if not motif:
        raise Refus("Dites pourquoi : la personne et la suite en ont besoin.", "motif")
    if financement.demande_le and le < financement.demande_le:
        raise Refus(
            f"La demande date du {date_en_mots(financement.demande_le)} : le refus vient après.",
            "le",
        )
    financement.etat = EtatFinancement.REFUSE
    financement.refuse_le, financement.motif = le, motif


def _reserver(acteur, financement: Financement) -> Financement:
    """Le dossier d'abord, puis la ligne : deux personnes ne répondent pas à la fois."""
    verrouiller_pour(acteur, "porteurs.financement.tenir", financement.dossier)
    ligne = (
        Financement.objects.select_for_update(of=("self",))
        .select_related("dossier__reseau")
        .get(pk=financement.pk)
    )
    if ligne.du_palmares:
        raise Refus("Ce prix vient d’un palmarès proclamé : il ne se change pas ici.")
    return ligne


@transaction.atomic
def repondre_financement(
    *,
    acteur,
    financement: Financement,
    reponse: str,
    le: date,
    montant: Decimal | None = None,
    motif: str = "",
) -> Financement:
    """La demande est accordée ou refusée, ou l'argent accordé est versé ; rien ne revient en arrière."""
    ligne = _reserver(acteur, financement)
    _jamais_plus_tard(ligne.dossier, "le", le)
    if reponse not in suites(ligne):
        raise Refus(f"Ce financement est déjà « {ligne.get_etat_display()} ».", "reponse")
    if reponse == EtatFinancement.ACCORDE:
        _accorder(ligne, le, montant)
    elif reponse == EtatFinancement.REFUSE:
        _refuser(ligne, le, motif)
    else:
        if le < ligne.accorde_le:
            raise Refus(
                f"Il a été accordé le {date_en_mots(ligne.accorde_le)} : le versement vient après.",
                "le",
            )
        ligne.etat, ligne.verse_le = EtatFinancement.VERSE, le
    ligne.save()
    toucher(ligne.dossier, contact_le=le)
    return ligne


def suites(financement: Financement) -> list[str]:
    """Ce qui peut arriver maintenant à ce financement."""
    if financement.du_palmares:
        return []
    return {
        EtatFinancement.DEMANDE: [EtatFinancement.ACCORDE, EtatFinancement.REFUSE],
        EtatFinancement.ACCORDE: [EtatFinancement.VERSE],
    }.get(financement.etat, [])


@transaction.atomic
def retirer_financement(*, acteur, financement: Financement) -> bool:
    """Efface une ligne notée par erreur ; faux si elle n'était déjà plus là."""
    verrouiller_pour(acteur, "porteurs.financement.tenir", financement.dossier)
    ligne = Financement.objects.filter(pk=financement.pk, candidature=None)
    return bool(ligne.delete()[0])


def noter_le_prix(*, acteur, candidature: Candidature, concours: Concours, le: date) -> None:
    """Le prix d'un palmarès, noté par le concours et non à la main ; dans sa transaction."""
    dossier = verrouiller(candidature.dossier)
    Financement.objects.create(
        dossier=dossier,
        nature=NatureFinancement.PRIX,
        etat=EtatFinancement.ACCORDE,
        structure=concours.structure,
        financeur=concours.organisateur,
        montant=candidature.montant,
        accorde_le=le,
        concours=str(concours),
        candidature=candidature,
        saisi_par=acteur.utilisateur,
    )
    toucher(dossier)
