from django.urls import include, path

from partenaires.views import (
    annuaire,
    carnet,
    cartes,
    communes,
    confirmations,
    emport,
    invitations,
    mandats,
    personnes,
    structures,
)

app_name = "partenaires"
urlpatterns = [
    path("communes/", communes.communes, name="communes"),
    path("contours/<slug:departement>/", cartes.contours, name="contours"),
    path("r/<slug:reseau>/carte/", cartes.carte, name="carte"),
    path("r/<slug:reseau>/carte/population/", cartes.export, name="carte_population"),
    path("invitation/<str:jeton>/", invitations.accepter, name="invitation_accepter"),
    path("r/<slug:reseau>/partenaires/", annuaire.annuaire, name="annuaire"),
    path(
        "r/<slug:reseau>/partenaires/nouvelle/",
        structures.structure_nouvelle,
        name="structure_nouvelle",
    ),
    path("r/<slug:reseau>/partenaires/<uuid:uuid>/", annuaire.structure, name="structure"),
    path("", include("partenaires.urls_structures")),
    path("", include("partenaires.urls_conventions")),
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
        "r/<slug:reseau>/mandats/<uuid:uuid>/lettre/", mandats.mandat_lettre, name="mandat_lettre"
    ),
    path(
        "r/<slug:reseau>/mandats/<uuid:uuid>/lettre/joindre/",
        mandats.mandat_lettre_deposer,
        name="mandat_lettre_deposer",
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
    path("", include("partenaires.urls_reseaux")),
    path("", include("partenaires.urls_evenements")),
    path("r/<slug:reseau>/", include("partenaires.urls_competences")),
    path("r/<slug:reseau>/", include("partenaires.urls_ressources")),
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
    path("administration/emports/", emport.emports, name="emports"),
    path("administration/emports/recevoir/", emport.reception, name="reception"),
    path("administration/emports/<uuid:uuid>/", emport.emport_fichier, name="emport_fichier"),
    path("r/<slug:reseau>/emport/", emport.emport, name="emport"),
]
