"""Les adresses, un module par sujet ; chacun les écrit entières, depuis la racine du site."""

from django.urls import include, path

app_name = "partenaires"
urlpatterns = [
    path("", include("partenaires.urls.territoires")),
    path("", include("partenaires.urls.structures")),
    path("", include("partenaires.urls.conventions")),
    path("", include("partenaires.urls.personnes")),
    path("", include("partenaires.urls.reseaux")),
    path("", include("partenaires.urls.evenements")),
    path("", include("partenaires.urls.competences")),
    path("", include("partenaires.urls.ressources")),
    path("", include("partenaires.urls.carnet")),
    path("", include("partenaires.urls.emport")),
]
