"""Les adresses des installations, et celle du courriel qui en prend des nouvelles."""

from django.urls import path

from porteurs.views import installations

_DOSSIER = "r/<slug:reseau>/dossiers/<uuid:uuid>/installation/"
urlpatterns = [
    path("r/<slug:reseau>/installations/", installations.liste, name="installations"),
    path(_DOSSIER, installations.saisir, name="installation_saisir"),
    path(f"{_DOSSIER}corriger/", installations.corriger, name="installation_corriger"),
    path("r/<slug:reseau>/suivis/<uuid:uuid>/", installations.noter, name="suivi_noter"),
    path("nouvelles/<str:jeton>/", installations.repondre, name="suivi_repondre"),
]
