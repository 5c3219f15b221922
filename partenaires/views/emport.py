"""Le fichier par lequel un réseau s’en va, et sa réception dans une autre installation."""

import tempfile
from pathlib import Path

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import EtatEmport
from partenaires.forms.emport import EmportForm, ReceptionForm
from partenaires.models import Emport
from partenaires.services.emport import demander_emport, recevoir
from partenaires.views.commun import reseau_de_la_page
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger
from socle.refus import Refus

RECENTS = 20


@reauthentication_required
@require_http_methods(["GET", "POST"])
def emport(request, reseau):
    """La phrase n’est montrée qu’une fois, dans la réponse même à la demande."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.emport.demander", reseau)
    form = EmportForm(request.POST or None)
    phrase = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, phrase = demander_emport(acteur=request.acteur, reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "partenaires/emport.html",
        {
            "reseau": reseau,
            "form": form,
            "phrase": phrase,
            "demandes": Emport.objects.filter(reseau=reseau)
            .select_related("demande_par")
            .order_by("-pk")[:RECENTS],
        },
    )


@require_GET
def emports(request):
    """Pour qui administre l’installation : les fichiers à remettre, et en recevoir un."""
    exiger(request.acteur, "partenaires.emport.remettre")
    return _page(request, ReceptionForm())


def _page(request, form, essai=None):
    return render(
        request,
        "partenaires/emports.html",
        {
            "form": form,
            "essai": essai,
            "demandes": Emport.objects.select_related("reseau", "demande_par").order_by("-pk")[
                :RECENTS
            ],
        },
    )


@require_GET
def emport_fichier(request, uuid):
    exiger(request.acteur, "partenaires.emport.remettre")
    objet = get_object_or_404(
        Emport.objects.select_related("reseau"), uuid=uuid, etat=EtatEmport.PRET
    )
    if not objet.chemin.exists():
        raise Http404
    consigner(request.acteur, Operation.TELECHARGEMENT, "reseau", objet.reseau.slug)
    reponse = FileResponse(
        objet.chemin.open("rb"),
        as_attachment=True,
        filename=f"{objet.reseau.slug}.maillon",
        content_type="application/octet-stream",
    )
    reponse["Cache-Control"] = "no-store"
    return reponse


@require_POST
def reception(request):
    """« Essayer » dit ce qui arriverait, sans rien enregistrer ; « Recevoir » le fait."""
    exiger(request.acteur, "partenaires.emport.remettre")
    form = ReceptionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    essai = "essai" in request.POST
    with tempfile.NamedTemporaryFile(suffix=".maillon") as copie:
        for morceau in form.cleaned_data["fichier"].chunks():
            copie.write(morceau)
        copie.flush()
        try:
            relecture = recevoir(
                fichier=Path(copie.name),
                phrase=form.cleaned_data["phrase"],
                slug=form.cleaned_data["slug"],
                acteur=request.acteur,
                essai=essai,
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            return _page(request, form)
    if essai:
        return _page(request, form, relecture)
    messages.success(
        request,
        f"Le réseau {relecture.racine.nom} est arrivé. Ses membres entrent par «\u00a0mot de passe "
        "oublié », avec l’adresse qu’ils avaient.",
    )
    return redirect("partenaires:reseaux")
