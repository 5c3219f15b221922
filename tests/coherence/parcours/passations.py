"""Confier des dossiers avant un départ, et déclarer une absence."""

from django.db.backends.postgresql.psycopg_any import DateRange

from porteurs.models import Remplacement
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours, marqueur
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import aujourd_hui


def _absence(scene: Scene) -> Remplacement:
    """La collègue est en congé, l'auteur prend la suite."""
    if not hasattr(scene, "absence"):
        scene.absence = Remplacement.objects.create(
            reseau=scene.d.reseau,
            structure=scene.d.s1,
            absent=scene.d.collegue,
            remplacant=scene.d.auteur,
            periode=DateRange(aujourd_hui(), aujourd_hui(8)),
            mot=f"Mot {scene.marqueur}",
        )
        scene.absence.refresh_from_db()
    return scene.absence


PASSATIONS = [
    Parcours(
        "porteurs:passations",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.d.collegue.nom_complet,
    ),
    Parcours(
        "porteurs:passation",
        "auteur",
        "collegue",
        INTERDIT,
        lambda s: s.de(s.d.mandats["auteur"]),
        donnees=lambda s: {"tous": str(s.d.mandats["collegue"].uuid)},
        attendu=302,
        montre=marqueur,
        prepare=lambda s: s.action,
    ),
    Parcours(
        "porteurs:remplacements",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=marqueur,
        prepare=_absence,
    ),
    Parcours(
        "porteurs:remplacement_declarer",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {
            "mandat": s.d.mandats["auteur"].pk,
            "remplacant": s.d.mandats["collegue"].pk,
            "du": aujourd_hui(2).isoformat(),
            "au": aujourd_hui(9).isoformat(),
        },
        attendu=302,
    ),
    Parcours(
        "porteurs:remplacement_terminer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(_absence(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]
