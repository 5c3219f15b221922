"""Un besoin : le noter, lire à qui le proposer et pourquoi, le proposer, le fermer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Cote
from partenaires.models import Structure, Theme
from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.forms.besoins import BesoinForm, CloreBesoinForm, OrienterForm
from porteurs.journal import consigner_dossier
from porteurs.models import Acces, Besoin, Dossier, Orientation
from porteurs.orientation.classement import au_dela, declarees
from porteurs.orientation.lecture import proposer
from porteurs.permissions.dossiers import lit_le_prive, suit
from porteurs.services import besoins as service
from porteurs.services import orientations
from porteurs.views.acquerir import dossier_de_la_page
from socle.enums import Operation
from socle.models import Utilisateur
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois


def contexte_besoins(acteur, dossier: Dossier) -> dict:
    """Pour ``porteurs/besoins/_bloc.html`` : à qui voit la fiche. Deux ou trois requêtes."""
    besoins = list(
        Besoin.objects.filter(dossier=dossier)
        .avec_precisions(acteur)
        .select_related("theme")
        .order_by("clos_le", "-pk")
    )
    en_main = {
        o.besoin_id: o
        for o in Orientation.objects.filter(
            besoin__in=[b.pk for b in besoins if not b.clos],
            etat__in=(EtatOrientation.ENVOYEE, EtatOrientation.PRISE),
        )
        .select_related("structure")
        .order_by("pk")
    }
    for besoin in besoins:
        besoin.en_main = en_main.get(besoin.pk)
    peut_ajouter = peut(acteur, "porteurs.besoin.ajouter", dossier)
    return {
        "besoins": [b for b in besoins if not b.clos],
        "besoins_clos": [b for b in besoins if b.clos],
        "peut_ajouter_besoin": peut_ajouter,
        "form_besoin": formulaire_besoin(dossier) if peut_ajouter else None,
    }


def formulaire_besoin(dossier: Dossier, donnees=None) -> BesoinForm:
    return BesoinForm(donnees, themes=Theme.objects.du_reseau(dossier.reseau), etape=dossier.etape)


@require_http_methods(["GET", "POST"])
def ajouter(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.besoin.ajouter", dossier)
    form = formulaire_besoin(dossier, request.POST or None)
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            champs = form.cleaned_data
            besoin = service.ajouter_besoin(
                acteur=request.acteur,
                dossier=dossier,
                theme=champs["theme"],
                etape=champs["etape"],
                precisions=champs["precisions"],
            )
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier, "besoin")
            messages.success(request, _note(besoin))
            return reverse("porteurs:besoin", args=[reseau, besoin.uuid])

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)
            )
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "porteurs/besoins/ajouter.html",
        {"reseau": dossier.reseau, "dossier": dossier, "form": form},
    )


def _note(besoin: Besoin) -> str:
    besoin.refresh_from_db(fields=["uuid"])
    if besoin.etat == EtatBesoin.SANS_SOLUTION:
        return (
            "Le besoin est noté. Personne dans le réseau ne sait encore y répondre\u00a0: il est compté "
            "parmi les manques du réseau."
        )
    return "Le besoin est noté. Voici à qui le proposer."


def besoin_de_la_page(request, reseau: str, uuid) -> Besoin:
    """Le besoin d'un dossier visible, avec ce que l'acteur en lit."""
    besoin = get_object_or_404(
        Besoin.objects.visible_par(request.acteur)
        .avec_precisions(request.acteur)
        .select_related(*service.LUS)
        .annotate(
            suivi=Acces.objects.ouvrant(request.acteur, "professionnel", "dossier"),
            prive=Acces.objects.ouvrant_le_prive(request.acteur, "dossier"),
        ),
        uuid=uuid,
        dossier__reseau__slug=reseau,
    )
    besoin.dossier.suivi, besoin.dossier.prive = besoin.suivi, besoin.prive
    return besoin


@require_GET
def besoin(request, reseau, uuid):
    besoin = besoin_de_la_page(request, reseau, uuid)
    acteur = request.acteur
    exiger(acteur, "porteurs.besoin.voir", besoin)
    consigner_dossier(acteur, Operation.CONSULTATION, besoin.dossier, "besoin")
    tient = peut(acteur, "porteurs.besoin.tenir", besoin)
    a_proposer = tient and besoin.etat != EtatBesoin.PRIS
    propositions = proposer(besoin) if a_proposer else []
    return render(
        request,
        "porteurs/besoins/besoin.html",
        {
            "reseau": besoin.dossier.reseau,
            "dossier": besoin.dossier,
            "besoin": besoin,
            "orientations": orientations_lues(acteur, besoin),
            "a_proposer": a_proposer,
            "declarees": declarees(propositions),
            "au_dela": au_dela(propositions),
            "seul_le_theme": besoin.cote == Cote.PRIVE,
            "peut_tenir": tient,
        },
    )


def orientations_lues(acteur, besoin: Besoin) -> list[Orientation]:
    """Ce que cet acteur lit de chaque proposition, et ce qu'il peut en faire.

    Qui ne suit pas le dossier ne lit que celles faites à sa structure.
    """
    lignes = list(
        besoin.orientations.select_related(
            "structure", "personne", "envoyee_par", "repondue_par"
        ).order_by("-pk")
    )
    siennes = set(acteur.structures(besoin.reseau_id, "technicien"))
    suivi = suit(acteur, besoin.dossier)
    prive_ferme = besoin.cote == Cote.PRIVE and not lit_le_prive(acteur, besoin.dossier)
    nommees = service.structures_au_prive(besoin.dossier) if prive_ferme and lignes else set()
    lues = []
    for ligne in lignes:
        ligne.besoin = besoin
        sienne = ligne.structure_id in siennes
        if not (suivi or sienne):
            continue
        # Le mot du côté privé suit l'accord : retiré, la structure ne le lit plus.
        ligne.mot_lisible = not prive_ferme or (sienne and ligne.structure_id in nommees)
        ligne.a_repondre = peut(acteur, "porteurs.orientation.repondre", ligne)
        ligne.a_passer = peut(acteur, "porteurs.orientation.passer", ligne)
        ligne.a_retirer = peut(acteur, "porteurs.orientation.retirer", ligne)
        ligne.a_revoir = peut(acteur, "porteurs.orientation.revoir", ligne)
        lues.append(ligne)
    return lues


@require_http_methods(["GET", "POST"])
def orienter(request, reseau, uuid):
    besoin = besoin_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.besoin.tenir", besoin)
    return choisir(
        request,
        besoin,
        lambda **choix: orientations.orienter(acteur=request.acteur, besoin=besoin, **choix),
        titre="Proposer ce besoin",
        fait="C’est parti\u00a0: la structure reçoit la proposition et peut répondre d’un geste.",
    )


def choisir(request, besoin: Besoin, agir, *, titre: str, fait: str):
    """Le choix d'une structure, d'une personne et d'un mot ; ``agir`` reçoit les trois."""
    propositions = proposer(besoin)
    choisie = _choisie(request, propositions)
    permis = choisie is None or orientations.message_permis(besoin, choisie.partenaire.pk)
    form = OrienterForm(
        request.POST if request.method == "POST" else None,
        propositions=propositions,
        choisie=choisie,
        message_permis=permis,
    )
    page = reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            champs = form.cleaned_data
            agir(
                structure=Structure.objects.get(pk=champs["structure"]),
                personne=Utilisateur.objects.filter(pk=champs.get("personne") or 0).first(),
                message=champs.get("message", ""),
            )
            consigner_dossier(request.acteur, Operation.MODIFICATION, besoin.dossier, "besoin")
            messages.success(request, fait)
            return retour_lisible(request, besoin)

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
            )
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
    return render(
        request,
        "porteurs/besoins/proposer.html",
        {
            "reseau": besoin.dossier.reseau,
            "dossier": besoin.dossier,
            "besoin": besoin,
            "form": form,
            "choisie": choisie,
            "message_permis": permis,
            "titre": titre,
            "retour": page,
        },
    )


def _choisie(request, propositions):
    """La proposition désignée : par son adresse d'abord, par le formulaire ensuite."""
    designee = request.POST.get("structure") or request.GET.get("structure", "")
    return next(
        (p for p in propositions if designee in (p.partenaire.uuid, str(p.partenaire.pk))), None
    )


def retour_lisible(request, besoin: Besoin) -> str:
    """La page du besoin si l'acteur la voit encore après son geste, sinon son tableau."""
    if Besoin.objects.visible_par(request.acteur).filter(pk=besoin.pk).exists():
        return reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])
    return reverse("accueil:tableau")


@require_POST
def sans_solution(request, reseau, uuid):
    besoin = besoin_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.besoin.tenir", besoin)
    try:
        service.compter_sans_solution(acteur=request.acteur, besoin=besoin)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        consigner_dossier(request.acteur, Operation.MODIFICATION, besoin.dossier, "besoin")
        messages.success(request, "C’est compté parmi les manques du réseau.")
    return redirect("porteurs:besoin", reseau=reseau, uuid=uuid)


@require_http_methods(["GET", "POST"])
def clore(request, reseau, uuid):
    besoin = besoin_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.besoin.tenir", besoin)
    form = CloreBesoinForm(request.POST or None)
    return mener_besoin(
        request,
        besoin,
        form,
        {
            "titre": "Fermer ce besoin",
            "explication": "La structure qui s’en chargeait cesse de suivre le dossier, sauf à un "
            "autre titre.",
            "bouton": "Fermer le besoin",
        },
        lambda champs: service.clore_besoin(
            acteur=request.acteur,
            besoin=besoin,
            etat=champs["etat"],
            conclusion=champs["conclusion"],
        ),
        "Le besoin est fermé.",
    )


def mener_besoin(request, besoin: Besoin, form, geste: dict, agir, fait: str):
    """Montre le formulaire, agit une seule fois quand il est juste, et revient au besoin."""
    retour = reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            agir(form.cleaned_data)
            consigner_dossier(request.acteur, Operation.MODIFICATION, besoin.dossier, "besoin")
            messages.success(request, fait)
            return retour_lisible(request, besoin)

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
            )
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
    contexte = {
        "reseau": besoin.dossier.reseau,
        "dossier": besoin.dossier,
        "form": form,
        "geste": geste,
        "retour": retour,
    }
    return render(request, "porteurs/geste.html", contexte)
