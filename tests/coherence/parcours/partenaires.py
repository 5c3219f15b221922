"""L’annuaire, les invitations, les réseaux."""

from partenaires.enums import Fonction, TypeStructure
from tests.coherence.parcours.base import (
    ABSENT,
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    compte_neuf,
    jeton_forge,
)
from tests.coherence.scene import Scene


def _invitee(scene: Scene) -> dict:
    return {
        "structure": str(scene.d.s1.uuid),
        "fonction": Fonction.TECHNICIEN,
        "prenom": "Nora",
        "nom": "Neuve",
        "email": "nora.neuve@essai.test",
    }


PARTENAIRES = [
    Parcours("partenaires:communes", VISITEUR),
    Parcours(
        "partenaires:annuaire",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: s.d.s2.nom,
    ),
    Parcours(
        "partenaires:structure",
        "auteur",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.d.s2),
        montre=lambda s: s.d.voisine.nom,
    ),
    Parcours(
        "partenaires:structure_nouvelle",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {
            "nom": "Coopérative neuve",
            "type": TypeStructure.UNION_COOPERATIVES,
            "commune": "Thiers",
        },
        attendu=302,
    ),
    Parcours(
        "partenaires:invitations",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.invitation.email,
    ),
    Parcours(
        "partenaires:inviter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_invitee,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_revoquer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.invitation),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_renvoyer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.invitation),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_accepter",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: {"jeton": s.jeton_invitation},
        adresse_refusee=jeton_forge,
        donnees=lambda s: compte_neuf(),
        attendu=302,
        montre=lambda s: s.d.reseau.nom,
    ),
    Parcours(
        "partenaires:mandat_terminer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.mandat_a_finir),
        donnees=lambda s: {},
        attendu=302,
    ),
]
