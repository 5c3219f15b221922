"""Les exports de dossiers, de la demande au fichier."""

from porteurs.models import Export
from porteurs.services import exports
from socle.acteur import acteur_de
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours, marqueur
from tests.coherence.scene import Scene

MOTIF = "Préparer la revue des projets du trimestre."


def _demande(scene: Scene, **plus) -> Export:
    return exports.demander(
        acteur=acteur_de(scene.d.auteur),
        reseau=scene.d.reseau,
        motif=f"Préparer la revue {scene.marqueur}",
        **{"format": "csv", "contenu": "suivi", "filtres": {}} | plus,
    )


def _adresse(scene: Scene) -> dict:
    """L'export écrit, un seul par scène."""
    if not hasattr(scene, "export"):
        scene.dossier  # noqa: B018 — ce que le fichier contient
        scene.export = _demande(scene)
        exports.mener(scene.export.pk)
    return scene.de(scene.export)


EXPORTS = [
    Parcours(
        "porteurs:export_nouveau",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"format": "csv", "contenu": "fiche", "motif": MOTIF},
        attendu=302,
        prepare=lambda s: s.dossier,
        mot_de_passe_redonne=True,
    ),
    Parcours("porteurs:export", "auteur", "collegue", ABSENT, _adresse, montre=marqueur),
    Parcours(
        "porteurs:export_fichier",
        "auteur",
        "collegue",
        ABSENT,
        _adresse,
        mot_de_passe_redonne=True,
    ),
]
