"""Les adresses de ce qui arrive : signaler, recevoir, répondre, tenir les permanences."""

from django.urls import include, path

from porteurs.views import demandes, permanences, signalement

_demande = [
    path("", demandes.detail, name="demande"),
    path("prendre/", demandes.prendre, name="demande_prendre"),
    path("prendre/<uuid:dossier>/", demandes.rattacher, name="demande_rattacher"),
    path("clore/", demandes.clore, name="demande_clore"),
    path("transmettre/", demandes.transmettre, name="demande_transmettre"),
]
urlpatterns = [
    path("signaler/", signalement.signaler, name="signaler"),
    path("signaler/recu/<str:jeton>/", signalement.recu, name="signaler_recu"),
    path("signalements/", signalement.signalements, name="signalements"),
    path("r/<slug:reseau>/signaler/", signalement.signaler, name="signaler_reseau"),
    path("r/<slug:reseau>/demandes/", demandes.demandes, name="demandes"),
    path("r/<slug:reseau>/demandes/<uuid:uuid>/", include(_demande)),
    path("r/<slug:reseau>/permanences/", permanences.permanences, name="permanences"),
    path("r/<slug:reseau>/permanences/<str:epci>/", permanences.permanence, name="permanence"),
]
