"""L'annuaire et les fiches des structures : les tenir, en importer, les réunir, les montrer à tous."""

from django.urls import include, path

from partenaires.views import (
    annuaire,
    annuaire_public,
    confirmations,
    fusions,
    mandats,
    structures,
)

_partenaires = [
    path("", annuaire.annuaire, name="annuaire"),
    path("nouvelle/", structures.structure_nouvelle, name="structure_nouvelle"),
    path("import/", structures.structures_import, name="structures_import"),
    path("import/modele/", structures.structures_import_modele, name="structures_import_modele"),
    path(
        "import/<uuid:uuid>/", structures.structures_import_relire, name="structures_import_relire"
    ),
    path("<uuid:uuid>/", annuaire.structure, name="structure"),
    path("<uuid:uuid>/modifier/", structures.structure_modifier, name="structure_modifier"),
    path(
        "<uuid:uuid>/administration/",
        mandats.structure_administration,
        name="structure_administration",
    ),
    path("<uuid:uuid>/confirmer/", confirmations.structure_confirmer, name="structure_confirmer"),
]

urlpatterns = [
    path("r/<slug:reseau>/partenaires/", include(_partenaires)),
    path("annuaire/<slug:reseau>/", annuaire_public.annuaire_public, name="annuaire_public"),
    path(
        "annuaire/<slug:reseau>/structures.json",
        annuaire_public.annuaire_public_donnees,
        name="annuaire_public_donnees",
    ),
    path("structures/doublons/", fusions.doublons, name="doublons"),
    path(
        "structures/<uuid:uuid>/reunir/<uuid:autre>/",
        fusions.structures_reunir,
        name="structures_reunir",
    ),
    path("structures/fusions/<uuid:uuid>/annuler/", fusions.fusion_annuler, name="fusion_annuler"),
]
