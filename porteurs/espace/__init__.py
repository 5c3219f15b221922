"""L'espace de la personne accompagnée : une session à elle, sans compte ni mot de passe.

``session`` ouvre et ferme, ``acteur`` dit qui elle est et ce qu'elle voit, ``langues`` choisit la
langue par l'adresse de la page, ``textes`` dit les étapes et les états en mots simples.
"""
