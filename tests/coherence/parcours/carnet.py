"""Le carnet de route et le diagnostic partagé."""

from partenaires.enums import EtatJalon, Rubrique
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours
from tests.fabriques.partenaires import aujourd_hui

CARNET = [
    Parcours(
        "partenaires:carnet",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: s.jalon.intitule,
    ),
    Parcours("partenaires:carnet_export", "auteur", "etrangere", ABSENT, lambda s: s.reseau),
    Parcours(
        "partenaires:jalon_nouveau",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {
            "intitule": "Former les mairies",
            "echeance": aujourd_hui(30).isoformat(),
        },
        attendu=302,
    ),
    Parcours(
        "partenaires:jalon",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.jalon),
        donnees=lambda s: {"etat": EtatJalon.EN_COURS, "note": "", "revision": s.jalon.revision},
        attendu=302,
        montre=lambda s: s.jalon.intitule,
    ),
    Parcours(
        "partenaires:jalon_supprimer",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.jalon),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:diagnostic",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: "Diagnostic partagé",
    ),
    Parcours(
        "partenaires:rubrique",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau | {"rubrique": Rubrique.SERVICES.value},
        donnees=lambda s: {"atouts": "Une école par bourg", "revision": 0},
        attendu=302,
    ),
]
