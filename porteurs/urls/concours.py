"""Les adresses des concours, et celle du palmarès public."""

from django.urls import include, path

from porteurs.views import concours

_edition = [
    path("", concours.edition, name="concours_edition"),
    path("modifier/", concours.modifier, name="concours_modifier"),
    path("reglement/", concours.reglement, name="concours_reglement"),
    path("candidater/", concours.candidater, name="concours_candidater"),
    path("preselection/", concours.preselection, name="concours_preselection"),
    path("palmares/", concours.palmares, name="concours_palmares"),
]
urlpatterns = [
    path("r/<slug:reseau>/concours/", concours.liste, name="concours"),
    path("r/<slug:reseau>/concours/nouveau/", concours.nouveau, name="concours_nouveau"),
    path("r/<slug:reseau>/concours/<uuid:uuid>/", include(_edition)),
    path(
        "r/<slug:reseau>/candidatures/<uuid:uuid>/retirer/",
        concours.candidature_retirer,
        name="candidature_retirer",
    ),
    path(
        "r/<slug:reseau>/candidatures/<uuid:uuid>/palmares/",
        concours.candidature_publication,
        name="candidature_publication",
    ),
    path("laureats/<slug:reseau>/", concours.laureats, name="laureats"),
]
