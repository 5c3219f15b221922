"""Le carnet de route et le diagnostic partagé d'un réseau."""

from django.urls import include, path

from partenaires.views import carnet

_carnet = [
    path("", carnet.carnet, name="carnet"),
    path("export/", carnet.export, name="carnet_export"),
    path("nouveau/", carnet.jalon_nouveau, name="jalon_nouveau"),
    path("<uuid:uuid>/", carnet.jalon, name="jalon"),
    path("<uuid:uuid>/retirer/", carnet.jalon_supprimer, name="jalon_supprimer"),
]

urlpatterns = [
    path("r/<slug:reseau>/carnet/", include(_carnet)),
    path("r/<slug:reseau>/diagnostic/", carnet.diagnostic, name="diagnostic"),
    path("r/<slug:reseau>/diagnostic/<slug:rubrique>/", carnet.rubrique, name="rubrique"),
]
