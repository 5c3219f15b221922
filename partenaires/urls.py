from django.urls import path

from partenaires.views import annuaire, communes, invitations, mandats, reseaux, structures

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
]
