"""Les accords qui ouvrent le volet privé, et les demandes de suivre un dossier."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat, Structure
from porteurs.enums import EtatDemandeAcces, ModeAccord
from porteurs.models import AccordPartage, DemandeAcces, Dossier, Participation
from porteurs.models.accord import DUREE_ACCORD
from porteurs.services import accords
from porteurs.services.acces_finis import finir
from porteurs.services.dossier import noter_au_fil, toucher, verrouiller, verrouiller_pour
from porteurs.services.espace_partage import structures_du_suivi
from socle.courriels import Depot, deposer
from socle.models import Utilisateur
from socle.permissions import peut
from socle.refus import Refus

# Le temps d'un coup de main ; qui accepte choisit, dans la limite d'un accord.
DUREE_ACCES = timedelta(days=90)
CHANGE = (
    "Ce dossier a changé de mains ou d’état pendant que vous écriviez\u00a0: rien n’est enregistré. "
    "Rouvrez sa page pour voir où il en est."
)
GENRE_DEMANDE, GENRE_REPONSE = "acces_demande", "acces_reponse"
GENRE_ACCORD = "accord_note"


def lecteurs_de(dossier: Dossier, structures: Iterable[Structure]) -> dict[int, list[str]]:
    """Par structure, les noms de celles et ceux qui y lisent les dossiers."""
    noms: dict[int, list[str]] = {s.pk: [] for s in structures}
    mandats = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            structure__in=noms,
            fonction=Fonction.TECHNICIEN,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )
    for mandat in mandats:
        noms[mandat.structure_id].append(mandat.utilisateur.nom_complet)
    return noms


@transaction.atomic
def noter_accords(
    *,
    acteur,
    dossier: Dossier,
    structure: Structure,
    adultes: Sequence[Participation],
    mode: str,
    donne_le: date,
    jusqua: date | None,
) -> None:
    """Chacun de ces adultes laisse la structure lire le volet privé, jusqu'à cette date."""
    dossier = verrouiller_pour(acteur, "porteurs.accord.noter", dossier)
    jour = dossier.reseau.aujourd_hui()
    if mode == ModeAccord.EN_LIGNE:
        raise Refus("En ligne, c’est la personne elle-même qui le donne.", "mode")
    if donne_le > jour:
        raise Refus("Cette date est dans l’avenir.", "donne_le")
    if jusqua is not None and jusqua <= jour:
        raise Refus("Cette date est déjà passée : l’accord n’ouvrirait rien.", "jusqua")
    if jusqua is not None and jusqua > donne_le + DUREE_ACCORD:
        raise Refus("Un accord vaut deux ans au plus : il se renouvelle.", "jusqua")
    if structure.pk not in {s.pk for s in structures_du_suivi(dossier)}:
        raise Refus(
            "Cette structure ne suit pas le dossier : il n’y a rien à lui ouvrir.", "structure"
        )
    siennes = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    if structure.pk not in siennes and dossier.structure_responsable_id not in siennes:
        raise Refus("Vous notez les accords donnés à votre structure seulement.", "structure")
    notes = [
        accords.donner(
            adulte,
            structure,
            mode=mode,
            donne_le=donne_le,
            jusqua=jusqua,
            note_par=acteur.utilisateur,
        )
        for adulte in adultes
    ]
    _le_dire_aux_adultes(notes)
    noms = ", ".join(a.porteur.prenom for a in adultes)
    noter_au_fil(
        dossier,
        acteur,
        donne_le,
        f"Accord noté\u00a0: {structure.nom} peut lire le volet privé ({noms}).",
    )
    toucher(dossier, contact_le=donne_le)


def _le_dire_aux_adultes(notes: Sequence[AccordPartage]) -> None:
    """Qui a une adresse apprend ce qu'on dit avoir entendu d'elle, et peut le reprendre."""
    deposer(
        [
            Depot(
                GENRE_ACCORD,
                str(accord.pk),
                adresse=accord.participation.porteur.email,
                contexte={"accord": accord.pk, "dossier": accord.participation.dossier_id},
            )
            for accord in notes
            if accord.participation.porteur.email
        ]
    )


@transaction.atomic
def retirer_accord(*, acteur, accord: AccordPartage) -> bool:
    """La structure cesse aussitôt de lire le volet privé ; faux si c'était déjà fait."""
    dossier = verrouiller(accord.participation.dossier)
    retires = AccordPartage.objects.filter(pk=accord.pk).retirer()
    if retires:
        jour = dossier.reseau.aujourd_hui()
        noter_au_fil(
            dossier,
            acteur,
            jour,
            f"{accord.participation.porteur.prenom} retire son accord\u00a0: {accord.structure.nom} "
            "ne lit plus le volet privé.",
        )
        toucher(dossier, contact_le=jour)
    return bool(retires)


# --- Demander l'accès ---------------------------------------------------------------------------


@transaction.atomic
def demander_acces(*, acteur, dossier: Dossier, structure: Structure, motif: str) -> DemandeAcces:
    """Une structure qui lit la fiche demande à suivre ; celle qui répond du dossier est prévenue."""
    dossier = verrouiller_pour(acteur, "porteurs.acces.demander", dossier)
    if dossier.demandes_acces.filter(structure=structure, etat=EtatDemandeAcces.ENVOYEE).exists():
        raise Refus("Votre structure a déjà une demande en attente sur ce dossier.")
    demande = DemandeAcces.objects.create(
        dossier=dossier, structure=structure, demandeur=acteur.utilisateur, motif=motif
    )
    deposer(
        [
            Depot(GENRE_DEMANDE, str(demande.uuid), personne, contexte={"demande": demande.pk})
            for personne in _techniciens(dossier)
        ]
    )
    toucher(dossier, activite=False)
    return demande


def _techniciens(dossier: Dossier) -> list[Utilisateur]:
    """Qui peut répondre pour la structure responsable."""
    return list(
        Utilisateur.objects.filter(
            is_active=True,
            pk__in=Mandat.objects.actifs(dossier.reseau.aujourd_hui())
            .filter(
                reseau=dossier.reseau_id,
                structure=dossier.structure_responsable_id,
                fonction=Fonction.TECHNICIEN,
            )
            .values("utilisateur"),
        ).order_by("pk")
    )


@transaction.atomic
def repondre_demande(
    *, acteur, demande: DemandeAcces, accepte: bool, jusqua: date | None = None, reponse: str = ""
) -> DemandeAcces:
    """Accepte jusqu'à une date, ou refuse en disant pourquoi ; qui demandait est prévenu."""
    dossier = verrouiller(demande.dossier)
    demande = DemandeAcces.objects.select_for_update(of=("self",)).get(pk=demande.pk)
    demande.dossier = dossier
    if not peut(acteur, "porteurs.acces.repondre", demande):
        raise Refus(CHANGE)
    if demande.etat != EtatDemandeAcces.ENVOYEE:
        raise Refus("Cette demande a déjà reçu une réponse.")
    if accepte:
        _verifier_l_ouverture(dossier, jusqua)
    elif not reponse.strip():
        raise Refus("Dites pourquoi vous refusez : l’autre structure doit savoir.", "reponse")
    demande.etat = EtatDemandeAcces.ACCEPTEE if accepte else EtatDemandeAcces.REFUSEE
    demande.jusqua = jusqua if accepte else None
    demande.reponse = reponse
    demande.repondu_par = acteur.utilisateur
    demande.repondu_le = timezone.now()
    demande.save(update_fields=["etat", "jusqua", "reponse", "repondu_par", "repondu_le"])
    deposer(
        [
            Depot(
                GENRE_REPONSE,
                str(demande.uuid),
                demande.demandeur,
                contexte={"demande": demande.pk},
            )
        ]
    )
    toucher(dossier, activite=False)
    return demande


def _verifier_l_ouverture(dossier: Dossier, jusqua: date | None) -> None:
    jour = dossier.reseau.aujourd_hui()
    if not dossier.ouvert_aux_autres:
        raise Refus(
            "La fiche n’est plus partagée avec le réseau : il faut d’abord l’accord de la personne."
        )
    if jusqua is None:
        raise Refus("Dites jusqu’à quand cet accès vaut.", "jusqua")
    if jusqua <= jour:
        raise Refus("Cette date est déjà passée.", "jusqua")
    if jusqua > jour + DUREE_ACCORD:
        raise Refus("Deux ans au plus : l’accès se redemande.", "jusqua")


@transaction.atomic
def finir_acces(*, acteur, demande: DemandeAcces) -> bool:
    """La structure qui répond du dossier, ou la personne, met fin à un accès accepté ; faux s'il l'était."""
    dossier = verrouiller(demande.dossier)
    demande.dossier = dossier
    if not peut(acteur, "porteurs.acces.finir", demande):
        raise Refus(CHANGE)
    finis = finir(dossier, dossier.demandes_acces.filter(pk=demande.pk))
    if finis:
        jour = dossier.reseau.aujourd_hui()
        noter_au_fil(dossier, acteur, jour, f"Fin de l’accès de {finis[0]} au dossier.")
        toucher(dossier, activite=False)
    return bool(finis)


@transaction.atomic
def retirer_demande(*, demande: DemandeAcces) -> bool:
    """La structure n'a plus besoin de suivre ; faux si la réponse est venue avant."""
    dossier = verrouiller(demande.dossier)
    retiree = DemandeAcces.objects.filter(pk=demande.pk, etat=EtatDemandeAcces.ENVOYEE).update(
        etat=EtatDemandeAcces.RETIREE, repondu_le=timezone.now()
    )
    if retiree:
        toucher(dossier, activite=False)
    return bool(retiree)
