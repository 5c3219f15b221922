"""Les adresses des doublons et de la réunion de deux dossiers."""

from django.urls import path

from porteurs.views import fusions

urlpatterns = [
    path("r/<slug:reseau>/doublons/", fusions.doublons, name="doublons"),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/distinct/<uuid:autre>/",
        fusions.distinguer,
        name="doublon_distinguer",
    ),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/reunir/", fusions.choisir, name="fusion_choisir"),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/reunir/<uuid:autre>/",
        fusions.reunir,
        name="dossiers_reunir",
    ),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/meme-personne/<uuid:autre>/",
        fusions.personnes,
        name="personnes_reunir",
    ),
    path("r/<slug:reseau>/fusions/<uuid:uuid>/", fusions.repondre, name="fusion_repondre"),
    path("r/<slug:reseau>/fusions/<uuid:uuid>/retirer/", fusions.retirer, name="fusion_retirer"),
    path("r/<slug:reseau>/fusions/<uuid:uuid>/separer/", fusions.annuler, name="fusion_annuler"),
]
