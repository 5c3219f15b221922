"""Garder un brouillon, ou repartir de zéro."""

from urllib.parse import urlsplit

from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from socle import brouillons
from socle.dates import heure_en_mots
from socle.debit import depasse
from socle.permissions import exiger
from socle.reprise import SANS_REPRISE

# Une frappe continue en envoie une quinzaine par minute.
ENVOIS, FENETRE = 60, 60


@require_POST
def garder(request):
    """Reçoit le formulaire en cours ; répond l'heure à montrer, ou 400 si rien n'est gardé."""
    exiger(request.acteur, "socle.brouillons")
    if depasse(f"brouillons:{request.acteur.utilisateur_id}", ENVOIS, FENETRE):
        return JsonResponse({}, status=429)
    le = brouillons.garder(request.acteur, request.POST.get("brouillon", ""), request.POST)
    if le is None:
        return JsonResponse({}, status=400)
    return JsonResponse({"heure": heure_en_mots(timezone.localtime(le))})


# Une saisie gardée toute seule n'a pas à revenir comme un formulaire envoyé.
setattr(garder, SANS_REPRISE, True)


@require_POST
def oublier(request):
    """Repart de zéro, et revient à la page."""
    exiger(request.acteur, "socle.brouillons")
    brouillons.oublier(request.acteur, request.POST.get("brouillon", "")[:120])
    retour = request.POST.get("retour", "")
    if not url_has_allowed_host_and_scheme(retour, allowed_hosts=None) or urlsplit(retour).netloc:
        retour = "/"
    return redirect(retour)
