"""Qui peut quoi sur les doublons, et sur la réunion de deux dossiers."""

from partenaires.enums import Module
from porteurs.enums import NatureFusion, Volet
from porteurs.models import Acces, Dossier
from porteurs.permissions.dossiers import RESPONSABLE, A, T, repond, suit
from socle.permissions import TOUJOURS, Etat, Regle


def _suit_les_deux(acteur, paire) -> bool:
    return suit(acteur, paire.garde) and suit(acteur, paire.absorbe)


def _separe(acteur, fusion) -> bool:
    if fusion.nature == NatureFusion.DOSSIERS:
        return repond(acteur, fusion.garde)
    dossiers = Dossier.objects.filter(participations__porteur=fusion.personne_id)
    suivis = dossiers.filter(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL))
    return suivis.count() == dossiers.count()


PAIRE_SUIVIE = Etat("il suit les deux dossiers", _suit_les_deux)
PAIRE_A_REUNIR = Etat(
    "sa structure répond du dossier gardé, et il suit les deux",
    lambda acteur, paire: repond(acteur, paire.garde) and _suit_les_deux(acteur, paire),
)
TIENT_L_AUTRE = Etat(
    "sa structure répond de l’autre dossier",
    lambda acteur, fusion: repond(acteur, fusion.absorbe),
)
TIENT_LE_GARDE = Etat(
    "sa structure répond du dossier gardé", lambda acteur, fusion: repond(acteur, fusion.garde)
)
PEUT_SEPARER = Etat(
    "sa structure répond du dossier gardé ; pour deux personnes, il suit tous leurs dossiers",
    _separe,
)

REGLES = [
    Regle(
        "porteurs.doublons",
        "Voir les doublons possibles parmi les dossiers visibles",
        ("porteurs:doublons",),
        {T: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.doublon.distinguer",
        "Dire que deux dossiers concernent deux personnes",
        ("porteurs:doublon_distinguer",),
        {T: PAIRE_SUIVIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.fusion.choisir",
        "Chercher le dossier à réunir à celui-ci",
        ("porteurs:fusion_choisir",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.fusion.faire",
        "Réunir deux dossiers, ou le proposer à la structure qui tient l’autre",
        ("porteurs:dossiers_reunir",),
        {T: PAIRE_A_REUNIR},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.personnes.reunir",
        "Dire que deux dossiers ont la même personne, sans les réunir",
        ("porteurs:personnes_reunir",),
        {T: PAIRE_SUIVIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.fusion.repondre",
        "Accepter ou refuser qu’un dossier soit réuni à un autre",
        ("porteurs:fusion_repondre",),
        {T: TIENT_L_AUTRE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.fusion.retirer",
        "Retirer une proposition de réunir deux dossiers",
        ("porteurs:fusion_retirer",),
        {T: TIENT_LE_GARDE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.fusion.annuler",
        "Séparer de nouveau deux dossiers réunis",
        ("porteurs:fusion_annuler",),
        {T: PEUT_SEPARER},
        module=Module.DOSSIERS,
    ),
]
