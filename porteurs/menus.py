from django.urls import reverse

from partenaires.enums import Fonction, Module

SUIVENT = {Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR}
SE_REUNISSENT = {Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU}


def menu(request) -> list[dict]:
    """Dossiers et réunions de chaque réseau où l'on a une fonction ; le nom du réseau s'il y en a deux."""
    acteur = request.acteur
    reseaux = {m.reseau_id: m for m in acteur.mandats}
    suivent, se_reunissent = acteur.pour(Module.DOSSIERS), acteur.pour(Module.REUNIONS)
    entrees = []
    for reseau_id, mandat in reseaux.items():
        suffixe = f" · {mandat.reseau_nom}" if len(reseaux) > 1 else ""
        if suivent.fonctions(reseau_id) & SUIVENT:
            entrees.append(("Dossiers", "porteurs:dossiers", suffixe, mandat.reseau_slug))
        if se_reunissent.fonctions(reseau_id) & SE_REUNISSENT:
            entrees.append(("Réunions", "porteurs:reunions", suffixe, mandat.reseau_slug))
    menu = []
    for libelle, route, suffixe, slug in entrees:
        url = reverse(route, args=[slug])
        menu.append(
            {"libelle": libelle + suffixe, "url": url, "actif": request.path.startswith(url)}
        )
    return menu
