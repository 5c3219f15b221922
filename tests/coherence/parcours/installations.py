"""Les installations, et les nouvelles que l'on en prend."""

from tests.coherence.parcours.base import (
    ABSENT,
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    jeton_forge,
)
from tests.coherence.scene import Scene


def _faits(scene: Scene) -> dict:
    return {
        "le": scene.jour,
        "commune": "Ambert",
        "adultes": 2,
        "enfants": 1,
        "emplois": 1,
        "origine": "ailleurs",
        "provenance": "",
    }


INSTALLATIONS = [
    Parcours(
        "porteurs:installations",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        prepare=lambda s: s.suivi_d_installation,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "porteurs:installation_saisir",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_faits,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:installation_corriger",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.installation.dossier),
        donnees=lambda s: _faits(s) | {"motif": "Date du bail"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:suivi_noter",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.suivi_d_installation),
        donnees=lambda s: {"reponse": "active", "le": s.jour},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:suivi_repondre",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: {"jeton": s.jeton_suivi},
        adresse_refusee=jeton_forge,
        donnees=lambda s: {"reponse": "active", "satisfaction": "5"},
        montre=lambda s: s.dossier.reference,
    ),
]
