from django.urls import include, path

from partenaires.views import (
    annuaire,
    carnet,
    communes,
    confirmations,
    invitations,
    mandats,
    personnes,
    reseaux,
    structures,
)

app_name = "partenaires"
urlpatterns = [
    path("communes/", communes.communes, name="communes"),
    path("invitation/<str:jeton>/", invitations.accepter, name="invitation_accepter"),
    path("administration/reseaux/", reseaux.reseaux, name="reseaux"),
    path("administration/reseaux/nouveau/", reseaux.reseau_nouveau, name="reseau_nouveau"),
    path("r/<slug:reseau>/partenaires/", annuaire.annuaire, name="annuaire"),
    path(
        "r/<slug:reseau>/partenaires/nouvelle/",
        structures.structure_nouvelle,
        name="structure_nouvelle",
    ),
    path("r/<slug:reseau>/partenaires/<uuid:uuid>/", annuaire.structure, name="structure"),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/fin/", mandats.mandat_terminer, name="mandat_terminer"
    ),
    path("r/<slug:reseau>/mandats/<uuid:uuid>/", mandats.mandat, name="mandat"),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/modifier/",
        mandats.mandat_modifier,
        name="mandat_modifier",
    ),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/telephone/",
        mandats.mandat_telephone,
        name="mandat_telephone",
    ),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/renouveler/",
        mandats.mandat_renouveler,
        name="mandat_renouveler",
    ),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/suppleance/",
        mandats.mandat_suppleant,
        name="mandat_suppleant",
    ),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/toujours-la/",
        mandats.depart_ecarter,
        name="depart_ecarter",
    ),
    path(
        "r/<slug:reseau>/partenaires/<uuid:uuid>/administration/",
        mandats.structure_administration,
        name="structure_administration",
    ),
    path(
        "r/<slug:reseau>/partenaires/<uuid:uuid>/confirmer/",
        confirmations.structure_confirmer,
        name="structure_confirmer",
    ),
    path("confirmation/<str:jeton>/", confirmations.confirmation, name="confirmation"),
    path("r/<slug:reseau>/personnes/", personnes.personnes, name="personnes"),
    path("r/<slug:reseau>/personnes/export/", personnes.export, name="personnes_export"),
    path("r/<slug:reseau>/invitations/", invitations.invitations, name="invitations"),
    path("r/<slug:reseau>/invitations/nouvelle/", invitations.inviter, name="inviter"),
    path(
        "r/<slug:reseau>/invitations/<uuid:uuid>/annuler/",
        invitations.revoquer,
        name="invitation_revoquer",
    ),
    path(
        "r/<slug:reseau>/invitations/<uuid:uuid>/renvoyer/",
        invitations.renvoyer,
        name="invitation_renvoyer",
    ),
    path("r/<slug:reseau>/partage/", reseaux.partage, name="partage"),
    path("r/<slug:reseau>/", include("partenaires.urls_competences")),
    path("r/<slug:reseau>/carnet/", carnet.carnet, name="carnet"),
    path("r/<slug:reseau>/carnet/export/", carnet.export, name="carnet_export"),
    path("r/<slug:reseau>/carnet/nouveau/", carnet.jalon_nouveau, name="jalon_nouveau"),
    path("r/<slug:reseau>/carnet/<uuid:uuid>/", carnet.jalon, name="jalon"),
    path(
        "r/<slug:reseau>/carnet/<uuid:uuid>/retirer/",
        carnet.jalon_supprimer,
        name="jalon_supprimer",
    ),
    path("r/<slug:reseau>/diagnostic/", carnet.diagnostic, name="diagnostic"),
    path("r/<slug:reseau>/diagnostic/<slug:rubrique>/", carnet.rubrique, name="rubrique"),
]
