"""Informer, accorder, retirer, demander l'accès."""

from partenaires.enums import Module
from porteurs.espace.acteur import ROLE
from porteurs.permissions.dossiers import RESPONSABLE, SA_FICHE, SUIVI, SUIVI_OUVERT, T, suit
from socle.permissions import Etat, Regle

ACCORD_SUIVI = Etat(
    "il suit le dossier de l’accord",
    lambda acteur, accord: suit(acteur, accord.participation.dossier),
)
FICHE_SEULE = Etat(
    "il lit la fiche d’un dossier ouvert sans le suivre",
    lambda acteur, d: d.ouvert and not suit(acteur, d),
)


DEMANDEUR = Etat(
    "sa structure a demandé l’accès",
    lambda acteur, demande: demande.structure_id in acteur.structures(demande.reseau_id, T),
)

ACCES_A_SA_FICHE = Etat(
    "c’est sa fiche, et il le fait depuis son espace",
    lambda acteur, demande: SA_FICHE.verifie(acteur, demande.dossier),
)

REGLES = [
    Regle(
        "porteurs.partage.voir",
        "Lire qui sait quoi d’un dossier : personnes, accords, lecteurs",
        ("porteurs:dossier_partage",),
        {T: SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.partage.adulte",
        "Noter l’information ou l’opposition d’un autre adulte",
        ("porteurs:adulte_information", "porteurs:adulte_opposition"),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.accord.noter",
        "Noter l’accord d’un adulte pour le volet privé",
        ("porteurs:accord_noter",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.accord.retirer",
        "Noter qu’un adulte retire son accord",
        ("porteurs:accord_retirer",),
        {T: ACCORD_SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.acces.demander",
        "Demander à suivre un dossier dont on lit la fiche",
        ("porteurs:acces_demander",),
        {T: FICHE_SEULE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.acces.repondre",
        "Accepter ou refuser une demande d’accès",
        ("porteurs:acces_repondre",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.acces.finir",
        "Mettre fin à un accès accepté",
        ("porteurs:acces_finir",),
        {T: RESPONSABLE, ROLE: ACCES_A_SA_FICHE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.acces.retirer",
        "Retirer sa demande d’accès",
        ("porteurs:acces_retirer",),
        {T: DEMANDEUR},
        module=Module.DOSSIERS,
    ),
]
