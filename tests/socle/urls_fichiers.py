"""Deux pages d'essai : déposer un fichier, et le reprendre une fois le droit vérifié."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path

from accueil.urls import urlpatterns as portail
from socle.fichiers import DOCUMENTS, ChampFichier, FormulaireAvecFichiers, servir
from socle.models import Fichier

PAGE = (
    """{% load crispy_forms_filters %}{% include "composants/_erreurs.html" %}{{ form|crispy }}"""
)


class DepotForm(FormulaireAvecFichiers, forms.Form):
    titre = forms.CharField(label="Titre", max_length=20)
    document = ChampFichier(label="Document", genres=DOCUMENTS)
    annexe = ChampFichier(label="Annexe", required=False)


def deposer(request):
    """Rend les fichiers reçus, ou le formulaire à revoir."""
    initial = {}
    if uuid := request.GET.get("deja"):
        initial["annexe"] = Fichier.objects.get(uuid=uuid)
    form = DepotForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, initial=initial
    )
    if form.is_valid():
        valeurs = [form.cleaned_data["document"], form.cleaned_data["annexe"]]
        return HttpResponse("reçus " + " ".join(str(v and v.uuid) for v in valeurs))
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}, request))


def reprendre(request, uuid):
    """Comme une vue de possesseur : elle trouve d'abord ce que l'acteur peut voir."""
    fichier = get_object_or_404(Fichier, uuid=uuid, depose_par=request.user)
    nom = request.GET.get("nom")
    return servir(request, fichier, nom=nom, objet="essai.piece", reference="2026-0417")


urlpatterns = [
    path("essai/deposer/", deposer, name="essai_deposer"),
    path("essai/<uuid:uuid>/", reprendre, name="essai_reprendre"),
    *portail,
]
