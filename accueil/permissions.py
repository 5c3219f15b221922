"""Les droits des pages de composition : accueil, tableau, chiffres, premier lancement."""

from partenaires.enums import Fonction
from socle.permissions import TOUJOURS, Etat, Regle

REGLES = [
    Regle(
        "accueil.accueil",
        "Lire la page d’accueil publique",
        ("accueil:accueil",),
        {"public": TOUJOURS},
    ),
    Regle(
        "accueil.premier_lancement",
        "Créer le premier compte, tant qu’il n’en existe aucun",
        ("accueil:premier_lancement",),
        {"public": Etat("aucun compte n’existe", lambda acteur, objet: True)},
    ),
    Regle("accueil.tableau", "Ouvrir son tableau", ("accueil:tableau",), {"connecte": TOUJOURS}),
    Regle(
        "accueil.chiffres",
        "Lire les chiffres d’un réseau, masqués sous le seuil sauf pour l’animation",
        ("accueil:chiffres",),
        {
            Fonction.ANIMATEUR: TOUJOURS,
            Fonction.ELU: TOUJOURS,
            Fonction.TECHNICIEN: TOUJOURS,
        },
    ),
]
