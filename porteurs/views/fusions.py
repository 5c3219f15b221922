"""Les doublons à regarder, et la réunion de deux dossiers : la prévoir, la faire, s'en dédire."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.fusions import (
    FusionForm,
    ReferenceForm,
    ReponseFusionForm,
    empreinte,
    paires_envoyees,
)
from porteurs.journal import consigner_dossier
from porteurs.models import Dossier, FusionDossiers
from porteurs.services import doublons as ressemblances
from porteurs.services import fusions_dossiers as service
from porteurs.services.fusions_dossiers import PaireAReunir
from porteurs.views.acquerir import dossier_de_la_page, dossiers_de_la_page
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

FAIRE = "porteurs.fusion.faire"


@require_GET
def doublons(request, reseau):
    """Les paires dont on voit les deux dossiers ; pour l'animation, les signalements sans nom."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.doublons", reseau)
    anime = Fonction.ANIMATEUR in request.acteur.fonctions(reseau.pk)
    paires = ressemblances.a_regarder(request.acteur, reseau)
    for paire in paires:
        paire.a_reunir = peut(request.acteur, FAIRE, PaireAReunir(paire.ancien, paire.recent))
        paire.a_reunir_inverse = not paire.a_reunir and peut(
            request.acteur, FAIRE, PaireAReunir(paire.recent, paire.ancien)
        )
    consigner(request.acteur, Operation.RECHERCHE, "doublons", reseau.slug)
    return render(
        request,
        "porteurs/fusions/doublons.html",
        {
            "reseau": reseau,
            "paires": paires,
            "anime": anime,
            "signales": list(ressemblances.signales(reseau)) if anime else [],
            "attendues": _attendues(request.acteur, reseau),
        },
    )


def _attendues(acteur, reseau) -> list[FusionDossiers]:
    """Les propositions sans réponse que l'acteur voit, avec ce qu'il peut en faire."""
    attendues = []
    for fusion in (
        FusionDossiers.objects.proposees()
        .filter(reseau=reseau)
        .visible_par(acteur)
        .select_related("garde__structure_responsable", "proposee_par")
        .order_by("proposee_le", "pk")
    ):
        if fusion.absorbe is not None:
            fusion.a_repondre = peut(acteur, "porteurs.fusion.repondre", fusion)
            fusion.a_retirer = peut(acteur, "porteurs.fusion.retirer", fusion)
            attendues.append(fusion)
    return attendues


def _paire(request, slug, uuid, autre) -> PaireAReunir:
    return PaireAReunir(
        dossier_de_la_page(request, slug, uuid), dossier_de_la_page(request, slug, autre)
    )


@require_POST
def distinguer(request, reseau, uuid, autre):
    paire = _paire(request, reseau, uuid, autre)
    exiger(request.acteur, "porteurs.doublon.distinguer", paire)
    try:
        ressemblances.dire_distincts(
            acteur=request.acteur, dossier=paire.garde, autre=paire.absorbe
        )
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(
            request, "C’est noté\u00a0: ce sont deux personnes. On ne le redemandera pas."
        )
    return redirect("porteurs:doublons", reseau=reseau)


@require_http_methods(["GET", "POST"])
def choisir(request, reseau, uuid):
    """Par sa référence, le dossier à réunir à celui-ci ; ceux qui lui ressemblent sont proposés."""
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.fusion.choisir", dossier)
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        autre = (
            dossiers_de_la_page(request, reseau)
            .filter(reference=form.cleaned_data["reference"], suivi=True)
            .exclude(pk=dossier.pk)
            .first()
        )
        if autre is not None:
            return redirect("porteurs:dossiers_reunir", reseau, dossier.uuid, autre.uuid)
        form.add_error("reference", "Vous ne suivez pas d’autre dossier de cette référence.")
    return render(
        request,
        "porteurs/fusions/choisir.html",
        {
            "reseau": dossier.reseau,
            "dossier": dossier,
            "form": form,
            "proches": [
                (p.recent if p.ancien.pk == dossier.pk else p.ancien, p.phrases)
                for p in ressemblances.semblables(request.acteur, dossier)
                if p.suivie
            ],
        },
    )


@require_http_methods(["GET", "POST"])
def reunir(request, reseau, uuid, autre):
    """GET montre les deux dossiers côte à côte et ce qui va passer, POST les réunit ou le propose."""
    paire = _paire(request, reseau, uuid, autre)
    if not peut(request.acteur, FAIRE, paire):
        if peut(request.acteur, FAIRE, PaireAReunir(paire.absorbe, paire.garde)):
            return redirect("porteurs:dossiers_reunir", reseau, autre, uuid)
        exiger(request.acteur, FAIRE, paire)
    apercu = service.apercu(request.acteur, paire.garde, paire.absorbe)
    form = FusionForm(apercu=apercu)
    if request.method == "POST":
        paires = paires_envoyees(request.POST, apercu)
        apercu = service.apercu(request.acteur, paire.garde, paire.absorbe, paires)
        form = FusionForm(request.POST, apercu=apercu)
        if (
            request.POST.get("paires_vues", "") != empreinte(form.paires)
            or "revoir" in request.POST
        ):
            # Qui est qui a changé : les différences ne sont plus les mêmes, on les relit d'abord.
            form = FusionForm(apercu=apercu)
        elif form.is_valid():
            try:
                return redirect(_reunir(request, paire, form))
            except Refus as refus:
                form.add_error(None, refus.phrase)
    for dossier in (paire.garde, paire.absorbe):
        consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    inverse = PaireAReunir(paire.absorbe, paire.garde)
    return render(
        request,
        "porteurs/fusions/reunir.html",
        {
            "reseau": paire.garde.reseau,
            "garde": paire.garde,
            "absorbe": paire.absorbe,
            "apercu": apercu,
            "form": form,
            "peut_inverser": peut(request.acteur, FAIRE, inverse),
        },
    )


def _reunir(request, paire: PaireAReunir, form: FusionForm) -> str:
    def agir() -> str:
        fusion = service.reunir(
            acteur=request.acteur,
            garde=paire.garde,
            absorbe=paire.absorbe,
            choix=form.choix,
            paires=form.paires,
        )
        if form.apercu.accord_de:
            messages.success(
                request,
                f"C’est proposé à {form.apercu.accord_de}, qui tient l’autre dossier. Rien ne change "
                "d’ici sa réponse.",
            )
        else:
            messages.success(
                request,
                f"Les deux dossiers n’en font plus qu’un, {paire.garde.reference}. L’ancienne "
                f"référence {fusion.absorbe_reference} y mène, et cela s’annule.",
            )
        return reverse("porteurs:dossier", args=[paire.garde.reseau.slug, paire.garde.uuid])

    return une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)


@require_http_methods(["GET", "POST"])
def personnes(request, reseau, uuid, autre):
    """Deux vrais projets, une seule personne : sa fiche n'est plus tenue deux fois."""
    paire = _paire(request, reseau, uuid, autre)
    exiger(request.acteur, "porteurs.personnes.reunir", paire)
    apercu = service.apercu_personnes(paire.garde, paire.absorbe)
    if apercu is None:
        raise Http404
    form = FusionForm(request.POST or None, apercu=apercu)
    if request.method == "POST" and form.is_valid():
        (couple,) = apercu.paires

        def agir() -> str:
            service.reunir_personnes(
                acteur=request.acteur, garde=couple.garde, absorbe=couple.absorbe, choix=form.choix
            )
            messages.success(
                request,
                f"{couple.garde.porteur} n’a plus qu’une fiche, pour ses deux dossiers. Cela s’annule.",
            )
            return reverse("porteurs:dossier", args=[reseau, uuid])

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)
            )
        except Refus as refus:
            form.add_error(None, refus.phrase)
    for dossier in (paire.garde, paire.absorbe):
        consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    return render(
        request,
        "porteurs/fusions/personnes.html",
        {
            "reseau": paire.garde.reseau,
            "garde": paire.garde,
            "absorbe": paire.absorbe,
            "apercu": apercu,
            "form": form,
        },
    )


# --- Répondre, retirer, séparer --------------------------------------------------------------


def _fusion(request, slug, uuid, action: str, **filtre) -> FusionDossiers:
    fusion = get_object_or_404(
        FusionDossiers.objects.visible_par(request.acteur)
        .filter(reseau__slug=slug, **filtre)
        .select_related("reseau", "garde__structure_responsable", "personne", "proposee_par"),
        uuid=uuid,
    )
    exiger(request.acteur, action, fusion)
    return fusion


@require_http_methods(["GET", "POST"])
def repondre(request, reseau, uuid):
    """La structure qui tient l'autre dossier lit ce qui va passer, et accepte ou refuse."""
    fusion = get_object_or_404(
        FusionDossiers.objects.proposees()
        .visible_par(request.acteur)
        .filter(reseau__slug=reseau)
        .select_related("reseau", "garde__structure_responsable", "proposee_par"),
        uuid=uuid,
    )
    if fusion.absorbe is None:
        raise Http404
    exiger(request.acteur, "porteurs.fusion.repondre", fusion)
    form = ReponseFusionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accepte = request.POST.get("reponse") == "oui"
        try:
            service.repondre(
                acteur=request.acteur,
                fusion=fusion,
                accepte=accepte,
                motif=form.cleaned_data["motif"],
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                f"C’est fait\u00a0: tout est dans le dossier {fusion.garde.reference}."
                if accepte
                else "C’est noté\u00a0: votre dossier reste à part, et l’autre structure sait pourquoi.",
            )
            return redirect("porteurs:doublons", reseau=reseau)
    consigner_dossier(request.acteur, Operation.CONSULTATION, fusion.absorbe)
    visible = Dossier.objects.visible_par(request.acteur).filter(pk=fusion.garde_id).exists()
    return render(
        request,
        "porteurs/fusions/repondre.html",
        {
            "reseau": fusion.reseau,
            "fusion": fusion,
            "absorbe": fusion.absorbe,
            "garde_visible": visible,
            "mouvements": service.mouvements(fusion.absorbe),
            "form": form,
        },
    )


@require_POST
def retirer(request, reseau, uuid):
    fusion = _fusion(request, reseau, uuid, "porteurs.fusion.retirer", garde__isnull=False)
    try:
        retiree = service.retirer(acteur=request.acteur, fusion=fusion)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        if retiree:
            messages.success(request, "La proposition est retirée.")
        else:
            messages.info(request, "La réponse est venue avant\u00a0: rien n’a changé.")
    return redirect("porteurs:doublons", reseau=reseau)


@require_http_methods(["GET", "POST"])
def annuler(request, reseau, uuid):
    """GET dit ce qui redeviendra comme avant, POST sépare de nouveau."""
    fusion = _fusion(request, reseau, uuid, "porteurs.fusion.annuler")
    if request.method == "POST":
        try:
            service.defaire(acteur=request.acteur, fusion=fusion)
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            messages.success(request, "C’est séparé de nouveau, comme avant.")
            if fusion.absorbe_reference:
                return redirect("porteurs:dossier", reseau=reseau, uuid=fusion.absorbe_uuid)
            return redirect("porteurs:doublons", reseau=reseau)
        return redirect("porteurs:fusion_annuler", reseau=reseau, uuid=uuid)
    return render(
        request, "porteurs/fusions/annuler.html", {"reseau": fusion.reseau, "fusion": fusion}
    )
