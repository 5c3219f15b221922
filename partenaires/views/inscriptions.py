"""S'inscrire : d'un geste pour un membre, par son adresse pour une personne du dehors."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import (
    conditional_page,
    require_http_methods,
    require_POST,
    require_safe,
)

from partenaires.forms.evenements import AvisForm, InscriptionForm
from partenaires.models import Evenement
from partenaires.services import evenements as service_evenements
from partenaires.services import inscriptions as service
from partenaires.views.annuaire_public import reseau_public
from partenaires.views.evenements import evenement_de_la_page
from socle import liens
from socle.debit import adresse, depasse
from socle.liens import LienInvalide
from socle.pdf import structurer
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 20
# Par connexion : une salle entière peut s'inscrire derrière un même accès. Par adresse de courriel :
# de quoi corriger une faute, pas de quoi importuner quelqu'un.
ESSAIS, HEURE = 60, 3600
COURRIELS, JOUR = 3, 86_400


# --- Un membre ---------------------------------------------------------------------------------


@require_POST
def inscrire(request, reseau, uuid):
    reseau, evenement = evenement_de_la_page(
        request, reseau, uuid, "partenaires.evenement.inscription"
    )
    try:
        inscription = service.inscrire_membre(acteur=request.acteur, evenement=evenement)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(
            request,
            "C’est complet : vous êtes sur la liste d’attente, et un courriel vous dira si une "
            "place se libère."
            if inscription.en_attente
            else "Vous êtes inscrit.",
        )
    return redirect("partenaires:evenement", reseau=reseau.slug, uuid=uuid)


@require_POST
def desister(request, reseau, uuid):
    reseau, evenement = evenement_de_la_page(
        request, reseau, uuid, "partenaires.evenement.inscription"
    )
    inscription = (
        evenement.inscriptions.select_related("evenement")
        .filter(utilisateur_id=request.acteur.utilisateur_id)
        .first()
    )
    if inscription is None:
        messages.info(request, "Vous n’étiez pas inscrit.")
    elif evenement.debut <= timezone.now():
        messages.error(request, "Cet évènement a commencé : il n’y a plus rien à annuler.")
    else:
        service.desister(inscription=inscription)
        messages.success(request, "Vous n’êtes plus inscrit : votre place est libre.")
    return redirect("partenaires:evenement", reseau=reseau.slug, uuid=uuid)


# --- Le public : ni session, ni jeton, la même page pour tous -----------------------------------


def _publics(reseau):
    return (
        Evenement.objects.publics()
        .filter(reseau=reseau)
        .select_related("reseau", "commune")
        .avec_compteurs()
    )


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def evenements_publics(request, reseau):
    reseau = reseau_public(reseau)
    page = Paginator(_publics(reseau).a_venir(timezone.now()), PAR_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "partenaires/evenements_publics.html",
        {"reseau_public": reseau, "page_evenements": page},
    )


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def evenement_public(request, reseau, uuid):
    reseau = reseau_public(reseau)
    evenement = get_object_or_404(_publics(reseau), uuid=uuid)
    return render(
        request,
        "partenaires/evenement_public.html",
        {
            "reseau_public": reseau,
            "evenement": evenement,
            "blocs": structurer(evenement.description),
            "exposants": evenement.exposants.select_related("structure").order_by("stand", "pk"),
        },
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inscription_publique(request, reseau, uuid):
    """Un nom, une adresse ; la réponse est la même pour tous, le reste se passe par courriel."""
    reseau = reseau_public(reseau)
    evenement = get_object_or_404(_publics(reseau), uuid=uuid)
    ici = reverse("partenaires:evenement_public_inscription", args=[reseau.slug, uuid])
    form = InscriptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if depasse(f"inscription:{adresse(request)}", ESSAIS, HEURE):
            form.add_error(None, "Trop d’essais depuis votre connexion : revenez dans une heure.")
        else:
            try:
                return redirect(
                    une_seule_fois(
                        form.cleaned_data["cle_envoi"],
                        request.acteur,
                        lambda: _demander(evenement, form, f"{ici}?envoye=1"),
                    )
                )
            except Refus as refus:
                form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "partenaires/inscription_publique.html",
        {
            "reseau_public": reseau,
            "evenement": evenement,
            "form": form,
            "envoye": request.method != "POST" and "envoye" in request.GET,
        },
    )


def _demander(evenement: Evenement, form: InscriptionForm, suite: str) -> str:
    """Un robot, ou trop de demandes pour une même adresse : la même réponse, et rien ne part."""
    empreinte = sha256(form.cleaned_data["email"].lower().encode()).hexdigest()[:40]
    if not form.piege and not depasse(f"inscription-a:{empreinte}", COURRIELS, JOUR):
        service.demander(evenement=evenement, dehors=form.dehors())
    return suite


# --- Les liens des courriels --------------------------------------------------------------------


def _page_de_lien(request, gabarit: str, lire, agir, contexte=lambda objet: {}):
    """GET présente ce que le lien ferait, POST le fait. Un lien mort répond 410."""
    if request.method == "POST" and depasse(f"inscription-lien:{adresse(request)}", ESSAIS, HEURE):
        return _invalide(
            request, "Trop d’essais depuis votre connexion : revenez dans une heure.", 429
        )
    try:
        _, objet = lire()
        if request.method == "POST":
            return agir()
    except LienInvalide as erreur:
        return _invalide(request, erreur.raison, 410)
    except Refus as refus:
        return _invalide(request, refus.phrase, 410)
    return render(request, gabarit, contexte(objet))


def _invalide(request, raison: str, statut: int):
    return render(
        request, "partenaires/inscription_invalide.html", {"raison": raison}, status=statut
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inscription_confirmer(request, jeton):
    def agir():
        inscription = service.confirmer(jeton=jeton)
        return render(
            request,
            "partenaires/inscription_merci.html",
            {"inscription": inscription, "evenement": _evenement_de(inscription)},
        )

    return _page_de_lien(
        request,
        "partenaires/inscription_confirmer.html",
        lambda: service.lire_demande(jeton),
        agir,
        lambda evenement: {"evenement": evenement},
    )


def _evenement_de(inscription):
    return Evenement.objects.select_related("reseau", "commune").get(pk=inscription.evenement_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inscription_desister(request, jeton):
    def agir():
        evenement = service.desister_par_lien(jeton=jeton)
        return render(request, "partenaires/inscription_desistee.html", {"evenement": evenement})

    return _page_de_lien(
        request,
        "partenaires/inscription_desister.html",
        lambda: service.lire_desistement(jeton),
        agir,
        lambda inscription: {"inscription": inscription, "evenement": inscription.evenement},
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def avis(request, jeton):
    """Trois questions ; rien n'y est demandé ni gardé de la personne."""
    form = AvisForm(request.POST or None)

    def lire():
        lien = liens.lire(jeton, service_evenements.BUT_AVIS)
        return lien, service.evenement_du_lien(lien)

    def agir():
        if not form.is_valid():
            return render(
                request,
                "partenaires/evenement_donner_avis.html",
                {"evenement": lire()[1], "form": form},
            )
        evenement = service_evenements.donner_son_avis(jeton=jeton, **form.cleaned_data)
        return render(request, "partenaires/evenement_avis_merci.html", {"evenement": evenement})

    return _page_de_lien(
        request,
        "partenaires/evenement_donner_avis.html",
        lire,
        agir,
        lambda evenement: {"evenement": evenement, "form": form},
    )
