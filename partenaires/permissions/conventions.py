"""Les conventions et la charte de fonctionnement : qui les lit, les écrit, les suit, les accepte."""

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import ADMINISTRE, LECTEURS, administre
from socle.permissions import TOUJOURS, Etat, Regle

A, T, E = Fonction.ANIMATEUR, Fonction.TECHNICIEN, Fonction.ELU


def anime_le_reseau(acteur, objet) -> bool:
    return A in acteur.fonctions(objet.reseau_id)


def _parties(objet) -> set[int]:
    """Les structures parties aujourd'hui à la convention, ou à celle de l'objectif."""
    convention = getattr(objet, "convention", objet)
    jour = convention.reseau.aujourd_hui()
    return {
        p.structure_id
        for p in convention.parties.all()
        if p.retrait_le is None or p.retrait_le > jour
    }


ADMINISTRE_UNE_PARTIE = Etat(
    "il administre l’adhésion d’une structure partie à la convention",
    lambda acteur, objet: any(
        administre(acteur, objet.reseau_id, structure) for structure in _parties(objet)
    ),
)
D_UNE_PARTIE = Etat(
    "sa structure est partie à la convention",
    lambda acteur, objet: bool(_parties(objet) & set(acteur.structures(objet.reseau_id, T, E))),
)
# Premier accueil et parrain ne lisent les conventions que s'ils administrent une structure.
LISENT = {A: TOUJOURS, T: TOUJOURS, E: TOUJOURS} | {
    fonction: ADMINISTRE for fonction in LECTEURS if fonction not in (A, T, E)
}

REGLES = [
    Regle(
        "partenaires.conventions",
        "Lire les conventions du réseau, leurs versions et leurs objectifs",
        (
            "partenaires:conventions",
            "partenaires:conventions_export",
            "partenaires:convention",
            "partenaires:convention_version",
            "partenaires:convention_pdf",
        ),
        LISENT,
    ),
    Regle(
        "partenaires.convention.tenir",
        "Écrire, signer, dénoncer une convention ; lui ajouter un avenant, un objectif, une pièce",
        (
            "partenaires:convention_nouvelle",
            "partenaires:convention_modifier",
            "partenaires:convention_signer",
            "partenaires:convention_denoncer",
            "partenaires:convention_renoncer",
            "partenaires:convention_modele",
            "partenaires:avenant_nouveau",
            "partenaires:objectif_nouveau",
            "partenaires:document_joindre",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.objectif",
        "Lire le suivi d’un objectif",
        ("partenaires:objectif",),
        LISENT,
    ),
    Regle(
        "partenaires.objectif.suivre",
        "Dire où en est un objectif",
        ("partenaires:objectif_suivre",),
        {A: TOUJOURS, T: D_UNE_PARTIE, E: D_UNE_PARTIE},
    ),
    Regle(
        "partenaires.convention.document",
        "Télécharger la convention signée",
        ("partenaires:document",),
        {A: TOUJOURS, **{f: ADMINISTRE_UNE_PARTIE for f in LECTEURS if f != A}},
    ),
    Regle(
        "partenaires.charte",
        "Lire la charte de fonctionnement, ses versions, et qui l’a acceptée",
        ("partenaires:charte", "partenaires:charte_version"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.charte.tenir",
        "Écrire et publier la charte de fonctionnement, rappeler qu’elle attend",
        (
            "partenaires:charte_ecrire",
            "partenaires:charte_publier",
            "partenaires:charte_rappeler",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.charte.accepter",
        "Accepter la charte de fonctionnement au nom d’une structure",
        ("partenaires:charte_accepter",),
        dict.fromkeys(LECTEURS, ADMINISTRE),
    ),
]
