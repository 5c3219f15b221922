"""Qui voit le temps passer sur les dossiers, et qui peut le suspendre."""

from partenaires.enums import Fonction, Module
from porteurs.permissions.dossiers import RESPONSABLE
from socle.permissions import TOUJOURS, Regle

T, A = Fonction.TECHNICIEN, Fonction.ANIMATEUR

REGLES = [
    Regle(
        "porteurs.conservation",
        "Voir combien de dossiers seront bientôt anonymisés, et les siens",
        ("porteurs:conservation",),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.conservation.archiver",
        "Garder un dossier au-delà de deux ans, en écrivant pourquoi",
        ("porteurs:archiver",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.conservation.rester",
        "Rester suivi, depuis le courriel qui prévient",
        ("porteurs:rester_suivi",),
        {"public": TOUJOURS},
    ),
    Regle(
        "porteurs.personne.donnees",
        "Remettre à une personne la copie de ce qui est gardé d’elle",
        ("porteurs:personne_donnees", "porteurs:personne_copie"),
        {T: RESPONSABLE},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.personne.effacer",
        "Effacer une personne qui le demande",
        ("porteurs:personne_effacer",),
        {T: RESPONSABLE},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
]
