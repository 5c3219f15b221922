"""« Qui fait quoi » : la matrice d'un réseau, la grille d'une structure, les thèmes."""

from django.urls import include, path

from partenaires.views import competences, couverture

_reseau = [
    path("qui-fait-quoi/", couverture.couverture, name="couverture"),
    path("qui-fait-quoi/rappeler/", competences.grilles_rappeler, name="grilles_rappeler"),
    path("qui-fait-quoi/pdf/", couverture.couverture_pdf, name="couverture_pdf"),
    path(
        "qui-fait-quoi/export/<str:format>/", couverture.couverture_export, name="couverture_export"
    ),
    path(
        "qui-fait-quoi/<uuid:theme>/<slug:etape>/",
        couverture.couverture_case,
        name="couverture_case",
    ),
    path("partenaires/<uuid:uuid>/competences/", competences.competences, name="competences"),
    path(
        "partenaires/<uuid:uuid>/competences/<uuid:theme>/",
        competences.competences_theme,
        name="competences_theme",
    ),
    path("themes/", competences.themes, name="themes"),
    path("themes/<uuid:uuid>/retirer/", competences.theme_retirer, name="theme_retirer"),
]

urlpatterns = [path("r/<slug:reseau>/", include(_reseau))]
