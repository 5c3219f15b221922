"""Les adresses de la conservation."""

from django.urls import path

from porteurs.views import conservation, droits

PERSONNE = "r/<slug:reseau>/dossiers/<uuid:uuid>/personnes/<uuid:personne>/"

urlpatterns = [
    path("r/<slug:reseau>/conservation/", conservation.conservation, name="conservation"),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/garder/", conservation.archiver, name="archiver"),
    path(f"{PERSONNE}donnees/", droits.donnees, name="personne_donnees"),
    path(f"{PERSONNE}donnees/copie/", droits.copie, name="personne_copie"),
    path(f"{PERSONNE}donnees/effacer/", droits.effacer, name="personne_effacer"),
    path("rester-suivi/<str:jeton>/", conservation.rester_suivi, name="rester_suivi"),
]
