"""Les ressources d'un réseau."""

from django.urls import include, path

from partenaires.views import ressources

_ressources = [
    path("", ressources.ressources, name="ressources"),
    path("nouvelle/", ressources.nouvelle, name="ressource_nouvelle"),
    path("<uuid:uuid>/", ressources.ressource, name="ressource"),
    path("<uuid:uuid>/modifier/", ressources.modifier, name="ressource_modifier"),
    path("<uuid:uuid>/retirer/", ressources.retirer_ou_remettre, name="ressource_retirer"),
    path("<uuid:uuid>/question/", ressources.question, name="ressource_question"),
    path("<uuid:uuid>/fichier/", ressources.fichier, name="ressource_fichier"),
]

urlpatterns = [path("r/<slug:reseau>/ressources/", include(_ressources))]
