"""Les adresses des réunions, et celle du lien « ajouter une ligne »."""

from django.urls import include, path

from porteurs.views import ligne, reunion, serie

_reunion = [
    path("", reunion.detail, name="reunion"),
    path("calendrier.ics", reunion.calendrier, name="reunion_calendrier"),
    path("modifier/", reunion.modifier, name="reunion_modifier"),
    path("annuler/", reunion.annuler, name="reunion_annuler"),
    path("points/", reunion.point_ajouter, name="point_ajouter"),
    path("points/<uuid:dossier>/retirer/", reunion.point_retirer, name="point_retirer"),
]
urlpatterns = [
    path("r/<slug:reseau>/reunions/", reunion.liste, name="reunions"),
    path("r/<slug:reseau>/reunions/nouvelle/", reunion.nouvelle, name="reunion_nouvelle"),
    path("r/<slug:reseau>/reunions/serie/", serie.serie, name="reunion_serie"),
    path("r/<slug:reseau>/reunions/<uuid:uuid>/", include(_reunion)),
    path("ligne/<str:jeton>/", ligne.ligne, name="ligne"),
]
