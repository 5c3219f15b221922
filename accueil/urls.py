"""Toutes les adresses du portail. Chaque route figure dans la matrice des droits."""

from django.urls import include, path

from accueil.views.chiffres import chiffres
from accueil.views.premier_lancement import premier_lancement
from accueil.views.publiques import accueil
from accueil.views.tableau import tableau

accueil_patterns = (
    [
        path("", accueil, name="accueil"),
        path("tableau/", tableau, name="tableau"),
        path("premier-lancement/", premier_lancement, name="premier_lancement"),
        path("r/<slug:reseau>/chiffres/", chiffres, name="chiffres"),
    ],
    "accueil",
)
urlpatterns = [
    path("", include(accueil_patterns)),
    path("sante/", include("socle.urls_sante")),
    path("compte/", include("allauth.urls")),
    path("", include("socle.urls")),
    path("", include("partenaires.urls")),
    path("", include("porteurs.urls")),
]
