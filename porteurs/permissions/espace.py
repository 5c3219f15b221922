"""Qui peut quoi dans l'espace d'une personne accompagnée : elle, et elle seule.

Qui *voit* : ``ActeurPorteur.dossiers``. Son rôle ne s'obtient par aucun mandat, et n'ouvre aucune
page des partenaires.
"""

from partenaires.enums import Module
from porteurs.espace.acteur import ROLE
from porteurs.permissions.dossiers import RESPONSABLE, SUIVI_OUVERT, T
from socle.permissions import TOUJOURS, Etat, Regle


def _y_a_part(acteur, dossier) -> bool:
    """L'une des personnes de l'adresse prouvée a sa part dans ce dossier."""
    if hasattr(dossier, "mes_parts"):
        return bool(dossier.mes_parts)
    return hasattr(acteur, "parts") and acteur.parts.filter(dossier=dossier.pk).exists()


LE_SIEN = Etat("c’est l’un de ses projets", _y_a_part)

REGLES = [
    Regle(
        "porteurs.espace.entrer",
        "Demander l’entrée de son espace, l’ouvrir par le lien ou le code reçu, le quitter",
        (
            "porteurs:espace",
            "porteurs:espace_code",
            "porteurs:espace_entrer",
            "porteurs:espace_quitter",
        ),
        {"public": TOUJOURS},
    ),
    Regle(
        "porteurs.espace.projets",
        "Retrouver ses projets",
        ("porteurs:espace_projets",),
        {ROLE: TOUJOURS},
    ),
    Regle(
        "porteurs.espace.lire",
        "Lire où en est son projet, qui le suit, et les documents qui lui sont adressés",
        ("porteurs:espace_suivi", "porteurs:espace_document"),
        {ROLE: LE_SIEN},
    ),
    Regle(
        "porteurs.espace.ecrire",
        "Écrire à qui suit son projet, lui remettre un document, dire ce qui est fait",
        (
            "porteurs:espace_message",
            "porteurs:espace_documents",
            "porteurs:espace_action",
            "porteurs:espace_rester",
        ),
        {ROLE: LE_SIEN},
    ),
    Regle(
        "porteurs.espace.partager",
        "Ouvrir ou fermer ce qui est partagé de soi",
        ("porteurs:espace_partage",),
        {ROLE: LE_SIEN},
    ),
    Regle(
        "porteurs.espace.droits",
        "Demander une copie ou l’effacement de ce qui est gardé de soi",
        ("porteurs:espace_droits",),
        {ROLE: LE_SIEN},
    ),
    Regle(
        "porteurs.espace.inviter",
        "Envoyer à une personne accompagnée le lien de son espace",
        ("porteurs:porteur_inviter",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.adresse.confirmer",
        "Confirmer l’adresse par laquelle une personne entre dans son espace",
        ("porteurs:adresse_confirmer",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.droits.repondre",
        "Répondre à une demande de copie ou d’effacement",
        ("porteurs:droit_repondre",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
]
