"""Les courriels des réseaux : l'invitation, et ce qu'en sait la structure ; rien après un retrait."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Invitation, Mandat
from partenaires.services.invitations import RELANCES
from partenaires.services.invitations_droits import accordables
from socle import liens
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _invitations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Une invitation, ou sa relance : retirée, acceptée, expirée, ou de qui n'en a plus le droit,
    elle ne part pas."""
    en_attente = (
        Invitation.objects.en_attente(timezone.now())
        .filter(lien__isnull=False, lien__revoque_le=None, lien__utilise_le=None)
        .select_related("lien", "reseau", "structure", "invitee_par")
        .in_bulk([c.contexte["invitation"] for c in courriels])
    )
    valables = accordables(en_attente.values())
    en_attente = {pk: i for pk, i in en_attente.items() if pk in valables}
    return {
        c.pk: _invitation(en_attente[c.contexte["invitation"]], c.contexte.get("rang", 0))
        if c.contexte["invitation"] in en_attente
        else None
        for c in courriels
    }


def sujet_de(invitation: Invitation, rang: int) -> str:
    qui = _qui(invitation)
    if rang:
        return f"Rappel : {qui} vous attend dans le réseau {invitation.reseau.nom}"
    return f"{qui} vous invite dans le réseau {invitation.reseau.nom}"


def _qui(invitation: Invitation) -> str:
    return invitation.invitee_par.nom_complet if invitation.invitee_par else "Le réseau"


def _invitation(invitation: Invitation, rang: int) -> Message:
    """Le premier courriel, ou sa relance : le même lien, valable jusqu'à la même date."""
    chemin = reverse("partenaires:invitation_accepter", args=[liens.jeton(invitation.lien)])
    gabarit = "partenaires/courriels/invitation"
    if rang:
        gabarit = "partenaires/courriels/invitation_relance"
    return rendre(
        gabarit,
        sujet_de(invitation, rang),
        {
            "invitation": invitation,
            "qui": _qui(invitation),
            "derniere": rang == max(RELANCES),
            "adresse": settings.SITE_URL + chemin,
            "expire_le": timezone.localtime(invitation.expire_le, invitation.reseau.tz),
        },
    )


def _informations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui administre encore la structure ; une invitation retirée entre-temps n'ouvre plus rien."""
    administrent = _titres(courriels, fonction=Fonction.TECHNICIEN, administre=True)
    return {
        c.pk: _information(invitation)
        if invitation
        and (c.destinataire_id, invitation.reseau_id, invitation.structure_id) in administrent
        else None
        for c, invitation in _sujets(courriels)
    }


def _animations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui anime encore le réseau, ou y administre encore une structure."""
    titres = _titres(courriels, Q(fonction=Fonction.ANIMATEUR) | Q(administre=True))
    presents = {(personne, reseau) for personne, reseau, _ in titres}
    return {
        c.pk: _animation(invitation)
        if invitation and (c.destinataire_id, invitation.reseau_id) in presents
        else None
        for c, invitation in _sujets(courriels)
    }


def _sujets(courriels: Sequence[Courriel]) -> list[tuple[Courriel, Invitation | None]]:
    """Chaque courriel et l'invitation dont il parle, si elle n'est pas retirée."""
    invitations = (
        Invitation.objects.filter(revoquee_le=None)
        .select_related("reseau", "structure", "invitee_par")
        .in_bulk([c.contexte["invitation"] for c in courriels])
    )
    return [(c, invitations.get(c.contexte["invitation"])) for c in courriels]


def _titres(courriels: Sequence[Courriel], *conditions, **filtres) -> set[tuple[int, int, int]]:
    """(personne, réseau, structure) des mandats en cours des destinataires qui répondent à cela."""
    return set(
        Mandat.objects.actifs_maintenant()
        .filter(*conditions, utilisateur__in=[c.destinataire_id for c in courriels], **filtres)
        .values_list("utilisateur_id", "reseau_id", "structure_id")
    )


def _animation(invitation: Invitation) -> Message:
    qui = invitation.invitee_par.nom_complet if invitation.invitee_par else "L’installation"
    chemin = reverse("partenaires:invitations", args=[invitation.reseau.slug])
    return rendre(
        "partenaires/courriels/invitation_animation",
        f"{qui} invite une personne à animer le réseau {invitation.reseau.nom}",
        {
            "invitation": invitation,
            "personne": f"{invitation.prenom} {invitation.nom}".strip() or invitation.email,
            "qui": qui,
            "adresse": settings.SITE_URL + chemin,
        },
    )


def _information(invitation: Invitation) -> Message:
    qui = invitation.invitee_par.nom_complet if invitation.invitee_par else "Le réseau"
    slug = invitation.reseau.slug
    structure = reverse("partenaires:structure", args=[slug, invitation.structure.uuid])
    return rendre(
        "partenaires/courriels/invitation_information",
        f"{qui} invite une personne à suivre les dossiers de {invitation.structure.nom}",
        {
            "invitation": invitation,
            "personne": f"{invitation.prenom} {invitation.nom}".strip() or invitation.email,
            "qui": qui,
            "adresse": settings.SITE_URL + reverse("partenaires:invitations", args=[slug]),
            "adresse_structure": settings.SITE_URL + structure,
        },
    )


GENRES = [
    Genre(
        "invitation",
        "Invitation à rejoindre un réseau",
        _invitations,
        secret=True,
        famille="invitations",
    ),
    Genre(
        "invitation_relance",
        "Rappel d’une invitation",
        _invitations,
        secret=True,
        famille="invitations",
    ),
    Genre(
        "invitation_information",
        "Un technicien est invité dans votre structure",
        _informations,
        # Une personne de plus lira des dossiers : cela n'attend pas lundi.
        famille="structure",
    ),
    Genre(
        "invitation_animation",
        "Une personne est invitée à animer votre réseau",
        _animations,
        # Elle aura des droits sur tout le réseau : cela n'attend pas non plus.
        famille="structure",
    ),
]
