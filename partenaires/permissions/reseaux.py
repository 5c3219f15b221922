"""Qui ouvre un réseau, qui le met en route, qui le règle, qui ouvre le partage."""

from partenaires.permissions.adhesion import ADMINISTRE, FONCTIONS_DE_STRUCTURE, A
from socle.permissions import TOUJOURS, Etat, Regle

PEUT_OUVRIR = Etat(
    "l’installation permet à ce réseau d’en ouvrir d’autres",
    lambda acteur, reseau: reseau.peut_ouvrir,
)

REGLES = [
    Regle(
        "partenaires.reseaux",
        "Voir les réseaux de l’installation",
        ("partenaires:reseaux",),
        {"administrateur": TOUJOURS},
        second_facteur=True,
    ),
    Regle(
        "partenaires.reseau.creer",
        "Ouvrir un réseau, inviter une autre personne à animer un réseau que nul n’anime",
        (
            "partenaires:reseau_nouveau",
            "partenaires:reseau_animateur",
            "partenaires:reseau_permettre",
        ),
        {"administrateur": TOUJOURS},
        second_facteur=True,
    ),
    Regle(
        "partenaires.reseau.ouvrir_enfant",
        "Ouvrir un réseau enfant et inviter la personne qui l’animera, tant qu’il n’a pas vécu ; "
        "sans droit sur ses dossiers",
        (
            "partenaires:reseaux_enfants",
            "partenaires:reseau_enfant_nouveau",
            "partenaires:reseau_enfant_animateur",
        ),
        {A: PEUT_OUVRIR},
        second_facteur=True,
    ),
    Regle(
        "partenaires.lancement",
        "Suivre le guide de lancement du réseau",
        (
            "partenaires:lancement",
            "partenaires:lancement_identite",
            "partenaires:lancement_structures",
            "partenaires:lancement_ranger",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.inviter.ensemble",
        "Inviter plusieurs personnes à la fois",
        ("partenaires:lancement_personnes",),
        {A: TOUJOURS, **dict.fromkeys(FONCTIONS_DE_STRUCTURE, ADMINISTRE)},
    ),
    Regle(
        "partenaires.territoire",
        "Choisir les communes du réseau",
        (
            "partenaires:territoire",
            "partenaires:territoire_ajouter",
            "partenaires:territoire_retirer",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.reglages",
        "Régler le réseau : nom, fuseau, seuil, modules, réseau parent",
        (
            "partenaires:reglages",
            "partenaires:modules",
            "partenaires:module_employer",
            "partenaires:parent_proposer",
            "partenaires:parent_repondre",
            "partenaires:parent_defaire",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.conformite",
        "Tenir le registre de conformité et ses documents",
        (
            "partenaires:conformite",
            "partenaires:conformite_partie",
            "partenaires:base_legale",
            "partenaires:conformite_document",
            "partenaires:conformite_pdf",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.partage",
        "Ouvrir le partage des dossiers dans le réseau",
        ("partenaires:partage",),
        {A: TOUJOURS},
    ),
]
