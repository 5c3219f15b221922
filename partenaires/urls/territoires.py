"""Les communes, leurs contours, la carte d'un réseau et sa population."""

from django.urls import path

from partenaires.views import cartes, communes

urlpatterns = [
    path("communes/", communes.communes, name="communes"),
    path("contours/<slug:departement>/", cartes.contours, name="contours"),
    path("r/<slug:reseau>/carte/", cartes.carte, name="carte"),
    path("r/<slug:reseau>/carte/population/", cartes.export, name="carte_population"),
]
