from django.urls import reverse

from partenaires.enums import Fonction, Module
from socle.permissions import peut

SUIVENT = {Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR}
# Les pages de tout un réseau auxquelles mènent la liste des dossiers et l'onglet des soutiens.
DU_RESEAU = (
    ("Financements", "porteurs:financements", "porteurs.financements"),
    ("Concours", "porteurs:concours", "porteurs.concours"),
    ("Installations", "porteurs:installations", "porteurs.installations"),
)
RECOIVENT = {Fonction.TECHNICIEN, Fonction.ANIMATEUR}
SE_REUNISSENT = {Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU}


def pages_du_reseau(acteur, reseau) -> list[tuple[str, str]]:
    """``(libellé, adresse)`` des pages d'ensemble que l'acteur peut ouvrir."""
    return [
        (libelle, reverse(route, args=[reseau.slug]))
        for libelle, route, action in DU_RESEAU
        if peut(acteur, action, reseau)
    ]


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
