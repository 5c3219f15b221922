"""Les adresses de l'historique d'un dossier."""

from django.urls import path

from porteurs.views import historique

DOSSIER = "r/<slug:reseau>/dossiers/<uuid:uuid>/"
urlpatterns = [
    path(f"{DOSSIER}historique/", historique.historique, name="historique"),
    path(f"{DOSSIER}historique/demander/", historique.demander, name="historique_demander"),
    path(f"{DOSSIER}consultations/", historique.consultations, name="consultations"),
]
