"""Qui fait quoi : la grille d'une structure, la matrice, les thèmes."""

from partenaires.models import Competence, Theme
from partenaires.services.competences import lire_etat
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours
from tests.coherence.scene import Scene


def _theme() -> Theme:
    return Theme.objects.get(code="ecole", reseau=None)


def _declarer(scene: Scene) -> Competence:
    return Competence.objects.get_or_create(structure=scene.d.s1, theme=_theme(), etape="idee")[0]


def _local(scene: Scene) -> Theme:
    return Theme.objects.get_or_create(
        reseau=scene.d.reseau, code="circuits", libelle="circuits courts", cote="professionnel"
    )[0]


def _grille(scene: Scene) -> dict:
    return {
        "empreinte": lire_etat(scene.d.s1).empreinte,
        "territoire": "tout",
        "cases": [f"{_theme().pk}-etude"],
    }


def _case(scene: Scene) -> dict:
    return scene.reseau | {"theme": _theme().uuid, "etape": "idee"}


COMPETENCES = [
    Parcours(
        "partenaires:competences",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.d.s1),
        donnees=_grille,
        attendu=302,
    ),
    Parcours(
        "partenaires:competences_theme",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.d.s1) | {"theme": _theme().uuid},
        donnees=lambda s: _grille(s) | {"sections": ["A"]},
        attendu=302,
        prepare=_declarer,
    ),
    Parcours(
        "partenaires:couverture",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: "Étude de marché",
    ),
    Parcours(
        "partenaires:couverture_case",
        "elue",
        "etrangere",
        ABSENT,
        _case,
        prepare=_declarer,
        montre=lambda s: s.d.s1.nom,
    ),
    Parcours(
        "partenaires:couverture_export",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau | {"format": "csv"},
    ),
    Parcours("partenaires:couverture_pdf", "elue", "etrangere", ABSENT, lambda s: s.reseau),
    Parcours(
        "partenaires:themes",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"libelle": "Circuits longs", "cote": "professionnel"},
        attendu=302,
        montre=lambda s: "Étude de marché",
    ),
    Parcours(
        "partenaires:grilles_rappeler",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:theme_retirer",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(_local(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]
