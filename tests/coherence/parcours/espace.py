"""L'espace des personnes accompagnées : elles seules, par leur propre session."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.coherence.parcours.base import (
    ABSENT,
    CONNEXION,
    INTERDIT,
    PERIME,
    PORTEUR,
    VISITEUR,
    Parcours,
    jeton_forge,
    marqueur,
)
from tests.coherence.scene import Scene

FRANCAIS = {"langue": "fr"}
ENTREE = "porteurs:espace"


def _projet(scene: Scene) -> dict:
    return FRANCAIS | {"uuid": scene.dossier.uuid}


def _personne(scene: Scene) -> dict:
    part = scene.dossier.participations.select_related("porteur").get(rang=1)
    return scene.de(scene.dossier) | {"personne": part.porteur.uuid}


ESPACE = [
    Parcours(
        ENTREE,
        VISITEUR,
        adresse=lambda s: FRANCAIS,
        donnees=lambda s: {"adresse": s.porteur.email},
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_code",
        VISITEUR,
        adresse=lambda s: FRANCAIS,
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_entrer",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: FRANCAIS | {"jeton": s.jeton_espace},
        adresse_refusee=lambda s: FRANCAIS | jeton_forge(s),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_quitter",
        VISITEUR,
        adresse=lambda s: FRANCAIS,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        ecrit=False,
    ),
    Parcours(
        "porteurs:espace_projets",
        PORTEUR,
        "auteur",
        CONNEXION,
        lambda s: FRANCAIS,
        renvoi=ENTREE,
        # Un seul projet : on y est mené.
        prepare=lambda s: s.dossier,
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_suivi", PORTEUR, "auteur", CONNEXION, _projet, ENTREE, montre=marqueur
    ),
    Parcours(
        "porteurs:espace_message",
        PORTEUR,
        "auteur",
        CONNEXION,
        _projet,
        ENTREE,
        donnees=lambda s: {"texte": "Bonjour"},
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:espace_documents",
        PORTEUR,
        "auteur",
        CONNEXION,
        _projet,
        ENTREE,
        donnees=lambda s: {
            "fichier": SimpleUploadedFile("devis.txt", b"Un devis"),
            "intitule": "Devis",
        },
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:espace_document",
        PORTEUR,
        "auteur",
        CONNEXION,
        lambda s: _projet(s) | {"piece": s.piece_remise.uuid},
        ENTREE,
    ),
    Parcours(
        "porteurs:espace_action",
        PORTEUR,
        "auteur",
        CONNEXION,
        lambda s: _projet(s) | {"action": s.action_attendue.uuid},
        ENTREE,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_rester",
        PORTEUR,
        "auteur",
        CONNEXION,
        _projet,
        ENTREE,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:espace_partage",
        PORTEUR,
        "auteur",
        CONNEXION,
        _projet,
        ENTREE,
        donnees=lambda s: {"geste": "fermer"},
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:espace_droits",
        PORTEUR,
        "auteur",
        CONNEXION,
        _projet,
        ENTREE,
        donnees=lambda s: {"nature": "copie"},
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:porteur_inviter",
        "auteur",
        "voisine",
        INTERDIT,
        _personne,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:droit_repondre",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.demande_droit),
        donnees=lambda s: {"etat": "faite", "reponse": "C’est fait."},
        attendu=302,
        montre=marqueur,
        dossier=True,
    ),
]
