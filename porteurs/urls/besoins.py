"""Les adresses des besoins et de leur orientation."""

from django.urls import path

from porteurs.views import besoins, besoins_listes, orientations, orientations_liens

BESOIN = "r/<slug:reseau>/besoins/<uuid:uuid>/"
ORIENTATION = "r/<slug:reseau>/orientations/<uuid:uuid>/"

urlpatterns = [
    path("r/<slug:reseau>/besoins/", besoins_listes.liste, name="besoins"),
    path("r/<slug:reseau>/besoins/sans-reponse/", besoins_listes.trous, name="besoins_trous"),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/besoin/", besoins.ajouter, name="besoin_ajouter"),
    path(BESOIN, besoins.besoin, name="besoin"),
    path(f"{BESOIN}proposer/", besoins.orienter, name="besoin_orienter"),
    path(f"{BESOIN}personne/", besoins.sans_solution, name="besoin_sans_solution"),
    path(f"{BESOIN}clore/", besoins.clore, name="besoin_clore"),
    path(f"{ORIENTATION}repondre/", orientations.repondre, name="orientation_repondre"),
    path(f"{ORIENTATION}passer/", orientations.passer, name="orientation_passer"),
    path(f"{ORIENTATION}retirer/", orientations.retirer, name="orientation_retirer"),
    path(f"{ORIENTATION}revoir/", orientations.revoir, name="orientation_revoir"),
    path("besoin/<str:jeton>/prendre/", orientations_liens.prendre, name="besoin_prendre_lien"),
    path("besoin/<str:jeton>/refuser/", orientations_liens.refuser, name="besoin_refuser_lien"),
]
