"""La saisie d'un formulaire survit à l'expiration de la session.

Ce qui a été envoyé sans session reste dans la session anonyme du navigateur, que la connexion
conserve ; la page de reprise le montre et le renvoie d'un geste. Elle n'est jamais montrée à
quelqu'un d'autre : sur un poste partagé, la personne qui se connecte n'est pas toujours celle
qui avait écrit.
"""

import time

from django.http import HttpRequest

from socle import debit
from socle.comptes import AUTRE_SESSION, route_de_compte

CLE = "saisie_en_attente"
# Marque une vue dont les envois ne se reprennent pas : personne n'y a appuyé sur un bouton.
SANS_REPRISE = "sans_reprise"
# De qui était la session que le portail vient de fermer.
CLE_PERSONNE = "saisie_de"
# Une note tient en 5 000 caractères ; au-delà, mieux vaut le dire que tronquer.
TAILLE_MAXIMALE = 20_000
# Une session éteinte d'elle-même ne dit plus de qui elle était : la saisie n'attend alors que
# la personne qui se reconnecte aussitôt.
DELAI_SANS_NOM = 30 * 60
# La session anonyme qui porte une saisie ne traîne pas.
DUREE_ANONYME = 3600
SAISIES_PAR_HEURE = 30
JAMAIS_GARDES = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword"}


def garder_la_saisie(request: HttpRequest) -> bool:
    """Garde les champs envoyés, mots de passe et jetons exclus ; faux si rien n'est gardé.

    Un envoi venu d'un autre site n'est jamais gardé : il ferait dire à la personne, une fois
    reconnectée, ce qu'elle n'a pas tapé. Un formulaire de compte non plus : il porte des codes.
    """
    origine = request.headers.get("Origin", "")
    if origine != f"{request.scheme}://{request.get_host()}":
        return False
    route = request.resolver_match
    if route is None or route_de_compte(route.view_name):
        return False
    if getattr(route.func, AUTRE_SESSION, False):
        # Ce qu'écrit une personne accompagnée n'attend pas la connexion d'un membre.
        return False
    if getattr(route.func, SANS_REPRISE, False):
        return False
    champs = [
        [nom, valeur]
        for nom, valeurs in request.POST.lists()
        if nom not in JAMAIS_GARDES
        for valeur in valeurs
    ]
    if sum(len(nom) + len(valeur) for nom, valeur in champs) > TAILLE_MAXIMALE:
        return False
    if debit.depasse(f"saisie:{debit.adresse(request)}", SAISIES_PAR_HEURE, 3600):
        return False
    if request.user.is_authenticated:
        personne = request.user.pk
    else:
        personne = request.session.get(CLE_PERSONNE)
        request.session.set_expiry(DUREE_ANONYME)
    request.session[CLE] = {
        "adresse": request.get_full_path(),
        "champs": champs,
        "de": personne,
        "le": int(time.time()),
    }
    return True


def nommer_la_session_fermee(request: HttpRequest, pk: int) -> None:
    """Le portail vient de fermer la session de cette personne : ce qui suit est à elle."""
    request.session[CLE_PERSONNE] = pk
    request.session.set_expiry(DUREE_ANONYME)


def attribuer(sender, request, user, **kwargs) -> None:
    """À la connexion, la saisie devient celle de cette personne, ou disparaît."""
    saisie = request.session.get(CLE)
    connue = request.session.pop(CLE_PERSONNE, None)
    if saisie is None and connue is None:
        return
    if not request.session.get_expire_at_browser_close():
        # La durée courte n'était que pour l'attente.
        request.session.set_expiry(None)
    if saisie is None:
        return
    if saisie["de"] is None and time.time() - saisie["le"] <= DELAI_SANS_NOM:
        request.session[CLE] = saisie | {"de": user.pk}
    elif saisie["de"] != user.pk:
        oublier(request)


def en_attente(request: HttpRequest) -> bool:
    """Une saisie attend dans cette session, de qui qu'elle soit."""
    return CLE in request.session


def saisie_gardee(request: HttpRequest) -> dict | None:
    """``{"adresse", "champs"}`` si une saisie de la personne connectée attend, sinon rien."""
    saisie = request.session.get(CLE)
    if saisie is None or not request.user.is_authenticated or saisie["de"] != request.user.pk:
        return None
    return saisie


def textes(saisie: dict) -> list[str]:
    """Ce qui a été tapé, à relire ; les valeurs des listes et des cases n'y parleraient à personne."""
    return [
        valeur
        for nom, valeur in saisie["champs"]
        if nom != "cle_envoi" and (" " in valeur.strip() or "@" in valeur or valeur.istitle())
    ]


def oublier_si_renvoyee(request: HttpRequest) -> None:
    """La saisie repart de la page de reprise vers son formulaire : elle n'a plus à attendre."""
    saisie = saisie_gardee(request)
    if saisie and saisie["adresse"] == request.get_full_path():
        oublier(request)


def oublier(request: HttpRequest) -> None:
    request.session.pop(CLE, None)
