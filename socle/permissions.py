"""La matrice des droits : des données, lues par les vues, les tests et la documentation.

Une ``Regle`` nomme une action, les routes qui l'exercent, et pour chaque rôle l'état que doit
avoir l'objet. Qui *voit* un objet est l'affaire de ``visible_par`` (absent : 404) ; qui peut
*agir* sur ce qu'il voit est l'affaire de cette matrice (refusé : 403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import PermissionDenied

from socle.acteur import Acteur
from socle.listes import contributions


@dataclass(frozen=True)
class Etat:
    """Une condition sur l'objet, avec les mots qui la disent dans la documentation."""

    libelle: str
    verifie: Callable[[Acteur, object], bool]


TOUJOURS = Etat("toujours", lambda acteur, objet: True)


@dataclass(frozen=True)
class Regle:
    """Une ligne de la matrice.

    ``roles`` associe un rôle (« public », « connecte », « administrateur » ou une fonction de
    mandat) à l'état requis. ``second_facteur`` : la route exige une connexion renforcée.
    ``module`` : là où le réseau ne l'emploie pas, le geste est refusé et la page absente.
    """

    action: str
    libelle: str
    routes: tuple[str, ...]
    roles: dict[str, Etat]
    second_facteur: bool = False
    # Ce que le réseau doit employer pour que l'action existe ; vide, elle existe partout.
    module: str = ""


@cache
def regles() -> dict[str, Regle]:
    """La matrice entière, par action. Deux règles du même nom sont une erreur."""
    matrice: dict[str, Regle] = {}
    for regle in contributions("MAILLON_PERMISSIONS"):
        if regle.action in matrice:
            raise ValueError(f"L'action {regle.action} est déclarée deux fois.")
        matrice[regle.action] = regle
    return matrice


@cache
def regles_par_route() -> dict[str, list[Regle]]:
    routes: dict[str, list[Regle]] = {}
    for regle in regles().values():
        for route in regle.routes:
            routes.setdefault(route, []).append(regle)
    return routes


def module_de(route: str) -> str:
    """Le module que cette page demande au réseau d'employer ; vide si elle n'en demande pas."""
    return next((r.module for r in regles_par_route().get(route, ()) if r.module), "")


def peut(acteur: Acteur, action: str, objet=None) -> bool:
    """Vrai si l'un des rôles de l'acteur, dans le réseau de l'objet, permet l'action.

    Sans objet, un rôle exercé dans n'importe quel réseau suffit. Un objet dit son réseau par
    ``reseau_id``.
    """
    regle = regles()[action]
    acteur = acteur.pour(regle.module)
    if objet is None:
        roles = acteur.roles_generaux | {m.fonction for m in acteur.mandats}
    else:
        roles = acteur.roles(objet.reseau_id)
    return any(role in roles and etat.verifie(acteur, objet) for role, etat in regle.roles.items())


def exiger(acteur: Acteur, action: str, objet=None) -> None:
    """Lève ``PermissionDenied`` (403) quand l'acteur voit l'objet sans pouvoir ce geste."""
    if not peut(acteur, action, objet):
        raise PermissionDenied(regles()[action].libelle)


_PUBLIC = {"public": TOUJOURS}
_CONNECTE = {"connecte": TOUJOURS}
_ADMIN = {"administrateur": TOUJOURS}

REGLES = [
    Regle(
        "socle.sante",
        "Savoir si l’installation va bien",
        ("sante:sante", "sante:vivant", "sante:pret"),
        _PUBLIC,
    ),
    Regle(
        "socle.compte.entrer",
        "Se connecter, retrouver son mot de passe",
        (
            "account_login",
            "account_signup",
            "account_inactive",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "account_confirm_login_code",
            "account_request_login_code",
            "account_confirm_email",
            "account_email_verification_sent",
            "mfa_authenticate",
            "mfa_login_webauthn",
            "mfa_trust",
            "socle:reprise",
        ),
        _PUBLIC,
    ),
    Regle(
        "socle.compte.tenir",
        "Tenir son compte : mot de passe, adresse, second facteur, sessions",
        (
            "account_logout",
            "account_reauthenticate",
            "account_change_password",
            "account_set_password",
            "account_email",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_reauthenticate_webauthn",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
            "usersessions_list",
        ),
        _CONNECTE,
    ),
    Regle(
        "socle.preferences",
        "Choisir les courriels que l’on reçoit",
        ("socle:preferences",),
        _CONNECTE,
    ),
    Regle(
        "socle.brouillons",
        "Garder ce que l’on est en train d’écrire, pour soi seul",
        ("socle:brouillon", "socle:brouillon_oublier"),
        _CONNECTE,
    ),
    Regle(
        "socle.courriels.refuser",
        "Refuser une sorte de courriels, depuis le courriel lui-même",
        ("socle:refus",),
        _PUBLIC,
    ),
    Regle(
        "socle.courriels",
        "Lire la boîte d’envoi",
        ("socle:courriels", "socle:courriel", "socle:courriel_corps"),
        _ADMIN,
        second_facteur=True,
    ),
    Regle(
        "socle.courriels.relancer",
        "Renvoyer à la main un courriel en échec ou incertain",
        ("socle:courriel_relancer",),
        _ADMIN,
        second_facteur=True,
    ),
]
