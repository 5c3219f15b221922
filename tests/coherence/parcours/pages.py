"""L’accueil, la santé et la boîte d’envoi."""

from socle.courriels import Depot, deposer
from socle.models import Courriel
from socle.preferences import familles, jeton
from tests.coherence.parcours.base import (
    CONNEXION,
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    jeton_forge,
    marqueur,
)


def lien_de_refus(scene) -> dict:
    """Celui d'une invitation, reçue par une personne sans compte."""
    deposer([Depot("invitation", scene.marqueur, adresse="sans.compte@essai.test")])
    return {"jeton": jeton(Courriel.objects.get(genre="invitation", periode=scene.marqueur))}


PAGES = [
    Parcours("accueil:accueil", VISITEUR, montre=lambda s: "Maillon"),
    Parcours("accueil:tableau", "auteur", VISITEUR, CONNEXION, montre=lambda s: "Agathe"),
    Parcours(
        "accueil:chiffres",
        "elue",
        "parrain",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: "Installations",
    ),
]

SANTE = [
    Parcours(
        "sante:sante", VISITEUR, montre=lambda s: '"ok"', prepare=lambda s: s.en_forme(), redis=True
    ),
    Parcours("sante:vivant", VISITEUR, montre=lambda s: "vivant"),
    Parcours("sante:pret", VISITEUR, montre=lambda s: "prêt"),
]

COURRIELS = [
    Parcours(
        "socle:courriels",
        "administratrice",
        "animatrice",
        INTERDIT,
        montre=lambda s: s.courriel.adresse,
    ),
    Parcours(
        "socle:courriel",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        montre=marqueur,
    ),
    Parcours(
        "socle:courriel_corps",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        montre=marqueur,
    ),
    Parcours(
        "socle:courriel_relancer",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "socle:preferences",
        "auteur",
        VISITEUR,
        CONNEXION,
        donnees=lambda s: dict.fromkeys(familles(), "jamais") | {"semaine": "chaque_fois"},
        attendu=302,
        montre=lambda s: "Les réunions de mes réseaux",
    ),
    Parcours(
        "socle:refus",
        VISITEUR,
        VISITEUR,
        PERIME,
        lien_de_refus,
        adresse_refusee=jeton_forge,
        donnees=lambda s: {"List-Unsubscribe": "One-Click"},
        montre=lambda s: "Les invitations à rejoindre un réseau",
    ),
]
