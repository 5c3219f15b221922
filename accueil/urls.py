"""Toutes les adresses du portail. Chaque route figure dans la matrice des droits."""

from django.urls import include, path

urlpatterns = [
    path("sante/", include("socle.urls_sante")),
    path("", include("socle.urls")),
]
