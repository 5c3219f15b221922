"""Qui peut quoi sur les réunions, et depuis le lien d’un courriel."""

from partenaires.enums import Module
from porteurs.permissions.dossiers import A, E, T
from socle.permissions import TOUJOURS, Etat, Regle

REGLES = [
    Regle(
        "porteurs.reunions",
        "Voir les réunions et leur ordre du jour",
        ("porteurs:reunions", "porteurs:reunion", "porteurs:reunion_calendrier"),
        {T: TOUJOURS, A: TOUJOURS, E: TOUJOURS},
        module=Module.REUNIONS,
    ),
    Regle(
        "porteurs.reunion.tenir",
        "Prévoir, modifier ou annuler une réunion",
        (
            "porteurs:reunion_nouvelle",
            "porteurs:reunion_serie",
            "porteurs:reunion_modifier",
            "porteurs:reunion_annuler",
        ),
        {A: TOUJOURS},
        module=Module.REUNIONS,
    ),
    Regle(
        "porteurs.reunion.point",
        "Ajouter un dossier à l’ordre du jour, ou l’en retirer",
        ("porteurs:point_ajouter", "porteurs:point_retirer"),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.REUNIONS,
    ),
    Regle(
        "porteurs.ligne",
        "Ajouter une ligne à un dossier depuis un courriel, sans se connecter",
        ("porteurs:ligne",),
        {"public": Etat("le lien signé est valable", lambda acteur, objet: True)},
        module=Module.DOSSIERS,
    ),
]
