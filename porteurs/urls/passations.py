"""Les adresses de la passation des dossiers d'une personne qui part."""

from django.urls import path

from porteurs.views import passations

urlpatterns = [
    path("r/<slug:reseau>/passations/", passations.liste, name="passations"),
    path("r/<slug:reseau>/passations/<uuid:uuid>/", passations.passation, name="passation"),
]
