"""Qui lit l'historique d'un dossier, et qui doit d'abord dire pourquoi."""

from partenaires.enums import Fonction, Module
from porteurs.models import LectureMotivee
from porteurs.permissions.dossiers import SUIVI, VISIBLE
from socle.permissions import Etat, Regle

T, P, A = Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR

LECTURE = Etat(
    "il a dit pourquoi depuis moins de 48 heures",
    lambda acteur, d: LectureMotivee.objects.en_cours(acteur, d.pk).exists(),
)

REGLES = [
    Regle(
        "porteurs.historique.voir",
        "Lire l’historique d’un dossier, dans ce qu’on en voit",
        ("porteurs:historique",),
        {T: SUIVI, P: SUIVI, A: LECTURE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.historique.consultations",
        "Lire qui a consulté un dossier",
        ("porteurs:consultations",),
        {A: LECTURE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.historique.demander",
        "Demander à lire l’historique d’un dossier, en disant pourquoi",
        ("porteurs:historique_demander",),
        {A: VISIBLE},
        module=Module.DOSSIERS,
    ),
]
