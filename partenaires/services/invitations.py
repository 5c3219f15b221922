"""Inviter une personne dans un réseau, se raviser, et l'accueillir quand elle vient."""

import uuid
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from partenaires.enums import LECTEURS, Fonction
from partenaires.models import Invitation, Mandat, Reseau, Structure
from partenaires.permissions.adhesion import anime, fonctions_de_la_structure
from partenaires.services.comptes import creer_compte
from partenaires.services.invitations_droits import PHRASE, accordables, revoquer_celles
from partenaires.services.mandats import ouvrir_mandat, verrouiller
from socle import liens
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.journal import consigner
from socle.models import Courriel, Utilisateur
from socle.refus import Refus

BUT = "invitation"
DUREE = timedelta(days=14)
# Deux relances, par le même lien : au troisième et au dixième jour. Une relance manquée de plus
# de quelques jours ne part plus : la suivante dirait la même chose le lendemain.
RELANCES = {
    1: (timedelta(days=3), timedelta(days=8)),
    2: (timedelta(days=10), DUREE),
}
# Invitations envoyées à une même adresse dans un réseau, sur un mois : au-delà, on téléphone.
INVITATIONS_PAR_MOIS = 5


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

    ``remplace``, sur l'invitation rendue, dit si c'est le cas. Lève ``Refus`` si la structure
    n'est pas membre, si la personne tient déjà ce mandat, ou si l'on s'invite soi-même.
    """
    verrouiller(reseau.pk)
    if _est_a(acteur.utilisateur, email):
        raise Refus(
            "Cette adresse est la vôtre : on ne s’invite pas soi-même. Demandez à une autre "
            "personne qui administre la structure, ou qui anime le réseau.",
            "email",
        )
    jour = reseau.aujourd_hui()
    if not Structure.objects.membres(reseau.pk, jour).filter(pk=structure.pk).exists():
        raise Refus("Cette structure n’est pas membre du réseau aujourd’hui.", "structure")
    deja = Mandat.objects.actifs(jour).filter(
        utilisateur__email__iexact=email, structure=structure, reseau=reseau, fonction=fonction
    )
    if any(m.administre or not administre for m in deja):
        raise Refus("Cette personne tient déjà ce mandat dans cette structure.", "email")
    _exiger_mesure(reseau, email)
    remplacees = Invitation.objects.filter(
        email__iexact=email, reseau=reseau, structure=structure, fonction=fonction
    )
    nombre_remplacees = revoquer_celles(remplacees)
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
            ),
            *_informations(acteur, invitation, jour),
        ]
    )
    consigner(acteur, Operation.MODIFICATION, "invitation", invitation.uuid)
    invitation.remplace = bool(nombre_remplacees)
    return invitation


def _exiger_mesure(reseau: Reseau, email: str) -> None:
    """Une boîte de courriel n'est pas une sonnette."""
    recentes = Invitation.objects.filter(
        reseau=reseau, email__iexact=email, cree_le__gt=timezone.now() - timedelta(days=30)
    )
    if recentes.count() >= INVITATIONS_PAR_MOIS:
        raise Refus(
            f"Cette adresse a déjà reçu {INVITATIONS_PAR_MOIS} invitations ce mois-ci. "
            "Vérifiez-la, ou téléphonez : le dernier lien reste bon.",
            "email",
        )


def relancer_les_invitations() -> int:
    """Dépose les relances dues ; rend le nombre de nouvelles.

    Déduit de la base : le rang est dans la clé du courriel, chacun ne part donc qu'une fois, même
    si la tâche passe deux fois. Acceptée, annulée ou expirée entre-temps, la relance ne dit rien.
    """
    maintenant = timezone.now()
    depots = []
    for rang, (debut, fin) in RELANCES.items():
        dues = list(
            Invitation.objects.en_attente(maintenant)
            .filter(
                lien__isnull=False, cree_le__lte=maintenant - debut, cree_le__gt=maintenant - fin
            )
            .select_related("reseau__parent", "reseau__parent_propose", "structure")
            .order_by("pk")
        )
        valables = accordables(dues)
        depots += [
            Depot(
                "invitation_relance",
                periode_relance(invitation.pk, rang),
                adresse=invitation.email,
                contexte={"invitation": invitation.pk, "rang": rang},
            )
            for invitation in dues
            if invitation.pk in valables
        ]
    return deposer(depots)


def periode_relance(invitation_pk: int, rang: int) -> str:
    return f"invitation:{invitation_pk}:{rang}"


def avec_envois(invitations: list[Invitation]) -> None:
    """Pose sur chacune ``relances``, ``prochaine`` et ``envoi``, son dernier courriel ; une requête."""
    maintenant = timezone.now()
    periodes = {}
    for invitation in invitations:
        invitation.relances, invitation.envoi = 0, None
        periodes[f"invitation:{invitation.pk}"] = invitation
        for rang in RELANCES:
            periodes[periode_relance(invitation.pk, rang)] = invitation
    courriels = Courriel.objects.filter(
        genre__in=["invitation", "invitation_relance"],
        cle_destinataire__in={i.email.lower() for i in invitations},
        periode__in=list(periodes),
    ).order_by("cree_le", "pk")
    for courriel in courriels:
        invitation = periodes[courriel.periode]
        invitation.relances += courriel.genre == "invitation_relance"
        invitation.envoi = courriel
    for invitation in invitations:
        a_venir = [invitation.cree_le + debut for debut, _ in RELANCES.values()]
        invitation.prochaine = next((jour for jour in a_venir if jour > maintenant), None)


def _est_a(utilisateur: Utilisateur | None, email: str) -> bool:
    """L'adresse est celle de ce compte, ou l'une de celles qu'il a ajoutées."""
    if utilisateur is None:
        return False
    return (
        utilisateur.email.lower() == email.lower()
        or EmailAddress.objects.filter(user=utilisateur, email__iexact=email).exists()
    )


def _informations(acteur, invitation: Invitation, jour: date) -> list[Depot]:
    """Qui doit savoir qu'une personne est invitée, et pouvoir s'y opposer aussitôt.

    L'animation donne un droit sur tout le réseau, le titre de technicien ouvre les dossiers de la
    structure.
    """
    if invitation.fonction == Fonction.ANIMATEUR:
        genre, concernes = "invitation_animation", _que_l_animation_concerne(acteur, invitation)
    elif (
        invitation.fonction == Fonction.TECHNICIEN
        and invitation.fonction
        not in fonctions_de_la_structure(acteur, invitation.reseau_id, invitation.structure_id)
    ):
        genre = "invitation_information"
        concernes = Q(
            structure=invitation.structure_id, fonction=Fonction.TECHNICIEN, administre=True
        )
    else:
        return []
    mandats = Mandat.objects.actifs(jour).filter(concernes, reseau=invitation.reseau_id)
    personnes = Utilisateur.objects.filter(pk__in=mandats.values("utilisateur"), is_active=True)
    return [
        Depot(
            genre,
            f"invitation:{invitation.pk}",
            utilisateur=personne,
            contexte={"invitation": invitation.pk},
        )
        for personne in personnes.exclude(pk=acteur.utilisateur_id).order_by("pk")
    ]


def _que_l_animation_concerne(acteur, invitation: Invitation) -> Q:
    """Qui anime déjà, et qui administre la structure coordinatrice ; toutes, si l'on invite du dehors."""
    administrent = Q(administre=True, fonction__in=LECTEURS)
    if anime(acteur, invitation.reseau):
        administrent &= Q(structure=invitation.reseau.structure_coordinatrice_id)
    return Q(fonction=Fonction.ANIMATEUR) | administrent


@transaction.atomic
def revoquer(*, invitation: Invitation) -> None:
    """Annule l'invitation et son lien. Lève ``Refus`` si elle a déjà une issue."""
    if not revoquer_celles(Invitation.objects.filter(pk=invitation.pk)):
        raise Refus("Cette invitation a déjà été acceptée, annulée ou remplacée.")


@transaction.atomic
def renvoyer(*, acteur, invitation: Invitation) -> Invitation:
    """Une invitation neuve, au même titre : l'ancien lien ne vaut plus."""
    verrouiller(invitation.reseau_id)
    revoquer(invitation=invitation)
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


def invitation_du_jeton(jeton: str) -> Invitation:
    """L'invitation vivante que désigne ce jeton. Lève ``socle.liens.LienInvalide`` sinon."""
    try:
        lien = liens.lire(jeton, BUT)
    except liens.LienInvalide:
        if _remplacee(jeton):
            raise liens.LienInvalide(
                "Ce lien a été remplacé par un lien plus récent : regardez votre dernier courriel."
            ) from None
        raise
    invitation = Invitation.objects.select_related(
        "reseau", "structure", "invitee_par", "lien"
    ).get(lien=lien)
    if not accordables([invitation]):
        raise liens.LienInvalide(PHRASE)
    return invitation


def acceptee_par(jeton: str, utilisateur: Utilisateur) -> bool:
    """Vrai si cette personne a elle-même accepté l'invitation de ce lien, désormais consommé."""
    return _du_lien(jeton).filter(acceptee_par=utilisateur.pk).exists()


def _remplacee(jeton: str) -> bool:
    """Vrai si ce lien, retiré, en a un plus récent au même titre, encore bon ou déjà accepté."""
    ancienne = _du_lien(jeton).filter(revoquee_le__isnull=False).first()
    return (
        ancienne is not None
        and Invitation.objects.filter(
            email__iexact=ancienne.email,
            reseau=ancienne.reseau_id,
            structure=ancienne.structure_id,
            fonction=ancienne.fonction,
            revoquee_le=None,
            pk__gt=ancienne.pk,
        ).exists()
    )


def _du_lien(jeton: str):
    """L'invitation que nomme ce jeton, sans égard à ce que vaut encore le lien."""
    try:
        cle = uuid.UUID(jeton.partition(":")[0])
    except ValueError:
        return Invitation.objects.none()
    return Invitation.objects.filter(lien__uuid=cle)


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
    personne qui invite n'en a plus le droit, si la structure a quitté le réseau, si le compte
    n'est pas celui de l'adresse invitée, ou s'il est celui de la personne qui invite.
    """
    # L'invitation d'abord, son lien ensuite : le même ordre que pour l'annuler.
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("reseau", "structure", "lien", "invitee_par")
        .get(pk=invitation.pk)
    )
    if invitation.revoquee_le or not liens.consommer(invitation.lien):
        raise Refus("Ce lien vient de servir, ou d’être annulé.")
    if invitation.invitee_par_id and (
        utilisateur == invitation.invitee_par or _est_a(invitation.invitee_par, invitation.email)
    ):
        raise Refus("On n’accepte pas une invitation qu’on a soi-même envoyée.")
    if not accordables([invitation]):
        raise Refus(PHRASE)
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
