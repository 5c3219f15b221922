"""Ouvrir l'espace d'une personne accompagnée, comme elle : par le courriel qu'elle reçoit."""

import re

from django.http import HttpRequest, HttpResponse
from django.test import Client

from porteurs.espace import session
from socle.expedition import expedier_lot
from socle.models import Courriel


def espace_de(adresse: str) -> Client:
    """Un client dont la session est celle de cette adresse."""
    client, reponse = Client(), HttpResponse()
    session.ouvrir(HttpRequest(), reponse, adresse)
    client.cookies[session.TEMOIN] = reponse.cookies[session.TEMOIN].value
    return client


def courriel_recu(adresse: str, genre: str = "espace_entree") -> Courriel:
    """Le dernier courriel de ce genre à cette adresse, composé comme l'ouvrier le ferait."""
    ligne = Courriel.objects.filter(genre=genre, adresse=adresse).latest("pk")
    expedier_lot([ligne.pk])
    ligne.refresh_from_db()
    return ligne


def lien_de(courriel: Courriel) -> str:
    """Le chemin du lien d'entrée, dans l'une ou l'autre langue."""
    return re.search(
        r"(/(?:mon-projet/entrer|en/my-project/enter)/[^\s<\"]+/)", courriel.corps_texte
    )[1]


def code_de(courriel: Courriel) -> str:
    return "".join(re.search(r"(\d{3})\u00a0(\d{3})", courriel.corps_texte).groups())
