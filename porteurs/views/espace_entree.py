"""Entrer dans son espace : l'adresse, puis le lien ou le code reçus ; et le quitter."""

from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from porteurs.espace import session
from porteurs.espace.acteur import acteur_du_porteur, normaliser
from porteurs.espace.langues import adresse
from porteurs.espace.porte import page_d_entree
from porteurs.forms.espace import AdresseForm, CodeForm
from porteurs.services import espace as service
from socle import debit
from socle.liens import LienInvalide
from socle.refus import Refus

HEURE = 3600
# Par adresse réseau : toute une maison de services peut entrer derrière le même accès.
DEMANDES, ESSAIS, OUVERTURES = 30, 60, 60
# Pour une adresse de courriel, depuis une même connexion : un inconnu n'épuise que ses essais.
DEMANDES_POUR_ELLE, ESSAIS_POUR_ELLE = 6, 15
# Pour elle, d'où qu'on les fasse : assez pour que la personne entre encore, trop peu pour deviner.
FOIS_TOUTES_CONNEXIONS = 4


def _trop(quoi: str, request, limite: int, courriel: str = "", limite_pour_elle: int = 0) -> bool:
    """Compte le geste de chaque côté ; l'adresse de courriel n'est gardée que hachée."""
    connexion = debit.adresse(request)
    trop = debit.depasse(f"{quoi}:{connexion}", limite, HEURE)
    if courriel:
        cle = salted_hmac(quoi, normaliser(courriel)).hexdigest()
        d_ici = salted_hmac(quoi, f"{normaliser(courriel)} {connexion}").hexdigest()
        trop = debit.depasse(f"{quoi}-ici:{d_ici}", limite_pour_elle, HEURE) or trop
        # Un geste déjà refusé ne compte pas pour elle : insister ne lui ferme pas la porte.
        trop = trop or debit.depasse(
            f"{quoi}-pour:{cle}", FOIS_TOUTES_CONNEXIONS * limite_pour_elle, HEURE
        )
    return trop


def _attendez(request, langue: str):
    return render(
        request,
        "porteurs/espace/entree_refusee.html",
        {
            "langue": langue,
            "page": "entree",
            "titre": _("Trop d’essais"),
            "raison": _("Cela fait beaucoup d’essais en une heure. Revenez un peu plus tard."),
        },
        status=429,
    )


@page_d_entree
@require_http_methods(["GET", "POST"])
def demander(request, langue):
    """L'adresse. La réponse est la même, que quelqu'un la porte ou non."""
    prouvee = session.adresse_ouverte(request) if request.method == "GET" else None
    # L'adresse a pu cesser d'ouvrir quoi que ce soit : on redemande à entrer.
    if prouvee and acteur_du_porteur(prouvee):
        return redirect(adresse("projets", langue))
    form = AdresseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        courriel = normaliser(form.cleaned_data["adresse"])
        if _trop("espace", request, DEMANDES, courriel, DEMANDES_POUR_ELLE):
            return _attendez(request, langue)
        service.demander_l_entree(adresse=courriel, langue=langue)
        reponse = redirect(adresse("code", langue))
        session.attendre(request, reponse, courriel)
        return reponse
    return render(
        request,
        "porteurs/espace/entree.html",
        {
            "langue": langue,
            "page": "entree",
            "form": form,
            "saisie": session.reprendre(request) if request.method == "GET" else "",
        },
    )


@page_d_entree
@require_http_methods(["GET", "POST"])
def code(request, langue):
    """Le code à six chiffres, depuis le navigateur qui a donné l'adresse."""
    courriel = session.adresse_attendue(request)
    if courriel is None:
        return redirect(adresse("entree", langue))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _trop("espace-code", request, ESSAIS, courriel, ESSAIS_POUR_ELLE):
            return _attendez(request, langue)
        try:
            prouvee = service.entrer_par_code(adresse=courriel, code=form.cleaned_data["code"])
        except Refus as refus:
            form.add_error(refus.champ, _(refus.phrase))
        else:
            return _ouvrir(request, langue, prouvee)
    return render(
        request,
        "porteurs/espace/code.html",
        {"langue": langue, "page": "code", "form": form, "courriel": courriel},
    )


@page_d_entree
@require_http_methods(["GET", "POST"])
def entrer(request, langue, jeton):
    """Le lien reçu : GET présente, POST ouvre. Un lien qui ne vaut pas répond 410, jamais 404."""
    if request.method == "POST" and _trop("espace-lien", request, OUVERTURES):
        return _attendez(request, langue)
    try:
        if request.method == "POST":
            return _ouvrir(request, langue, service.entrer_par_lien(jeton))
        entree = service.lire_l_entree(jeton)
    except LienInvalide as erreur:
        return render(
            request,
            "porteurs/espace/entree_refusee.html",
            {
                "langue": langue,
                "page": "entree",
                "titre": _("Ce lien ne vaut plus"),
                "raison": _(erreur.raison),
            },
            status=410,
        )
    return render(
        request,
        "porteurs/espace/entrer.html",
        {"langue": langue, "page": "entree", "courriel": _masquer(entree.adresse)},
    )


def _masquer(courriel: str) -> str:
    """« z…@exemple.fr » : de quoi se reconnaître, sans l'apprendre à qui a ramassé le lien."""
    nom, _arobase, domaine = courriel.partition("@")
    return f"{nom[:1]}…@{domaine}"


def _ouvrir(request, langue: str, prouvee: str):
    reponse = redirect(adresse("projets", langue))
    session.ouvrir(request, reponse, prouvee)
    return reponse


@page_d_entree
@require_POST
def quitter(request, langue):
    reponse = redirect(adresse("entree", langue))
    session.fermer(request, reponse)
    return reponse
