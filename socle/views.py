from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from socle import expedition, reprise, sante
from socle.courriels import genres
from socle.enums import EtatCourriel, Operation
from socle.forms import MotifForm
from socle.journal import consigner
from socle.models import Courriel
from socle.permissions import exiger
from socle.refus import Refus


@login_not_required
@require_GET
def vue_sante(request):
    """L'état de l'installation pour une machine de surveillance : 200 si tout va, 503 sinon."""
    resultats = sante.examiner()
    return JsonResponse(
        {c.nom: {"ok": ok, "message": phrase} for c, ok, phrase in resultats},
        status=200 if all(ok for _, ok, _ in resultats) else 503,
        json_dumps_params={"ensure_ascii": False},
    )


@login_not_required
@require_GET
def pret(request):
    """200 quand la base répond : le portail peut servir des pages."""
    resultats = sante.examiner(vitaux_seulement=True)
    ok = all(bon for _, bon, _ in resultats)
    return HttpResponse(
        "prêt\n"
        if ok
        else "pas prêt : " + "; ".join(p for _, bon, p in resultats if not bon) + "\n",
        status=200 if ok else 503,
        content_type="text/plain; charset=utf-8",
    )


@login_not_required
@require_GET
def vivant(request):
    """Jamais atteinte en pratique : l'intergiciel répond avant. Elle donne son nom à la route."""
    return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")


@require_GET
def courriels(request):
    """La boîte d'envoi : ce qui est parti, ce qui attend, ce qu'il faut regarder."""
    exiger(request.acteur, "socle.courriels")
    lignes = Courriel.objects.select_related("destinataire").order_by("-cree_le", "-id")
    etat = request.GET.get("etat", "")
    if etat in EtatCourriel.values:
        lignes = lignes.filter(etat=etat)
    page = Paginator(lignes.defer("corps_texte", "corps_html", "pieces"), 50).get_page(
        request.GET.get("page")
    )
    libelles = {code: genre.libelle for code, genre in genres().items()}
    for ligne in page:
        ligne.libelle_genre = libelles.get(ligne.genre, ligne.genre)
    return render(
        request,
        "socle/courriels.html",
        {"page_courriels": page, "etats": EtatCourriel.choices, "etat": etat},
    )


def courriel(request, uuid):
    """Un courriel tel qu'il arrive. Hors démonstration, l'ouvrir demande un motif, journalisé."""
    exiger(request.acteur, "socle.courriels")
    ligne = get_object_or_404(Courriel.objects.select_related("destinataire"), uuid=uuid)
    ouvert = settings.MAILLON_DEMO or _lecture_ouverte(request, ligne)
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        consigner(
            request.acteur,
            Operation.LECTURE_COURRIEL,
            "courriel",
            ligne.uuid,
            form.cleaned_data["motif"],
        )
        request.session["courriels_ouverts"] = [
            *request.session.get("courriels_ouverts", [])[-50:],
            str(ligne.uuid),
        ]
        return redirect("socle:courriel", uuid=ligne.uuid)
    return render(
        request,
        "socle/courriel.html",
        {"ligne": ligne, "genre": genres()[ligne.genre], "ouvert": ouvert, "form": form},
    )


def _lecture_ouverte(request, ligne) -> bool:
    return str(ligne.uuid) in request.session.get("courriels_ouverts", [])


@require_GET
@xframe_options_sameorigin
def courriel_corps(request, uuid):
    """Le corps HTML seul, pour le cadre de lecture ; ses styles de courriel y sont permis."""
    exiger(request.acteur, "socle.courriels")
    ligne = get_object_or_404(Courriel, uuid=uuid)
    if not (settings.MAILLON_DEMO or _lecture_ouverte(request, ligne)):
        return HttpResponse(status=403)
    reponse = HttpResponse(
        ligne.corps_html or "<p>Ce courriel n’a pas de version mise en page.</p>"
    )
    # Le courriel est isolé : aucun script, aucune requête, ses seuls styles en ligne.
    reponse._csp_replace = {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups"],
    }
    return reponse


@require_POST
def courriel_relancer(request, uuid):
    exiger(request.acteur, "socle.courriels.relancer")
    ligne = get_object_or_404(Courriel, uuid=uuid)
    try:
        relance = expedition.relancer(ligne)
    except Refus as refus:
        messages.error(request, refus.phrase)
        return redirect("socle:courriel", uuid=ligne.uuid)
    if relance:
        messages.success(request, "Le courriel repart dans la minute.")
    else:
        messages.info(request, "Ce courriel n’est ni en échec ni incertain : rien à renvoyer.")
    return redirect("socle:courriel", uuid=ligne.uuid)


@login_not_required
def reprendre(request):
    """Montre la saisie gardée à l'expiration de la session, et propose de l'envoyer ou de l'oublier."""
    saisie = reprise.saisie_gardee(request)
    if not request.user.is_authenticated and reprise.en_attente(request):
        return redirect_to_login(reverse("socle:reprise"))
    if saisie is None:
        return redirect("accueil:tableau")
    if request.method == "POST":
        reprise.oublier(request)
        messages.info(request, "La saisie gardée a été oubliée.")
        return redirect("accueil:tableau")
    return render(
        request,
        "socle/reprise.html",
        {"saisie": saisie, "visibles": reprise.textes(saisie)},
    )


def csrf_refuse(request, reason=""):
    """Le jeton de formulaire ne vaut plus : la page le dit, et ce qu'il advient de la saisie."""
    gardee = (
        request.method == "POST"
        and hasattr(request, "session")
        and reprise.garder_la_saisie(request)
    )
    return render(request, "socle/csrf.html", {"gardee": gardee}, status=403)
