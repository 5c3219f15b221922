"""Les courriels des réseaux : l'invitation, composée quand elle part, jamais après son retrait."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Invitation
from socle import liens
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _invitations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Une invitation retirée, remplacée, acceptée ou expirée entre-temps ne part pas."""
    en_attente = (
        Invitation.objects.en_attente(timezone.now())
        .filter(lien__isnull=False)
        .select_related("lien", "reseau", "structure", "invitee_par")
        .in_bulk([c.contexte["invitation"] for c in courriels])
    )
    return {
        c.pk: _invitation(en_attente[c.contexte["invitation"]])
        if c.contexte["invitation"] in en_attente
        else None
        for c in courriels
    }


def _invitation(invitation: Invitation) -> Message:
    chemin = reverse("partenaires:invitation_accepter", args=[liens.jeton(invitation.lien)])
    qui = invitation.invitee_par.nom_complet if invitation.invitee_par else "Le réseau"
    return rendre(
        "partenaires/courriels/invitation",
        f"{qui} vous invite dans le réseau {invitation.reseau.nom}",
        {
            "invitation": invitation,
            "qui": qui,
            "adresse": settings.SITE_URL + chemin,
            "expire_le": timezone.localtime(invitation.expire_le, invitation.reseau.tz),
        },
    )


GENRES = [Genre("invitation", "Invitation à rejoindre un réseau", _invitations, secret=True)]
