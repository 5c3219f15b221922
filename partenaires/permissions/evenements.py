"""Les évènements d’un réseau : qui les lit, qui les tient, qui s’y inscrit, qui relie son agenda."""

from partenaires.enums import LECTEURS, Fonction
from partenaires.permissions.adhesion import anime
from socle.permissions import TOUJOURS, Etat, Regle

SIEN = Etat(
    "il l’a prévu, ou il anime le réseau",
    lambda acteur, evenement: (
        evenement.cree_par_id == acteur.utilisateur_id or anime(acteur, evenement.reseau)
    ),
)
PUBLIC = Etat("l’évènement est ouvert au public", lambda acteur, objet: True)
LIEN = Etat("le lien signé est valable", lambda acteur, objet: True)
ECRIVENT = (Fonction.TECHNICIEN, Fonction.ANIMATEUR)

REGLES = [
    Regle(
        "partenaires.evenements",
        "Lire le programme du réseau, mettre un évènement dans son agenda",
        ("partenaires:evenements", "partenaires:evenement", "partenaires:evenement_calendrier"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.evenement.inscription",
        "S’inscrire à un évènement, ou se désister",
        ("partenaires:evenement_inscrire", "partenaires:evenement_desister"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.evenement.prevoir",
        "Prévoir un évènement",
        ("partenaires:evenement_nouveau",),
        dict.fromkeys(ECRIVENT, TOUJOURS),
    ),
    Regle(
        "partenaires.evenement.tenir",
        "Modifier ou annuler un évènement, tenir ses inscrits, ses exposants, lire les avis",
        (
            "partenaires:evenement_modifier",
            "partenaires:evenement_annuler",
            "partenaires:evenement_inscrits",
            "partenaires:evenement_inscrit_retirer",
            "partenaires:evenement_emargement",
            "partenaires:evenement_exposants",
            "partenaires:evenement_exposant_retirer",
            "partenaires:evenement_avis",
        ),
        dict.fromkeys(ECRIVENT, SIEN),
    ),
    Regle(
        "partenaires.evenement.budget",
        "Tenir le budget d’un évènement et ses financeurs",
        ("partenaires:evenement_budget", "partenaires:evenement_budget_retirer"),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
    Regle(
        "partenaires.evenement.exporter",
        "Exporter les inscrits d’un évènement",
        ("partenaires:evenement_export",),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
    Regle(
        "partenaires.evenements.publics",
        "Lire le programme public d’un réseau, s’y inscrire, l’ajouter à son agenda",
        (
            "partenaires:evenements_publics",
            "partenaires:evenement_public",
            "partenaires:evenement_public_inscription",
            "partenaires:agenda_public",
        ),
        {"public": PUBLIC},
    ),
    Regle(
        "partenaires.inscription.lien",
        "Confirmer son inscription, se désister ou donner son avis, depuis un courriel",
        (
            "partenaires:inscription_confirmer",
            "partenaires:inscription_desister",
            "partenaires:avis",
        ),
        {"public": LIEN},
    ),
    Regle(
        "partenaires.agenda",
        "Relier son agenda à son téléphone, changer ou fermer son adresse secrète",
        ("partenaires:agenda", "partenaires:agenda_ouvrir", "partenaires:agenda_fermer"),
        {"connecte": TOUJOURS},
    ),
    Regle(
        "partenaires.agenda.lien",
        "Lire son agenda depuis un téléphone, par son adresse secrète",
        ("partenaires:agenda_personnel",),
        {"public": Etat("l’adresse secrète est la bonne", lambda acteur, objet: True)},
    ),
]
