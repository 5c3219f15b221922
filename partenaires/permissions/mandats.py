"""Les mandats, les personnes du réseau, la confirmation annuelle : qui les lit, qui les tient."""

from dataclasses import dataclass

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import (
    ADMINISTRE_SA_STRUCTURE,
    FONCTIONS_DE_STRUCTURE,
    LECTEURS,
    administre,
)
from socle.permissions import TOUJOURS, Etat, Regle

A = Fonction.ANIMATEUR


@dataclass(frozen=True)
class Adhesion:
    """Une structure dans un réseau : ce sur quoi porte le geste de qui l'administre."""

    reseau_id: int
    structure_id: int


SON_MANDAT = Etat(
    "c’est son propre mandat",
    lambda acteur, mandat: mandat.utilisateur_id == acteur.utilisateur_id,
)
SON_MANDAT_OU_SA_STRUCTURE = Etat(
    "c’est son propre mandat, ou il administre l’adhésion de la structure",
    lambda acteur, mandat: (
        mandat.utilisateur_id == acteur.utilisateur_id
        or administre(acteur, mandat.reseau_id, mandat.structure_id)
    ),
)
SA_STRUCTURE = Etat(
    "il administre l’adhésion de cette structure",
    lambda acteur, adhesion: administre(acteur, adhesion.reseau_id, adhesion.structure_id),
)

REGLES = [
    Regle(
        "partenaires.mandat",
        "Lire un mandat : qui, pour qui, jusqu’à quand, sur quel périmètre",
        ("partenaires:mandat",),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.mandat.tenir",
        "Préciser un mandat, le renouveler, nommer une personne suppléante, déposer sa lettre",
        (
            "partenaires:mandat_modifier",
            "partenaires:mandat_renouveler",
            "partenaires:mandat_suppleant",
            "partenaires:mandat_lettre_deposer",
            "partenaires:depart_ecarter",
        ),
        {A: TOUJOURS, **dict.fromkeys(FONCTIONS_DE_STRUCTURE, ADMINISTRE_SA_STRUCTURE)},
    ),
    Regle(
        "partenaires.mandat.lettre",
        "Lire une lettre de mission",
        ("partenaires:mandat_lettre",),
        {A: TOUJOURS, **dict.fromkeys(FONCTIONS_DE_STRUCTURE, SON_MANDAT_OU_SA_STRUCTURE)},
    ),
    Regle(
        "partenaires.mandat.telephone",
        "Changer son propre téléphone dans une fonction",
        ("partenaires:mandat_telephone",),
        dict.fromkeys(LECTEURS, SON_MANDAT),
    ),
    Regle(
        "partenaires.administration",
        "Dire pourquoi une seule personne administre une structure ; confirmer ses informations",
        ("partenaires:structure_administration", "partenaires:structure_confirmer"),
        {A: TOUJOURS, **dict.fromkeys(FONCTIONS_DE_STRUCTURE, SA_STRUCTURE)},
    ),
    Regle(
        "partenaires.confirmation",
        "Confirmer les informations de sa structure par le lien reçu",
        ("partenaires:confirmation",),
        {"public": Etat("le lien signé est valable", lambda acteur, objet: True)},
    ),
    Regle(
        "partenaires.personnes",
        "Voir les personnes du réseau : présentes, attendues, sur le départ",
        ("partenaires:personnes",),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.personnes.exporter",
        "Exporter la liste des personnes du réseau",
        ("partenaires:personnes_export",),
        {A: TOUJOURS},
        second_facteur=True,
    ),
]
