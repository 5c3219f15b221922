"""Les adresses des tableaux repris."""

from django.urls import include, path

from porteurs.views import imports, imports_information

_import = [
    path("", imports.detail, name="import"),
    path("colonnes/", imports.associer, name="import_associer"),
    path("preciser/", imports.preciser, name="import_preciser"),
    path("a-corriger/", imports.fautives, name="import_fautives"),
    path("ecrire/", imports.ecrire, name="import_ecrire"),
    path("oublier/", imports.abandonner, name="import_abandonner"),
    path("defaire/", imports.annuler, name="import_annuler"),
    path("information/", imports_information.information, name="import_information"),
    path("information/lettres/", imports_information.lettres, name="import_lettres"),
    path("information/envoyer/", imports_information.envoyer, name="import_envoyer"),
    path("information/noter/", imports_information.informer, name="import_informer"),
]
urlpatterns = [
    path("r/<slug:reseau>/imports/", imports.liste, name="imports"),
    path("r/<slug:reseau>/imports/nouveau/", imports.nouveau, name="import_nouveau"),
    path("r/<slug:reseau>/imports/modele/", imports.modele, name="import_modele"),
    path("r/<slug:reseau>/imports/<uuid:uuid>/", include(_import)),
]
