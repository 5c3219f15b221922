"""Qui déclare une absence, et qui y met fin."""

from partenaires.enums import Module
from partenaires.permissions.adhesion import administre
from porteurs.permissions.dossiers import T
from socle.permissions import TOUJOURS, Etat, Regle


def _le_sien(acteur, objet) -> bool:
    """L'absence de soi, ou d'une personne de la structure dont on administre l'adhésion."""
    return objet.absent_id == acteur.utilisateur_id or administre(
        acteur, objet.reseau_id, objet.structure_id
    )


LE_SIEN = Etat("c’est son absence, ou il administre la structure", _le_sien)

REGLES = [
    Regle(
        "porteurs.remplacements",
        "Voir les absences de sa structure, et déclarer la sienne",
        ("porteurs:remplacements", "porteurs:remplacement_declarer"),
        {T: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.remplacement.terminer",
        "Mettre fin à une absence avant son terme",
        ("porteurs:remplacement_terminer",),
        {T: LE_SIEN},
        module=Module.DOSSIERS,
    ),
]
