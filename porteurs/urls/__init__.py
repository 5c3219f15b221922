"""Les adresses, un module par sujet ; chacun les écrit entières, depuis la racine du site."""

from django.urls import include, path

app_name = "porteurs"
urlpatterns = [
    path("", include("porteurs.urls.dossiers")),
    path("", include("porteurs.urls.fusions")),
    path("", include("porteurs.urls.reunions")),
    path("", include("porteurs.urls.espace")),
]
