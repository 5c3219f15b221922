"""Qui lit la couverture du réseau, qui remplit la grille d'une structure, qui tient les thèmes."""

from typing import NamedTuple

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import (
    FONCTIONS_DE_STRUCTURE,
    LECTEURS,
    administre,
    tient_la_fiche,
)
from socle.permissions import TOUJOURS, Etat, Regle


class Membre(NamedTuple):
    """Une structure dans un réseau : l'objet sur lequel porte le droit."""

    reseau_id: int
    structure_id: int


def est_la_sienne(acteur, membre) -> bool:
    """Il y est technicien, ou en administre l'adhésion : il en écrit la grille. Sans requête."""
    return _est_de_la_structure(acteur, membre) or administre(
        acteur, membre.reseau_id, membre.structure_id
    )


def _est_de_la_structure(acteur, membre) -> bool:
    return membre.structure_id in acteur.structures(membre.reseau_id, Fonction.TECHNICIEN)


ADMINISTRE = Etat(
    "il administre l’adhésion de la structure",
    lambda acteur, membre: administre(acteur, membre.reseau_id, membre.structure_id),
)
SA_STRUCTURE = Etat(
    "il y est technicien, ou administre son adhésion",
    est_la_sienne,
)

TIENT_LA_FICHE = Etat(
    "il y est technicien, il administre son adhésion, ou nul ne l’administre et elle n’est membre "
    "d’aucun autre réseau",
    lambda acteur, membre: (
        _est_de_la_structure(acteur, membre)
        or tient_la_fiche(acteur, membre.reseau_id, membre.structure_id)
    ),
)

REGLES = [
    Regle(
        "partenaires.couverture",
        "Lire qui fait quoi dans le réseau\u00a0: matrice, manques, carte, export",
        (
            "partenaires:couverture",
            "partenaires:couverture_case",
            "partenaires:couverture_pdf",
            "partenaires:couverture_export",
        ),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.competences.saisir",
        "Dire ce que fait une structure\u00a0: thèmes, étapes, communes, secteurs, personnes",
        ("partenaires:competences", "partenaires:competences_theme"),
        {
            Fonction.ANIMATEUR: TIENT_LA_FICHE,
            **dict.fromkeys(FONCTIONS_DE_STRUCTURE, ADMINISTRE),
            Fonction.TECHNICIEN: SA_STRUCTURE,
        },
    ),
    Regle(
        "partenaires.grilles.rappeler",
        "Rappeler par courriel aux structures qui ne l’ont pas fait de dire ce qu’elles font",
        ("partenaires:grilles_rappeler",),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
    Regle(
        "partenaires.themes",
        "Ajouter un thème propre au réseau, ou le retirer",
        ("partenaires:themes", "partenaires:theme_retirer"),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
]
