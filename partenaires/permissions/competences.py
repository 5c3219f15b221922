"""Qui lit la couverture du réseau, qui remplit la grille d'une structure, qui tient les thèmes."""

from typing import NamedTuple

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import FONCTIONS_DE_STRUCTURE, LECTEURS, administre
from socle.permissions import TOUJOURS, Etat, Regle


class Membre(NamedTuple):
    """Une structure dans un réseau : l'objet sur lequel porte le droit."""

    reseau_id: int
    structure_id: int


def _est_de_la_structure(acteur, membre) -> bool:
    return membre.structure_id in acteur.structures(membre.reseau_id, Fonction.TECHNICIEN)


ADMINISTRE = Etat(
    "il administre l’adhésion de la structure",
    lambda acteur, membre: administre(acteur, membre.reseau_id, membre.structure_id),
)
SA_STRUCTURE = Etat(
    "il y est technicien, ou administre son adhésion",
    lambda acteur, membre: (
        _est_de_la_structure(acteur, membre)
        or administre(acteur, membre.reseau_id, membre.structure_id)
    ),
)

REGLES = [
    Regle(
        "partenaires.couverture",
        "Lire qui fait quoi dans le réseau : matrice, manques, carte, export",
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
        "Dire ce que fait une structure : thèmes, étapes, communes, secteurs, personnes",
        ("partenaires:competences", "partenaires:competences_theme"),
        {
            Fonction.ANIMATEUR: TOUJOURS,
            **dict.fromkeys(FONCTIONS_DE_STRUCTURE, ADMINISTRE),
            Fonction.TECHNICIEN: SA_STRUCTURE,
        },
    ),
    Regle(
        "partenaires.themes",
        "Ajouter un thème propre au réseau, ou le retirer",
        ("partenaires:themes", "partenaires:theme_retirer"),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
]
