"""Qui peut quoi sur les besoins d'un dossier et sur leur orientation."""

from partenaires.enums import Module
from porteurs.enums import EtatOrientation
from porteurs.permissions.dossiers import RESPONSABLE, SUIVI_OUVERT, VISIBLE, A, P, T, suit
from socle.permissions import TOUJOURS, Etat, Regle

BESOIN_SUIVI = Etat(
    "il suit le dossier, encore ouvert, et le besoin n’est pas fermé",
    lambda acteur, b: not b.clos and b.dossier.ouvert and suit(acteur, b.dossier),
)


def _attend(orientation) -> bool:
    return orientation.etat == EtatOrientation.ENVOYEE and not orientation.besoin.clos


def _sa_structure(acteur, orientation) -> bool:
    return orientation.structure_id in acteur.structures(orientation.reseau_id, T)


STRUCTURE_CHOISIE = Etat(
    "le besoin est proposé à sa structure, et attend",
    lambda acteur, o: _attend(o) and _sa_structure(acteur, o),
)
STRUCTURE_QUI_TIENT = Etat(
    "le besoin est proposé à sa structure, ou elle l’a pris",
    lambda acteur, o: (
        not o.besoin.clos
        and o.etat in (EtatOrientation.ENVOYEE, EtatOrientation.PRISE)
        and _sa_structure(acteur, o)
    ),
)
ORIENTATION_SUIVIE = Etat(
    "il suit le dossier, et la proposition attend",
    lambda acteur, o: _attend(o) and suit(acteur, o.besoin.dossier),
)


def _se_retire(acteur, orientation) -> bool:
    """La proposition sans réponse par qui suit ; le besoin pris, par qui répond du dossier."""
    if orientation.etat == EtatOrientation.PRISE:
        return not orientation.besoin.clos and RESPONSABLE.verifie(
            acteur, orientation.besoin.dossier
        )
    return ORIENTATION_SUIVIE.verifie(acteur, orientation)


A_RETIRER = Etat(
    "il suit le dossier, et la proposition attend ; prise, sa structure répond du dossier",
    _se_retire,
)
ATTENDUE = Etat(
    "il suit le dossier, ou le besoin est proposé à sa structure, et attend",
    lambda acteur, o: _attend(o) and (_sa_structure(acteur, o) or suit(acteur, o.besoin.dossier)),
)

REGLES = [
    Regle(
        "porteurs.besoins",
        "Lire les besoins qui attendent sa structure, et ceux qu’elle a proposés",
        ("porteurs:besoins",),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.besoin.voir",
        "Lire un besoin\u00a0: son thème et son état\u00a0; ses précisions selon le côté",
        ("porteurs:besoin",),
        {T: VISIBLE, P: VISIBLE, A: VISIBLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.besoin.ajouter",
        "Noter un besoin",
        ("porteurs:besoin_ajouter",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.besoin.tenir",
        "Proposer un besoin à une structure, le compter sans solution, le fermer",
        ("porteurs:besoin_orienter", "porteurs:besoin_sans_solution", "porteurs:besoin_clore"),
        {T: BESOIN_SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.orientation.repondre",
        "Prendre ou refuser un besoin proposé à sa structure",
        ("porteurs:orientation_repondre",),
        {T: STRUCTURE_CHOISIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.orientation.passer",
        "Passer un besoin à une autre structure",
        ("porteurs:orientation_passer",),
        {T: STRUCTURE_QUI_TIENT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.orientation.retirer",
        "Retirer une proposition sans réponse, ou un besoin à la structure qui l’a pris",
        ("porteurs:orientation_retirer",),
        {T: A_RETIRER},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.orientation.revoir",
        "Noter qu’on a relancé, et quand y revenir",
        ("porteurs:orientation_revoir",),
        {T: ATTENDUE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.besoins.trous",
        "Lire les besoins auxquels personne ne répond, en nombres",
        ("porteurs:besoins_trous",),
        {A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.besoin.lien",
        "Prendre ou refuser un besoin depuis le courriel, sans se connecter",
        ("porteurs:besoin_prendre_lien", "porteurs:besoin_refuser_lien"),
        {"public": TOUJOURS},
    ),
]
