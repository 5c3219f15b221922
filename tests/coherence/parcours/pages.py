"""L’accueil, la santé et la boîte d’envoi."""

from tests.coherence.parcours.base import CONNEXION, INTERDIT, VISITEUR, Parcours, marqueur

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
]
