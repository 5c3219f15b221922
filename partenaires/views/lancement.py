"""Le guide d'un réseau qui commence : la liste, et les pas qui n'ont pas d'autre page."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.forms.lancement import InvitationsFormSet
from partenaires.forms.reseaux import IdentiteForm
from partenaires.models import Structure
from partenaires.permissions.adhesion import structures_invitables
from partenaires.services import lancement as service
from partenaires.services import reseaux
from partenaires.services.invitations_groupees import RefusDeLignes, inviter_ensemble
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import FormulaireUnique, une_seule_fois

STRUCTURES_MONTREES = 60


def guide(request, reseau, code: str) -> dict:
    """Ce qu'une page du guide montre en plus d'elle-même : où l'on en est, et le pas d'après.

    Rien quand le guide est rangé : la page est alors une page comme une autre.
    """
    if reseau.lance_le or not peut(request.acteur, "partenaires.lancement", reseau):
        return {"guide": None}
    (avancement,) = service.avancements([reseau])
    return {
        "guide": {
            "avancement": avancement,
            "pas": next((p for p in avancement.pas if p.code == code), None),
            "suivant": avancement.apres(code),
        }
    }


def suite_du_guide(reseau, code: str) -> str:
    """Où mener après ce pas : le suivant à faire, ou la liste quand il n'en reste pas."""
    reseau.refresh_from_db()
    if not reseau.lance_le:
        (avancement,) = service.avancements([reseau])
        if suivant := avancement.apres(code):
            return suivant.url
    return reverse("partenaires:lancement", args=[reseau.slug])


@require_GET
def lancement(request, reseau):
    """Ce qui manque au réseau, le prochain pas d'abord."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.lancement", reseau)
    (avancement,) = service.avancements([reseau])
    return render(
        request, "partenaires/lancement.html", {"reseau": reseau, "avancement": avancement}
    )


@require_http_methods(["GET", "POST"])
def identite(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.lancement", reseau)
    form = IdentiteForm(request.POST or None, reseau=reseau)
    if request.method == "POST" and form.is_valid():
        try:
            reseaux.regler(reseau=reseau, **form.cleaned_data)
            service.confirmer(reseau=reseau, code=service.IDENTITE)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            relire(form, reseau)
        else:
            messages.success(request, "C’est noté.")
            return redirect(suite_du_guide(reseau, service.IDENTITE))
    return render(
        request,
        "partenaires/lancement_identite.html",
        {
            "reseau": reseau,
            "form": form,
            "parent_propose": reseau.parent_propose if reseau.propose_par_parent else None,
            **guide(request, reseau, service.IDENTITE),
        },
    )


def relire(form, reseau) -> None:
    """La prochaine tentative part de ce que la base contient maintenant."""
    reseau.refresh_from_db()
    form.data = form.data.copy()
    form.data["lu"] = reseau.empreinte_des_reglages()


@require_GET
def structures(request, reseau):
    """Les structures déjà là, et les deux façons d'en faire entrer."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.lancement", reseau)
    membres = (
        Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
        .select_related("commune")
        .order_by("cle_tri", "pk")
    )
    page = Paginator(membres, STRUCTURES_MONTREES).get_page(request.GET.get("page"))
    return render(
        request,
        "partenaires/lancement_structures.html",
        {"reseau": reseau, "page_structures": page, **guide(request, reseau, "structures")},
    )


@require_http_methods(["GET", "POST"])
def personnes(request, reseau):
    """Inviter plusieurs personnes. « Cinq lignes de plus » n'envoie rien."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.inviter.ensemble", reseau)
    arguments = {
        "acteur": request.acteur,
        "reseau": reseau,
        "structures": structures_invitables(request.acteur, reseau),
        "prefix": "p",
    }
    envoi = FormulaireUnique(request.POST or None)
    if request.method == "POST" and "plus" in request.POST:
        lignes = InvitationsFormSet(_avec_des_lignes_de_plus(request.POST), **arguments)
        # Rien n'est encore demandé : une ligne à moitié remplie n'est pas une faute.
        lignes.is_valid()
        for form in lignes.forms:
            form.errors.clear()
        lignes.non_form_errors().clear()
        return _montrer(request, reseau, envoi, lignes)
    lignes = InvitationsFormSet(request.POST or None, **arguments)
    if request.method == "POST" and lignes.is_valid() and envoi.is_valid():
        try:
            suite = une_seule_fois(
                envoi.cleaned_data["cle_envoi"],
                request.acteur,
                lambda: _inviter(request, reseau, lignes.remplies),
            )
        except RefusDeLignes as refus:
            for rang, faute in refus.erreurs.items():
                form = lignes.remplies[rang]
                form.add_error(faute.champ if faute.champ in form.fields else None, faute.phrase)
        else:
            return redirect(suite)
    return _montrer(request, reseau, envoi, lignes)


def _inviter(request, reseau, forms) -> str:
    invitations = inviter_ensemble(
        acteur=request.acteur, reseau=reseau, lignes=[f.cleaned_data for f in forms]
    )
    n = len(invitations)
    messages.success(
        request,
        f"{n} invitations partent, valables quatorze jours."
        if n > 1
        else f"L’invitation part à {invitations[0].email}, valable quatorze jours.",
    )
    if reseau.lance_le or not peut(request.acteur, "partenaires.lancement", reseau):
        return reverse("partenaires:invitations", args=[reseau.slug])
    return suite_du_guide(reseau, "personnes")


def _avec_des_lignes_de_plus(donnees):
    donnees = donnees.copy()
    try:
        nombre = int(donnees["p-TOTAL_FORMS"])
    except (KeyError, ValueError):
        nombre = 0
    donnees["p-TOTAL_FORMS"] = min(max(nombre, 0) + 5, InvitationsFormSet.max_num)
    return donnees


def _montrer(request, reseau, envoi, lignes):
    return render(
        request,
        "partenaires/lancement_personnes.html",
        {
            "reseau": reseau,
            "envoi": envoi,
            "lignes": lignes,
            "fautives": [n for n, f in enumerate(lignes.forms, start=1) if f.errors]
            if lignes.is_bound
            else [],
            "plein": lignes.total_form_count() >= lignes.max_num,
            **guide(request, reseau, "personnes"),
        },
    )


@require_POST
def ranger(request, reseau):
    """Le tableau ne rappelle plus le guide, ou le rappelle de nouveau."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.lancement", reseau)
    rappeler = "rappeler" in request.POST
    service.ranger(reseau=reseau, range_=not rappeler)
    if rappeler:
        messages.success(request, "Le guide est de nouveau sur votre tableau.")
        return redirect("partenaires:lancement", reseau=reseau.slug)
    messages.success(
        request, "Le guide est rangé. Vous le retrouverez dans les réglages du réseau."
    )
    return redirect("accueil:tableau")
