"""Les personnes d'un réseau : invitations, mandats, confirmation de l'année."""

from django.urls import include, path

from partenaires.views import confirmations, invitations, mandats, personnes

_mandat = [
    path("", mandats.mandat, name="mandat"),
    path("fin/", mandats.mandat_terminer, name="mandat_terminer"),
    path("modifier/", mandats.mandat_modifier, name="mandat_modifier"),
    path("telephone/", mandats.mandat_telephone, name="mandat_telephone"),
    path("lettre/", mandats.mandat_lettre, name="mandat_lettre"),
    path("lettre/joindre/", mandats.mandat_lettre_deposer, name="mandat_lettre_deposer"),
    path("renouveler/", mandats.mandat_renouveler, name="mandat_renouveler"),
    path("suppleance/", mandats.mandat_suppleant, name="mandat_suppleant"),
    path("toujours-la/", mandats.depart_ecarter, name="depart_ecarter"),
]

_invitations = [
    path("", invitations.invitations, name="invitations"),
    path("nouvelle/", invitations.inviter, name="inviter"),
    path("<uuid:uuid>/annuler/", invitations.revoquer, name="invitation_revoquer"),
    path("<uuid:uuid>/renvoyer/", invitations.renvoyer, name="invitation_renvoyer"),
]

urlpatterns = [
    path("r/<slug:reseau>/personnes/", personnes.personnes, name="personnes"),
    path("r/<slug:reseau>/personnes/export/", personnes.export, name="personnes_export"),
    path("r/<slug:reseau>/mandats/<uuid:uuid>/", include(_mandat)),
    path("r/<slug:reseau>/invitations/", include(_invitations)),
    path("invitation/<str:jeton>/", invitations.accepter, name="invitation_accepter"),
    path("confirmation/<str:jeton>/", confirmations.confirmation, name="confirmation"),
]
