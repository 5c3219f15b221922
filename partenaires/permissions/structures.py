"""Qui tient la fiche d'une structure, qui en importe, qui réunit deux fiches, et ce que tous lisent."""

from dataclasses import dataclass

from partenaires.enums import Fonction
from partenaires.models import Mandat, Reseau, Structure
from partenaires.permissions.adhesion import LECTEURS, A, administre, tient_la_fiche
from socle.permissions import TOUJOURS, Etat, Regle


@dataclass(frozen=True)
class Membre:
    """Une structure vue depuis un réseau dont elle est membre : l'objet des droits sur sa fiche."""

    structure: Structure
    reseau: Reseau

    @property
    def reseau_id(self) -> int:
        return self.reseau.pk


ADMINISTRE_LA_SIENNE = Etat(
    "il administre l’adhésion de la structure",
    lambda acteur, membre: administre(acteur, membre.reseau_id, membre.structure.pk),
)
TIENT_LA_FICHE = Etat(
    "il administre l’adhésion de la structure, ou nul ne l’administre et elle n’est membre "
    "d’aucun autre réseau",
    lambda acteur, membre: tient_la_fiche(acteur, membre.reseau_id, membre.structure.pk),
)


def _reunit(acteur, paire) -> bool:
    if paire is None:
        return True
    if not set(paire.reseaux) <= set(acteur.reseaux(Fonction.ANIMATEUR)):
        return False
    # Sans quoi une fiche faite par lui remplacerait celle que la structure tient elle-même.
    tenues = set(
        Mandat.objects.administrent(acteur.jour, LECTEURS)
        .filter(structure__in=[paire.gardee, paire.absorbee])
        .values_list("structure", flat=True)
    )
    return paire.absorbee.pk not in tenues or paire.gardee.pk in tenues


ANIME_TOUS_LES_RESEAUX = Etat(
    "il anime tous les réseaux où l’une des deux fiches a une place, et la fiche gardée est celle "
    "que quelqu’un administre",
    _reunit,
)

REGLES = [
    Regle(
        "partenaires.structure.modifier",
        "Tenir la fiche d’une structure\u00a0: coordonnées, heures, ce que le public en voit",
        ("partenaires:structure_modifier",),
        dict.fromkeys(LECTEURS, ADMINISTRE_LA_SIENNE) | {A: TIENT_LA_FICHE},
    ),
    Regle(
        "partenaires.structures.importer",
        "Faire entrer une liste de structures, collée ou en tableau",
        (
            "partenaires:structures_import",
            "partenaires:structures_import_relire",
            "partenaires:structures_import_modele",
        ),
        {A: TOUJOURS},
    ),
    Regle(
        "partenaires.structures.reunir",
        "Réunir deux fiches d’une même structure, et l’annuler",
        (
            "partenaires:doublons",
            "partenaires:structures_reunir",
            "partenaires:fusion_annuler",
        ),
        {A: ANIME_TOUS_LES_RESEAUX, "administrateur": TOUJOURS},
        second_facteur=True,
    ),
    Regle(
        "partenaires.annuaire.public",
        "Lire l’annuaire public d’un réseau",
        ("partenaires:annuaire_public", "partenaires:annuaire_public_donnees"),
        {"public": TOUJOURS},
    ),
]
