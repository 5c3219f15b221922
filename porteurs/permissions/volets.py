"""Les deux volets et les adultes d'un projet : qui les écrit."""

from partenaires.enums import Module
from porteurs.models import AccordPartage, Participation
from porteurs.permissions.dossiers import SUIVI_OUVERT, T, lit_le_prive, repond, suit
from socle.permissions import Etat, Regle


def lit_la_part(acteur, participation: Participation) -> bool:
    """Une structure de l'acteur suit le dossier, et cet adulte lui a donné son accord.

    ``Participation.lisible``, posée par la page, évite de le redemander à la base.
    """
    if not hasattr(participation, "lisible"):
        accords = AccordPartage.objects.lus_par(acteur)
        participation.lisible = accords.filter(participation=participation.pk).exists()
    return participation.lisible


def _suit_le_sien(acteur, participation: Participation) -> bool:
    return participation.dossier.ouvert and suit(acteur, participation.dossier)


PRIVE_OUVERT = Etat(
    "sa structure suit le dossier, encore ouvert, avec l’accord de chaque adulte",
    lambda acteur, d: d.ouvert and suit(acteur, d) and lit_le_prive(acteur, d),
)
PART_OUVERTE = Etat(
    "sa structure suit le dossier, encore ouvert, avec l’accord de cet adulte",
    lambda acteur, p: _suit_le_sien(acteur, p) and lit_la_part(acteur, p),
)
ADULTE_DU_RESPONSABLE = Etat(
    "sa structure répond du dossier, encore ouvert",
    lambda acteur, p: p.dossier.ouvert and repond(acteur, p),
)

REGLES = [
    Regle(
        "porteurs.volet.professionnel",
        "Écrire le volet professionnel",
        ("porteurs:volet_professionnel",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.volet.prive",
        "Lire et écrire le volet privé",
        ("porteurs:volet_prive",),
        {T: PRIVE_OUVERT},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.part.tenir",
        "Lire et écrire ce qu’un adulte cherche pour lui-même",
        ("porteurs:part_adulte",),
        {T: PART_OUVERTE},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.adulte.ajouter",
        "Ajouter un adulte au projet ou au foyer",
        ("porteurs:adulte_ajouter",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.adulte.retirer",
        "Retirer un adulte du projet",
        ("porteurs:adulte_retirer",),
        {T: ADULTE_DU_RESPONSABLE},
        module=Module.DOSSIERS,
    ),
]
