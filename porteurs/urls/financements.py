"""Les adresses des financements, et du lien entre qui cède et qui reprend."""

from django.urls import path

from porteurs.views import financements

urlpatterns = [
    path("r/<slug:reseau>/financements/", financements.totaux, name="financements"),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/financement/",
        financements.ajouter,
        name="financement_ajouter",
    ),
    path(
        "r/<slug:reseau>/financements/<uuid:uuid>/",
        financements.repondre,
        name="financement_repondre",
    ),
    path(
        "r/<slug:reseau>/financements/<uuid:uuid>/retirer/",
        financements.retirer,
        name="financement_retirer",
    ),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/relier/", financements.relier, name="dossier_relier"
    ),
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/liens/<uuid:lien>/defaire/",
        financements.delier,
        name="dossier_delier",
    ),
]
