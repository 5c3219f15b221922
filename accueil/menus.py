"""Les entrées de menu de la composition : le tableau d'abord, les chiffres à la fin."""

from django.urls import reverse

from socle.permissions import peut


def menu(request) -> list[dict]:
    adresse = reverse("accueil:tableau")
    return [{"libelle": "Mon tableau", "url": adresse, "actif": request.path == adresse}]


def chiffres(request) -> list[dict]:
    """Les chiffres du réseau de la page, ou du seul de la personne ; plusieurs se lisent au tableau."""
    route = request.resolver_match
    reseaux = {
        m.reseau_slug: m
        for m in request.acteur.mandats
        if peut(request.acteur, "accueil.chiffres", m)
    }
    slug = route.kwargs.get("reseau") if route else None
    if slug is None and len(reseaux) == 1:
        slug = next(iter(reseaux))
    if slug not in reseaux:
        return []
    adresse = reverse("accueil:chiffres", args=[slug])
    return [{"libelle": "Chiffres", "url": adresse, "actif": request.path == adresse}]
