"""La première entrée du menu, pour toute personne connectée."""

from django.urls import reverse


def menu(request) -> list[dict]:
    adresse = reverse("accueil:tableau")
    return [{"libelle": "Mon tableau", "url": adresse, "actif": request.path == adresse}]
