"""La langue d'une page de l'espace vient de son adresse, jamais d'un en-tête du navigateur."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from socle.dates import date_en_mots, instant_en_mots

FRANCAIS, ANGLAIS = "fr", "en"
LANGUES = (FRANCAIS, ANGLAIS)

RACINES = {FRANCAIS: "mon-projet/", ANGLAIS: "en/my-project/"}
# Chaque page, son chemin dans chaque langue.
CHEMINS = {
    "espace": ("", ""),
    "espace_code": ("code/", "code/"),
    "espace_entrer": ("entrer/<str:jeton>/", "enter/<str:jeton>/"),
    "espace_quitter": ("quitter/", "leave/"),
    "espace_projets": ("projets/", "projects/"),
    "espace_suivi": ("projets/<uuid:uuid>/", "projects/<uuid:uuid>/"),
    "espace_documents": ("projets/<uuid:uuid>/documents/", "projects/<uuid:uuid>/documents/"),
    "espace_document": (
        "projets/<uuid:uuid>/documents/<uuid:piece>/",
        "projects/<uuid:uuid>/documents/<uuid:piece>/",
    ),
    "espace_action": (
        "projets/<uuid:uuid>/a-faire/<uuid:action>/",
        "projects/<uuid:uuid>/to-do/<uuid:action>/",
    ),
    "espace_partage": ("projets/<uuid:uuid>/partage/", "projects/<uuid:uuid>/sharing/"),
    "espace_message": ("projets/<uuid:uuid>/messages/", "projects/<uuid:uuid>/messages/"),
    "espace_droits": ("projets/<uuid:uuid>/mes-droits/", "projects/<uuid:uuid>/my-rights/"),
    "espace_rester": ("projets/<uuid:uuid>/rester-suivi/", "projects/<uuid:uuid>/stay/"),
}


def chemin(nom: str, langue: str) -> str:
    """Le motif d'adresse de cette page dans cette langue."""
    return RACINES[langue] + CHEMINS[nom][LANGUES.index(langue)]


def adresse(nom: str, langue: str, **arguments) -> str:
    """L'adresse d'une page de l'espace : ``adresse("suivi", "en", uuid=…)``."""
    nom = "espace" if nom == "entree" else f"espace_{nom}"
    return reverse(f"porteurs:{nom}", kwargs={"langue": langue, **arguments})


def jour(valeur: date | None) -> str:
    """Un jour en toutes lettres, dans la langue de la page."""
    if valeur is None:
        return ""
    if translation.get_language() == ANGLAIS:
        return date_format(valeur, "j F Y", use_l10n=False)
    return date_en_mots(valeur)


def instant(valeur: datetime | None, fuseau) -> str:
    """Un instant à l'heure du réseau, dans la langue de la page."""
    if valeur is None:
        return ""
    local = valeur.astimezone(fuseau)
    if translation.get_language() == ANGLAIS:
        return f"{jour(local.date())}, {local:%H:%M}"
    return instant_en_mots(local)
