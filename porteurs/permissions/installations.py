"""Qui peut quoi sur les installations et les nouvelles que l’on en prend."""

from partenaires.enums import Module
from porteurs.permissions.dossiers import SUIVI_OU_SORTI, SUIVI_OUVERT, P, T
from socle.permissions import TOUJOURS, Etat, Regle

REGLES = [
    Regle(
        "porteurs.installations",
        "Lire les installations des dossiers suivis, et celles à rappeler",
        ("porteurs:installations",),
        {T: TOUJOURS, P: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.installation.saisir",
        "Noter une installation",
        ("porteurs:installation_saisir",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.installation.corriger",
        "Corriger une installation, en disant pourquoi",
        ("porteurs:installation_corriger",),
        {T: SUIVI_OU_SORTI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.installation.suivre",
        "Noter les nouvelles prises d’une installation",
        ("porteurs:suivi_noter",),
        {T: SUIVI_OU_SORTI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.suivi.repondre",
        "Donner des nouvelles de son installation depuis un courriel, sans se connecter",
        ("porteurs:suivi_repondre",),
        {"public": Etat("le lien signé est valable", lambda acteur, objet: True)},
        module=Module.DOSSIERS,
    ),
]
