"""Les absences d'une structure : les voir, les déclarer, y mettre fin."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Fonction
from partenaires.models import Mandat
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.remplacements import RemplacementForm
from porteurs.models import Remplacement
from porteurs.services import remplacements as service
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois


@require_GET
def liste(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.remplacements", reseau)
    absences = list(service.du_reseau(request.acteur, reseau))
    jour = reseau.aujourd_hui()
    for absence in absences:
        absence.en_cours = absence.periode.lower <= jour
        absence.en_mots = service.en_mots(absence)
        absence.a_terminer = peut(request.acteur, "porteurs.remplacement.terminer", absence)
    return render(
        request, "porteurs/remplacements/liste.html", {"reseau": reseau, "absences": absences}
    )


def _mandats(acteur, reseau):
    """Les techniciens des structures de l'acteur, et ceux dont il peut déclarer l'absence."""
    siennes = acteur.structures(reseau.pk, Fonction.TECHNICIEN)
    administrees = {
        m.structure_id for m in acteur.mandats if m.reseau_id == reseau.pk and m.administre
    }
    collegues = (
        Mandat.objects.actifs(reseau.aujourd_hui())
        .filter(
            reseau=reseau,
            structure__in=siennes,
            fonction=Fonction.TECHNICIEN,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur", "structure", "reseau")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )
    absences = collegues.filter(utilisateur=acteur.utilisateur_id) | collegues.filter(
        structure__in=administrees
    )
    return collegues, absences


@require_http_methods(["GET", "POST"])
def declarer(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.remplacements", reseau)
    collegues, absences = _mandats(request.acteur, reseau)
    sien = absences.filter(utilisateur=request.acteur.utilisateur_id).first()
    form = RemplacementForm(
        request.POST or None,
        absences=absences,
        collegues=collegues,
        initial={"mandat": sien, "du": reseau.aujourd_hui()},
    )
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data

        def agir() -> str:
            remplacement = service.declarer(
                acteur=request.acteur,
                mandat=champs["mandat"],
                remplacant=champs["remplacant"].utilisateur if champs["remplacant"] else None,
                du=champs["du"],
                au=champs["au"],
                mot=champs["mot"],
            )
            messages.success(
                request,
                f"C’est noté\u00a0: {remplacement.absent.nom_complet} s’absente "
                f"{service.en_mots(remplacement)}.",
            )
            return reverse("porteurs:remplacements", args=[reseau.slug])

        try:
            return redirect(une_seule_fois(champs.get("cle_envoi"), request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(request, "porteurs/remplacements/declarer.html", {"reseau": reseau, "form": form})


@require_POST
def terminer(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    remplacement = get_object_or_404(
        Remplacement.objects.visible_par(request.acteur).filter(reseau=reseau), uuid=uuid
    )
    exiger(request.acteur, "porteurs.remplacement.terminer", remplacement)
    if service.terminer(acteur=request.acteur, remplacement=remplacement):
        messages.success(request, "C’est noté\u00a0: l’absence est finie.")
    else:
        messages.info(request, "Cette absence était déjà finie.")
    return redirect("porteurs:remplacements", reseau=reseau.slug)
