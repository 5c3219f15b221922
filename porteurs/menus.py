from django.urls import reverse

from partenaires.enums import Fonction


def menu(request) -> list[dict]:
    """Dossiers et réunions de chaque réseau où l'on a une fonction ; le nom du réseau s'il y en a deux."""
    acteur = request.acteur
    reseaux = {m.reseau_id: m for m in acteur.mandats}
    entrees = []
    for reseau_id, mandat in reseaux.items():
        fonctions = acteur.fonctions(reseau_id)
        suffixe = f" · {mandat.reseau_nom}" if len(reseaux) > 1 else ""
        if fonctions & {Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR}:
            entrees.append(("Dossiers", "porteurs:dossiers", suffixe, mandat.reseau_slug))
        if fonctions & {Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU}:
            entrees.append(("Réunions", "porteurs:reunions", suffixe, mandat.reseau_slug))
    menu = []
    for libelle, route, suffixe, slug in entrees:
        url = reverse(route, args=[slug])
        menu.append(
            {"libelle": libelle + suffixe, "url": url, "actif": request.path.startswith(url)}
        )
    return menu
