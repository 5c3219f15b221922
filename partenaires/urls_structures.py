"""Les fiches des structures : les tenir, en importer, les réunir, les montrer à tous."""

from django.urls import path

from partenaires.views import annuaire_public, fusions, structures

urlpatterns = [
    path("annuaire/<slug:reseau>/", annuaire_public.annuaire_public, name="annuaire_public"),
    path(
        "annuaire/<slug:reseau>/structures.json",
        annuaire_public.annuaire_public_donnees,
        name="annuaire_public_donnees",
    ),
    path(
        "r/<slug:reseau>/partenaires/<uuid:uuid>/modifier/",
        structures.structure_modifier,
        name="structure_modifier",
    ),
    path(
        "r/<slug:reseau>/partenaires/import/", structures.structures_import, name="structures_import"
    ),
    path(
        "r/<slug:reseau>/partenaires/import/modele/",
        structures.structures_import_modele,
        name="structures_import_modele",
    ),
    path(
        "r/<slug:reseau>/partenaires/import/<uuid:uuid>/",
        structures.structures_import_relire,
        name="structures_import_relire",
    ),
    path("structures/doublons/", fusions.doublons, name="doublons"),
    path(
        "structures/<uuid:uuid>/reunir/<uuid:autre>/",
        fusions.structures_reunir,
        name="structures_reunir",
    ),
    path("structures/fusions/<uuid:uuid>/annuler/", fusions.fusion_annuler, name="fusion_annuler"),
]
