"""Les évènements : ceux des membres sous « /r/<reseau>/ », ceux du public, les liens, les agendas."""

from django.urls import include, path

from partenaires.views import agendas, evenements, evenements_tenue, inscriptions

_un = [
    path("", evenements.evenement, name="evenement"),
    path("modifier/", evenements.modifier, name="evenement_modifier"),
    path("annuler/", evenements.annuler, name="evenement_annuler"),
    path("agenda.ics", evenements.calendrier, name="evenement_calendrier"),
    path("inscription/", inscriptions.inscrire, name="evenement_inscrire"),
    path("desistement/", inscriptions.desister, name="evenement_desister"),
    path("inscrits/", evenements_tenue.inscrits, name="evenement_inscrits"),
    path("inscrits/export/", evenements_tenue.export, name="evenement_export"),
    path("inscrits/emargement.pdf", evenements_tenue.emargement, name="evenement_emargement"),
    path(
        "inscrits/<uuid:inscription>/retirer/",
        evenements_tenue.inscrit_retirer,
        name="evenement_inscrit_retirer",
    ),
    path("exposants/", evenements_tenue.exposants, name="evenement_exposants"),
    path(
        "exposants/<uuid:exposant>/retirer/",
        evenements_tenue.exposant_retirer,
        name="evenement_exposant_retirer",
    ),
    path("budget/", evenements_tenue.budget, name="evenement_budget"),
    path(
        "budget/<uuid:ligne>/retirer/",
        evenements_tenue.budget_retirer,
        name="evenement_budget_retirer",
    ),
    path("avis/", evenements_tenue.avis, name="evenement_avis"),
]

urlpatterns = [
    path("r/<slug:reseau>/evenements/", evenements.evenements, name="evenements"),
    path("r/<slug:reseau>/evenements/nouveau/", evenements.nouveau, name="evenement_nouveau"),
    path("r/<slug:reseau>/evenements/<uuid:uuid>/", include(_un)),
    path("evenements/<slug:reseau>/", inscriptions.evenements_publics, name="evenements_publics"),
    path("evenements/<slug:reseau>/agenda.ics", agendas.agenda_public, name="agenda_public"),
    path(
        "evenements/<slug:reseau>/<uuid:uuid>/",
        inscriptions.evenement_public,
        name="evenement_public",
    ),
    path(
        "evenements/<slug:reseau>/<uuid:uuid>/venir/",
        inscriptions.inscription_publique,
        name="evenement_public_inscription",
    ),
    path(
        "inscription/<str:jeton>/",
        inscriptions.inscription_confirmer,
        name="inscription_confirmer",
    ),
    path(
        "desinscription/<str:jeton>/",
        inscriptions.inscription_desister,
        name="inscription_desister",
    ),
    path("avis/<str:jeton>/", inscriptions.avis, name="avis"),
    path("mon-agenda/", agendas.agenda, name="agenda"),
    path("mon-agenda/ouvrir/", agendas.ouvrir, name="agenda_ouvrir"),
    path("mon-agenda/fermer/", agendas.fermer, name="agenda_fermer"),
    path(
        "agenda-personnel/<str:jeton>/maillon.ics",
        agendas.agenda_personnel,
        name="agenda_personnel",
    ),
]
