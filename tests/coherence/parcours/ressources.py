"""Les ressources du réseau, et le fichier par lequel un réseau s’en va."""

from partenaires.enums import NatureRessource
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours

_CONTENU = {"titre": "Fiche", "nature": NatureRessource.FICHE, "resume": "Une phrase", "texte": "T"}

RESSOURCES = [
    Parcours(
        "partenaires:ressources",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: s.ressource.titre,
    ),
    Parcours(
        "partenaires:ressource",
        "parrain",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.ressource),
        montre=lambda s: s.ressource.titre,
    ),
    Parcours(
        "partenaires:ressource_nouvelle",
        "voisine",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: _CONTENU,
        attendu=302,
    ),
    Parcours(
        "partenaires:ressource_modifier",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.ressource),
        donnees=lambda s: _CONTENU | {"numero": s.ressource.numero},
        attendu=302,
    ),
    Parcours(
        "partenaires:ressource_retirer",
        "animatrice",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.ressource),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:ressource_question",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.ressource),
        donnees=lambda s: {"texte": "Est-ce encore valable ?"},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:ressource_fichier",
        "parrain",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.ressource),
        prepare=lambda s: s.fichier_de_la_ressource,
    ),
]

EMPORT = [
    Parcours(
        "partenaires:emport",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"motif": "Le réseau change d’hébergeur."},
        montre=lambda s: "Deux clés",
        mot_de_passe_redonne=True,
    ),
    Parcours(
        "partenaires:emports",
        "administratrice",
        "animatrice",
        INTERDIT,
        montre=lambda s: "Recevoir un réseau",
    ),
    Parcours(
        "partenaires:reception",
        "administratrice",
        "animatrice",
        INTERDIT,
        donnees=lambda s: {"phrase": "une phrase"},
        bouton=True,
        ecrit=False,
    ),
    Parcours(
        "partenaires:emport_fichier",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.emport.uuid},
    ),
]
