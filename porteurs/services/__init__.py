"""Les gestes du métier : un service par transition, appelé par la vue, la tâche et la commande.

Chaque service est atomique, reçoit ses arguments nommés, tient les accès et l'index de
recherche dans sa transaction, et lève ``Refus`` avec une phrase pour la personne quand la
règle s'y oppose.
"""
