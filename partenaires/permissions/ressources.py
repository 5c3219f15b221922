"""Les ressources d’un réseau : qui les lit, qui les écrit, qui en parle."""

from partenaires.enums import LECTEURS, Fonction
from partenaires.permissions.adhesion import anime
from socle.permissions import TOUJOURS, Etat, Regle

SIENNE = Etat(
    "il l’a écrite, ou il anime le réseau",
    lambda acteur, ressource: (
        ressource.auteur_id == acteur.utilisateur_id or anime(acteur, ressource.reseau)
    ),
)
ECRIVENT = (Fonction.TECHNICIEN, Fonction.ANIMATEUR)

REGLES = [
    Regle(
        "partenaires.ressources",
        "Chercher et lire les ressources du réseau, y poser une question",
        (
            "partenaires:ressources",
            "partenaires:ressource",
            "partenaires:ressource_fichier",
            "partenaires:ressource_question",
        ),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.ressource.ecrire",
        "Partager une ressource",
        ("partenaires:ressource_nouvelle",),
        dict.fromkeys(ECRIVENT, TOUJOURS),
    ),
    Regle(
        "partenaires.ressource.tenir",
        "Modifier une ressource, la retirer ou la remettre",
        ("partenaires:ressource_modifier", "partenaires:ressource_retirer"),
        dict.fromkeys(ECRIVENT, SIENNE),
    ),
]
