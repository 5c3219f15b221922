"""Un réseau qui s’en va, un réseau qui arrive."""

from partenaires.enums import Fonction
from socle.permissions import TOUJOURS, Regle

REGLES = [
    Regle(
        "partenaires.emport.demander",
        "Demander le fichier de toutes les données du réseau, et recevoir la phrase qui l’ouvre",
        ("partenaires:emport",),
        {Fonction.ANIMATEUR: TOUJOURS},
        second_facteur=True,
    ),
    Regle(
        "partenaires.emport.remettre",
        "Remettre le fichier scellé d’un réseau, en recevoir un d’une autre installation",
        ("partenaires:emports", "partenaires:emport_fichier", "partenaires:reception"),
        {"administrateur": TOUJOURS},
        second_facteur=True,
    ),
]
