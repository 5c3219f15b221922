"""L'entrée « Partenaires » de l'en-tête, et les réseaux à administrer."""

from django.urls import reverse

from socle.permissions import peut

STRUCTURES = {
    "structure",
    "structure_nouvelle",
    "structure_modifier",
    "structures_import",
    "structures_import_relire",
}
# Les pages partenaires d’un réseau, dans l’ordre où on les lit : libellé, route, action qui l’ouvre,
# et les autres routes qui s’y rattachent.
PAGES = [
    (
        "Annuaire",
        "annuaire",
        "partenaires.annuaire",
        {*STRUCTURES, "structure_confirmer", "invitations", "inviter"},
    ),
    (
        "Qui fait quoi",
        "couverture",
        "partenaires.couverture",
        {"couverture_case", "competences", "competences_theme", "themes"},
    ),
    (
        "Personnes",
        "personnes",
        "partenaires.personnes",
        {
            "mandat",
            "mandat_lettre_deposer",
            "mandat_modifier",
            "mandat_renouveler",
            "mandat_suppleant",
            "mandat_telephone",
            "mandat_terminer",
            "structure_administration",
        },
    ),
    (
        "Ressources",
        "ressources",
        "partenaires.ressources",
        {"ressource", "ressource_nouvelle", "ressource_modifier", "ressource_question"},
    ),
    (
        "Évènements",
        "evenements",
        "partenaires.evenements",
        {
            "evenement",
            "evenement_nouveau",
            "evenement_modifier",
            "evenement_annuler",
            "evenement_inscrits",
            "evenement_exposants",
            "evenement_budget",
            "evenement_avis",
            "evenement_inscrire",
        },
    ),
    (
        "Conventions",
        "conventions",
        "partenaires.conventions",
        {
            "convention",
            "convention_nouvelle",
            "convention_modifier",
            "convention_version",
            "convention_modele",
            "convention_signer",
            "convention_denoncer",
            "avenant_nouveau",
            "document_joindre",
            "objectif",
            "objectif_nouveau",
            "objectif_suivre",
        },
    ),
    (
        "Charte",
        "charte",
        "partenaires.charte",
        {"charte_version", "charte_ecrire", "charte_publier"},
    ),
    ("Territoire", "carte", "partenaires.carte", set()),
    (
        "Carnet de route",
        "carnet",
        "partenaires.carnet",
        {"jalon", "jalon_nouveau", "diagnostic", "rubrique"},
    ),
    (
        "Réglages",
        "reglages",
        "partenaires.reglages",
        {
            "modules",
            "territoire",
            "lancement",
            "lancement_identite",
            "lancement_structures",
            "lancement_personnes",
            "conformite",
            "conformite_document",
            "base_legale",
            "partage",
            "parent_proposer",
            "parent_defaire",
            "reseaux_enfants",
            "reseau_enfant_nouveau",
            "reseau_enfant_animateur",
            "conformite_partie",
            "emport",
        },
    ),
]
ROUTES_DU_RESEAU = {route for _, route, _, autres in PAGES for route in (route, *autres)}
ROUTES_RESEAUX = {"reseaux", "reseau_nouveau", "reseau_animateur"}


def menu(request) -> list[dict]:
    """L'annuaire de chacun de ses réseaux, et les réseaux à administrer. Sans requête."""
    acteur = request.acteur
    route = request.resolver_match
    ici = route.url_name if route and route.app_name == "partenaires" else ""
    reseaux = {m.reseau_slug: m for m in acteur.mandats if peut(acteur, "partenaires.annuaire", m)}
    de_la_page = route.kwargs.get("reseau") if route else None
    entrees = []
    for slug, mandat in reseaux.items():
        entrees.append(
            {
                "libelle": "Partenaires",
                "reseau": mandat.reseau_nom,
                "url": reverse("partenaires:annuaire", args=[slug]),
                "actif": slug == de_la_page and ici in ROUTES_DU_RESEAU,
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


def onglets(request, reseau) -> list[dict]:
    """Les pages du réseau que l’acteur peut ouvrir, celle où il est marquée ; rien ailleurs. Sans requête.

    Une page d’erreur ne connaît du réseau que son nom : elle n’a pas d’onglets.
    """
    route = request.resolver_match
    ici = route.url_name if route and route.app_name == "partenaires" else ""
    if ici not in ROUTES_DU_RESEAU or not hasattr(reseau, "reseau_id"):
        return []
    return [
        {
            "libelle": libelle,
            "url": reverse(f"partenaires:{route}", args=[reseau.slug]),
            "actif": ici == route or ici in rattachees,
        }
        for libelle, route, action, rattachees in PAGES
        if peut(request.acteur, action, reseau)
    ]
