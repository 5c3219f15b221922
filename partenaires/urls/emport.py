"""Emporter un réseau, et en recevoir un."""

from django.urls import path

from partenaires.views import emport

urlpatterns = [
    path("r/<slug:reseau>/emport/", emport.emport, name="emport"),
    path("administration/emports/", emport.emports, name="emports"),
    path("administration/emports/recevoir/", emport.reception, name="reception"),
    path("administration/emports/<uuid:uuid>/", emport.emport_fichier, name="emport_fichier"),
]
