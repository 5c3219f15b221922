"""La session d'une personne accompagnée : courte, à part, et d'une autre sorte que celle d'un membre.

Elle a son propre témoin et sa propre signature : posé à la place de celui d'un membre, son témoin
n'ouvre rien, et l'inverse non plus. Elle ne garde qu'une adresse prouvée et deux heures ; ce que
l'adresse ouvre se relit à chaque page.
"""

import time

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import rotate_token

INACTIVITE = 30 * 60
DUREE = 2 * 3600
# De quoi recopier un code reçu par courriel.
ATTENTE = 20 * 60
TEMOIN = "__Host-espace" if settings.TLS else "espace"


class SessionDuPorteur(SessionStore):
    """Une session signée à part : la signature d'une session dépend du nom de sa classe."""


def _lire(request) -> SessionDuPorteur | None:
    cle = request.COOKIES.get(TEMOIN)
    return SessionDuPorteur(cle) if cle else None


def adresse_ouverte(request) -> str | None:
    """L'adresse prouvée de la session en cours ; rien si elle est fermée, oisive ou trop longue."""
    session = _lire(request)
    if session is None or "ouverte" not in session:
        return None
    maintenant = int(time.time())
    if maintenant - session["vu"] > INACTIVITE or maintenant - session["debut"] > DUREE:
        session.flush()
        return None
    if maintenant - session["vu"] > 60:
        # Une écriture par minute au plus : la session n'est pas un compteur de pages.
        session["vu"] = maintenant
        try:
            session.save()
        except UpdateError:
            # Fermée entre-temps, dans un autre onglet.
            return None
    return session["ouverte"]


def adresse_attendue(request) -> str | None:
    """L'adresse à qui un code vient d'être envoyé depuis ce navigateur."""
    session = _lire(request)
    if session is None or time.time() - session.get("demande", 0) > ATTENTE:
        return None
    return session.get("attend")


def attendre(request, reponse, adresse: str) -> None:
    """Ce navigateur attend le code de cette adresse, qu'elle soit connue ou non."""
    _remplacer(request, reponse, ATTENTE, attend=adresse, demande=int(time.time()))


def garder(request, reponse, texte: str) -> None:
    """Ce qui était écrit quand la session a fini : la page d'entrée le rend, une fois."""
    _remplacer(request, reponse, ATTENTE, saisie=texte)


def reprendre(request) -> str:
    """Le texte gardé, s'il y en a un ; le lire l'oublie."""
    session = _lire(request)
    texte = session.pop("saisie", "") if session else ""
    if texte:
        session.save()
    return texte


def ouvrir(request, reponse, adresse: str) -> None:
    """Ouvre la session : une clé neuve, jamais celle que le navigateur apportait."""
    maintenant = int(time.time())
    _remplacer(request, reponse, DUREE, ouverte=adresse, debut=maintenant, vu=maintenant)
    rotate_token(request)


def fermer(request, reponse) -> None:
    session = _lire(request)
    if session is not None:
        session.flush()
    reponse.delete_cookie(TEMOIN, samesite="Lax")


def _remplacer(request, reponse, duree: int, **contenu) -> None:
    ancienne = _lire(request)
    if ancienne is not None:
        ancienne.flush()
    session = SessionDuPorteur()
    session.update(contenu)
    session.set_expiry(duree)
    session.create()
    reponse.set_cookie(
        TEMOIN,
        session.session_key,
        max_age=duree,
        secure=settings.TLS,
        httponly=True,
        samesite="Lax",
    )
