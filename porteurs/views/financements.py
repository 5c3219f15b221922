"""Les financements d'un dossier, et leurs totaux par année."""

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import EtatFinancement, NatureFinancement
from porteurs.forms.financements import FinancementForm, ReponseFinancementForm
from porteurs.forms.installations import LienForm
from porteurs.journal import consigner_dossier
from porteurs.models import Dossier, Financement, LienDossiers
from porteurs.services import cessions
from porteurs.services import financements as service
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from socle.enums import Operation
from socle.permissions import exiger, peut

ANNEES = 5


def _soutiens(dossier: Dossier) -> str:
    return reverse("porteurs:dossier_soutiens", args=[dossier.reseau.slug, dossier.uuid])


def contexte_des_financements(acteur, dossier: Dossier) -> dict:
    """Pour ``porteurs/financements/_bloc.html`` : à donner à qui suit le dossier seulement."""
    lignes = list(
        Financement.objects.visible_par(acteur)
        .filter(dossier=dossier)
        .select_related("structure")
        .order_by("-pk")
    )
    tient = peut(acteur, "porteurs.financement.tenir", dossier)
    for ligne in lignes:
        ligne.a_repondre = tient and bool(service.suites(ligne))
    return {
        "financements": lignes,
        "finance": sum(ligne.montant or 0 for ligne in lignes),
        "peut_financer": tient,
    }


@require_http_methods(["GET", "POST"])
def ajouter(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.financement.tenir", dossier)
    return mener(
        request,
        dossier,
        FinancementForm(request.POST or None, reseau=dossier.reseau),
        Geste(
            "Noter un financement",
            "Là où il en est aujourd’hui : vous noterez la réponse et le versement quand ils "
            "viendront. Lu par celles et ceux qui suivent le dossier.",
            "Enregistrer",
        ),
        lambda champs: service.ajouter_financement(
            acteur=request.acteur,
            dossier=dossier,
            nature=champs["nature"],
            etat=champs["etat"],
            montant=champs["montant"],
            le=champs["le"],
            structure=champs["structure_qui"],
            financeur=champs["financeur"],
            motif=champs["motif"],
        ),
        "Le financement est noté.",
        retour=_soutiens(dossier),
    )


def _financement_visible(request, reseau, uuid) -> Financement:
    return get_object_or_404(
        Financement.objects.visible_par(request.acteur)
        .select_related("dossier__reseau", "structure")
        .filter(dossier__reseau__slug=reseau),
        uuid=uuid,
    )


@require_http_methods(["GET", "POST"])
def repondre(request, reseau, uuid):
    financement = _financement_visible(request, reseau, uuid)
    dossier = financement.dossier
    exiger(request.acteur, "porteurs.financement.tenir", financement)
    suites = service.suites(financement)
    if not suites:
        messages.info(request, f"Ce financement est déjà {financement.get_etat_display()}.")
        return redirect(_soutiens(dossier))
    form = ReponseFinancementForm(
        request.POST or None,
        jour=dossier.reseau.aujourd_hui(),
        suites=suites,
        initial={"montant": financement.montant_demande},
    )
    versement = EtatFinancement.VERSE in suites
    return mener(
        request,
        dossier,
        form,
        Geste(
            "L’argent est arrivé" if versement else "La réponse est arrivée",
            f"{financement.get_nature_display().capitalize()}, {financement.qui}.",
            "Enregistrer",
        ),
        lambda champs: service.repondre_financement(
            acteur=request.acteur,
            financement=financement,
            reponse=champs["reponse"],
            le=champs["le"],
            montant=champs.get("montant"),
            motif=champs.get("motif", ""),
        ),
        "C’est noté.",
        retour=_soutiens(dossier),
    )


@require_POST
def retirer(request, reseau, uuid):
    financement = _financement_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.financement.tenir", financement)
    if service.retirer_financement(acteur=request.acteur, financement=financement):
        consigner_dossier(request.acteur, Operation.MODIFICATION, financement.dossier)
        messages.success(request, "La ligne est retirée.")
    else:
        messages.info(request, "Ce prix vient d’un palmarès : il ne se retire pas ici.")
    return redirect(_soutiens(financement.dossier))


# --- Les totaux ----------------------------------------------------------------------------------


@require_GET
def totaux(request, reseau):
    """Année par année : tout le réseau pour l'animation, ses dossiers suivis pour les autres."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.financements", reseau)
    courante = reseau.aujourd_hui().year
    annees = list(range(courante, courante - ANNEES, -1))
    demandee = request.GET.get("annee", "")
    annee = int(demandee) if demandee in map(str, annees) else courante
    entier = Fonction.ANIMATEUR in request.acteur.fonctions(reseau.pk)
    lignes = Financement.objects.filter(dossier__reseau=reseau)
    if not entier:
        lignes = lignes.visible_par(request.acteur)
    acquis = lignes.acquis().filter(accorde_le__year=annee)
    # Qui ne suit pas ces dossiers ne doit pouvoir y lire l'affaire de personne.
    seuil = reseau.seuil_masquage if entier else 0
    natures = masquer(list(_par(acquis, "nature")), seuil)
    total = acquis.aggregate(
        nombre=Count("pk"), dossiers=Count("dossier", distinct=True), somme=Sum("montant")
    )
    attente = lignes.filter(etat=EtatFinancement.DEMANDE).aggregate(
        nombre=Count("pk"), dossiers=Count("dossier", distinct=True), somme=Sum("montant_demande")
    )
    for chiffres in (total, attente):
        chiffres["masque"] = chiffres["dossiers"] < seuil
    for ligne in natures:
        ligne["quoi"] = NatureFinancement(ligne["nature"]).label.capitalize()
    return render(
        request,
        "porteurs/financements/totaux.html",
        {
            "reseau": reseau,
            "annee": annee,
            "annees": annees,
            "entier": entier,
            "natures": natures,
            "financeurs": masquer(list(_par(acquis.annotate(quoi=_QUI), "quoi")), seuil),
            "total": total,
            "attente": attente,
        },
    )


_QUI = Coalesce("structure__nom", "financeur")


def _par(acquis, champ: str):
    """Une ligne par valeur du champ, la plus grosse somme d'abord."""
    return (
        acquis.order_by()
        .values(champ)
        .annotate(
            nombre=Count("pk"),
            dossiers=Count("dossier", distinct=True),
            somme=Sum("montant"),
            verse=Sum("montant", filter=Q(etat=EtatFinancement.VERSE)),
            verses=Count("dossier", distinct=True, filter=Q(etat=EtatFinancement.VERSE)),
        )
        .order_by("-somme", champ)
    )


def masquer(lignes: list[dict], seuil: int) -> list[dict]:
    """Tait les lignes sous le seuil, et de quoi les retrouver par différence avec le total.

    Une ligne tue se déduirait des autres : la plus petite de celles qui restent se tait avec elle.
    """
    tues = [x for x in lignes if x["dossiers"] < seuil]
    if tues and (restent := [x for x in lignes if x["dossiers"] >= seuil]):
        tues.append(min(restent, key=lambda x: x["dossiers"]))
    for ligne in lignes:
        ligne["masque"] = any(ligne is x for x in tues)
        reste = ligne["dossiers"] - ligne["verses"]
        if ligne["verses"] < seuil or 0 < reste < seuil:
            ligne["verse"] = None
    return lignes


# --- Qui cède, qui reprend -----------------------------------------------------------------------


def contexte_des_liens(acteur, dossier: Dossier) -> dict:
    """Pour ``porteurs/financements/_liens.html`` : les liens dont l'acteur voit les deux bouts."""
    liens = list(
        LienDossiers.objects.visible_par(acteur)
        .filter(Q(cedant=dossier) | Q(repreneur=dossier))
        .select_related("cedant", "repreneur")
        .defer(*_VECTEURS)
        .order_by("fini_le", "-pk")
    )
    for lien in liens:
        lien.autre = lien.repreneur if lien.cedant_id == dossier.pk else lien.cedant
    return {"liens": liens, "peut_relier": peut(acteur, "porteurs.lien.tenir", dossier)}


_VECTEURS = [
    f"{bout}__{champ}"
    for bout in ("cedant", "repreneur")
    for champ in ("vecteur_fiche", "vecteur_suivi")
]


@require_http_methods(["GET", "POST"])
def relier(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.lien.tenir", dossier)
    return mener(
        request,
        dossier,
        LienForm(request.POST or None, jour=dossier.reseau.aujourd_hui()),
        Geste(
            "Relier qui cède et qui reprend",
            "Le lien se lit des deux côtés, par qui voit les deux dossiers et personne d’autre. Il "
            "finit de lui-même quand le repreneur est installé.",
            "Relier les deux dossiers",
        ),
        lambda champs: cessions.relier(
            acteur=request.acteur, dossier=dossier, reference=champs["reference"]
        ),
        "Les deux dossiers sont reliés.",
    )


@require_POST
def delier(request, reseau, uuid, lien):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.lien.tenir", dossier)
    lien = get_object_or_404(
        LienDossiers.objects.visible_par(request.acteur).filter(
            Q(cedant=dossier) | Q(repreneur=dossier)
        ),
        uuid=lien,
    )
    if cessions.delier(acteur=request.acteur, dossier=dossier, lien=lien):
        consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
        messages.success(request, "La mise en relation est close. L’historique la garde.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=uuid)
