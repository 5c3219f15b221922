"""Inviter une personne dans un réseau, se raviser, et l'accueillir quand elle vient."""

import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from partenaires.models import Invitation, Mandat, Reseau, Structure
from partenaires.services.comptes import creer_compte
from partenaires.services.mandats import ouvrir_mandat, verrouiller
from socle import liens
from socle.courriels import Depot, deposer
from socle.models import LienSigne, Utilisateur
from socle.refus import Refus

BUT = "invitation"
DUREE = timedelta(days=14)


@transaction.atomic
def inviter(
    *,
    acteur,
    reseau: Reseau,
    structure: Structure,
    fonction: str,
    email: str,
    prenom: str = "",
    nom: str = "",
    administre: bool = False,
) -> Invitation:
    """Invite par courriel, pour quatorze jours ; une invitation au même titre est remplacée.

    Lève ``Refus`` si la structure n'est pas membre, ou si la personne tient déjà ce mandat.
    """
    verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    if not Structure.objects.membres(reseau.pk, jour).filter(pk=structure.pk).exists():
        raise Refus("Cette structure n’est pas membre du réseau aujourd’hui.", "structure")
    deja = Mandat.objects.actifs(jour).filter(
        utilisateur__email__iexact=email, structure=structure, reseau=reseau, fonction=fonction
    )
    if any(m.administre or not administre for m in deja):
        raise Refus("Cette personne tient déjà ce mandat dans cette structure.", "email")
    remplacees = Invitation.objects.filter(
        email__iexact=email, reseau=reseau, structure=structure, fonction=fonction
    )
    _revoquer(remplacees)
    lien = liens.creer(BUT, DUREE)
    invitation = Invitation.objects.create(
        reseau=reseau,
        structure=structure,
        fonction=fonction,
        administre=administre,
        email=email.lower(),
        prenom=prenom,
        nom=nom,
        invitee_par=acteur.utilisateur,
        expire_le=lien.expire_le,
        lien=lien,
    )
    deposer(
        [
            Depot(
                "invitation",
                f"invitation:{invitation.pk}",
                adresse=invitation.email,
                contexte={"invitation": invitation.pk},
            )
        ]
    )
    return invitation


@transaction.atomic
def revoquer(invitation: Invitation) -> None:
    """Annule l'invitation et son lien. Lève ``Refus`` si elle a déjà une issue."""
    if not _revoquer(Invitation.objects.filter(pk=invitation.pk)):
        raise Refus("Cette invitation a déjà été acceptée, annulée ou remplacée.")


@transaction.atomic
def renvoyer(*, acteur, invitation: Invitation) -> Invitation:
    """Une invitation neuve, au même titre : l'ancien lien ne vaut plus."""
    verrouiller(invitation.reseau_id)
    revoquer(invitation)
    return inviter(
        acteur=acteur,
        reseau=invitation.reseau,
        structure=invitation.structure,
        fonction=invitation.fonction,
        email=invitation.email,
        prenom=invitation.prenom,
        nom=invitation.nom,
        administre=invitation.administre,
    )


def _revoquer(invitations) -> int:
    en_cours = invitations.filter(acceptee_le=None, revoquee_le=None)
    cles = list(en_cours.values_list("pk", "lien_id"))
    revoquees = en_cours.filter(pk__in=[pk for pk, _ in cles]).update(revoquee_le=timezone.now())
    liens.revoquer(LienSigne.objects.filter(pk__in=[lien for _, lien in cles]))
    return revoquees


def invitation_du_jeton(jeton: str) -> Invitation:
    """L'invitation vivante que désigne ce jeton. Lève ``socle.liens.LienInvalide`` sinon."""
    lien = liens.lire(jeton, BUT)
    return Invitation.objects.select_related("reseau", "structure", "invitee_par", "lien").get(
        lien=lien
    )


def acceptee_par(jeton: str, utilisateur: Utilisateur) -> bool:
    """Vrai si cette personne a elle-même accepté l'invitation de ce lien, désormais consommé."""
    try:
        cle = uuid.UUID(jeton.partition(":")[0])
    except ValueError:
        return False
    return Invitation.objects.filter(lien__uuid=cle, acceptee_par=utilisateur.pk).exists()


@transaction.atomic
def accepter(
    *,
    invitation: Invitation,
    utilisateur: Utilisateur | None = None,
    prenom: str = "",
    nom: str = "",
    mot_de_passe: str = "",
) -> Mandat:
    """Consomme le lien et ouvre le mandat, d'un seul tenant ; sans ``utilisateur``, crée le compte.

    Le lien reçu prouve l'adresse. Lève ``Refus`` si un autre envoi vient de s'en servir, si la
    structure a quitté le réseau, ou si le compte n'est pas celui de l'adresse invitée.
    """
    # L'invitation d'abord, son lien ensuite : le même ordre que pour l'annuler.
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("reseau", "structure", "lien")
        .get(pk=invitation.pk)
    )
    if invitation.revoquee_le or not liens.consommer(invitation.lien):
        raise Refus("Ce lien vient de servir, ou d’être annulé.")
    jour = invitation.reseau.aujourd_hui()
    membres = Structure.objects.membres(invitation.reseau_id, jour)
    if not membres.filter(pk=invitation.structure_id).exists():
        raise Refus(
            "La structure qui vous invite n’est plus membre de ce réseau aujourd’hui. "
            "Demandez à la personne qui vous a invité ce qu’il en est."
        )
    if utilisateur is None:
        try:
            utilisateur = creer_compte(
                email=invitation.email, prenom=prenom, nom=nom, mot_de_passe=mot_de_passe
            )
        except IntegrityError:
            raise Refus("Un compte existe déjà pour cette adresse : connectez-vous.") from None
    elif utilisateur.email.lower() != invitation.email.lower():
        raise Refus("Cette invitation est adressée à une autre personne.")
    mandat = ouvrir_mandat(
        utilisateur=utilisateur,
        structure=invitation.structure,
        reseau=invitation.reseau,
        fonction=invitation.fonction,
        administre=invitation.administre,
        jour=jour,
    )
    invitation.acceptee_le = timezone.now()
    invitation.acceptee_par = utilisateur
    invitation.save(update_fields=["acceptee_le", "acceptee_par"])
    return mandat
