"""L'entrée « Partenaires » de l'en-tête, et les réseaux à administrer."""

from django.urls import reverse

from socle.permissions import peut

ROUTES_ANNUAIRE = {"annuaire", "structure", "structure_nouvelle"}
ROUTES_INVITATIONS = {"invitations", "inviter"}
ROUTES_RESEAUX = {"reseaux", "reseau_nouveau"}


def menu(request) -> list[dict]:
    """Les entrées de l'acteur : dans le réseau de la page, ou dans chacun des siens. Sans requête."""
    acteur = request.acteur
    route = request.resolver_match
    ici = route.url_name if route and route.app_name == "partenaires" else ""
    reseaux = {m.reseau_slug: m for m in acteur.mandats if peut(acteur, "partenaires.annuaire", m)}
    de_la_page = route.kwargs.get("reseau") if route else None
    if de_la_page in reseaux:
        reseaux = {de_la_page: reseaux[de_la_page]}
    entrees = []
    for slug, mandat in reseaux.items():
        precision = f" · {mandat.reseau_nom}" if len(reseaux) > 1 else ""
        entrees.append(
            {
                "libelle": f"Partenaires{precision}",
                "url": reverse("partenaires:annuaire", args=[slug]),
                "actif": ici in ROUTES_ANNUAIRE | ROUTES_INVITATIONS,
            }
        )
    if peut(acteur, "partenaires.reseaux"):
        entrees.append(
            {
                "libelle": "Réseaux",
                "url": reverse("partenaires:reseaux"),
                "actif": ici in ROUTES_RESEAUX,
            }
        )
    return entrees
