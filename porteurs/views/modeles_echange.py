"""Les modèles d'échange d'un réseau, tenus par l'animation."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.pieces import ModeleEchangeForm
from porteurs.models import ModeleEchange
from porteurs.services.modeles_echange import ecrire_modele
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois


def _reseau_tenu(request, slug):
    reseau = reseau_de_la_page(request, slug)
    exiger(request.acteur, "porteurs.modeles", reseau)
    return reseau


@require_GET
def liste(request, reseau):
    reseau = _reseau_tenu(request, reseau)
    modeles = ModeleEchange.objects.filter(reseau=reseau).order_by("titre", "pk")
    return render(request, "porteurs/modeles.html", {"reseau": reseau, "modeles": modeles})


@require_http_methods(["GET", "POST"])
def nouveau(request, reseau):
    reseau = _reseau_tenu(request, reseau)
    form = ModeleEchangeForm(request.POST or None)
    return _ecrire(request, reseau, form, None)


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    reseau = _reseau_tenu(request, reseau)
    modele = get_object_or_404(ModeleEchange, uuid=uuid, reseau=reseau)
    form = ModeleEchangeForm(
        request.POST or None,
        initial={"titre": modele.titre, "nature": modele.nature, "texte": modele.texte},
    )
    return _ecrire(request, reseau, form, modele)


def _ecrire(request, reseau, form, modele):
    retour = reverse("porteurs:modeles", args=[reseau.slug])
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data

        def agir() -> str:
            ecrire_modele(
                reseau=reseau,
                titre=champs["titre"],
                nature=champs["nature"],
                texte=champs["texte"],
                modele=modele,
            )
            messages.success(request, "Le modèle est enregistré.")
            return retour

        try:
            return redirect(une_seule_fois(champs.get("cle_envoi"), request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    contexte = {"reseau": reseau, "form": form, "modele": modele, "retour": retour}
    return render(request, "porteurs/modele.html", contexte)


@require_POST
def retirer(request, reseau, uuid):
    reseau = _reseau_tenu(request, reseau)
    modele = get_object_or_404(ModeleEchange, uuid=uuid, reseau=reseau)
    modele.delete()
    messages.success(request, f"Le modèle «\u00a0{modele.titre}\u00a0» est retiré.")
    return redirect("porteurs:modeles", reseau=reseau.slug)
