"""Les adresses des absences et des remplacements."""

from django.urls import path

from porteurs.views import remplacements

urlpatterns = [
    path("r/<slug:reseau>/absences/", remplacements.liste, name="remplacements"),
    path(
        "r/<slug:reseau>/absences/nouvelle/", remplacements.declarer, name="remplacement_declarer"
    ),
    path(
        "r/<slug:reseau>/absences/<uuid:uuid>/fin/",
        remplacements.terminer,
        name="remplacement_terminer",
    ),
]
