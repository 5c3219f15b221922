"""Les besoins : les noter, les proposer, y répondre."""

from datetime import timedelta

from partenaires.models import Competence
from porteurs.enums import EtatBesoin
from porteurs.models import Besoin, Orientation
from porteurs.services.orientations import BUT_PRENDRE, BUT_REFUSER
from socle import liens
from tests.coherence.parcours.base import ABSENT, INTERDIT, PERIME, Parcours, jeton_forge
from tests.coherence.scene import Scene
from tests.fabriques.besoins import BesoinFabrique, CompetenceFabrique, OrientationFabrique, theme
from tests.fabriques.partenaires import aujourd_hui


def _besoin(scene: Scene) -> Besoin:
    """Le besoin du dossier de la scène ; ses précisions portent le marqueur."""
    connu = Besoin.objects.filter(dossier=scene.dossier).first()
    return connu or BesoinFabrique(dossier=scene.dossier, precisions=scene.marqueur)


def _a_proposer(scene: Scene) -> Besoin:
    for structure in (scene.d.s1, scene.d.s2):
        if not Competence.objects.filter(structure=structure, theme=theme()).exists():
            CompetenceFabrique(structure=structure)
    return _besoin(scene)


def _orientation(scene: Scene) -> Orientation:
    """Le besoin, proposé à S2."""
    besoin = _a_proposer(scene)
    connue = Orientation.objects.filter(besoin=besoin).first()
    return connue or OrientationFabrique(
        besoin=besoin, structure=scene.d.s2, envoyee_par=scene.d.auteur
    )


def _sans_solution(scene: Scene) -> Besoin:
    besoin = _besoin(scene)
    Besoin.objects.filter(pk=besoin.pk).update(
        etat=EtatBesoin.SANS_SOLUTION, sans_solution_le=aujourd_hui()
    )
    return besoin


def _jeton(but: str):
    def adresse(scene: Scene) -> dict:
        lien = liens.creer(
            but,
            timedelta(days=3),
            utilisateur=scene.d.voisine,
            contexte={"orientation": _orientation(scene).pk},
        )
        return {"jeton": liens.jeton(lien)}

    return adresse


def _choix(structure: str):
    return lambda s: {"structure": getattr(s.d, structure).pk, "message": "Pour vous, je crois."}


BESOINS = [
    Parcours(
        "porteurs:besoins",
        "voisine",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        prepare=_orientation,
        montre=lambda s: s.dossier.intitule,
    ),
    Parcours(
        "porteurs:besoins_trous",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        prepare=_sans_solution,
        montre=lambda s: "Besoins sans personne",
    ),
    Parcours(
        "porteurs:besoin_ajouter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"theme": theme().pk, "etape": "idee"},
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:besoin",
        "auteur",
        "etrangere",
        ABSENT,
        lambda s: s.de(_besoin(s)),
        montre=lambda s: s.marqueur,
        dossier=True,
    ),
    Parcours(
        "porteurs:besoin_orienter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(_a_proposer(s)),
        donnees=_choix("s2"),
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:besoin_sans_solution",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(_besoin(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:besoin_clore",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(_besoin(s)),
        donnees=lambda s: {"etat": "repondu", "conclusion": "Le prêt est accordé."},
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:orientation_repondre",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(_orientation(s)),
        donnees=lambda s: {"reponse": "oui"},
        attendu=302,
    ),
    Parcours(
        "porteurs:orientation_passer",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(_orientation(s)),
        donnees=_choix("s1"),
        attendu=302,
    ),
    Parcours(
        "porteurs:orientation_retirer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(_orientation(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:orientation_revoir",
        "auteur",
        "animatrice",
        INTERDIT,
        lambda s: s.de(_orientation(s)),
        donnees=lambda s: {"jusqua": aujourd_hui(10).isoformat()},
        attendu=302,
    ),
    Parcours(
        "porteurs:besoin_prendre_lien",
        "visiteur",
        "visiteur",
        PERIME,
        _jeton(BUT_PRENDRE),
        adresse_refusee=jeton_forge,
        donnees=lambda s: {},
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "porteurs:besoin_refuser_lien",
        "visiteur",
        "visiteur",
        PERIME,
        _jeton(BUT_REFUSER),
        adresse_refusee=jeton_forge,
        donnees=lambda s: {"motif": "Hors de notre mission."},
        montre=lambda s: s.marqueur,
    ),
]
