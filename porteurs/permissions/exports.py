"""Qui peut emporter un tableau de dossiers. Ce qu'il contient : ``visible_par``, ligne à ligne."""

from partenaires.enums import Module
from porteurs.permissions.dossiers import A, P, T
from socle.permissions import TOUJOURS, Etat, Regle

DEMANDEUR = Etat("il l’a demandé", lambda acteur, export: export.par_id == acteur.utilisateur_id)

REGLES = [
    Regle(
        "porteurs.export.demander",
        "Exporter les dossiers de la liste, dans ce qu’il en lit",
        ("porteurs:export_nouveau",),
        {T: TOUJOURS, P: TOUJOURS, A: TOUJOURS},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.export.recevoir",
        "Recevoir le fichier de son export",
        ("porteurs:export", "porteurs:export_fichier"),
        {T: DEMANDEUR, P: DEMANDEUR, A: DEMANDEUR},
        second_facteur=True,
        module=Module.DOSSIERS,
    ),
]
