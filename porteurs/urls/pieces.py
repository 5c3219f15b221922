"""Les adresses de la fiche et des pièces d'un dossier et des modèles d'échange d'un réseau."""

from django.urls import path

from porteurs.views import fiche, modeles_echange, pieces

urlpatterns = [
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/fiche.pdf", fiche.fiche, name="dossier_fiche"),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/pieces/", pieces.joindre, name="piece_joindre"),
    path("r/<slug:reseau>/pieces/<uuid:uuid>/", pieces.telecharger, name="piece"),
    path("r/<slug:reseau>/pieces/<uuid:uuid>/retirer/", pieces.retirer, name="piece_retirer"),
    path("r/<slug:reseau>/modeles/", modeles_echange.liste, name="modeles"),
    path("r/<slug:reseau>/modeles/nouveau/", modeles_echange.nouveau, name="modele_nouveau"),
    path("r/<slug:reseau>/modeles/<uuid:uuid>/", modeles_echange.modifier, name="modele"),
    path(
        "r/<slug:reseau>/modeles/<uuid:uuid>/retirer/",
        modeles_echange.retirer,
        name="modele_retirer",
    ),
]
