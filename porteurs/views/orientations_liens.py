"""Prendre ou refuser un besoin depuis le courriel, sans se connecter : GET présente, POST agit."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from porteurs.forms.suivi import RefusForm
from porteurs.journal import consigner_dossier
from porteurs.services import orientations as service
from socle import liens
from socle.debit import adresse, depasse
from socle.enums import Operation
from socle.refus import Refus
from socle.unicite import FormulaireUnique

# Par adresse et par heure : toute une structure peut répondre derrière le même accès.
ESSAIS, FENETRE = 60, 3600


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def prendre(request, jeton):
    return _repondre(request, jeton, service.BUT_PRENDRE, FormulaireUnique, accepte=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def refuser(request, jeton):
    return _repondre(request, jeton, service.BUT_REFUSER, RefusForm, accepte=False)


def _repondre(request, jeton: str, but: str, formulaire, *, accepte: bool):
    """Le jeton rend la personne du lien ; ce qu'elle peut se relit à chaque fois.

    Un lien qui ne vaut pas répond 410, jamais 404 : le journal des refus n'a pas à garder un jeton.
    """
    if request.method == "POST" and depasse(f"besoin:{adresse(request)}", ESSAIS, FENETRE):
        return _invalide(
            request, "Trop d’essais depuis votre connexion\u00a0: revenez dans une heure.", 429
        )
    form = formulaire(request.POST if request.method == "POST" else None)
    try:
        lien = liens.lire(jeton, but)
        acteur, orientation = service.orientation_du_lien(lien)
        if request.method == "POST" and form.is_valid():
            service.repondre_par_lien(
                lien=lien, accepte=accepte, motif=form.cleaned_data.get("motif", "")
            )
            consigner_dossier(acteur, Operation.MODIFICATION, orientation.besoin.dossier, "besoin")
            return _page(request, lien, orientation, accepte, None)
    except liens.LienInvalide as erreur:
        return _invalide(request, erreur.raison, 410)
    except Refus as refus:
        form.add_error(None, refus.phrase)
    return _page(request, lien, orientation, accepte, form)


def _page(request, lien, orientation, accepte, form):
    return render(
        request,
        "porteurs/besoins/lien.html",
        {
            "lien": lien,
            "orientation": orientation,
            "besoin": orientation.besoin,
            "dossier": orientation.besoin.dossier,
            "accepte": accepte,
            "form": form,
        },
    )


def _invalide(request, raison: str, statut: int):
    return render(request, "porteurs/besoins/lien_invalide.html", {"raison": raison}, status=statut)
