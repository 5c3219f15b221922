from django.urls import path

from socle import views, views_brouillons, views_preferences

app_name = "socle"
urlpatterns = [
    path("mes-courriels/", views_preferences.preferences, name="preferences"),
    path("courriels/refuser/<str:jeton>/", views_preferences.refus, name="refus"),
    path("courriels/", views.courriels, name="courriels"),
    path("courriels/<uuid:uuid>/", views.courriel, name="courriel"),
    path("courriels/<uuid:uuid>/corps", views.courriel_corps, name="courriel_corps"),
    path("courriels/<uuid:uuid>/renvoyer/", views.courriel_relancer, name="courriel_relancer"),
    path("brouillon/", views_brouillons.garder, name="brouillon"),
    path("brouillon/oublier/", views_brouillons.oublier, name="brouillon_oublier"),
    path("reprise/", views.reprendre, name="reprise"),
]
