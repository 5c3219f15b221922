"""Prévoir d'un coup les réunions de plusieurs mois : les dates se montrent avant d'être prises."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from partenaires.calendrier import quand
from partenaires.views.commun import reseau_de_la_page
from partenaires.views.lancement import guide, suite_du_guide
from porteurs.forms.reunion import SerieForm
from porteurs.services.reunion import prevoir_serie
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois


@require_http_methods(["GET", "POST"])
def serie(request, reseau):
    """« Voir les dates » ne fait que les montrer ; on décoche celles qui ne vont pas."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.reunion.tenir", reseau)
    form = SerieForm(request.POST or None, reseau=reseau)
    dates = []
    if request.method == "POST" and form.is_valid():
        gardees = set(request.POST.getlist("garder"))
        calculees = {d.debut.isoformat() for d in form.cleaned_data["dates"]}
        # Un champ changé depuis l'aperçu donne d'autres dates : elles se montrent d'abord.
        apercu = "prevoir" not in request.POST or not gardees <= calculees
        dates = [
            {
                "cle": d.debut.isoformat(),
                "quand": quand(d.debut, reseau.tz),
                "raison": d.raison,
                "gardee": apercu or d.debut.isoformat() in gardees,
                "debut": d.debut,
            }
            for d in form.cleaned_data["dates"]
        ]
        if not apercu:
            try:
                return redirect(_prevoir(request, reseau, form, dates))
            except Refus as refus:
                form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "porteurs/reunion_serie.html",
        {"reseau": reseau, "form": form, "dates": dates, **guide(request, reseau, "reunions")},
    )


def _prevoir(request, reseau, form, dates: list[dict]) -> str:
    debuts = [d["debut"] for d in dates if d["gardee"]]
    if not debuts:
        raise Refus("Gardez au moins une date, ou changez la première.", "jour")

    def agir() -> str:
        donnees = form.cleaned_data
        prevoir_serie(
            reseau=reseau,
            debuts=debuts,
            duree_minutes=donnees["duree_minutes"],
            lieu=donnees["lieu"],
        )
        messages.success(
            request,
            f"{len(debuts)} réunions sont prévues. Chacune se déplace ou s’annule seule."
            if len(debuts) > 1
            else "La réunion est prévue.",
        )
        if reseau.lance_le:
            return reverse("porteurs:reunions", args=[reseau.slug])
        return suite_du_guide(reseau, "reunions")

    return une_seule_fois(form.cleaned_data["cle_envoi"], request.acteur, agir)
