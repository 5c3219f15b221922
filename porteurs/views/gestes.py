"""La page d'un geste sur un dossier : ses mots, son formulaire, son unique action."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from porteurs.models import Dossier
from socle.enums import Operation
from socle.journal import consigner
from socle.refus import Refus
from socle.unicite import une_seule_fois


@dataclass(frozen=True)
class Geste:
    """Les mots d'une page de geste : son titre, son explication, son bouton."""

    titre: str
    explication: str
    bouton: str


def page_de_geste(request, dossier: Dossier, form, geste: Geste, retour: str):
    return render(
        request,
        "porteurs/geste.html",
        {
            "reseau": dossier.reseau,
            "dossier": dossier,
            "form": form,
            "geste": geste,
            "retour": retour,
        },
    )


def mener(request, dossier: Dossier, form, geste: Geste, agir, succes: str):
    """Montre le formulaire, agit une seule fois quand il est juste, et revient au dossier.

    ``agir`` reçoit les champs validés. Un ``Refus`` s'affiche dans le formulaire, la saisie gardée.
    """
    retour = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            agir(form.cleaned_data)
            consigner(request.acteur, Operation.MODIFICATION, "dossier", dossier.reference)
            messages.success(request, succes)
            return retour

        try:
            une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
        else:
            return redirect(retour)
    return page_de_geste(request, dossier, form, geste, retour)
