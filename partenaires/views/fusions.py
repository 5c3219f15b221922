"""Les fiches en double : les voir, les réunir, et revenir en arrière."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import Fonction
from partenaires.models import ConventionStructure, Fusion, Mandat, Structure
from partenaires.models.structure import contient
from partenaires.ressemblances import suggestions
from partenaires.services import fusions
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.texte import mots_utiles

PAR_PAGE, TROUVEES = 30, 20
REUNIR = "partenaires.structures.reunir"


def lire_uuid(saisie: str) -> UUID | None:
    try:
        return UUID(saisie)
    except ValueError:
        return None


def reunissables(acteur):
    """Les structures que l'acteur peut réunir : toutes, ou celles dont il anime tous les réseaux."""
    structures = Structure.objects.visible_par(acteur)
    if "administrateur" in acteur.roles_generaux:
        return structures
    animes = acteur.reseaux(Fonction.ANIMATEUR)
    ailleurs = ConventionStructure.objects.filter(structure=OuterRef("pk")).exclude(
        convention__reseau__in=animes
    )
    mandats = Mandat.objects.filter(structure=OuterRef("pk")).exclude(reseau__in=animes)
    return structures.filter(~Exists(ailleurs), ~Exists(mandats))


def _fusions_de(acteur):
    """Les fusions que l'acteur pourrait défaire : la fiche gardée est de celles qu'il réunit."""
    return Fusion.objects.filter(gardee__in=reunissables(acteur)).select_related(
        "gardee", "absorbee", "par", "annulee_par"
    )


@require_GET
def doublons(request):
    """Les fiches qui se ressemblent, et les fusions déjà faites."""
    exiger(request.acteur, REUNIR)
    possibles = reunissables(request.acteur)
    mots = mots_utiles(request.GET.get("q", "")[:80])
    trouvees = possibles.filter(contient("cle_tri", mots)) if mots else possibles.none()
    # Un identifiant qui ne se lit pas ne choisit rien.
    choisie = possibles.filter(uuid=lire_uuid(request.GET.get("avec", ""))).first()
    page = Paginator(_fusions_de(request.acteur).order_by("-le", "-pk"), PAR_PAGE)
    return render(
        request,
        "partenaires/doublons.html",
        {
            "paires": suggestions(possibles),
            "cherche": request.GET.get("q", "")[:80],
            "trouvees": trouvees.select_related("commune").order_by("cle_tri", "pk")[:TROUVEES],
            "choisie": choisie,
            "page_fusions": page.get_page(request.GET.get("page")),
        },
    )


@require_http_methods(["GET", "POST"])
def structures_reunir(request, uuid, autre):
    """GET dit ce qui va passer de ``autre`` à la fiche gardée, POST les réunit."""
    visibles = Structure.objects.visible_par(request.acteur).select_related("commune")
    gardee = get_object_or_404(visibles, uuid=uuid)
    absorbee = get_object_or_404(visibles, uuid=autre)
    paire = fusions.paire(gardee, absorbee)
    if not peut(request.acteur, REUNIR, paire) and peut(request.acteur, REUNIR, paire.inverse):
        messages.info(
            request, f"La fiche à garder est {absorbee.nom}\u00a0: quelqu’un l’administre déjà."
        )
        return redirect("partenaires:structures_reunir", uuid=autre, autre=uuid)
    exiger(request.acteur, REUNIR, paire)
    if request.method == "POST":
        try:
            fusions.reunir(acteur=request.acteur, gardee=gardee, absorbee=absorbee)
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            messages.success(
                request,
                f"Les deux fiches n’en font plus qu’une\u00a0: {gardee.nom}. C’est annulable.",
            )
        return redirect("partenaires:doublons")
    lignes_gardee, lignes_absorbee = fusions.comparer(gardee, absorbee)
    return render(
        request,
        "partenaires/structures_reunir.html",
        {
            "gardee": gardee,
            "absorbee": absorbee,
            "lignes_gardee": lignes_gardee,
            "lignes_absorbee": lignes_absorbee,
            "passent": fusions.apercu(absorbee),
            "obstacles": fusions.obstacles(gardee, absorbee),
        },
    )


@require_http_methods(["GET", "POST"])
def fusion_annuler(request, uuid):
    """GET dit ce qui redeviendra comme avant, POST sépare de nouveau les deux fiches."""
    visibles = Structure.objects.visible_par(request.acteur)
    fusion = get_object_or_404(
        Fusion.objects.filter(gardee__in=visibles).select_related("gardee", "absorbee", "par"),
        uuid=uuid,
    )
    exiger(
        request.acteur,
        REUNIR,
        fusions.paire(fusion.gardee, fusion.absorbee),
    )
    if request.method == "POST":
        try:
            fusions.defaire(acteur=request.acteur, fusion=fusion)
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            messages.success(
                request,
                f"{fusion.absorbee.nom} et {fusion.gardee.nom} sont de nouveau deux fiches.",
            )
        return redirect("partenaires:doublons")
    return render(request, "partenaires/fusion_annuler.html", {"fusion": fusion})
