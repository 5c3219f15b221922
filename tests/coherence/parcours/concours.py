"""Les concours, leurs candidatures, et le palmarès que tout le monde lit."""

from tests.coherence.parcours.base import INTERDIT, VISITEUR, Parcours
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import aujourd_hui


def _edition(scene: Scene, **change) -> dict:
    return {
        "nom": "Entreprendre ici",
        "annee": aujourd_hui().year,
        "organisatrice": str(scene.d.s2.uuid),
        "ouvre_le": scene.jour,
        "ferme_le": aujourd_hui(20).isoformat(),
    } | change


CONCOURS = [
    Parcours(
        "porteurs:concours",
        "auteur",
        "accueil",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.concours.nom,
    ),
    Parcours(
        "porteurs:concours_edition",
        "auteur",
        "accueil",
        INTERDIT,
        lambda s: s.de(s.concours),
        prepare=lambda s: s.candidature,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "porteurs:concours_reglement",
        "auteur",
        "accueil",
        INTERDIT,
        lambda s: s.de(s.concours),
        prepare=lambda s: s.reglement_du_concours,
    ),
    Parcours(
        "porteurs:concours_nouveau",
        "animatrice",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_edition,
        attendu=302,
    ),
    Parcours(
        "porteurs:concours_modifier",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.concours),
        donnees=_edition,
        attendu=302,
    ),
    Parcours(
        "porteurs:concours_candidater",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.de(s.concours),
        donnees=lambda s: {
            "reference": s.dossier.reference,
            "accord": "on",
            "accord_le": s.jour,
            "accord_mode": "oral",
        },
        attendu=302,
    ),
    Parcours(
        "porteurs:concours_preselection",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.concours),
        donnees=lambda s: {"retenue": s.candidature.pk},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:concours_palmares",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.concours),
        donnees=lambda s: {"le": s.jour, f"prix_{s.candidature.pk}": "500"},
        attendu=302,
    ),
    Parcours(
        "porteurs:candidature_retirer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.candidature),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:candidature_publication",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.candidature),
        donnees=lambda s: {"publication": "on", "nom_publie": "Le Fournil"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:laureats",
        VISITEUR,
        adresse=lambda s: s.reseau,
        montre=lambda s: "Lauréates et lauréats",
    ),
]
