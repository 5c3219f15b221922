"""Les adresses des conventions et de la charte de fonctionnement d'un réseau."""

from django.urls import path

from partenaires.views import chartes, conventions
from partenaires.views import conventions_gestes as gestes

C = "r/<slug:reseau>/conventions/"
F = "r/<slug:reseau>/charte-de-fonctionnement/"
urlpatterns = [
    path(C, conventions.conventions, name="conventions"),
    path(f"{C}export/", conventions.export, name="conventions_export"),
    path(f"{C}nouvelle/", gestes.convention_nouvelle, name="convention_nouvelle"),
    path(f"{C}modele/", gestes.convention_modele, name="convention_modele"),
    path(f"{C}<uuid:uuid>/", conventions.convention, name="convention"),
    path(f"{C}<uuid:uuid>/modifier/", gestes.convention_modifier, name="convention_modifier"),
    path(f"{C}<uuid:uuid>/pdf/", conventions.pdf, name="convention_pdf"),
    path(f"{C}<uuid:uuid>/signer/", gestes.convention_signer, name="convention_signer"),
    path(f"{C}<uuid:uuid>/denoncer/", gestes.convention_denoncer, name="convention_denoncer"),
    path(f"{C}<uuid:uuid>/renoncer/", gestes.convention_renoncer, name="convention_renoncer"),
    path(f"{C}<uuid:uuid>/avenant/", gestes.avenant_nouveau, name="avenant_nouveau"),
    path(f"{C}<uuid:uuid>/versions/<int:numero>/", conventions.version, name="convention_version"),
    path(f"{C}<uuid:uuid>/objectif/", gestes.objectif_nouveau, name="objectif_nouveau"),
    path(f"{C}<uuid:uuid>/joindre/", gestes.document_joindre, name="document_joindre"),
    path(f"{C}objectifs/<uuid:uuid>/", gestes.objectif, name="objectif"),
    path(f"{C}objectifs/<uuid:uuid>/point/", gestes.objectif_suivre, name="objectif_suivre"),
    path(f"{C}documents/<uuid:uuid>/", gestes.document, name="document"),
    path(F, chartes.charte, name="charte"),
    path(f"{F}ecrire/", chartes.charte_ecrire, name="charte_ecrire"),
    path(f"{F}rappeler/", chartes.charte_rappeler, name="charte_rappeler"),
    path(f"{F}<int:numero>/", chartes.charte_version, name="charte_version"),
    path(f"{F}<int:numero>/publier/", chartes.charte_publier, name="charte_publier"),
    path(f"{F}<int:numero>/accepter/", chartes.charte_accepter, name="charte_accepter"),
]
