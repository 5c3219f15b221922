"""Les adresses des exports de dossiers."""

from django.urls import path

from porteurs.views import exports

urlpatterns = [
    path("r/<slug:reseau>/exports/nouveau/", exports.nouveau, name="export_nouveau"),
    path("r/<slug:reseau>/exports/<uuid:uuid>/", exports.detail, name="export"),
    path("r/<slug:reseau>/exports/<uuid:uuid>/fichier/", exports.fichier, name="export_fichier"),
]
