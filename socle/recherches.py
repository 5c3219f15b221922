"""Un nom cherché ne passe pas par l'adresse : elle reste dans les journaux et l'historique.

Le texte tapé est gardé dans la session ; l'adresse n'en porte que le numéro.
"""

import re
import secrets

from django.http import HttpRequest, QueryDict

CLE = "recherches"
PARAMETRE = "recherche"
# Revenir en arrière marche pour les dernières recherches ; la session ne grossit pas.
GARDEES = 10
LONGUEUR_MAXIMALE = 200


def garder(request: HttpRequest, texte: str) -> str:
    """Garde le texte et rend son numéro, à mettre dans l'adresse ; vide si rien n'est cherché."""
    # Un caractère de commande ne se tape pas, et la base refuse le caractère nul.
    texte = re.sub(r"[\x00-\x1f\x7f]+", " ", texte).strip()[:LONGUEUR_MAXIMALE]
    if not texte:
        return ""
    recherches = request.session.get(CLE, {})
    numero = next((n for n, t in recherches.items() if t == texte), secrets.token_urlsafe(6))
    recherches.pop(numero, None)
    recherches[numero] = texte
    request.session[CLE] = dict(list(recherches.items())[-GARDEES:])
    return numero


def adresse(request: HttpRequest, page: str, champ: str = "q") -> str:
    """L'adresse de ``page`` avec les filtres envoyés, et le numéro du texte cherché s'il y en a un."""
    choisis = QueryDict(mutable=True)
    for nom, valeurs in request.POST.lists():
        valeurs = [valeur for valeur in valeurs if valeur]
        if valeurs and nom not in (champ, PARAMETRE, "csrfmiddlewaretoken"):
            choisis.setlist(nom, valeurs)
    if numero := garder(request, request.POST.get(champ, "")):
        choisis[PARAMETRE] = numero
    return f"{page}?{choisis.urlencode()}" if choisis else page


def lire(request: HttpRequest) -> str:
    """Le texte que désigne l'adresse ; vide si la session l'a oublié."""
    return request.session.get(CLE, {}).get(request.GET.get(PARAMETRE, ""), "")
