"""Mettre fin à un mandat."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from partenaires.models import Mandat
from partenaires.services.mandats import terminer_mandat
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus


@require_http_methods(["GET", "POST"])
def mandat_terminer(request, reseau, uuid):
    """GET dit ce qui va se passer, POST met fin au mandat dès aujourd'hui."""
    reseau = reseau_de_la_page(request, reseau)
    mandat = get_object_or_404(
        Mandat.objects.filter(reseau=reseau).select_related("utilisateur", "structure"), uuid=uuid
    )
    exiger(request.acteur, "partenaires.mandat.terminer", mandat)
    le_sien = mandat.utilisateur_id == request.acteur.utilisateur_id
    if request.method == "POST":
        suite = redirect("partenaires:structure", reseau=reseau.slug, uuid=mandat.structure.uuid)
        try:
            terminer_mandat(acteur=request.acteur, mandat=mandat)
        except Refus as refus:
            messages.error(request, refus.phrase)
            return suite
        messages.success(
            request,
            f"{mandat.utilisateur.nom_complet} n’agit plus comme "
            f"{mandat.get_fonction_display()} pour {mandat.structure.nom}.",
        )
        # Qui vient de mettre fin à son propre mandat n'a peut-être plus l'annuaire.
        return redirect("accueil:tableau") if le_sien else suite
    return render(
        request,
        "partenaires/mandat_terminer.html",
        {"reseau": reseau, "mandat": mandat, "le_sien": le_sien},
    )
