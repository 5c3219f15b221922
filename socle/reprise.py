"""La saisie d'un formulaire survit à l'expiration de la session.

Ce qui a été envoyé sans session reste dans la session anonyme du navigateur, qu'allauth
conserve à la connexion ; la page de reprise le montre et le renvoie d'un geste.
"""

from django.http import HttpRequest

CLE = "saisie_en_attente"
# Au-delà, la saisie ne tient pas dans une session : mieux vaut le dire que la tronquer.
TAILLE_MAXIMALE = 200_000
JAMAIS_GARDES = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword"}


def garder_la_saisie(request: HttpRequest) -> bool:
    """Garde les champs envoyés, mots de passe et jetons exclus ; faux si rien n'est gardé.

    Un envoi venu d'un autre site n'est jamais gardé : il ferait dire à la personne, une fois
    reconnectée, ce qu'elle n'a pas tapé.
    """
    origine = request.headers.get("Origin", "")
    if origine != f"{request.scheme}://{request.get_host()}":
        return False
    champs = [
        [nom, valeur]
        for nom, valeurs in request.POST.lists()
        if nom not in JAMAIS_GARDES
        for valeur in valeurs
    ]
    if sum(len(nom) + len(valeur) for nom, valeur in champs) > TAILLE_MAXIMALE:
        return False
    request.session[CLE] = {"adresse": request.get_full_path(), "champs": champs}
    return True


def saisie_gardee(request: HttpRequest) -> dict | None:
    """``{"adresse", "champs"}`` si une saisie attend, sinon rien."""
    return request.session.get(CLE)


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
