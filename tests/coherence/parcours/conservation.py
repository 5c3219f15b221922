"""La conservation : voir, garder au-delà, rester suivi."""

from porteurs.services.conservation import BUT_RESTER
from socle.liens import jeton
from tests.coherence.parcours.base import (
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    jeton_forge,
    marqueur,
)
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import aujourd_hui


def _rester(scene: Scene) -> dict:
    lien = scene._lien(BUT_RESTER, contexte={"dossier": scene.dossier.pk, "porteur": 0})
    return {"jeton": jeton(lien)}


def _personne(scene: Scene) -> dict:
    return scene.de(scene.dossier) | {"personne": scene.porteur.uuid}


CONSERVATION = [
    Parcours(
        "porteurs:conservation",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: "Dossiers sans nouvelles",
    ),
    Parcours(
        "porteurs:archiver",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {
            "motif": "Un contentieux est en cours avec un fournisseur",
            "jusqua": aujourd_hui(90).isoformat(),
        },
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:rester_suivi",
        VISITEUR,
        VISITEUR,
        PERIME,
        _rester,
        adresse_refusee=jeton_forge,
        donnees=lambda s: {},
    ),
    Parcours(
        "porteurs:personne_donnees",
        "auteur",
        "voisine",
        INTERDIT,
        _personne,
        montre=marqueur,
        dossier=True,
    ),
    Parcours(
        "porteurs:personne_copie",
        "auteur",
        "voisine",
        INTERDIT,
        _personne,
        donnees=lambda s: {},
        bouton=True,
        mot_de_passe_redonne=True,
        ecrit=False,
    ),
    Parcours(
        "porteurs:personne_effacer",
        "auteur",
        "voisine",
        INTERDIT,
        _personne,
        donnees=lambda s: {"motif": "Demande reçue dans son espace", "certain": "on"},
        attendu=302,
        mot_de_passe_redonne=True,
    ),
]
