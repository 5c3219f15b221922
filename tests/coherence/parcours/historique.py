"""L'historique d'un dossier et ses consultations."""

from porteurs.services.historique import ouvrir_lecture
from socle.acteur import acteur_de
from tests.coherence.parcours.base import INTERDIT, Parcours, marqueur
from tests.coherence.scene import Scene


def _lecture(scene: Scene) -> None:
    ouvrir_lecture(
        acteur=acteur_de(scene.d.animatrice), dossier=scene.dossier, motif="Un doute sur un geste"
    )


HISTORIQUE = [
    Parcours(
        "porteurs:historique",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        montre=marqueur,
        dossier=True,
    ),
    Parcours(
        "porteurs:consultations",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.dossier),
        montre=marqueur,
        prepare=_lecture,
    ),
    Parcours(
        "porteurs:historique_demander",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"motif": "Un doute sur un geste d’hier"},
        attendu=302,
    ),
]
