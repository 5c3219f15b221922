"""Emporter un tableau de dossiers : dire ce qu'il contiendra, l'attendre, le recevoir."""

from allauth.account.decorators import reauthentication_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.exports import ExportForm
from porteurs.models import Export
from porteurs.services import exports
from socle import recherches
from socle.fichiers import servir
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

RECENTS = 10


def export_de_la_page(request, slug: str, uuid) -> Export:
    """L'export que l'acteur a demandé dans ce réseau, tant qu'il y lit des dossiers."""
    export = get_object_or_404(
        Export.objects.visible_par(request.acteur)
        .defer(*exports.VIDE)
        .select_related("reseau", "fichier"),
        reseau__slug=slug,
        uuid=uuid,
    )
    exiger(request.acteur, "porteurs.export.recevoir", export)
    return export


@reauthentication_required
@require_http_methods(["GET", "POST"])
def nouveau(request, reseau):
    """Les filtres de la liste viennent par l'adresse, le texte cherché par son numéro."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.export.demander", reseau)
    filtres, texte = exports.filtres_de(request.GET), recherches.lire(request)
    form = ExportForm(request.POST or None)
    contexte = {"reseau": reseau, "form": form, "parametres": request.GET.urlencode()}
    try:
        filtre = exports.filtrer(request.acteur, reseau, filtres, texte)
        if request.method == "POST" and form.is_valid():
            return redirect(_demander(request, reseau, form, filtres, texte))
        # Les comptes d'abord : la liste y choisit la situation quand personne ne l'a fait.
        contexte |= {**_comptes(request.acteur, filtre.qs), "choisis": _en_clair(filtre)}
    except Refus as refus:
        contexte["refus"] = refus.phrase
    contexte["recents"] = (
        Export.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .defer(*exports.VIDE)
        .order_by("-pk")[:RECENTS]
    )
    return render(request, "porteurs/exports/nouveau.html", contexte)


def _demander(request, reseau, form, filtres, texte) -> str:
    choix = {nom: form.cleaned_data[nom] for nom in ("motif", "format", "contenu")}

    def agir() -> str:
        export = exports.demander(
            acteur=request.acteur, reseau=reseau, filtres=filtres, texte=texte, **choix
        )
        return reverse("porteurs:export", args=[reseau.slug, export.uuid])

    return une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)


def _comptes(acteur, dossiers) -> dict[str, int]:
    """Combien de lignes, et de combien on lira plus que la fiche."""
    return (
        dossiers.avec_volet(acteur)
        .order_by()
        .aggregate(
            nombre=Count("pk"),
            suivis=Count("pk", filter=Q(suivi=True)),
            prives=Count("pk", filter=Q(prive=True)),
        )
    )


def _en_clair(filtre) -> list[tuple[str, str]]:
    """Les filtres posés : leur libellé, et la valeur comme la liste la montre."""
    choisis = []
    for nom, valeur in filtre.form.cleaned_data.items():
        if valeur in (None, "", []):
            continue
        champ = filtre.form.fields[nom]
        libelles = dict(getattr(champ, "choices", ())) if not hasattr(valeur, "pk") else {}
        valeurs = valeur if isinstance(valeur, list) else [valeur]
        choisis.append((champ.label, ", ".join(str(libelles.get(v, v)) for v in valeurs)))
    return choisis


@require_GET
def detail(request, reseau, uuid):
    """Où en est le fichier ; la page se recharge seule tant qu'il se prépare."""
    return _page(request, export_de_la_page(request, reseau, uuid))


def _page(request, export: Export, refus: str = ""):
    contexte = {
        "reseau": export.reseau,
        "export": export,
        "avancement": 100 * export.faits // export.total if export.total else 0,
        "refus": refus,
    }
    statut = 409 if refus else 200
    return render(request, "porteurs/exports/detail.html", contexte, status=statut)


@reauthentication_required
@require_GET
def fichier(request, reseau, uuid):
    """Le fichier, s'il ne contient que ce que l'acteur lit encore ; sinon la page dit pourquoi."""
    export = export_de_la_page(request, reseau, uuid)
    if export.fichier is None:
        raise Http404
    try:
        remis = exports.fichier_a_remettre(export, request.acteur)
    except Refus as refus:
        return _page(request, export, refus.phrase)
    return servir(request, remis, objet="export", reference=export.uuid)
