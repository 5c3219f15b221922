"""Les adresses d’un dossier et de ce qu’on y fait."""

from django.urls import include, path, register_converter

from porteurs.enums import RoleAffectation
from porteurs.views import dossier, liste, ouverture, suivi


class RoleConverter:
    """« referent » ou « parrain » dans l'adresse ; toute autre valeur n'est pas une page."""

    regex = "|".join(RoleAffectation.values)

    def to_python(self, value):
        return value

    to_url = to_python


register_converter(RoleConverter, "role")

_dossier = [
    path("", dossier.detail, name="dossier"),
    path("soutiens/", dossier.soutiens, name="dossier_soutiens"),
    path("modifier/", ouverture.modifier, name="dossier_modifier"),
    path("etape/", suivi.etape, name="dossier_etape"),
    path("information/", suivi.information, name="dossier_information"),
    path("opposition/", suivi.opposition, name="dossier_opposition"),
    path("echange/", suivi.echange, name="echange_noter"),
    path("action/", suivi.action, name="action_ajouter"),
    path("<role:role>/", suivi.affectation, name="affectation_proposer"),
    path("relais/", suivi.relais, name="relais_proposer"),
]
urlpatterns = [
    path("r/<slug:reseau>/dossiers/", liste.liste, name="dossiers"),
    path("r/<slug:reseau>/dossiers/nouveau/", ouverture.ouvrir, name="dossier_ouvrir"),
    path("r/<slug:reseau>/dossiers/<uuid:uuid>/", include(_dossier)),
    path(
        "r/<slug:reseau>/actions/<uuid:uuid>/faite/", suivi.action_terminer, name="action_terminer"
    ),
    path(
        "r/<slug:reseau>/affectations/<uuid:uuid>/",
        suivi.affectation_repondre,
        name="affectation_repondre",
    ),
    path(
        "r/<slug:reseau>/affectations/<uuid:uuid>/retirer/",
        suivi.affectation_retirer,
        name="affectation_retirer",
    ),
    path("r/<slug:reseau>/relais/<uuid:uuid>/", suivi.relais_repondre, name="relais_repondre"),
    path(
        "r/<slug:reseau>/relais/<uuid:uuid>/retirer/", suivi.relais_annuler, name="relais_annuler"
    ),
    path(
        "r/<slug:reseau>/doublons/<uuid:uuid>/classer/",
        suivi.doublon_traiter,
        name="doublon_traiter",
    ),
]
