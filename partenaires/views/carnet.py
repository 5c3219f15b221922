"""Le carnet de route du réseau et son diagnostic partagé."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import EtatJalon, Maillon, Rubrique
from partenaires.forms.carnet import AvancementForm, JalonCompletForm, JalonForm, RubriqueForm
from partenaires.models import Jalon, RubriqueDiagnostic
from partenaires.services.carnet import avancer_jalon, creer_jalon, ecrire_rubrique, retirer_jalon
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.tableurs import reponse_tableur
from socle.unicite import une_seule_fois

PAR_PAGE = 40
VUES = {"ouverts": "À faire", "faits": "Faits", "tous": "Tous"}


def _jalons(reseau, vue: str):
    jalons = Jalon.objects.filter(reseau=reseau).select_related("structure", "responsable")
    if vue == "ouverts":
        return jalons.ouverts()
    return jalons.filter(etat=EtatJalon.FAIT) if vue == "faits" else jalons


@require_GET
def carnet(request, reseau):
    """Les jalons dans l’ordre des échéances : ce qui tarde se voit d’abord."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carnet", reseau)
    vue = request.GET.get("vue") if request.GET.get("vue") in VUES else "ouverts"
    lignes = _jalons(reseau, vue).order_by("echeance", "pk")
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    jour = reseau.aujourd_hui()
    for jalon in page:
        jalon.en_retard = jalon.etat in (EtatJalon.A_FAIRE, EtatJalon.EN_COURS) and (
            jalon.echeance < jour
        )
        jalon.peut_avancer = peut(request.acteur, "partenaires.jalon.avancer", jalon)
    return render(
        request,
        "partenaires/carnet.html",
        {
            "reseau": reseau,
            "page_jalons": page,
            "vue": vue,
            "vues": VUES.items(),
            "peut_ecrire": peut(request.acteur, "partenaires.jalon.tenir", reseau),
        },
    )


@require_GET
def export(request, reseau):
    """Le carnet entier, en feuille de calcul."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carnet", reseau)
    lignes = (
        [
            jalon.echeance,
            jalon.intitule,
            Maillon(jalon.maillon).label if jalon.maillon else "",
            jalon.structure.nom if jalon.structure else "",
            jalon.responsable.nom_complet if jalon.responsable else "",
            jalon.get_etat_display(),
            jalon.fait_le,
            jalon.note,
        ]
        for jalon in _jalons(reseau, "tous").order_by("echeance", "pk")
    )
    entetes = ["Échéance", "Jalon", "Maillon", "Structure", "Personne", "État", "Fait le", "Note"]
    format_ = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return reponse_tableur(f"carnet-de-route-{reseau.slug}", entetes, lignes, format_)


@require_http_methods(["GET", "POST"])
def jalon_nouveau(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.jalon.tenir", reseau)
    form = JalonForm(request.POST or None, reseau=reseau)
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data
        cle = champs.pop("cle_envoi")

        def agir() -> str:
            creer_jalon(reseau=reseau, **champs)
            messages.success(request, "Le jalon est au carnet de route.")
            return reverse("partenaires:carnet", args=[reseau.slug])

        return redirect(une_seule_fois(cle, request.acteur, agir))
    return render(request, "partenaires/jalon.html", {"reseau": reseau, "form": form})


@require_http_methods(["GET", "POST"])
def jalon(request, reseau, uuid):
    """Qui anime change tout ; qui en a la charge dit où il en est."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carnet", reseau)
    objet = get_object_or_404(Jalon.objects.select_related("reseau"), reseau=reseau, uuid=uuid)
    exiger(request.acteur, "partenaires.jalon.avancer", objet)
    tient = peut(request.acteur, "partenaires.jalon.tenir", reseau)
    form = _form_du_jalon(request, reseau, objet, tient)
    actuel = None
    if request.method == "POST" and form.is_valid():
        try:
            avancer_jalon(jalon=objet, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            objet.refresh_from_db()
            if form.cleaned_data["revision"] != objet.revision:
                actuel = objet
                form.data = form.data.copy()
                form.data["revision"] = objet.revision
        else:
            messages.success(request, "Le jalon est à jour.")
            return redirect("partenaires:carnet", reseau=reseau.slug)
    return render(
        request,
        "partenaires/jalon.html",
        {"reseau": reseau, "jalon": objet, "form": form, "actuel": actuel, "tient": tient},
    )


def _form_du_jalon(request, reseau, objet: Jalon, tient: bool):
    initial = {"etat": objet.etat, "fait_le": objet.fait_le, "note": objet.note}
    initial["revision"] = objet.revision
    if not tient:
        return AvancementForm(request.POST or None, initial=initial)
    initial |= {"intitule": objet.intitule, "echeance": objet.echeance, "maillon": objet.maillon}
    initial["structure"] = objet.structure and objet.structure.uuid
    initial["responsable"] = objet.responsable and objet.responsable.uuid
    return JalonCompletForm(request.POST or None, initial=initial, reseau=reseau)


@require_POST
def jalon_supprimer(request, reseau, uuid):
    """Pour une erreur de saisie ; ce qu’on renonce à faire se dit « abandonné »."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.jalon.tenir", reseau)
    retirer_jalon(jalon=get_object_or_404(Jalon, reseau=reseau, uuid=uuid))
    messages.success(request, "Le jalon est retiré du carnet de route.")
    return redirect("partenaires:carnet", reseau=reseau.slug)


def _rubriques(reseau) -> dict[str, RubriqueDiagnostic]:
    """La dernière version de chaque rubrique écrite."""
    dernieres = (
        RubriqueDiagnostic.objects.filter(reseau=reseau)
        .select_related("auteur")
        .order_by("rubrique", F("revision").desc())
        .distinct("rubrique")
    )
    return {r.rubrique: r for r in dernieres}


@require_GET
def diagnostic(request, reseau):
    """La fiche partagée : chaque rubrique, ce qu’on en a écrit, et quand."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carnet", reseau)
    ecrites = _rubriques(reseau)
    return render(
        request,
        "partenaires/diagnostic.html",
        {
            "reseau": reseau,
            "rubriques": [(r.value, r.label, ecrites.get(r.value)) for r in Rubrique],
            "peut_ecrire": peut(request.acteur, "partenaires.diagnostic.ecrire", reseau),
        },
    )


@require_http_methods(["GET", "POST"])
def rubrique(request, reseau, rubrique):
    """Écrire une rubrique ; les versions précédentes se relisent au-dessous."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.diagnostic.ecrire", reseau)
    if rubrique not in Rubrique.values:
        raise Http404
    versions = list(
        RubriqueDiagnostic.objects.filter(reseau=reseau, rubrique=rubrique)
        .select_related("auteur")
        .order_by("-revision")[:10]
    )
    actuelle = versions[0] if versions else None
    initial = {"revision": 0}
    if actuelle:
        initial = {n: getattr(actuelle, n) for n in ("atouts", "manques", "pistes", "revision")}
    form = RubriqueForm(request.POST or None, initial=initial)
    conflit = False
    if request.method == "POST" and form.is_valid():
        try:
            ecrire_rubrique(
                reseau=reseau,
                rubrique=rubrique,
                auteur_id=request.acteur.utilisateur_id,
                **form.cleaned_data,
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            conflit = True
            form.data = form.data.copy()
            form.data["revision"] = actuelle.revision if actuelle else 0
        else:
            messages.success(request, "La rubrique est enregistrée, tout le réseau la lit.")
            return redirect("partenaires:diagnostic", reseau=reseau.slug)
    return render(
        request,
        "partenaires/rubrique.html",
        {
            "reseau": reseau,
            "libelle": Rubrique(rubrique).label,
            "form": form,
            "versions": versions,
            "actuelle": actuelle,
            "conflit": conflit,
        },
    )
