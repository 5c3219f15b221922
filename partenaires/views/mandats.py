"""Un mandat : le lire, le préciser, le renouveler, nommer une suppléance, y mettre fin."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires import departs
from partenaires.forms.mandats import (
    AdministrationForm,
    FinForm,
    LettreForm,
    MandatForm,
    RenouvellementForm,
    SuppleanceForm,
    TelephoneForm,
)
from partenaires.models import AdministrationSeule, DepartSignale, Mandat, Structure
from partenaires.permissions.mandats import Adhesion
from partenaires.services import mandats as service
from partenaires.services.confirmations import ecarter_depart
from partenaires.views.commun import reseau_de_la_page
from socle.dates import date_en_mots
from socle.fichiers import servir
from socle.models import Utilisateur
from socle.permissions import exiger, peut
from socle.refus import Refus


def _mandat_de_la_page(request, slug, uuid, action: str):
    reseau = reseau_de_la_page(request, slug)
    objet = get_object_or_404(
        Mandat.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("utilisateur", "structure", "supplee__utilisateur", "lettre"),
        uuid=uuid,
    )
    exiger(request.acteur, action, objet)
    objet.reseau = reseau
    return reseau, objet


def _situation(objet: Mandat, jour) -> str:
    if objet.periode.lower > jour:
        return "a_venir"
    if objet.periode.upper and objet.periode.upper <= jour:
        return "fini"
    return "en_cours"


@require_GET
def mandat(request, reseau, uuid):
    """Qui agit, pour qui, à quel titre, jusqu'à quand, et ce qu'on peut y faire."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat")
    jour = reseau.aujourd_hui()
    situation = _situation(objet, jour)
    vivant = situation != "fini"
    return render(
        request,
        "partenaires/mandat.html",
        {
            "reseau": reseau,
            "mandat": objet,
            "situation": situation,
            "suppleants": objet.suppleants.filter(
                Q(periode__endswith=None) | Q(periode__endswith__gt=jour)
            )
            .select_related("utilisateur")
            .order_by("utilisateur__nom", "pk"),
            "voisins": Mandat.objects.filter(
                utilisateur=objet.utilisateur_id,
                structure=objet.structure_id,
                reseau=reseau,
                fonction=objet.fonction,
            )
            .exclude(pk=objet.pk)
            .order_by("periode"),
            "depart": DepartSignale.objects.filter(mandat=objet, regle_le=None)
            .select_related("par")
            .first(),
            "peut_tenir": vivant and peut(request.acteur, "partenaires.mandat.tenir", objet),
            "peut_terminer": vivant and peut(request.acteur, "partenaires.mandat.terminer", objet),
            "peut_lettre": peut(request.acteur, "partenaires.mandat.lettre", objet),
            "peut_telephone": vivant
            and peut(request.acteur, "partenaires.mandat.telephone", objet),
        },
    )


@require_http_methods(["GET", "POST"])
def mandat_modifier(request, reseau, uuid):
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.tenir")
    a_venir = objet.periode.lower > reseau.aujourd_hui()
    form = MandatForm(request.POST or None, mandat=objet, a_venir=a_venir)
    if request.method == "POST" and form.is_valid():
        try:
            service.modifier_mandat(acteur=request.acteur, mandat=objet, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "C’est noté : le mandat est à jour.")
            return redirect("partenaires:mandat", reseau=reseau.slug, uuid=objet.uuid)
    return render(
        request,
        "partenaires/mandat_modifier.html",
        {"reseau": reseau, "mandat": objet, "form": form},
    )


@require_http_methods(["GET", "POST"])
def mandat_telephone(request, reseau, uuid):
    """Chacun tient son propre numéro."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.telephone")
    form = TelephoneForm(request.POST or None, initial={"telephone": objet.telephone})
    if request.method == "POST" and form.is_valid():
        try:
            service.changer_telephone(
                acteur=request.acteur, mandat=objet, telephone=form.cleaned_data["telephone"]
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "Votre numéro est à jour dans l’annuaire.")
            return redirect("partenaires:mandat", reseau=reseau.slug, uuid=objet.uuid)
    return render(
        request,
        "partenaires/mandat_telephone.html",
        {"reseau": reseau, "mandat": objet, "form": form},
    )


@require_http_methods(["GET", "POST"])
def mandat_lettre_deposer(request, reseau, uuid):
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.tenir")
    form = LettreForm(request.POST or None, request.FILES or None, acteur=request.acteur)
    if request.method == "POST" and form.is_valid():
        try:
            service.deposer_lettre(
                acteur=request.acteur, mandat=objet, fichier=form.cleaned_data["fichier"]
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "La lettre de mission est jointe.")
            return redirect("partenaires:mandat", reseau=reseau.slug, uuid=objet.uuid)
    return render(
        request,
        "partenaires/mandat_lettre.html",
        {"reseau": reseau, "mandat": objet, "form": form},
    )


@require_GET
def mandat_lettre(request, reseau, uuid):
    """La lettre de mission : la personne, qui administre sa structure, qui anime le réseau."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.lettre")
    if objet.lettre is None:
        raise Http404
    return servir(request, objet.lettre, objet="mandat", reference=str(objet.uuid))


@require_http_methods(["GET", "POST"])
def mandat_renouveler(request, reseau, uuid):
    """La nouvelle période commence le jour où finit celle-ci ; par défaut, elle dure autant."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.tenir")
    fin, debut = objet.periode.upper, objet.periode.lower
    initial = {"dernier_jour": fin + (fin - debut) - timedelta(days=1)} if fin else {}
    form = RenouvellementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            suite = service.renouveler(acteur=request.acteur, mandat=objet, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                f"Le mandat est renouvelé à partir du {date_en_mots(suite.periode.lower)}, sans coupure.",
            )
            return redirect("partenaires:mandat", reseau=reseau.slug, uuid=suite.uuid)
    return render(
        request,
        "partenaires/mandat_renouveler.html",
        {"reseau": reseau, "mandat": objet, "form": form},
    )


@require_http_methods(["GET", "POST"])
def mandat_suppleant(request, reseau, uuid):
    """Une personne déjà présente pour la structure ; les autres s'invitent."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.tenir")
    presentes = Mandat.objects.actifs(reseau.aujourd_hui()).filter(
        reseau=reseau, structure=objet.structure_id
    )
    personnes = (
        Utilisateur.objects.filter(pk__in=presentes.values("utilisateur"), is_active=True)
        .exclude(pk__in=[objet.utilisateur_id, request.acteur.utilisateur_id])
        .order_by("nom", "prenom", "pk")
    )
    form = SuppleanceForm(request.POST or None, personnes=personnes)
    if request.method == "POST" and form.is_valid():
        personne = form.cleaned_data["personne"]
        try:
            service.nommer_suppleant(acteur=request.acteur, mandat=objet, utilisateur=personne)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request, f"{personne.nom_complet} supplée {objet.utilisateur.nom_complet}."
            )
            return redirect("partenaires:mandat", reseau=reseau.slug, uuid=objet.uuid)
    return render(
        request,
        "partenaires/mandat_suppleant.html",
        {
            "reseau": reseau,
            "mandat": objet,
            "form": form,
            "nommables": form.is_bound or personnes.exists(),
        },
    )


@require_http_methods(["GET", "POST"])
def mandat_terminer(request, reseau, uuid):
    """GET dit ce qui va changer de mains, POST met fin au mandat au jour choisi."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.terminer")
    le_sien = objet.utilisateur_id == request.acteur.utilisateur_id
    aujourd_hui = reseau.aujourd_hui()
    demain = aujourd_hui + timedelta(days=1)
    depart = DepartSignale.objects.filter(mandat=objet, regle_le=None).select_related("par").first()
    form = FinForm(
        request.POST if request.method == "POST" else None,
        initial={"jour": aujourd_hui if depart else demain},
        demander_pourquoi=service.manquera_d_administrateurs(objet, demain),
    )
    if request.method == "POST" and form.is_valid():
        suite = redirect("partenaires:structure", reseau=reseau.slug, uuid=objet.structure.uuid)
        try:
            service.terminer_mandat(acteur=request.acteur, mandat=objet, **form.cleaned_data)
        except Refus as refus:
            if refus.champ is None:
                messages.error(request, refus.phrase)
                return suite
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, _phrase_de_fin(objet, form.cleaned_data["jour"], aujourd_hui))
            # Qui vient de mettre fin à son propre mandat n'a peut-être plus l'annuaire.
            return redirect("accueil:tableau") if le_sien else suite
    return render(
        request,
        "partenaires/mandat_terminer.html",
        {
            "reseau": reseau,
            "mandat": objet,
            "le_sien": le_sien,
            "depart": depart,
            "form": form,
            "partants": departs.compter([objet])[objet.pk],
            "pages": departs.pages(request.acteur, objet),
            "releve": departs.releve_de(
                reseau=objet.reseau_id,
                structure=objet.structure_id,
                sauf=objet.utilisateur_id,
                jour=demain,
            ),
        },
    )


def _phrase_de_fin(objet: Mandat, jour, aujourd_hui) -> str:
    qui, titre = objet.utilisateur.nom_complet, objet.get_fonction_display()
    if jour is None or jour <= aujourd_hui:
        return f"{qui} n’agit plus comme {titre} pour {objet.structure.nom}."
    return f"{qui} n’agira plus comme {titre} pour {objet.structure.nom} à partir du {date_en_mots(jour)}."


@require_POST
def depart_ecarter(request, reseau, uuid):
    """La personne dite partie est toujours là."""
    reseau, objet = _mandat_de_la_page(request, reseau, uuid, "partenaires.mandat.tenir")
    try:
        ecarter_depart(acteur=request.acteur, mandat=objet)
    except Refus as refus:
        messages.info(request, refus.phrase)
    else:
        messages.success(request, f"C’est noté : {objet.utilisateur.nom_complet} est toujours là.")
    return redirect("partenaires:mandat", reseau=reseau.slug, uuid=objet.uuid)


@require_http_methods(["GET", "POST"])
def structure_administration(request, reseau, uuid):
    """Deux personnes administrent chaque structure ; sinon, on lit ici pourquoi."""
    reseau = reseau_de_la_page(request, reseau)
    jour = reseau.aujourd_hui()
    structure = get_object_or_404(
        Structure.objects.visible_par(request.acteur).membres(reseau.pk, jour), uuid=uuid
    )
    exiger(request.acteur, "partenaires.administration", Adhesion(reseau.pk, structure.pk))
    connu = AdministrationSeule.objects.filter(structure=structure, reseau=reseau).first()
    form = AdministrationForm(request.POST or None, initial={"motif": connu.motif if connu else ""})
    if request.method == "POST" and form.is_valid():
        service.dire_pourquoi_une_seule(
            acteur=request.acteur,
            structure=structure,
            reseau=reseau,
            motif=form.cleaned_data["motif"],
        )
        messages.success(request, "C’est noté. La raison se lit sur la page de la structure.")
        return redirect("partenaires:structure", reseau=reseau.slug, uuid=structure.uuid)
    return render(
        request,
        "partenaires/structure_administration.html",
        {"reseau": reseau, "structure": structure, "form": form},
    )
