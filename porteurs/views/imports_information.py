"""Informer les personnes dont le dossier vient d'un tableau : lettres, courriels, et le noter."""

from math import ceil

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from porteurs.enums import ModeInformation
from porteurs.forms.imports import InformerForm
from porteurs.models import ImportDossiers
from porteurs.services.imports import information as service
from porteurs.services.imports import travaux
from porteurs.views.imports import import_de_la_page
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 50


def _informe(request, slug: str, uuid) -> ImportDossiers:
    import_dossiers = import_de_la_page(request, slug, uuid)
    exiger(request.acteur, "porteurs.import.informer", import_dossiers)
    return import_dossiers


@require_GET
def information(request, reseau, uuid):
    """Qui reste à informer, et par quel chemin."""
    return _montrer(request, _informe(request, reseau, uuid))


def _montrer(request, import_dossiers: ImportDossiers, form: InformerForm | None = None):
    consigner(request.acteur, Operation.CONSULTATION, "import", str(import_dossiers.uuid))
    reste = service.a_informer(import_dossiers)
    avec = service.par_moyen(import_dossiers, ModeInformation.COURRIEL).count()
    sans = service.par_moyen(import_dossiers, ModeInformation.COURRIER).count()
    apres = request.GET.get("apres", "")
    if apres.isdecimal() and len(apres) < 19:
        reste = reste.filter(pk__gt=int(apres))
    lignes = list(reste[: PAR_PAGE + 1])
    return render(
        request,
        "porteurs/imports/information.html",
        {
            "reseau": import_dossiers.reseau,
            "import": import_dossiers,
            "form": form or InformerForm(initial={"le": import_dossiers.reseau.aujourd_hui()}),
            "avec": avec,
            "sans": sans,
            "liasses": range(1, ceil(sans / service.LIASSE) + 1),
            "liasses_toutes": range(1, ceil((avec + sans) / service.LIASSE) + 1),
            "lignes": lignes[:PAR_PAGE],
            "suite": lignes[PAR_PAGE - 1].pk if len(lignes) > PAR_PAGE else None,
        },
    )


@require_GET
def lettres(request, reseau, uuid):
    """Une liasse de lettres à imprimer : celles de qui n'a pas d'adresse, ou toutes."""
    import_dossiers = _informe(request, reseau, uuid)
    numero = request.GET.get("liasse", "1")
    toutes = request.GET.get("qui") == "tous"
    try:
        pdf = service.lettres(
            acteur=request.acteur,
            import_dossiers=import_dossiers,
            liasse=int(numero) if numero.isdecimal() and 0 < len(numero) < 4 else 1,
            mode=ModeInformation.ORAL if toutes else ModeInformation.COURRIER,
        )
    except Refus as refus:
        messages.error(request, refus.phrase)
        return redirect("porteurs:import_information", reseau=reseau, uuid=uuid)
    reponse = HttpResponse(pdf, content_type="application/pdf")
    reponse["Content-Disposition"] = content_disposition_header(True, f"lettres {numero}.pdf")
    reponse["Cache-Control"] = "no-store"
    return reponse


@require_POST
def envoyer(request, reseau, uuid):
    import_dossiers = _informe(request, reseau, uuid)
    try:
        nombre = service.envoyer(acteur=request.acteur, import_dossiers=import_dossiers)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        pluriel = "s partent" if nombre > 1 else " part"
        messages.success(
            request,
            f"{nombre} lettre{pluriel} par courriel. Notez ci-dessous ces personnes informées une fois "
            "les courriels partis."
            if nombre
            else "Ces lettres sont déjà parties\u00a0: aucune n’est envoyée deux fois.",
        )
    return redirect("porteurs:import_information", reseau=reseau, uuid=uuid)


@require_POST
def informer(request, reseau, uuid):
    import_dossiers = _informe(request, reseau, uuid)
    form = InformerForm(request.POST)
    if not form.is_valid():
        return _montrer(request, import_dossiers, form)
    champs = form.cleaned_data

    def agir() -> str:
        service.noter(
            acteur=request.acteur,
            import_dossiers=import_dossiers,
            le=champs["le"],
            mode=champs["mode"],
        )
        travaux.demander()
        return reverse("porteurs:import", args=[reseau, import_dossiers.uuid])

    try:
        return redirect(une_seule_fois(champs.get("cle_envoi"), request.acteur, agir))
    except Refus as refus:
        form.add_error(refus.champ, refus.phrase)
        return _montrer(request, import_dossiers, form)
