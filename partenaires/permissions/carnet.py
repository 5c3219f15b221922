"""Le carnet de route et le diagnostic partagé : qui les lit, qui les écrit."""

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import LECTEURS
from socle.permissions import TOUJOURS, Etat, Regle

A_SA_CHARGE = Etat(
    "le jalon est confié à sa personne ou à sa structure",
    lambda acteur, jalon: (
        jalon.responsable_id == acteur.utilisateur_id
        or jalon.structure_id
        in {m.structure_id for m in acteur.mandats if m.reseau_id == jalon.reseau_id}
    ),
)

REGLES = [
    Regle(
        "partenaires.carnet",
        "Lire le carnet de route et le diagnostic du réseau",
        ("partenaires:carnet", "partenaires:carnet_export", "partenaires:diagnostic"),
        dict.fromkeys(LECTEURS, TOUJOURS),
    ),
    Regle(
        "partenaires.jalon.tenir",
        "Écrire les jalons du carnet de route",
        ("partenaires:jalon_nouveau", "partenaires:jalon_supprimer"),
        {Fonction.ANIMATEUR: TOUJOURS},
    ),
    Regle(
        "partenaires.jalon.avancer",
        "Dire où en est un jalon",
        ("partenaires:jalon",),
        {Fonction.ANIMATEUR: TOUJOURS, Fonction.TECHNICIEN: A_SA_CHARGE, Fonction.ELU: A_SA_CHARGE},
    ),
    Regle(
        "partenaires.diagnostic.ecrire",
        "Écrire dans le diagnostic partagé",
        ("partenaires:rubrique",),
        {Fonction.ANIMATEUR: TOUJOURS, Fonction.TECHNICIEN: TOUJOURS},
    ),
]
