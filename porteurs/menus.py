from django.urls import reverse

from partenaires.enums import Fonction, Module

SUIVENT = {Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR}
RECOIVENT = {Fonction.TECHNICIEN, Fonction.ANIMATEUR}
SE_REUNISSENT = {Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU}


def menu(request) -> list[dict]:
    """Demandes, dossiers et réunions de chaque réseau où l'on a une fonction ; ce que l'on signale."""
    acteur = request.acteur
    reseaux = {m.reseau_id: m for m in acteur.mandats}
    suivent, se_reunissent = acteur.pour(Module.DOSSIERS), acteur.pour(Module.REUNIONS)
    entrees = []
    for reseau_id, mandat in reseaux.items():
        if acteur.fonctions(reseau_id) & RECOIVENT:
            entrees.append(("Demandes", "porteurs:demandes", mandat))
        if suivent.fonctions(reseau_id) & SUIVENT:
            entrees.append(("Dossiers", "porteurs:dossiers", mandat))
        if se_reunissent.fonctions(reseau_id) & SE_REUNISSENT:
            entrees.append(("Réunions", "porteurs:reunions", mandat))
    menu = []
    for libelle, route, mandat in entrees:
        url = reverse(route, args=[mandat.reseau_slug])
        menu.append(
            {
                "libelle": libelle,
                "reseau": mandat.reseau_nom,
                "url": url,
                "actif": request.path.startswith(url),
            }
        )
    if acteur.reseaux(Fonction.PREMIER_ACCUEIL):
        url = reverse("porteurs:signalements")
        menu.append({"libelle": "Signalements", "url": url, "actif": request.path == url})
    return menu
