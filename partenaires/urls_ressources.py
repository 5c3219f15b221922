"""Les ressources d’un réseau, sous « /r/<reseau>/ »."""

from django.urls import path

from partenaires.views import ressources

urlpatterns = [
    path("ressources/", ressources.ressources, name="ressources"),
    path("ressources/nouvelle/", ressources.nouvelle, name="ressource_nouvelle"),
    path("ressources/<uuid:uuid>/", ressources.ressource, name="ressource"),
    path("ressources/<uuid:uuid>/modifier/", ressources.modifier, name="ressource_modifier"),
    path(
        "ressources/<uuid:uuid>/retirer/", ressources.retirer_ou_remettre, name="ressource_retirer"
    ),
    path("ressources/<uuid:uuid>/question/", ressources.question, name="ressource_question"),
    path("ressources/<uuid:uuid>/fichier/", ressources.fichier, name="ressource_fichier"),
]
