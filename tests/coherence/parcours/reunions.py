"""Les réunions."""

from tests.coherence.parcours.base import ABSENT, INTERDIT, PERIME, VISITEUR, Parcours, jeton_forge
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import aujourd_hui


def _reunion(scene: Scene) -> dict:
    return {
        "nature": "technique",
        "jour": aujourd_hui(21).isoformat(),
        "heure": "09:30",
        "duree_minutes": 90,
        "lieu": "Mairie",
        "sequence": scene.reunion.sequence,
    }


REUNIONS = [
    Parcours(
        "porteurs:reunions",
        "auteur",
        "parrain",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.reunion.lieu,
    ),
    Parcours(
        "porteurs:reunion",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        montre=lambda s: s.point.dossier.intitule,
    ),
    Parcours(
        "porteurs:reunion_calendrier",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        montre=lambda s: "BEGIN:VCALENDAR",
    ),
    Parcours(
        "porteurs:reunion_nouvelle",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_reunion,
        attendu=302,
    ),
    Parcours(
        "porteurs:reunion_modifier",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.reunion),
        donnees=_reunion,
        attendu=302,
    ),
    Parcours(
        "porteurs:reunion_annuler",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.reunion),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:point_ajouter",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        donnees=lambda s: {"reference": s.dossier.reference, "mot": "À voir"},
        attendu=302,
    ),
    Parcours(
        "porteurs:point_retirer",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion) | {"dossier": s.point.dossier.uuid},
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:ligne",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: {"jeton": s.jeton_ligne},
        adresse_refusee=jeton_forge,
        donnees=lambda s: {"texte": "Une ligne depuis un courriel"},
        montre=lambda s: s.dossier.reference,
    ),
]
