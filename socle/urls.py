from django.urls import path

from socle import views

app_name = "socle"
urlpatterns = [
    path("courriels/", views.courriels, name="courriels"),
    path("courriels/<uuid:uuid>/", views.courriel, name="courriel"),
    path("courriels/<uuid:uuid>/corps", views.courriel_corps, name="courriel_corps"),
    path("courriels/<uuid:uuid>/renvoyer/", views.courriel_relancer, name="courriel_relancer"),
    path("reprise/", views.reprendre, name="reprise"),
]
