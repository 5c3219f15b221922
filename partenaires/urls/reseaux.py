"""Les adresses qui ouvrent un réseau, le mettent en route et le règlent."""

from django.urls import include, path

from partenaires.views import conformite, lancement, reglages, reseaux, territoire

# Mettre en route et régler un réseau : le guide, le territoire, les réglages, la conformité.
_reseau = [
    path("lancement/", lancement.lancement, name="lancement"),
    path("lancement/nom/", lancement.identite, name="lancement_identite"),
    path("lancement/structures/", lancement.structures, name="lancement_structures"),
    path("lancement/personnes/", lancement.personnes, name="lancement_personnes"),
    path("lancement/ranger/", lancement.ranger, name="lancement_ranger"),
    path("territoire/", territoire.territoire, name="territoire"),
    path("territoire/ajouter/", territoire.ajouter, name="territoire_ajouter"),
    path("territoire/retirer/", territoire.retirer, name="territoire_retirer"),
    path("reglages/", reglages.reglages, name="reglages"),
    path("modules/", reglages.modules, name="modules"),
    path("modules/<slug:module>/", reglages.module_employer, name="module_employer"),
    path("parent/", reglages.parent_proposer, name="parent_proposer"),
    path("parent/<slug:slug>/", reglages.parent_repondre, name="parent_repondre"),
    path("parent/<slug:slug>/defaire/", reglages.parent_defaire, name="parent_defaire"),
    path("reseaux/", reseaux.reseaux_enfants, name="reseaux_enfants"),
    path("reseaux/nouveau/", reseaux.reseau_enfant_nouveau, name="reseau_enfant_nouveau"),
    path(
        "reseaux/<slug:slug>/animation/",
        reseaux.reseau_enfant_animateur,
        name="reseau_enfant_animateur",
    ),
    path("conformite/", conformite.conformite, name="conformite"),
    path("conformite/<slug:partie>/", conformite.partie, name="conformite_partie"),
    path("conformite/bases-legales/<uuid:uuid>/", conformite.base_legale, name="base_legale"),
    path("conformite/documents/<slug:code>/", conformite.document, name="conformite_document"),
    path("conformite/documents/<slug:code>/pdf/", conformite.pdf, name="conformite_pdf"),
    path("partage/", conformite.partage, name="partage"),
]

_administration = [
    path("", reseaux.reseaux, name="reseaux"),
    path("nouveau/", reseaux.reseau_nouveau, name="reseau_nouveau"),
    path("<slug:slug>/animation/", reseaux.reseau_animateur, name="reseau_animateur"),
    path("<slug:slug>/ouvrir/", reseaux.reseau_permettre, name="reseau_permettre"),
]
urlpatterns = [
    path("administration/reseaux/", include(_administration)),
    path("r/<slug:reseau>/", include(_reseau)),
]
