"""Les entrées de menu de la composition : le tableau d'abord, les chiffres à la fin."""

from django.urls import reverse

from socle.permissions import peut


def menu(request) -> list[dict]:
    adresse = reverse("accueil:tableau")
    return [{"libelle": "Mon tableau", "url": adresse, "actif": request.path == adresse}]


def chiffres(request) -> list[dict]:
    """Les chiffres de chacun de ses réseaux où l'on y a droit."""
    acteur = request.acteur
    reseaux = {m.reseau_slug: m for m in acteur.mandats if peut(acteur, "accueil.chiffres", m)}
    entrees = []
    for slug, mandat in reseaux.items():
        adresse = reverse("accueil:chiffres", args=[slug])
        entrees.append(
            {
                "libelle": "Chiffres",
                "reseau": mandat.reseau_nom,
                "url": adresse,
                "actif": request.path == adresse,
            }
        )
    return entrees
