"""Lire et écrire des feuilles de calcul : classeurs .xlsx et .ods, fichiers .csv, texte collé.

Lire : tout ou rien. Une feuille qui ne se lit pas en entier lève ``Refus``, avec l'adresse de ce
qui gêne et le geste qui le répare ; ce qui mérite seulement d'être su est un avertissement.
Écrire : aucune case ne peut devenir une formule (EXIGENCES, Sécurité 8).
"""

from socle.tableurs.ecriture import ecrire_csv, ecrire_xlsx, reponse_tableur
from socle.tableurs.feuille import Feuille, Ligne, associer, nom_de_colonne
from socle.tableurs.lecture import lire

__all__ = [
    "Feuille",
    "Ligne",
    "associer",
    "ecrire_csv",
    "ecrire_xlsx",
    "lire",
    "nom_de_colonne",
    "reponse_tableur",
]
