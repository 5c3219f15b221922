"""Limites de débit, comptées dans PostgreSQL : elles tiennent même quand Redis est tombé."""

import ipaddress
import time

from django.conf import settings
from django.db import connection


def depasse(cle: str, limite: int, fenetre: int) -> bool:
    """Compte un geste ; vrai s'il dépasse ``limite`` sur la fenêtre de ``fenetre`` secondes."""
    with connection.cursor() as curseur:
        curseur.execute(
            "INSERT INTO socle_debit (cle, fenetre, nombre) VALUES (%s, %s, 1)"
            " ON CONFLICT (cle, fenetre) DO UPDATE SET nombre = socle_debit.nombre + 1"
            " RETURNING nombre",
            [f"{cle}:{fenetre}"[:160], int(time.time()) // fenetre],
        )
        return curseur.fetchone()[0] > limite


def adresse(request) -> str:
    """L'adresse du visiteur ; l'en-tête du mandataire n'est cru que s'il est déclaré."""
    directe = request.META.get("REMOTE_ADDR", "")
    confiance = [ipaddress.ip_network(r) for r in settings.MANDATAIRES_DE_CONFIANCE]

    def fiable(texte: str) -> bool:
        try:
            ip = ipaddress.ip_address(texte)
        except ValueError:
            return False
        return any(ip in reseau for reseau in confiance)

    if not fiable(directe):
        return directe
    chaine = [a.strip() for a in request.headers.get("X-Forwarded-For", "").split(",")]
    # De droite à gauche : le premier qui n'est pas un de nos mandataires est le visiteur.
    for candidate in reversed([a for a in chaine if a]):
        if not fiable(candidate):
            return candidate
    return directe
