"""Les concours : leurs éditions, leurs candidats, leur palmarès."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import (
    conditional_page,
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from partenaires.enums import Fonction, Module
from partenaires.models import Reseau
from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import EtatCandidature
from porteurs.forms.concours import (
    CandidatureForm,
    ConcoursForm,
    PalmaresForm,
    PublicationForm,
)
from porteurs.journal import consigner_dossier
from porteurs.models import Candidature, Concours, Dossier, Participation
from porteurs.models.porteur import noms_pour
from porteurs.services import concours as service
from porteurs.views.gestes import Geste, mener
from socle.enums import Operation
from socle.fichiers import servir
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

ANNEES_PUBLIEES = 5


def _compte_exactement(acteur, reseau: Reseau) -> bool:
    """Qui suit ou anime compte juste ; une élue, un parrain ne lisent pas un nombre qui désigne."""
    return bool(acteur.fonctions(reseau.pk) & {Fonction.TECHNICIEN, Fonction.ANIMATEUR})


def _concours(request, reseau, uuid) -> Concours:
    return get_object_or_404(
        Concours.objects.visible_par(request.acteur)
        .select_related("reseau", "structure", "reglement")
        .filter(reseau=reseau),
        uuid=uuid,
    )


def contexte_des_candidatures(acteur, dossier: Dossier) -> dict:
    """Pour ``porteurs/concours/_bloc.html`` : à donner à qui suit le dossier seulement."""
    candidatures = list(
        Candidature.objects.visible_par(acteur)
        .filter(dossier=dossier)
        .select_related("concours")
        .order_by("-concours__annee", "-pk")
    )
    appels = []
    if peut(acteur, "porteurs.concours.candidater", dossier):
        jour = dossier.reseau.aujourd_hui()
        appels = list(
            Concours.objects.filter(
                reseau=dossier.reseau_id, clos_le=None, ouvre_le__lte=jour, ferme_le__gte=jour
            )
            .exclude(
                pk__in=[c.concours_id for c in candidatures if c.etat != EtatCandidature.RETIREE]
            )
            .order_by("ferme_le", "pk")
        )
    return {
        "candidatures": candidatures,
        "appels": appels,
        "peut_tenir_candidature": peut(acteur, "porteurs.candidature.tenir", dossier),
    }


@require_GET
def liste(request, reseau):
    """Les éditions, de la plus récente à la plus ancienne, avec ce que l'acteur peut compter."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.concours", reseau)
    editions = list(
        Concours.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("structure")
        .annotate(
            laureats=Count("candidatures", filter=Q(candidatures__etat=EtatCandidature.LAUREATE)),
            primes=Sum("candidatures__montant"),
        )
        .order_by("-annee", "-pk")[:100]
    )
    if not _compte_exactement(request.acteur, reseau):
        for masquee in editions:
            if masquee.laureats < reseau.seuil_masquage:
                masquee.laureats = masquee.primes = None
    return render(
        request,
        "porteurs/concours/liste.html",
        {
            "reseau": reseau,
            "editions": editions,
            "jour": reseau.aujourd_hui(),
            "peut_creer": peut(request.acteur, "porteurs.concours.creer", reseau),
        },
    )


@require_GET
def edition(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.concours", reseau)
    concours = _concours(request, reseau, uuid)
    candidatures = _candidatures(request, concours)
    return render(
        request,
        "porteurs/concours/edition.html",
        {
            "reseau": reseau,
            "concours": concours,
            "candidatures": candidatures,
            "autres": _autres(request, concours, candidatures),
            "jour": reseau.aujourd_hui(),
            "peut_tenir": not concours.clos
            and peut(request.acteur, "porteurs.concours.tenir", concours),
            "peut_candidater": not concours.clos
            and concours.ouvre_le <= reseau.aujourd_hui() <= concours.ferme_le
            and peut(request.acteur, "porteurs.concours.candidater", reseau),
        },
    )


def _autres(request, concours: Concours, candidatures: list[Candidature]) -> int:
    """Combien d'autres se présentent, pour qui suit ou anime ; zéro, donc rien, pour les autres."""
    if not _compte_exactement(request.acteur, concours.reseau):
        return 0
    presentees = concours.candidatures.exclude(etat=EtatCandidature.RETIREE).count()
    return presentees - sum(c.etat != EtatCandidature.RETIREE for c in candidatures)


def _candidatures(request, concours: Concours) -> list[Candidature]:
    """Ce que l'acteur en lit : ses dossiers, et la fiche de tous s'il tient le concours."""
    candidatures = list(
        Candidature.objects.visible_par(request.acteur)
        .filter(concours=concours)
        .select_related("dossier__commune", "dossier__reseau", "dossier__structure_responsable")
        .defer("dossier__vecteur_fiche", "dossier__vecteur_suivi")
        .order_by("rang", "presentee_le", "pk")
    )
    suivis = set(
        Dossier.objects.suivis_par(request.acteur)
        .filter(pk__in=[c.dossier_id for c in candidatures])
        .values_list("pk", flat=True)
    )
    adultes: dict[int, list[Participation]] = {}
    participations = Participation.objects.filter(
        dossier__in=[c.dossier_id for c in candidatures]
    ).select_related("porteur")
    for part in participations.order_by("rang"):
        adultes.setdefault(part.dossier_id, []).append(part)
    for candidature in candidatures:
        candidature.dossier.suivi = candidature.dossier_id in suivis
        candidature.personnes = noms_pour(
            adultes.get(candidature.dossier_id, []), candidature.dossier.suivi
        )
        candidature.tenue = peut(request.acteur, "porteurs.candidature.tenir", candidature.dossier)
    return candidatures


@require_http_methods(["GET", "POST"])
def nouveau(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.concours.creer", reseau)
    form = ConcoursForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, reseau=reseau
    )
    return _editer(
        request,
        reseau,
        form,
        lambda: service.creer_concours(acteur=request.acteur, reseau=reseau, **form.edition()),
        "Le concours est annoncé aux membres du réseau.",
    )


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    concours = _concours(request, reseau, uuid)
    exiger(request.acteur, "porteurs.concours.tenir", concours)
    form = ConcoursForm(
        request.POST or None,
        request.FILES or None,
        acteur=request.acteur,
        reseau=reseau,
        initial={
            champ: getattr(concours, champ)
            for champ in ("nom", "annee", "organisateur", "ouvre_le", "ferme_le", "dotation")
        }
        | {"organisatrice": concours.structure, "reglement": concours.reglement},
    )
    return _editer(
        request,
        reseau,
        form,
        lambda: service.modifier_concours(
            acteur=request.acteur, concours=concours, **form.edition()
        ),
        "Le concours est à jour.",
        concours,
    )


def _editer(request, reseau, form, agir, succes: str, concours: Concours | None = None):
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            edition = agir()
            edition.refresh_from_db(fields=["uuid"])
            messages.success(request, succes)
            return reverse("porteurs:concours_edition", args=[reseau.slug, edition.uuid])

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
            )
        except Refus as refus:
            champ = {"structure": "organisatrice"}.get(refus.champ, refus.champ)
            form.add_error(champ if champ in form.fields else None, refus.phrase)
    return render(
        request,
        "porteurs/concours/form.html",
        {"reseau": reseau, "form": form, "concours": concours},
    )


@require_GET
def reglement(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.concours", reseau)
    concours = _concours(request, reseau, uuid)
    if concours.reglement is None:
        raise Http404("Ce concours n’a pas de règlement.")
    return servir(request, concours.reglement, objet="porteurs.concours", reference=concours.uuid)


@require_http_methods(["GET", "POST"])
def candidater(request, reseau, uuid):
    """Présente un dossier suivi ; venu de sa page, sa référence est déjà écrite."""
    reseau = reseau_de_la_page(request, reseau)
    concours = _concours(request, reseau, uuid)
    exiger(request.acteur, "porteurs.concours.candidater", reseau)
    form = CandidatureForm(
        request.POST or None,
        jour=reseau.aujourd_hui(),
        initial={"reference": request.GET.get("reference", "")[:20]},
    )
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data

        def executer() -> str:
            dossier = _dossier_suivi(request, reseau, champs["reference"])
            service.candidater(
                acteur=request.acteur,
                concours=concours,
                dossier=dossier,
                **{c: champs[c] for c in ("accord_le", "accord_mode", "publication", "nom_publie")},
            )
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
            messages.success(request, f"Le dossier {dossier.reference} est candidat.")
            return reverse("porteurs:concours_edition", args=[reseau.slug, concours.uuid])

        try:
            return redirect(une_seule_fois(champs.get("cle_envoi"), request.acteur, executer))
        except Refus as refus:
            champ = {"dossier": "reference"}.get(refus.champ, refus.champ)
            form.add_error(champ if champ in form.fields else None, refus.phrase)
    return render(
        request,
        "porteurs/concours/candidater.html",
        {"reseau": reseau, "concours": concours, "form": form},
    )


def _dossier_suivi(request, reseau, reference: str) -> Dossier:
    """Celui de cette référence, s'il est de ceux que l'acteur suit ; sinon il n'existe pas."""
    dossier = (
        Dossier.objects.suivis_par(request.acteur)
        .filter(reseau=reseau, reference=reference.strip())
        .first()
    )
    if dossier is None:
        raise Refus("Aucun dossier de cette référence parmi ceux que vous suivez.", "dossier")
    return dossier


@require_POST
def preselection(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    concours = _concours(request, reseau, uuid)
    exiger(request.acteur, "porteurs.concours.tenir", concours)
    choisies = {int(pk) for pk in request.POST.getlist("retenue") if pk.isascii() and pk.isdigit()}
    try:
        nombre = service.preselectionner(
            acteur=request.acteur, concours=concours, retenues=choisies
        )
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        pluriel = "s" if nombre > 1 else ""
        messages.success(request, f"{nombre} candidature{pluriel} présélectionnée{pluriel}.")
    return redirect("porteurs:concours_edition", reseau=reseau.slug, uuid=uuid)


@require_http_methods(["GET", "POST"])
def palmares(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    concours = _concours(request, reseau, uuid)
    exiger(request.acteur, "porteurs.concours.tenir", concours)
    page = reverse("porteurs:concours_edition", args=[reseau.slug, concours.uuid])
    if concours.clos:
        messages.info(request, "Le palmarès est déjà proclamé : plus rien ne change.")
        return redirect(page)
    candidatures = [
        c for c in _candidatures(request, concours) if c.etat != EtatCandidature.RETIREE
    ]
    form = PalmaresForm(request.POST or None, jour=reseau.aujourd_hui(), candidatures=candidatures)
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            service.proclamer(
                acteur=request.acteur,
                concours=concours,
                le=form.cleaned_data["le"],
                resultats={pk: service.Resultat(**r) for pk, r in form.laureats().items()},
            )
            messages.success(request, "Le palmarès est proclamé ; chaque prix est au dossier.")
            return page

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
            )
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
    return render(
        request,
        "porteurs/concours/palmares.html",
        {"reseau": reseau, "concours": concours, "form": form},
    )


def _candidature_suivie(request, reseau, uuid) -> Candidature:
    return get_object_or_404(
        Candidature.objects.visible_par(request.acteur)
        .select_related("dossier__reseau", "concours")
        .filter(dossier__reseau__slug=reseau),
        uuid=uuid,
    )


@require_POST
def candidature_retirer(request, reseau, uuid):
    candidature = _candidature_suivie(request, reseau, uuid)
    exiger(request.acteur, "porteurs.candidature.tenir", candidature)
    if service.retirer_candidature(acteur=request.acteur, candidature=candidature):
        consigner_dossier(request.acteur, Operation.MODIFICATION, candidature.dossier)
        messages.success(request, "La candidature est retirée.")
    else:
        messages.info(request, "Le palmarès est proclamé, ou c’était déjà fait.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=candidature.dossier.uuid)


@require_http_methods(["GET", "POST"])
def candidature_publication(request, reseau, uuid):
    candidature = _candidature_suivie(request, reseau, uuid)
    exiger(request.acteur, "porteurs.candidature.tenir", candidature)
    dossier = candidature.dossier
    jour = dossier.reseau.aujourd_hui()
    form = PublicationForm(
        request.POST or None,
        jour=jour,
        initial={
            "publication": candidature.publication_le is not None,
            "nom_publie": candidature.nom_publie,
        },
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Paraître au palmarès",
            f"{candidature.concours} : le palmarès public ne nomme que celles et ceux qui l’ont "
            "accepté. Décocher retire le nom aussitôt.",
            "Enregistrer",
        ),
        lambda champs: service.accorder_la_publication(
            acteur=request.acteur,
            candidature=candidature,
            le=jour if champs["publication"] else None,
            nom=champs["nom_publie"],
        ),
        "C’est noté.",
    )


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def laureats(request, reseau):
    """Public : les palmarès proclamés, et les seuls lauréats qui ont accepté d'être nommés."""
    reseau = get_object_or_404(
        Reseau.objects.filter(modules__contains=[Module.DOSSIERS]), slug=reseau
    )
    depuis = reseau.aujourd_hui().year - ANNEES_PUBLIEES
    lignes = (
        Candidature.objects.a_publier()
        .filter(concours__reseau=reseau, concours__annee__gt=depuis)
        .select_related("concours", "dossier__commune")
        .only(
            "nom_publie",
            "montant",
            "rang",
            "concours__nom",
            "concours__annee",
            "concours__clos_le",
            "dossier__intitule",
            "dossier__commune__nom",
        )
        .order_by("-concours__annee", "concours__nom", "rang", "nom_publie", "pk")
    )
    editions: dict[int, dict] = {}
    for ligne in lignes:
        edition = editions.setdefault(
            ligne.concours_id, {"concours": ligne.concours, "laureats": []}
        )
        edition["laureats"].append(ligne)
    return render(
        request,
        "porteurs/concours/laureats.html",
        {"reseau_public": reseau, "editions": list(editions.values())},
    )
