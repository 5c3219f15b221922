"""Faire entrer une structure dans le réseau, pour qui l'anime."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from partenaires.forms.structures import StructureForm
from partenaires.services.structures import ajouter_structure
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois


@require_http_methods(["GET", "POST"])
def structure_nouvelle(request, reseau):
    """La structure entre par un engagement de principe ; inviter ses personnes vient ensuite."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.structure.ajouter", reseau)
    form = StructureForm(request.POST or None)
    form.fields["commune"].preferer(reseau)
    if request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data

        def agir() -> str:
            structure = ajouter_structure(
                reseau=reseau,
                nom=donnees["nom"],
                type_=donnees["type"],
                commune=donnees["commune"],
                email=donnees["email"],
                telephone=donnees["telephone"],
            )
            messages.success(
                request,
                f"{structure.nom} entre dans le réseau. Invitez maintenant les personnes qui y "
                "travaillent.",
            )
            return reverse("partenaires:structure", args=[reseau.slug, structure.uuid])

        try:
            return redirect(une_seule_fois(donnees["cle_envoi"], request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(request, "partenaires/structure_nouvelle.html", {"reseau": reseau, "form": form})
