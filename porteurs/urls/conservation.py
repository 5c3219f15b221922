"""Les adresses de la conservation."""

from django.urls import path

from porteurs.views import conservation

urlpatterns = [
    path("r/<slug:reseau>/conservation/", conservation.conservation, name="conservation"),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/garder/", conservation.archiver, name="archiver"),
    path("rester-suivi/<str:jeton>/", conservation.rester_suivi, name="rester_suivi"),
]
