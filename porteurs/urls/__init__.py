"""Les adresses, un module par sujet ; chacun les écrit entières, depuis la racine du site."""

from django.urls import include, path

app_name = "porteurs"
urlpatterns = [
    path("", include("porteurs.urls.dossiers")),
    path("", include("porteurs.urls.partage")),
    path("", include("porteurs.urls.pieces")),
    path("", include("porteurs.urls.demandes")),
    path("", include("porteurs.urls.fusions")),
    path("", include("porteurs.urls.passations")),
    path("", include("porteurs.urls.remplacements")),
    path("", include("porteurs.urls.historique")),
    path("", include("porteurs.urls.conservation")),
    path("", include("porteurs.urls.reunions")),
    path("", include("porteurs.urls.besoins")),
    path("", include("porteurs.urls.financements")),
    path("", include("porteurs.urls.concours")),
    path("", include("porteurs.urls.installations")),
    path("", include("porteurs.urls.imports")),
    path("", include("porteurs.urls.exports")),
    path("", include("porteurs.urls.espace")),
]
