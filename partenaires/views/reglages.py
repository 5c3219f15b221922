"""Les réglages d'un réseau : son nom, ses modules, son lien avec un réseau parent."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from partenaires.enums import MODULES_OUVERTS, Module
from partenaires.forms.reseaux import ParentForm, ReglagesForm
from partenaires.models import Reseau
from partenaires.services import lancement, reseaux
from partenaires.views.commun import reseau_de_la_page
from partenaires.views.lancement import guide, relire, suite_du_guide
from socle.permissions import exiger, peut
from socle.refus import Refus

# Ce que chaque module apporte, en une phrase pour qui ne l'a jamais vu.
APPORTS = {
    Module.ANNUAIRE: "Qui fait partie du réseau, qui fait quoi, comment se joindre. Tout le reste "
    "s’y appuie : il reste allumé.",
    Module.DOSSIERS: "Suivre les personnes accueillies, passer le relais, ne perdre personne. "
    "Avant l’ouverture du partage, chaque structure ne voit que les siens.",
    Module.REUNIONS: "Des dates, un ordre du jour qui se prépare tout seul, un courriel à chacun "
    "sept jours avant.",
    Module.BOURSE: "Les activités à reprendre, les locaux et les logements, publiés sur le territoire.",
    Module.CHARTE: "Une charte de qualité de l’accueil, et sa démarche de progrès.",
    Module.PILOTAGE: "Les chiffres de l’année pour les comités d’élus et les financeurs.",
}


@require_http_methods(["GET", "POST"])
def reglages(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", reseau)
    form = ReglagesForm(request.POST or None, reseau=reseau)
    if request.method == "POST" and form.is_valid():
        try:
            reseaux.regler(reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            relire(form, reseau)
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("partenaires:reglages", reseau=reseau.slug)
    return _montrer(request, reseau, form, ParentForm())


def _montrer(request, reseau, form, parent_form):
    demandes = Reseau.objects.filter(parent_propose=reseau, propose_par_parent=False)
    return render(
        request,
        "partenaires/reseau_reglages.html",
        {
            "reseau": reseau,
            "form": form,
            "parent_form": parent_form,
            "demandes": list(demandes.order_by("nom", "pk")),
            "enfants": list(reseau.enfants.order_by("nom", "pk")),
            "peut_ouvrir": peut(request.acteur, "partenaires.reseau.ouvrir_enfant", reseau),
        },
    )


# --- Les modules ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def modules(request, reseau):
    """Ce que le réseau emploie. POST dit « c'est bien cela », et rien d'autre."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", reseau)
    if request.method == "POST":
        lancement.confirmer(reseau=reseau, code=lancement.MODULES)
        messages.success(request, "C’est noté. Vous pourrez changer d’avis à tout moment.")
        return redirect(suite_du_guide(reseau, lancement.MODULES))
    lignes = [
        {
            "code": module.value,
            "nom": module.label,
            "apport": apport,
            "actif": module in reseau.modules,
            "ouvert": module in MODULES_OUVERTS,
            "fixe": module == Module.ANNUAIRE,
        }
        for module, apport in APPORTS.items()
    ]
    return render(
        request,
        "partenaires/reseau_modules.html",
        {"reseau": reseau, "lignes": lignes, **guide(request, reseau, lancement.MODULES)},
    )


@require_POST
def module_employer(request, reseau, module):
    """Allume ou éteint un module ; rien de ce qu'il contient n'est effacé."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", reseau)
    actif = request.POST.get("actif") == "oui"
    try:
        reseaux.employer(reseau=reseau, module=module, actif=actif)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        nom = Module(module).label
        messages.success(
            request,
            f"Le module {nom} est allumé."
            if actif
            else f"Le module {nom} est éteint : ses pages ont disparu, rien n’est effacé.",
        )
    return redirect("partenaires:modules", reseau=reseau.slug)


# --- Le réseau parent ----------------------------------------------------------------------


@require_POST
def parent_proposer(request, reseau):
    """L'enfant demande ; qui anime l'autre réseau acceptera."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", reseau)
    form = ParentForm(request.POST)
    if form.is_valid():
        parent = form.cleaned_data["parent"]
        try:
            reseaux.proposer_parent(reseau=reseau, parent=parent)
        except Refus as refus:
            form.add_error("parent", refus.phrase)
        else:
            messages.success(
                request,
                f"La demande est faite : qui anime {parent.nom} la trouve dans ses réglages.",
            )
            return redirect("partenaires:reglages", reseau=reseau.slug)
    return _montrer(request, reseau, ReglagesForm(reseau=reseau), form)


@require_POST
def parent_repondre(request, reseau, slug):
    """La réponse de l'autre côté, ou le retrait d'une proposition par qui l'a faite.

    ``slug`` : l'autre réseau. Celui de la page est l'enfant à qui le parent s'est proposé, ou le
    parent à qui un enfant a demandé ; retirer sa propre demande reste permis.
    """
    ici = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", ici)
    autre = get_object_or_404(Reseau, slug=slug)
    accepte = request.POST.get("reponse") == "oui"
    if ici.parent_propose_id == autre.pk:
        enfant, parent, attendu = ici, autre, ici.propose_par_parent
    else:
        enfant, parent, attendu = autre, ici, not autre.propose_par_parent
    try:
        if accepte and not attendu:
            raise Refus("C’est à l’autre réseau d’accepter.")
        reseaux.repondre_parente(reseau=enfant, parent=parent, accepte=accepte)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(
            request,
            f"{enfant.nom} a maintenant {parent.nom} pour réseau parent. Ni l’un ni l’autre n’y "
            "gagne de droit sur les dossiers."
            if accepte
            else "La proposition est effacée.",
        )
    du_guide = request.POST.get("retour") == "guide"
    route = "partenaires:lancement_identite" if du_guide else "partenaires:reglages"
    return redirect(route, reseau=ici.slug)


@require_http_methods(["GET", "POST"])
def parent_defaire(request, reseau, slug):
    """GET dit les conséquences, POST défait le lien ; les deux côtés le peuvent."""
    ici = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reglages", ici)
    autre = get_object_or_404(Reseau.objects.select_related("parent"), slug=slug)
    if ici.parent_id == autre.pk:
        enfant, parent = ici, autre
    else:
        enfant, parent = get_object_or_404(ici.enfants, pk=autre.pk), ici
    if request.method == "GET":
        return render(
            request,
            "partenaires/reseau_parente.html",
            {"reseau": ici, "enfant": enfant, "parent": parent, "autre": autre},
        )
    reseaux.defaire_parente(reseau=enfant)
    messages.success(request, f"{enfant.nom} n’a plus de réseau parent.")
    return redirect("partenaires:reglages", reseau=ici.slug)
