"""La charte de fonctionnement du réseau : la lire, l'écrire, la publier, l'accepter."""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import EtatCharte
from partenaires.forms.conventions import CharteForm
from partenaires.models import CharteFonctionnement, Mandat, Structure
from partenaires.permissions.adhesion import LECTEURS, administre
from partenaires.services.chartes import (
    accepter_charte,
    charte_en_vigueur,
    ecrire_charte,
    publier_charte,
    rappeler_la_charte,
    restent_a_accepter,
)
from partenaires.services.modele_convention import TEXTES
from partenaires.views.commun import reseau_de_la_page
from socle.pdf import structurer
from socle.permissions import exiger, peut
from socle.refus import Refus

TEXTE_PAR_DEFAUT = (TEXTES / "charte.txt").read_text("utf-8")


def _courriels(nombre: int) -> str:
    return f"{nombre} courriel{'s' if nombre > 1 else ''}"


@require_GET
def charte(request, reseau):
    """La version en vigueur, qui l'a acceptée, qui ne l'a pas fait encore."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte", reseau)
    versions = list(
        CharteFonctionnement.objects.filter(reseau=reseau)
        .select_related("publiee_par")
        .order_by("-numero")
    )
    publiees = [v for v in versions if v.publiee]
    tient = peut(request.acteur, "partenaires.charte.tenir", reseau)
    contexte = {
        "reseau": reseau,
        "charte": publiees[0] if publiees else None,
        "anciennes": publiees[1:],
        "brouillon": next((v for v in versions if not v.publiee), None) if tient else None,
        "tient": tient,
        "blocs": structurer(publiees[0].texte) if publiees else [],
        "acceptations": _acceptations(publiees[0]) if publiees else [],
        "attendues": _attendues(request.acteur, publiees[0], reseau) if publiees else [],
    }
    return render(request, "partenaires/charte.html", contexte)


def _acceptations(charte: CharteFonctionnement):
    return charte.acceptations.select_related("structure", "acceptee_par").order_by(
        "structure__cle_tri", "pk"
    )


def _attendues(acteur, charte: CharteFonctionnement, reseau) -> list[Structure]:
    """Les structures qui n'ont pas accepté ; ``a_moi`` : l'acteur peut le faire pour elle."""
    charte.reseau = reseau
    structures = list(restent_a_accepter(charte))
    administrees = set(
        Mandat.objects.administrent(reseau.aujourd_hui(), LECTEURS)
        .filter(reseau=reseau, structure__in=structures)
        .values_list("structure_id", flat=True)
    )
    for structure in structures:
        structure.a_moi = administre(acteur, reseau.pk, structure.pk)
        structure.sans_administrateur = structure.pk not in administrees
    return sorted(structures, key=lambda s: not s.a_moi)


@require_GET
def charte_version(request, reseau, numero):
    """Une version publiée, telle qu'elle a été acceptée ; le brouillon, pour qui l'écrit."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte", reseau)
    versions = CharteFonctionnement.objects.filter(reseau=reseau)
    if not peut(request.acteur, "partenaires.charte.tenir", reseau):
        versions = versions.publiees()
    version = get_object_or_404(versions.select_related("publiee_par"), numero=numero)
    contexte = {
        "reseau": reseau,
        "version": version,
        "blocs": structurer(version.texte),
        "acceptations": _acceptations(version),
    }
    return render(request, "partenaires/charte_version.html", contexte)


def _brouillon(reseau) -> CharteFonctionnement | None:
    return CharteFonctionnement.objects.filter(reseau=reseau, etat=EtatCharte.BROUILLON).first()


@require_http_methods(["GET", "POST"])
def charte_ecrire(request, reseau):
    """Écrire la version suivante, à partir de celle qui est en vigueur."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte.tenir", reseau)
    brouillon = _brouillon(reseau)
    actuelle = brouillon or charte_en_vigueur(reseau)
    initial = {
        "texte": actuelle.texte if actuelle else TEXTE_PAR_DEFAUT,
        "revision": brouillon.revision if brouillon else 0,
    }
    form = CharteForm(request.POST or None, initial=initial)
    conflit = ""
    if request.method == "POST" and form.is_valid():
        try:
            version = ecrire_charte(reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            brouillon = _brouillon(reseau)
            conflit = brouillon.texte if brouillon else ""
            form.data = form.data.copy()
            form.data["revision"] = brouillon.revision if brouillon else 0
        else:
            messages.success(request, "Le texte est enregistré. Relisez-le avant de le publier.")
            return redirect("partenaires:charte_publier", reseau=reseau.slug, numero=version.numero)
    contexte = {"reseau": reseau, "form": form, "conflit": conflit}
    return render(request, "partenaires/charte_ecrire.html", contexte)


@require_http_methods(["GET", "POST"])
def charte_publier(request, reseau, numero):
    """GET relit le brouillon et dit ce qui suivra ; POST le fige et prévient les structures."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte.tenir", reseau)
    brouillon = get_object_or_404(
        CharteFonctionnement.objects.filter(reseau=reseau, etat=EtatCharte.BROUILLON),
        numero=numero,
    )
    brouillon.reseau = reseau
    if request.method == "POST":
        lue = request.POST.get("revision", "")
        try:
            partis = publier_charte(
                acteur=request.acteur,
                charte=brouillon,
                revision=int(lue) if lue.isdecimal() and len(lue) < 9 else 0,
            )
        except Refus as refus:
            messages.error(request, refus.phrase)
            return redirect("partenaires:charte_publier", reseau=reseau.slug, numero=numero)
        messages.success(
            request,
            f"La version {brouillon.numero} est publiée, et son texte figé. "
            f"{_courriels(partis)} pour demander l’accord des structures.",
        )
        return redirect("partenaires:charte", reseau=reseau.slug)
    contexte = {
        "reseau": reseau,
        "version": brouillon,
        "blocs": structurer(brouillon.texte),
        "nb_structures": restent_a_accepter(brouillon).count(),
    }
    return render(request, "partenaires/charte_publier.html", contexte)


@require_POST
def charte_accepter(request, reseau, numero):
    """Au nom d'une structure dont l'acteur administre l'adhésion."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte.accepter", reseau)
    version = get_object_or_404(
        CharteFonctionnement.objects.filter(reseau=reseau).publiees(), numero=numero
    )
    version.reseau = reseau
    siennes = [
        m.structure_id
        for m in request.acteur.mandats
        if administre(request.acteur, reseau.pk, m.structure_id)
    ]
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui()).filter(pk__in=siennes)
    structure = get_object_or_404(membres, uuid__in=_uuids(request.POST.get("structure", "")))
    try:
        accepter_charte(acteur=request.acteur, charte=version, structure=structure)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(request, f"C’est noté : {structure.nom} accepte la charte. Merci.")
    return redirect("partenaires:charte", reseau=reseau.slug)


def _uuids(saisie: str) -> list[UUID]:
    """L'identifiant reçu, s'il en est un : autre chose ne désigne aucune structure."""
    try:
        return [UUID(saisie)]
    except ValueError:
        return []


@require_POST
def charte_rappeler(request, reseau):
    """Un courriel de plus à qui n'a pas accepté ; une fois par jour au plus."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.charte.tenir", reseau)
    try:
        partis = rappeler_la_charte(reseau=reseau)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        if partis:
            messages.success(request, f"Le rappel part : {_courriels(partis)}.")
        else:
            messages.info(
                request,
                "Aucun rappel à envoyer : celui d’aujourd’hui est déjà parti, ou plus personne "
                "n’est attendu.",
            )
    return redirect("partenaires:charte", reseau=reseau.slug)
