"""Ce qui arrive au réseau : qui signale, qui reçoit, qui répond, qui tient les permanences."""

from partenaires.enums import LECTEURS, Fonction, Module
from porteurs.models import Demande
from socle.permissions import TOUJOURS, Etat, Regle

T, A = Fonction.TECHNICIEN, Fonction.ANIMATEUR


def _sienne(acteur, demande: Demande) -> bool:
    return demande.structure_id in acteur.structures(demande.reseau_id, T)


def _lue_en_animant(acteur, demande: Demande) -> bool:
    return demande.structure_id is None or demande.structure_id in acteur.structures(
        demande.reseau_id, A
    )


SIENNE = Etat("elle est confiée à sa structure", _sienne)
SIENNE_EN_ATTENTE = Etat(
    "elle est confiée à sa structure, et attend",
    lambda acteur, d: d.en_attente and _sienne(acteur, d),
)
A_ELLE_EN_ATTENTE = Etat(
    "elle n’est confiée à personne d’autre que sa structure, et attend",
    lambda acteur, d: d.en_attente and _lue_en_animant(acteur, d),
)
EN_ATTENTE = Etat("elle attend", lambda acteur, d: d.en_attente)

REGLES = [
    Regle(
        "porteurs.signaler",
        "Signaler quelqu’un, sans compte, et lire qui le rappelle",
        ("porteurs:signaler", "porteurs:signaler_reseau", "porteurs:signaler_recu"),
        {"public": TOUJOURS},
    ),
    Regle(
        "porteurs.signalements",
        "Retrouver ce que l’on a signalé et qui l’a pris",
        ("porteurs:signalements",),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "porteurs.demandes",
        "Lister les demandes que reçoit sa structure, ou le réseau qu’il anime",
        ("porteurs:demandes",),
        {T: TOUJOURS, A: TOUJOURS},
    ),
    Regle(
        "porteurs.demande.voir",
        "Lire une demande\u00a0; l’animation, sans la personne quand une structure la reçoit",
        ("porteurs:demande",),
        {T: SIENNE, A: TOUJOURS},
    ),
    Regle(
        "porteurs.demande.prendre",
        "Prendre une demande\u00a0: en ouvrir le dossier, ou la joindre à un dossier suivi",
        ("porteurs:demande_prendre", "porteurs:demande_rattacher"),
        {T: SIENNE_EN_ATTENTE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.demande.clore",
        "Clore une demande avec sa raison",
        ("porteurs:demande_clore",),
        {T: SIENNE_EN_ATTENTE, A: A_ELLE_EN_ATTENTE},
    ),
    Regle(
        "porteurs.demande.transmettre",
        "Passer une demande à une autre structure, ou à un autre réseau",
        ("porteurs:demande_transmettre",),
        {T: SIENNE_EN_ATTENTE, A: EN_ATTENTE},
    ),
    Regle(
        "porteurs.permanences",
        "Tenir les permanences et le délai annoncé",
        ("porteurs:permanences", "porteurs:permanence"),
        {A: TOUJOURS},
    ),
]
