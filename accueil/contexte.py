"""Ce que toute page reçoit : le menu, le réseau, la démonstration. Rien n'est lu sans servir.

Les valeurs sont paresseuses : une page publique, qui ne les emploie pas, ne touche ni à la
session ni à la base.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from socle.listes import contributions


@dataclass(frozen=True)
class ReseauDeLaPage:
    """Le réseau nommé dans l'en-tête, tel que le mandat de la personne le connaît."""

    nom: str
    slug: str


def page(request) -> dict:
    """Le contexte commun. Une page d'erreur rendue très tôt n'a pas encore d'acteur."""
    return {
        "acteur": getattr(request, "acteur", None),
        "demonstration": settings.MAILLON_DEMO,
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "reseau": SimpleLazyObject(lambda: _reseau(request)),
    }


def _connecte(request) -> bool:
    acteur = getattr(request, "acteur", None)
    return acteur is not None and acteur.connecte


def _menu(request) -> list[dict]:
    """``{"libelle", "url", "actif"}`` par entrée, dans l'ordre des contributions.

    Un sujet offert par plusieurs ``reseau`` ne fait qu'une entrée, qui s'ouvre sur eux (``entrees``).
    """
    if not _connecte(request):
        return []
    sujets: dict[str, list[dict]] = {}
    for menu in contributions("MAILLON_MENUS"):
        for entree in menu(request):
            sujets.setdefault(entree["libelle"], []).append(entree)
    return [
        entrees[0]
        if len(entrees) == 1
        else {
            "libelle": libelle,
            "actif": any(e["actif"] for e in entrees),
            "entrees": sorted(entrees, key=lambda e: e["reseau"]),
        }
        for libelle, entrees in sujets.items()
    ]


def _reseau(request) -> ReseauDeLaPage | None:
    """Le réseau de l'adresse, ou le seul de la personne. Sans requête : il vient du mandat."""
    if not _connecte(request):
        return None
    reseaux = {m.reseau_slug: m.reseau_nom for m in request.acteur.mandats}
    route = getattr(request, "resolver_match", None)
    slug = route.kwargs.get("reseau") if route else None
    if slug is None and len(reseaux) == 1:
        slug = next(iter(reseaux))
    return ReseauDeLaPage(nom=reseaux[slug], slug=slug) if slug in reseaux else None
