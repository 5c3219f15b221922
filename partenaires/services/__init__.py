"""Les gestes sur les réseaux et les personnes : un service par geste, appelé par toutes les vues.

Chaque service écrit dans une transaction et lève ``Refus``, avec une phrase pour la personne,
quand la règle ne le permet pas.
"""
