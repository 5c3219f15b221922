"""Les réunions d'un réseau : leur liste, leur ordre du jour, leur calendrier, et qui les tient."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.views.commun import reseau_de_la_page
from porteurs import agenda
from porteurs.calendrier import ferie, fichier_ics, prochaine_date
from porteurs.enums import EtatReunion, NatureReunion
from porteurs.forms.reunion import PointForm, ReunionForm
from porteurs.models import Dossier, PointReunion, Reunion
from porteurs.services import reunion as service
from socle.dates import heure_en_mots, jour_en_mots
from socle.pagination import paginer
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

# Les prochaines réunions tiennent sur une page ; au-delà, c'est l'année suivante.
A_VENIR_MONTREES = 24
MEMBRES_MONTRES = 100


def reunion_de_la_page(request, slug: str, uuid) -> Reunion:
    """La réunion visible de l'acteur : les autres n'existent pas."""
    return get_object_or_404(
        Reunion.objects.visible_par(request.acteur)
        .filter(reseau__slug=slug)
        .select_related("reseau"),
        uuid=uuid,
    )


def _uuid(texte: str) -> UUID | None:
    """L'identifiant lu dans l'adresse ; illisible, il n'est celui de rien."""
    try:
        return UUID(texte)
    except ValueError:
        return None


def _a_venir(reunion: Reunion) -> bool:
    return reunion.etat == EtatReunion.PREVUE and reunion.debut > timezone.now()


@require_GET
def liste(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.reunions", reseau)
    maintenant = timezone.now()
    reunions = (
        Reunion.objects.visible_par(request.acteur).filter(reseau=reseau).select_related("reseau")
    )
    a_venir = reunions.filter(debut__gt=maintenant).order_by("debut", "pk")[:A_VENIR_MONTREES]
    passees = paginer(
        reunions.filter(debut__lte=maintenant), "debut", request.GET.get("apres"), taille=12
    )
    return render(
        request,
        "porteurs/reunions.html",
        {
            "reseau": reseau,
            "a_venir": list(a_venir) if passees.premiere else [],
            "passees": passees,
            "peut_prevoir": peut(request.acteur, "porteurs.reunion.tenir", reseau),
        },
    )


@require_GET
def detail(request, reseau, uuid):
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunions", reunion)
    return render(request, "porteurs/reunion.html", _contexte(request.acteur, reunion))


def _contexte(acteur, reunion: Reunion) -> dict:
    a_venir = _a_venir(reunion)
    technique = reunion.nature == NatureReunion.TECHNIQUE
    membres = _membres(reunion)
    contexte = {
        "reseau": reunion.reseau,
        "reunion": reunion,
        "fin": heure_en_mots(
            timezone.localtime(
                reunion.debut + timedelta(minutes=reunion.duree_minutes), reunion.reseau.tz
            ).time()
        ),
        "a_venir": a_venir,
        "technique": technique,
        "membres": membres[:MEMBRES_MONTRES],
        "nombre_membres": len(membres),
        "autres_membres": max(0, len(membres) - MEMBRES_MONTRES),
        "peut_tenir": peut(acteur, "porteurs.reunion.tenir", reunion),
        "peut_ajouter": a_venir and technique and peut(acteur, "porteurs.reunion.point", reunion),
        "sections": [],
        "resumes": [],
        "compte": None,
        "points": [],
        "chiffres": [],
        "arrondi": agenda.arrondi_pour(reunion, acteur),
    }
    if technique and a_venir:
        lignes = agenda.lignes_visibles(reunion, acteur)
        contexte["compte"] = agenda.compte_de(lignes)
        contexte["resumes"] = agenda.resumer(lignes)
        contexte["sections"] = agenda.ordre_du_jour(reunion, acteur, lignes)
    elif technique:
        contexte["points"] = _points(reunion, acteur)
    elif a_venir:
        contexte["chiffres"] = agenda.chiffres(reunion, acteur)
    return contexte


def _membres(reunion: Reunion) -> list[dict]:
    """Une entrée par personne, avec ses structures : on peut être attendu à deux titres."""
    personnes: dict[int, dict] = {}
    for mandat in service.membres(reunion):
        personne = personnes.setdefault(
            mandat.utilisateur_id, {"nom": mandat.utilisateur.nom_complet, "structures": []}
        )
        if mandat.structure.nom not in personne["structures"]:
            personne["structures"].append(mandat.structure.nom)
    return list(personnes.values())


def _points(reunion: Reunion, acteur) -> list[PointReunion]:
    """Après la réunion : les dossiers qui y furent inscrits, et ce qui en fut décidé."""
    return list(
        PointReunion.objects.filter(
            reunion=reunion, dossier__in=Dossier.objects.visible_par(acteur)
        )
        .select_related("dossier__commune", "dossier__structure_responsable")
        .order_by("pk")[: agenda.MONTRES]
    )


@require_GET
def calendrier(request, reseau, uuid):
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunions", reunion)
    reponse = HttpResponse(fichier_ics(reunion), content_type="text/calendar; charset=utf-8")
    reponse["Content-Disposition"] = f'attachment; filename="reunion-{agenda.jour_de(reunion)}.ics"'
    return reponse


# --- Prévoir, modifier, annuler ------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def nouvelle(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.reunion.tenir", reseau)
    form = ReunionForm(request.POST or None, reseau=reseau, initial=_suite(request, reseau))
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            reunion = service.prevoir_reunion(reseau=reseau, **form.reunion())
            messages.success(request, f"La réunion est prévue\u00a0: {reunion.quand}.")
            _avertir_si_ferie(request, reunion)
            return reverse("porteurs:reunion", args=[reseau.slug, reunion.uuid])

        try:
            return redirect(une_seule_fois(form.cleaned_data["cle_envoi"], request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "porteurs/reunion_form.html",
        {"reseau": reseau, "form": form, "reunion": None, "actuelle": None},
    )


def _suite(request, reseau) -> dict:
    """« Prévoir la suivante » : même rang dans le mois d'après, hors jours fériés."""
    identifiant = _uuid(request.GET.get("apres", ""))
    modele = (
        Reunion.objects.visible_par(request.acteur).filter(reseau=reseau, uuid=identifiant).first()
    )
    if identifiant is None or modele is None:
        return {}
    local = timezone.localtime(modele.debut, reseau.tz)
    return {
        "nature": modele.nature,
        "jour": prochaine_date(local.date(), reseau.fuseau, reseau.aujourd_hui()),
        "heure": local.time(),
        "duree_minutes": modele.duree_minutes,
        "lieu": modele.lieu,
    }


def _avertir_si_ferie(request, reunion: Reunion) -> None:
    jour = agenda.jour_de(reunion)
    if nom := ferie(jour, reunion.reseau.fuseau):
        messages.warning(
            request,
            f"Le {jour_en_mots(jour)} est férié ({nom}). La réunion est enregistrée quand même\u00a0: "
            "changez-en la date si ce n’est pas voulu.",
        )


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunion.tenir", reunion)
    if not _a_venir(reunion):
        messages.info(request, "Cette réunion ne change plus\u00a0: elle est passée ou annulée.")
        return redirect("porteurs:reunion", reseau=reseau, uuid=uuid)
    local = timezone.localtime(reunion.debut, reunion.reseau.tz)
    form = ReunionForm(
        request.POST or None,
        reseau=reunion.reseau,
        initial={
            "nature": reunion.nature,
            "jour": local.date(),
            "heure": local.time(),
            "duree_minutes": reunion.duree_minutes,
            "lieu": reunion.lieu,
            "sequence": reunion.sequence,
        },
    )
    actuelle = None
    if request.method == "POST" and form.is_valid():
        try:
            modifiee = service.modifier_reunion(
                reunion=reunion, sequence=form.cleaned_data["sequence"], **form.reunion()
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            if refus.champ is None:
                # La prochaine tentative part de la version montrée au-dessus.
                actuelle = reunion
                form.data = form.data.copy()
                form.data["sequence"] = reunion.sequence
        else:
            messages.success(request, f"La réunion est à jour\u00a0: {modifiee.quand}.")
            _avertir_si_ferie(request, modifiee)
            return redirect("porteurs:reunion", reseau=reseau, uuid=uuid)
    return render(
        request,
        "porteurs/reunion_form.html",
        {"reseau": reunion.reseau, "form": form, "reunion": reunion, "actuelle": actuelle},
    )


@require_http_methods(["GET", "POST"])
def annuler(request, reseau, uuid):
    """GET dit les conséquences, POST annule."""
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunion.tenir", reunion)
    if request.method == "POST":
        try:
            service.annuler_reunion(reunion=reunion)
        except Refus as refus:
            messages.info(request, refus.phrase)
        else:
            messages.success(
                request,
                "La réunion est annulée. Les personnes déjà prévenues l’apprennent par courriel.",
            )
        return redirect("porteurs:reunion", reseau=reseau, uuid=uuid)
    return render(
        request, "porteurs/reunion_annuler.html", {"reseau": reunion.reseau, "reunion": reunion}
    )


# --- Les points ----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def point_ajouter(request, reseau, uuid):
    """Inscrit un dossier par sa référence ; « ?dossier= » la remplit, pour un dossier visible."""
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunion.point", reunion)
    visibles = Dossier.objects.visible_par(request.acteur).filter(reseau=reunion.reseau)
    initial = {}
    if "dossier" in request.GET:
        initial["reference"] = get_object_or_404(
            visibles, uuid=_uuid(request.GET["dossier"])
        ).reference
    form = PointForm(request.POST or None, initial=initial)
    retour = reverse("porteurs:reunion", args=[reseau, uuid])
    if request.method == "POST" and form.is_valid():
        dossier = visibles.filter(reference=form.cleaned_data["reference"].strip()).first()
        try:
            if dossier is None:
                # Inconnu ou invisible : la même phrase, elle n'apprend rien.
                raise Refus("Aucun dossier que vous voyez ne porte cette référence.", "reference")
            service.ajouter_point(
                acteur=request.acteur,
                reunion=reunion,
                dossier=dossier,
                mot=form.cleaned_data["mot"],
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, f"Le dossier {dossier.reference} est à l’ordre du jour.")
            return redirect(retour)
    return render(
        request,
        "porteurs/reunion_point.html",
        {"reseau": reunion.reseau, "reunion": reunion, "form": form, "retour": retour},
    )


@require_POST
def point_retirer(request, reseau, uuid, dossier):
    reunion = reunion_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.reunion.point", reunion)
    dossier = get_object_or_404(
        Dossier.objects.visible_par(request.acteur).filter(reseau=reunion.reseau), uuid=dossier
    )
    try:
        if service.retirer_point(reunion=reunion, dossier=dossier):
            messages.success(
                request, f"Le dossier {dossier.reference} n’est plus ajouté à l’ordre du jour."
            )
    except Refus as refus:
        messages.info(request, refus.phrase)
    return redirect("porteurs:reunion", reseau=reseau, uuid=uuid)
