"""Les agendas à relier : celui de chacun, par une adresse secrète, et le programme public d'un réseau."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from partenaires.models import AgendaPersonnel
from partenaires.services import agendas as service
from partenaires.views.annuaire_public import reseau_public
from socle.permissions import exiger

TYPE = "text/calendar; charset=utf-8"


@require_GET
def agenda(request):
    """L'adresse à copier dans son téléphone, si elle existe ; comment la changer ou la fermer."""
    exiger(request.acteur, "partenaires.agenda")
    ouvert = AgendaPersonnel.objects.filter(utilisateur=request.acteur.utilisateur).first()
    adresse = ""
    if ouvert:
        adresse = settings.SITE_URL + reverse(
            "partenaires:agenda_personnel", args=[service.jeton(ouvert)]
        )
    return render(
        request,
        "partenaires/agenda.html",
        {
            "agenda": ouvert,
            "adresse": adresse,
            "reseaux": {m.reseau_slug: m.reseau_nom for m in request.acteur.mandats}.items(),
        },
    )


@require_POST
def ouvrir(request):
    exiger(request.acteur, "partenaires.agenda")
    service.ouvrir_son_agenda(acteur=request.acteur)
    messages.success(request, "Voici votre adresse. S’il y en avait une autre, elle ne vaut plus.")
    return redirect("partenaires:agenda")


@require_POST
def fermer(request):
    exiger(request.acteur, "partenaires.agenda")
    service.fermer_son_agenda(acteur=request.acteur)
    messages.success(request, "L’adresse est fermée\u00a0: plus aucun agenda ne peut la lire.")
    return redirect("partenaires:agenda")


@login_not_required
@require_safe
@cache_control(no_cache=True, private=True)
@conditional_page
def agenda_personnel(request, jeton):
    """Lu par un téléphone, sans session. Une adresse qui ne vaut pas répond 410, jamais 404."""
    contenu = service.agenda_du_jeton(jeton)
    if contenu is None:
        return HttpResponse(
            "Cette adresse d’agenda ne vaut plus. Prenez-en une neuve sur Maillon.\n",
            status=410,
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse(contenu, content_type=TYPE)


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def agenda_public(request, reseau):
    """Le programme public du réseau, pour tout agenda."""
    return HttpResponse(service.agenda_public(reseau_public(reseau)), content_type=TYPE)
