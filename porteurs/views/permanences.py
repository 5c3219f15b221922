"""Les permanences d'un réseau, et le délai qu'il annonce."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.demandes import PermanenceForm, ReglageForm
from porteurs.services import permanences as service
from socle.permissions import exiger
from socle.refus import Refus


@require_http_methods(["GET", "POST"])
def permanences(request, reseau):
    """Chaque intercommunalité et qui y reçoit ; en dessous, le délai annoncé."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.permanences", reseau)
    reglage = service.reglage_de(reseau)
    form = ReglageForm(
        request.POST or None, initial={"delai": reglage.delai, "alerte": reglage.alerte}
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.regler(reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "Le délai est enregistré. Il vaut pour les demandes à venir.")
            return redirect("porteurs:permanences", reseau=reseau.slug)
    tenues = service.permanences_de(reseau)
    return render(
        request,
        "porteurs/demandes/permanences.html",
        {
            "reseau": reseau,
            "form": form,
            "lignes": [(epci, tenues.get(epci.pk)) for epci in service.epcis_de(reseau)],
        },
    )


@require_http_methods(["GET", "POST"])
def permanence(request, reseau, epci):
    """L'ordre des structures d'une intercommunalité."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.permanences", reseau)
    epci = get_object_or_404(service.epcis_de(reseau), code=epci)
    tenue = service.permanences_de(reseau).get(epci.pk)
    structures = list(service.qui_recoivent(reseau))
    presentes = {s.pk for s in structures}
    ordre = [t.structure for t in tenue.ordre if t.structure_id in presentes] if tenue else []
    form = PermanenceForm(request.POST or None, structures=structures, ordre=ordre)
    if request.method == "POST" and form.is_valid():
        try:
            service.tenir(reseau=reseau, epci=epci, structures=form.ordre())
        except Refus as refus:
            form.add_error(None, refus.phrase)
        else:
            messages.success(request, f"La permanence de {epci.nom} est enregistrée.")
            return redirect("porteurs:permanences", reseau=reseau.slug)
    return render(
        request,
        "porteurs/demandes/permanence.html",
        {"reseau": reseau, "epci": epci, "form": form, "tenue": tenue},
    )
