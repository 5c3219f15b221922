"""Ce qui empêche de démarrer, dit à la personne qui a tapé la commande."""


class Refus(Exception):
    """Une phrase qui dit quoi faire ; la commande s'arrête avec le code 2."""


class ArretDemande(Exception):
    """Un signal (Ctrl-C, TERM, HUP) est arrivé pendant une attente."""
