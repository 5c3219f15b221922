"""Qui peut quoi sur les tableaux repris : ceux de sa structure. L'animation en lit le résumé.

Renvoyer un tableau dit, ligne à ligne, ce qui diffère du dossier : seul qui le suit peut le faire.
"""

from partenaires.enums import Module
from porteurs.models import ImportDossiers
from porteurs.permissions.dossiers import A, T
from socle.permissions import TOUJOURS, Etat, Regle


def tient(acteur, import_dossiers: ImportDossiers) -> bool:
    """L'acteur suit, dans ce réseau, les dossiers de la structure qui importe."""
    return import_dossiers.structure_id in acteur.structures(import_dossiers.reseau_id, T)


TIENT = Etat("le tableau est celui de sa structure", tient)

REGLES = [
    Regle(
        "porteurs.imports",
        "Voir les tableaux repris et leur résumé",
        ("porteurs:imports", "porteurs:import"),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.import.deposer",
        "Reprendre un tableau de suivi au nom de sa structure",
        ("porteurs:import_nouveau", "porteurs:import_modele"),
        {T: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.import.tenir",
        "Relire un tableau ligne à ligne, l’écrire, l’oublier ou le défaire",
        (
            "porteurs:import_associer",
            "porteurs:import_preciser",
            "porteurs:import_fautives",
            "porteurs:import_ecrire",
            "porteurs:import_abandonner",
            "porteurs:import_annuler",
        ),
        {T: TIENT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.import.informer",
        "Informer les personnes d’un tableau repris",
        (
            "porteurs:import_information",
            "porteurs:import_lettres",
            "porteurs:import_envoyer",
            "porteurs:import_informer",
        ),
        {T: TIENT},
        module=Module.DOSSIERS,
    ),
]
