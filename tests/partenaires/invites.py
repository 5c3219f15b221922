"""Ce que partagent les essais des invitations : inviter Nadia Renard, et ouvrir son lien."""

from django.urls import reverse

from partenaires.enums import Fonction
from partenaires.services import invitations as service
from socle import liens
from socle.acteur import acteur_de

PHRASE = "un chemin creux sous les hêtres"


def url(nom, distribution, *suite):
    return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])


def inviter(distribution, email="nadia@ailleurs.test", **champs):
    defaut = {
        "acteur": acteur_de(distribution.animatrice),
        "reseau": distribution.reseau,
        "structure": distribution.s1,
        "fonction": Fonction.TECHNICIEN,
        "prenom": "Nadia",
        "nom": "Renard",
    }
    return service.inviter(email=email, **defaut | champs)


def url_du_lien(invitation):
    return reverse("partenaires:invitation_accepter", args=[liens.jeton(invitation.lien)])


def saisie(distribution, **champs):
    return {
        "structure": str(distribution.s1.uuid),
        "fonction": "technicien",
        "prenom": "Nadia",
        "nom": "Renard",
        "email": "Nadia@Ailleurs.test",
        **champs,
    }


COMPTE = {"prenom": "Nadia", "nom": "Renard", "password1": PHRASE, "password2": PHRASE}
