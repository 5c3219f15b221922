"""Proposer un besoin à une structure ; elle le prend, le refuse, le passe ; on relance, on retire."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from partenaires.enums import Cote, Fonction
from partenaires.models import Structure
from porteurs.enums import EtatBesoin, EtatOrientation, Volet
from porteurs.models import Acces, Besoin, Orientation
from porteurs.models.acces import cle_structure
from porteurs.orientation.classement import Proposition
from porteurs.orientation.lecture import proposer
from porteurs.services import besoins_annonces as annonces
from porteurs.services.besoins import (
    CHANGE,
    LUS,
    mettre_au_net,
    reserver,
    retirer_les_envoyees,
    structures_au_prive,
)
from porteurs.services.dossier import noter_au_fil, toucher, verrouiller
from socle import liens
from socle.acteur import acteur_de
from socle.models import LienSigne, Utilisateur
from socle.permissions import peut
from socle.refus import Refus

# Au-delà, on ne relance plus : on cherche ailleurs.
REPORT_MAXIMAL = timedelta(days=60)
BUT_PRENDRE, BUT_REFUSER = "besoin_prendre", "besoin_refuser"
DUREE_LIEN = timedelta(days=35)


@transaction.atomic
def orienter(
    *,
    acteur,
    besoin: Besoin,
    structure: Structure,
    personne: Utilisateur | None = None,
    message: str = "",
) -> Orientation:
    """Propose le besoin à cette structure ; se le proposer à soi-même, c'est le prendre."""
    besoin = reserver(acteur, "porteurs.besoin.tenir", besoin)
    if besoin.etat == EtatBesoin.PRIS:
        raise Refus("Une structure s’en charge déjà\u00a0: ce besoin n’est plus à proposer.")
    return _envoyer(acteur, besoin, structure, personne, message)


def _envoyer(acteur, besoin, structure, personne, message, suite_de=None) -> Orientation:
    proposition = _proposition(besoin, structure)
    if personne is not None and personne.pk not in {
        choix.personne.pk for choix in proposition.personnes
    }:
        raise Refus("Cette personne n’est plus en poste dans la structure.", "personne")
    exiger_ouvert(besoin, structure)
    _exiger_sans_fin(acteur, besoin, structure)
    if message and not message_permis(besoin, structure.pk):
        raise Refus(
            "Ce besoin est du côté privé, et les adultes n’ont pas encore nommé cette structure\u00a0: "
            "seul le thème peut lui être envoyé. Recueillez d’abord leur accord, ou laissez le mot "
            "vide.",
            "message",
        )
    orientation = Orientation.objects.create(
        besoin=besoin,
        structure=structure,
        personne=personne,
        raisons=[*proposition.raisons, *proposition.manques],
        message=message,
        envoyee_par=acteur.utilisateur,
        suite_de=suite_de,
    )
    sienne = structure.pk in acteur.structures(besoin.reseau_id, Fonction.TECHNICIEN)
    if sienne and (personne is None or personne.pk == acteur.utilisateur_id):
        _prendre(acteur, besoin, orientation)
    else:
        annonces.annoncer(orientation, besoin)
    mettre_au_net(besoin)
    toucher(besoin.dossier)
    return orientation


def _proposition(besoin: Besoin, structure: Structure) -> Proposition:
    for proposition in proposer(besoin):
        if proposition.partenaire.pk == structure.pk:
            return proposition
    raise Refus(
        "Cette structure ne peut plus recevoir ce besoin\u00a0: elle l’a déjà, n’est plus membre, ou "
        "personne n’y est en poste.",
        "structure",
    )


def exiger_ouvert(besoin: Besoin, structure: Structure) -> None:
    """Refuse de confier à une autre structure un dossier qui doit rester dans la sienne."""
    dossier = besoin.dossier
    if structure.pk == dossier.structure_responsable_id or dossier.ouvert_aux_autres:
        return
    if not dossier.partageable:
        raise Refus(
            "La personne doit d’abord être informée et d’accord\u00a0: c’est son besoin qu’on confie. "
            "Notez-le dans «\u00a0Ce qui est partagé\u00a0»."
        )
    raise Refus("Votre réseau n’a pas encore ouvert le partage des dossiers.")


def _exiger_sans_fin(acteur, besoin: Besoin, structure: Structure) -> None:
    """Qui suit pour un temps ne se donne pas un besoin : ce serait suivre sans fin."""
    dossier = besoin.dossier
    siennes = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    if structure.pk not in siennes or dossier.structure_responsable_id in siennes:
        return
    suivi = Acces.objects.filter(
        dossier=dossier,
        beneficiaire=cle_structure(structure.pk, dossier.reseau_id),
        volet=Volet.PROFESSIONNEL,
        jusqua=None,
    )
    if not suivi.exists():
        raise Refus(
            "Votre structure ne suit ce dossier que pour un temps\u00a0: "
            f"{dossier.structure_responsable.nom}, qui en répond, peut vous proposer ce besoin.",
            "structure",
        )


def message_permis(besoin: Besoin, structure_id: int, nommees: set[int] | None = None) -> bool:
    """Un mot du côté privé ne va qu'aux structures que chaque adulte a nommées."""
    if besoin.cote != Cote.PRIVE:
        return True
    if nommees is None:
        nommees = structures_au_prive(besoin.dossier)
    return structure_id in nommees


def _prendre(acteur, besoin: Besoin, orientation: Orientation) -> None:
    """La première structure qui prend le besoin le tient ; les autres n'ont plus à répondre."""
    orientation.etat = EtatOrientation.PRISE
    orientation.personne = acteur.utilisateur
    orientation.repondue_par = acteur.utilisateur
    orientation.repondue_le = timezone.now()
    orientation.save(update_fields=["etat", "personne", "repondue_par", "repondue_le"])
    retirer_les_envoyees(besoin, "Une autre structure s’en charge.")
    annonces.dire_la_prise(orientation, besoin)


@transaction.atomic
def repondre(*, acteur, orientation: Orientation, accepte: bool, motif: str = "") -> Orientation:
    """La structure prend le besoin, et suit le dossier jusqu'à ce qu'il se ferme ; ou dit pourquoi non."""
    besoin, orientation = _relire(acteur, "porteurs.orientation.repondre", orientation)
    if orientation.etat != EtatOrientation.ENVOYEE:
        raise Refus("Cette proposition n’attend plus de réponse.")
    if accepte:
        exiger_ouvert(besoin, orientation.structure)
        _prendre(acteur, besoin, orientation)
    else:
        if not motif.strip():
            raise Refus("Dites pourquoi vous refusez\u00a0: qui oriente doit savoir.", "motif")
        _repondue(acteur, orientation, EtatOrientation.REFUSEE, motif.strip())
        annonces.dire_le_retour(orientation, besoin)
    mettre_au_net(besoin)
    toucher(besoin.dossier)
    return orientation


@transaction.atomic
def passer(
    *,
    acteur,
    orientation: Orientation,
    structure: Structure,
    personne: Utilisateur | None = None,
    message: str = "",
) -> Orientation:
    """La structure n'est pas la bonne, ou plus la bonne : elle passe le besoin à une autre."""
    besoin, orientation = _relire(acteur, "porteurs.orientation.passer", orientation)
    if structure.pk == orientation.structure_id:
        raise Refus("Votre structure a déjà ce besoin\u00a0: choisissez-en une autre.", "structure")
    _repondue(acteur, orientation, EtatOrientation.PASSEE, f"Passé à {structure.nom}.")
    suite = _envoyer(acteur, besoin, structure, personne, message, suite_de=orientation)
    annonces.dire_le_retour(orientation, besoin)
    return suite


@transaction.atomic
def retirer(*, acteur, orientation: Orientation) -> bool:
    """Retire une proposition sans réponse, ou reprend un besoin pris ; faux si l'état a changé.

    Reprendre est à la structure qui répond du dossier : l'autre cesse aussitôt de le suivre par là,
    et le fil le dit.
    """
    lu = orientation.etat
    besoin, orientation = _relire(acteur, "porteurs.orientation.retirer", orientation)
    if orientation.etat != lu:
        return False
    if lu == EtatOrientation.PRISE:
        noter_au_fil(
            besoin.dossier,
            acteur,
            besoin.dossier.reseau.aujourd_hui(),
            f"Le besoin «\u00a0{besoin.theme.libelle}\u00a0» n’est plus confié à "
            f"{orientation.structure.nom}.",
        )
    _repondue(acteur, orientation, EtatOrientation.RETIREE, "")
    if lu == EtatOrientation.PRISE:
        annonces.dire_la_reprise(orientation)
    mettre_au_net(besoin)
    toucher(besoin.dossier)
    return True


@transaction.atomic
def reporter(*, acteur, orientation: Orientation, jusqua: date) -> Orientation:
    """« Relancé, à revoir le… » : les rappels attendent ce jour, et l'attente ne compte pas d'ici là."""
    besoin, orientation = _relire(acteur, "porteurs.orientation.revoir", orientation)
    if orientation.etat != EtatOrientation.ENVOYEE:
        raise Refus("Cette proposition n’attend plus de réponse.")
    jour = besoin.dossier.reseau.aujourd_hui()
    if jusqua <= jour:
        raise Refus("Choisissez un jour à venir.", "jusqua")
    if jusqua > jour + REPORT_MAXIMAL:
        raise Refus(
            "Au plus dans soixante jours\u00a0: au-delà, proposez à une autre structure.", "jusqua"
        )
    # Ce qu'un report précédent avait mis de côté et qui n'est pas encore passé est rendu.
    reste = max(0, (orientation.revoir_le - jour).days) if orientation.revoir_le else 0
    orientation.suspendu += (jusqua - jour).days - reste
    orientation.revoir_le = jusqua
    orientation.save(update_fields=["suspendu", "revoir_le"])
    toucher(besoin.dossier)
    return orientation


def _relire(acteur, action: str, orientation: Orientation) -> tuple[Besoin, Orientation]:
    """Réserve le dossier, puis relit l'orientation et les droits."""
    dossier = verrouiller(orientation.besoin.dossier)
    orientation = Orientation.objects.select_related("besoin__theme", "structure").get(
        pk=orientation.pk
    )
    orientation.besoin.dossier = dossier
    if not peut(acteur, action, orientation):
        raise Refus(CHANGE)
    return orientation.besoin, orientation


def _repondue(acteur, orientation: Orientation, etat: str, motif: str) -> None:
    orientation.etat, orientation.motif = etat, motif
    orientation.repondue_par = acteur.utilisateur
    orientation.repondue_le = timezone.now()
    orientation.save(update_fields=["etat", "motif", "repondue_par", "repondue_le"])


# --- D'un geste, depuis le courriel ------------------------------------------------------------


def orientation_du_lien(lien: LienSigne) -> tuple:
    """L'acteur du lien, avec ses droits de maintenant, et l'orientation qui attend sa réponse.

    Lève ``LienInvalide`` quand il n'y a plus rien à répondre, ou plus le droit de le faire.
    """
    acteur = acteur_de(lien.utilisateur)
    orientation = (
        Orientation.objects.visible_par(acteur)
        .select_related(*(f"besoin__{lu}" for lu in LUS), "structure", "envoyee_par")
        .filter(pk=lien.contexte["orientation"])
        .first()
    )
    if orientation is None or not peut(acteur, "porteurs.orientation.repondre", orientation):
        raise liens.LienInvalide(
            "Ce besoin n’attend plus votre réponse\u00a0: il a été retiré, pris par d’autres, ou votre "
            "mandat a pris fin."
        )
    return acteur, orientation


@transaction.atomic
def repondre_par_lien(*, lien: LienSigne, accepte: bool, motif: str = "") -> Orientation:
    """Consomme le lien et répond, d'un seul tenant ; un refus sans motif ne consomme rien."""
    acteur, orientation = orientation_du_lien(lien)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi\u00a0: il ne vaut qu’une fois.")
    return repondre(acteur=acteur, orientation=orientation, accepte=accepte, motif=motif)
