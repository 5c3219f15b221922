"""Les adresses des volets, des adultes, des accords et des demandes d'accès."""

from django.urls import include, path

from porteurs.views import partage, personnes, volets

_dossier = [
    path("partage/", partage.page, name="dossier_partage"),
    path("accord/", partage.accord_noter, name="accord_noter"),
    path("acces/", partage.acces_demander, name="acces_demander"),
    path("professionnel/", volets.professionnel, name="volet_professionnel"),
    path("prive/", volets.prive, name="volet_prive"),
    path("personnes/nouvelle/", personnes.ajouter, name="adulte_ajouter"),
    path("personnes/<uuid:personne>/", personnes.modifier, name="personne_modifier"),
    path("adultes/<uuid:adulte>/part/", volets.part, name="part_adulte"),
    path("adultes/<uuid:adulte>/retirer/", personnes.retirer, name="adulte_retirer"),
    path("adultes/<uuid:adulte>/adresse/", personnes.adresse, name="adresse_confirmer"),
    path("adultes/<uuid:adulte>/information/", personnes.information, name="adulte_information"),
    path("adultes/<uuid:adulte>/opposition/", personnes.opposition, name="adulte_opposition"),
]
urlpatterns = [
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/", include(_dossier)),
    path(
        "r/<slug:reseau>/accords/<uuid:uuid>/retirer/",
        partage.accord_retirer,
        name="accord_retirer",
    ),
    path("r/<slug:reseau>/acces/<uuid:uuid>/", partage.acces_repondre, name="acces_repondre"),
    path("r/<slug:reseau>/acces/<uuid:uuid>/finir/", partage.acces_finir, name="acces_finir"),
    path("r/<slug:reseau>/acces/<uuid:uuid>/retirer/", partage.acces_retirer, name="acces_retirer"),
]
