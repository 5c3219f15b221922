"""Les conventions et la charte de fonctionnement d'un réseau."""

from django.urls import include, path

from partenaires.views import chartes, conventions
from partenaires.views import conventions_gestes as gestes

_conventions = [
    path("", conventions.conventions, name="conventions"),
    path("export/", conventions.export, name="conventions_export"),
    path("nouvelle/", gestes.convention_nouvelle, name="convention_nouvelle"),
    path("modele/", gestes.convention_modele, name="convention_modele"),
    path("<uuid:uuid>/", conventions.convention, name="convention"),
    path("<uuid:uuid>/modifier/", gestes.convention_modifier, name="convention_modifier"),
    path("<uuid:uuid>/pdf/", conventions.pdf, name="convention_pdf"),
    path("<uuid:uuid>/signer/", gestes.convention_signer, name="convention_signer"),
    path("<uuid:uuid>/denoncer/", gestes.convention_denoncer, name="convention_denoncer"),
    path("<uuid:uuid>/renoncer/", gestes.convention_renoncer, name="convention_renoncer"),
    path("<uuid:uuid>/avenant/", gestes.avenant_nouveau, name="avenant_nouveau"),
    path("<uuid:uuid>/versions/<int:numero>/", conventions.version, name="convention_version"),
    path("<uuid:uuid>/objectif/", gestes.objectif_nouveau, name="objectif_nouveau"),
    path("<uuid:uuid>/joindre/", gestes.document_joindre, name="document_joindre"),
    path("objectifs/<uuid:uuid>/", gestes.objectif, name="objectif"),
    path("objectifs/<uuid:uuid>/point/", gestes.objectif_suivre, name="objectif_suivre"),
    path("documents/<uuid:uuid>/", gestes.document, name="document"),
]

_charte = [
    path("", chartes.charte, name="charte"),
    path("ecrire/", chartes.charte_ecrire, name="charte_ecrire"),
    path("rappeler/", chartes.charte_rappeler, name="charte_rappeler"),
    path("<int:numero>/", chartes.charte_version, name="charte_version"),
    path("<int:numero>/publier/", chartes.charte_publier, name="charte_publier"),
    path("<int:numero>/accepter/", chartes.charte_accepter, name="charte_accepter"),
]

urlpatterns = [
    path("r/<slug:reseau>/conventions/", include(_conventions)),
    path("r/<slug:reseau>/charte-de-fonctionnement/", include(_charte)),
]
