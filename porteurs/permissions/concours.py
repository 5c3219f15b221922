"""Qui peut quoi sur les concours : tenir une édition, présenter un dossier, lire le palmarès."""

from partenaires.enums import Module
from porteurs.models import Dossier
from porteurs.permissions.dossiers import A, E, P, T, suit
from porteurs.permissions.financements import DOSSIER_SUIVI
from socle.permissions import TOUJOURS, Etat, Regle

ORGANISE = Etat(
    "sa structure organise le concours",
    lambda acteur, concours: concours.structure_id in acteur.structures(concours.reseau_id, T),
)
PRESENTE = Etat(
    "il suit le dossier présenté, encore ouvert",
    lambda acteur, objet: not isinstance(objet, Dossier) or (objet.ouvert and suit(acteur, objet)),
)

REGLES = [
    Regle(
        "porteurs.concours",
        "Lire les concours du réseau, leur règlement et leur palmarès",
        ("porteurs:concours", "porteurs:concours_edition", "porteurs:concours_reglement"),
        {T: TOUJOURS, P: TOUJOURS, A: TOUJOURS, E: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.concours.creer",
        "Ouvrir une édition d’un concours",
        ("porteurs:concours_nouveau",),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.concours.tenir",
        "Modifier une édition, présélectionner, proclamer le palmarès",
        (
            "porteurs:concours_modifier",
            "porteurs:concours_preselection",
            "porteurs:concours_palmares",
        ),
        {T: ORGANISE, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.concours.candidater",
        "Présenter un dossier à un concours",
        ("porteurs:concours_candidater",),
        {T: PRESENTE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.candidature.tenir",
        "Retirer une candidature, noter l’accord de paraître au palmarès ou son retrait",
        ("porteurs:candidature_retirer", "porteurs:candidature_publication"),
        {T: DOSSIER_SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.laureats",
        "Lire les lauréats qui ont accepté d’être nommés",
        ("porteurs:laureats",),
        {"public": TOUJOURS},
    ),
]
