"""Qui peut quoi dans un réseau et dans l'installation, dossiers exceptés."""

from django.db.models import Exists, OuterRef

from partenaires.enums import LECTEURS, Fonction
from partenaires.models import ConventionStructure, Mandat, Structure
from socle.permissions import TOUJOURS, Etat, Regle

ACCUEIL, T, P, A, E = (
    Fonction.PREMIER_ACCUEIL,
    Fonction.TECHNICIEN,
    Fonction.PARRAIN,
    Fonction.ANIMATEUR,
    Fonction.ELU,
)
# Celles qu'une structure donne elle-même ; animation et audit sont l'affaire du réseau.
FONCTIONS_DE_STRUCTURE = (ACCUEIL, T, P, E)
# Nul ne donne plus que ce qu'il a : seul un technicien en fait entrer un autre dans les dossiers.
SANS_DOSSIER_PRIVE = (ACCUEIL, P, E)


def administre(acteur, reseau_id: int, structure_id: int | None = None) -> bool:
    """L'acteur administre l'adhésion de cette structure ; sans structure, d'une au moins."""
    return bool(_titres(acteur, reseau_id, structure_id))


def _titres(acteur, reseau_id: int, structure_id: int | None) -> set[str]:
    """Les fonctions au titre desquelles l'acteur administre l'adhésion."""
    return {
        m.fonction
        for m in acteur.mandats
        if m.administre
        and m.reseau_id == reseau_id
        and m.fonction in LECTEURS
        and structure_id in (None, m.structure_id)
    }


def fonctions_de_la_structure(acteur, reseau_id: int, structure_id: int) -> tuple[str, ...]:
    """Les fonctions que l'acteur donne, et reprend, parce qu'il administre cette structure."""
    titres = _titres(acteur, reseau_id, structure_id)
    if T in titres:
        return FONCTIONS_DE_STRUCTURE
    return SANS_DOSSIER_PRIVE if titres else ()


def anime(acteur, reseau) -> bool:
    return Fonction.ANIMATEUR in acteur.fonctions(reseau.pk)


def tient_la_fiche(acteur, reseau_id: int, structure_id: int) -> bool:
    """Il administre l'adhésion, ou il anime le réseau d'une structure que nul autre ne tient.

    Une structure est une seule fois dans l'installation : un réseau qui l'ajoute sans lui avoir
    rien demandé n'écrit pas ce que les autres, et le public, en lisent.
    """
    if administre(acteur, reseau_id, structure_id):
        return True
    return A in acteur.fonctions(reseau_id) and not _tenue_ailleurs(
        reseau_id, structure_id, acteur.jour
    )


def _tenue_ailleurs(reseau_id: int, structure_id: int, jour) -> bool:
    """Quelqu'un l'administre, où que ce soit, ou un autre réseau la compte parmi ses membres."""
    administrent = Mandat.objects.administrent(jour, LECTEURS).filter(structure=OuterRef("pk"))
    ailleurs = (
        ConventionStructure.objects.en_vigueur(jour)
        .filter(structure=OuterRef("pk"))
        .exclude(convention__reseau=reseau_id)
    )
    return Structure.objects.filter(
        Exists(administrent) | Exists(ailleurs), pk=structure_id
    ).exists()


def fonctions_accordables(acteur, reseau, structure) -> tuple[str, ...]:
    """Celles auxquelles l'acteur peut inviter dans cette structure ; l'animation, à toutes."""
    if anime(acteur, reseau):
        return tuple(Fonction)
    return fonctions_de_la_structure(acteur, reseau.pk, structure.pk)


def structures_invitables(acteur, reseau):
    """Les structures membres au nom desquelles l'acteur peut inviter, par ordre alphabétique."""
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui()).order_by("cle_tri", "pk")
    if anime(acteur, reseau):
        return membres
    return membres.filter(
        pk__in=[
            m.structure_id for m in acteur.mandats if administre(acteur, reseau.pk, m.structure_id)
        ]
    )


def _donne(acteur, objet) -> bool:
    return objet.fonction in fonctions_de_la_structure(acteur, objet.reseau_id, objet.structure_id)


ADMINISTRE = Etat(
    "il administre l’adhésion d’une structure du réseau",
    lambda acteur, reseau: administre(acteur, reseau.reseau_id),
)
ADMINISTRE_SA_STRUCTURE = Etat(
    "il administre l’adhésion de la structure ; la fonction n’est ni l’animation ni l’audit, "
    "et s’il n’est pas technicien, ce n’est pas celle de technicien",
    _donne,
)


def _animation_ou(etat: Etat) -> dict[str, Etat]:
    return {A: TOUJOURS, **dict.fromkeys(FONCTIONS_DE_STRUCTURE, etat)}


REGLES = [
    Regle(
        "partenaires.communes",
        "Chercher une commune de France par son nom ou son code postal",
        ("partenaires:communes",),
        {"public": TOUJOURS},
    ),
    Regle(
        "partenaires.annuaire",
        "Lire l’annuaire du réseau : structures, personnes, coordonnées professionnelles",
        ("partenaires:annuaire", "partenaires:structure"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.structure.ajouter",
        "Faire entrer une structure dans le réseau",
        ("partenaires:structure_nouvelle",),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.inviter",
        "Inviter une personne, voir qui n’est pas encore venu",
        ("partenaires:invitations", "partenaires:inviter"),
        _animation_ou(ADMINISTRE),
    ),
    Regle(
        "partenaires.invitation.tenir",
        "Annuler une invitation, ou la renvoyer",
        ("partenaires:invitation_revoquer", "partenaires:invitation_renvoyer"),
        _animation_ou(ADMINISTRE_SA_STRUCTURE),
    ),
    Regle(
        "partenaires.invitation.accepter",
        "Accepter l’invitation reçue par courriel",
        ("partenaires:invitation_accepter",),
        {"public": Etat("le lien signé est valable", lambda acteur, objet: True)},
    ),
    Regle(
        "partenaires.mandat.terminer",
        "Mettre fin à un mandat",
        ("partenaires:mandat_terminer",),
        _animation_ou(ADMINISTRE_SA_STRUCTURE),
    ),
]
