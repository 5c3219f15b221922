"""La confirmation annuelle : par le lien du courriel, sans se connecter, ou depuis sa session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from partenaires.forms.confirmations import EXACT, ConfirmationForm
from partenaires.models import ConfirmationAnnuelle, Structure
from partenaires.permissions.mandats import Adhesion
from partenaires.permissions.structures import Membre
from partenaires.services import confirmations as service
from partenaires.views.commun import reseau_de_la_page
from socle.debit import adresse, depasse
from socle.liens import LienInvalide
from socle.permissions import exiger, peut
from socle.refus import Refus

# Par adresse et par heure : toute une structure peut confirmer derrière le même accès.
ESSAIS, FENETRE = 60, 3600


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request, jeton):
    """GET présente ce qu'il y a à relire, POST confirme et consomme le lien.

    Un lien qui ne vaut pas répond 410, jamais 404 : le journal des refus n'a pas à garder un jeton.
    """
    if request.method == "POST" and depasse(f"confirmation:{adresse(request)}", ESSAIS, FENETRE):
        return _refuser(
            request, "Trop d’essais depuis votre connexion : revenez dans une heure.", 429
        )
    try:
        _, acteur, demande = service.lire_lien(jeton)
        reseaux = service.reseaux_relus(acteur, demande.structure_id)
        form = _formulaire(request, demande.structure, reseaux)
        if request.method == "POST" and _complet(request, form):
            donnee = service.confirmer_par_lien(
                jeton=jeton, corrections=_corrections(request, form)
            )
            return _merci(request, donnee)
    except LienInvalide as erreur:
        return _refuser(request, erreur.raison, 410)
    except Refus as refus:
        form.add_error(refus.champ, refus.phrase)
    return _page(request, "partenaires/confirmation.html", demande.structure, form, reseaux)


@require_http_methods(["GET", "POST"])
def structure_confirmer(request, reseau, uuid):
    """La même chose, connecté : qui administre la structure, ou anime le réseau.

    L'animation n'y lit que les personnes de son réseau.
    """
    reseau = reseau_de_la_page(request, reseau)
    structure = get_object_or_404(
        Structure.objects.visible_par(request.acteur).membres(reseau.pk, reseau.aujourd_hui()),
        uuid=uuid,
    )
    exiger(request.acteur, "partenaires.administration", Adhesion(reseau.pk, structure.pk))
    reseaux = service.reseaux_relus(request.acteur, structure.pk, reseau)
    tient = peut(request.acteur, "partenaires.structure.modifier", Membre(structure, reseau))
    form = _formulaire(request, structure, reseaux, coordonnees=tient)
    if request.method == "POST" and _complet(request, form):
        try:
            donnee = service.confirmer(
                acteur=request.acteur,
                structure=structure,
                reseau=reseau,
                corrections=_corrections(request, form),
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, _phrase(donnee))
            return redirect("partenaires:structure", reseau=reseau.slug, uuid=structure.uuid)
    return _page(
        request, "partenaires/structure_confirmer.html", structure, form, reseaux, reseau=reseau
    )


def _formulaire(request, structure: Structure, reseaux, coordonnees=True) -> ConfirmationForm:
    jour = timezone.localdate()
    return ConfirmationForm(
        # « Tout est exact » n'envoie aucun champ : rien à valider, rien à corriger.
        request.POST if request.method == "POST" and not _tout_est_exact(request) else None,
        structure=structure,
        mandats=service.mandats_a_confirmer(structure, reseaux, jour),
        coordonnees=coordonnees,
        jour=jour,
    )


def _tout_est_exact(request) -> bool:
    return request.POST.get("geste") == EXACT


def _complet(request, form: ConfirmationForm) -> bool:
    return _tout_est_exact(request) or form.is_valid()


def _corrections(request, form: ConfirmationForm) -> service.Corrections:
    return service.Corrections() if _tout_est_exact(request) else form.corrections()


def _phrase(donnee: ConfirmationAnnuelle) -> str:
    departs = donnee.departs.filter(regle_le=None).count()
    phrase = f"Merci ! {donnee.structure.nom} est à jour pour un an."
    if departs:
        phrase += (
            " Il reste à mettre fin au mandat de la personne partie."
            if departs == 1
            else f" Il reste à mettre fin à {departs} mandats de personnes parties."
        )
    return phrase


def _page(request, gabarit: str, structure: Structure, form: ConfirmationForm, reseaux, **contexte):
    return render(
        request,
        gabarit,
        {
            "structure": structure,
            "form": form,
            "competences": service.competences_en_mots(structure, reseaux),
            **contexte,
        },
    )


def _merci(request, donnee: ConfirmationAnnuelle):
    reseau = service.reseau_ou_agir(donnee.par, donnee.structure_id)
    return render(
        request,
        "partenaires/confirmation_merci.html",
        {
            "confirmation": donnee,
            "structure": donnee.structure,
            "reseau": reseau,
            "departs": donnee.departs.filter(regle_le=None)
            .select_related("mandat__utilisateur", "mandat__reseau")
            .order_by("pk"),
        },
    )


def _refuser(request, raison: str, statut: int):
    return render(
        request, "partenaires/confirmation_invalide.html", {"raison": raison}, status=statut
    )
