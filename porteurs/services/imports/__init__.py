"""Faire entrer le tableau existant d'un réseau : lire, relire, écrire tout ou rien, défaire.

``lecture`` prend le fichier et ``verification`` dit ce que chaque ligne deviendra ; ``ecriture``
écrit tout en une transaction, ``annulation`` la défait ; ``information`` prépare ce qu'on doit aux
personnes. ``travaux`` mène les longs gestes, qu'une tâche reprend où ils en sont.
"""
