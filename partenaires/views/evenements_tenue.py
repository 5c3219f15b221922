"""Tenir un évènement : ses inscrits, la feuille à signer, ses exposants, son budget, ses avis."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import EtatInscription, NatureEvenement
from partenaires.forms.evenements import ExposantForm, LigneBudgetForm
from partenaires.models import Evenement, Inscription, Mandat
from partenaires.services import evenements as service
from partenaires.services.inscriptions import desister, marquer_les_presences
from partenaires.views.evenements import evenement_de_la_page
from socle.enums import Operation
from socle.journal import consigner
from socle.pdf import composer
from socle.permissions import peut
from socle.refus import Refus
from socle.tableurs import reponse_tableur
from socle.texte import cle
from socle.unicite import une_seule_fois

TENIR, BUDGET = "partenaires.evenement.tenir", "partenaires.evenement.budget"
# De quoi signer pour qui vient sans s'être inscrit.
LIGNES_LIBRES = 8
PAR_PAGE = 50


def avec_structures(evenement: Evenement, inscriptions: Iterable[Inscription]) -> list:
    """Ces inscriptions, chacune avec la structure de la personne (``chez``), lues d'un coup."""
    lignes = list(inscriptions)
    structures: dict[int, list[str]] = {}
    mandats = Mandat.objects.actifs(evenement.reseau.aujourd_hui()).filter(
        reseau=evenement.reseau_id, utilisateur__in=[i.utilisateur_id for i in lignes]
    )
    for personne, nom in mandats.values_list("utilisateur_id", "structure__nom").order_by(
        "structure__cle_tri"
    ):
        if nom not in structures.setdefault(personne, []):
            structures[personne].append(nom)
    for inscription in lignes:
        inscription.chez = inscription.structure or ", ".join(
            structures.get(inscription.utilisateur_id, [])
        )
    return lignes


@require_http_methods(["GET", "POST"])
def inscrits(request, reseau, uuid):
    """Qui vient ; POST reporte les présences de la feuille signée."""
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    if request.method == "POST":
        marquer_les_presences(
            evenement=evenement,
            vues=_uuids(request.POST.getlist("vue")),
            presentes=_uuids(request.POST.getlist("presente")),
        )
        messages.success(request, "Les présences sont enregistrées.")
        return redirect(request.get_full_path())
    consigner(request.acteur, Operation.CONSULTATION, "inscrits", evenement.uuid)
    tous = evenement.inscriptions.select_related("utilisateur").dans_l_ordre()
    page = Paginator(tous.retenues(), PAR_PAGE).get_page(request.GET.get("page"))
    attente = tous.filter(etat=EtatInscription.ATTENTE)[:PAR_PAGE]
    lignes = avec_structures(evenement, [*page, *attente])
    return render(
        request,
        "partenaires/evenement_inscrits.html",
        {
            "reseau": reseau,
            "evenement": evenement,
            "page_inscrits": page,
            "retenues": [i for i in lignes if not i.en_attente],
            "attente": [i for i in lignes if i.en_attente],
            "peut_exporter": peut(request.acteur, "partenaires.evenement.exporter", evenement),
            "peut_budget": peut(request.acteur, BUDGET, evenement),
        },
    )


def _uuids(valeurs: list[str]) -> set[UUID]:
    """Les identifiants lisibles parmi ceux qu'envoie la page."""
    lus = set()
    for valeur in valeurs:
        with suppress(ValueError):
            lus.add(UUID(valeur))
    return lus


@require_POST
def inscrit_retirer(request, reseau, uuid, inscription):
    """La place va à la personne suivante ; celle qu'on retire n'est pas prévenue d'ici."""
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    objet = get_object_or_404(
        evenement.inscriptions.select_related("evenement", "utilisateur"), uuid=inscription
    )
    desister(inscription=objet)
    messages.success(
        request,
        f"{objet.qui} n’est plus sur la liste. Si quelqu’un attendait, sa place est confirmée "
        "par courriel.",
    )
    return redirect("partenaires:evenement_inscrits", reseau=reseau.slug, uuid=uuid)


@require_GET
def emargement(request, reseau, uuid):
    """La feuille à imprimer et à signer."""
    _, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    consigner(request.acteur, Operation.TELECHARGEMENT, "emargement", evenement.uuid)
    inscriptions = evenement.inscriptions.retenues().select_related("utilisateur")
    retenues = sorted(avec_structures(evenement, inscriptions), key=lambda i: cle(i.qui))
    contenu = composer(
        "partenaires/emargement.typ",
        {
            "titre": f"Feuille d’émargement : {evenement.intitule}",
            "sous_titre": "\n".join(filter(None, [evenement.quand, evenement.ou])),
            "reseau": evenement.reseau.nom,
            "mention": "Feuille gardée par l’organisateur pour justifier des présences.",
            "rangees": [[i.qui, i.chez, ""] for i in retenues] + [["", "", ""]] * LIGNES_LIBRES,
        },
    )
    nom = f"emargement-{slugify(evenement.intitule)[:60]}.pdf"
    return HttpResponse(
        contenu,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, nom)},
    )


@require_GET
def export(request, reseau, uuid):
    """Les inscrits en feuille de calcul ; l'export est inscrit au journal."""
    _, evenement = evenement_de_la_page(request, reseau, uuid, "partenaires.evenement.exporter")
    consigner(request.acteur, Operation.EXPORT, "inscrits", evenement.uuid)
    presence = {True: "oui", False: "non", None: ""}
    lignes = [
        [
            i.qui,
            i.adresse,
            i.chez,
            "membre" if i.utilisateur_id else "dehors",
            i.get_etat_display(),
            i.cree_le,
            presence[i.presente],
        ]
        for i in avec_structures(
            evenement, evenement.inscriptions.select_related("utilisateur").dans_l_ordre()
        )
    ]
    entetes = ["Nom", "Courriel", "Structure", "Qui", "État", "Inscription le", "Présence"]
    format_ = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return reponse_tableur(f"inscrits-{slugify(evenement.intitule)[:60]}", entetes, lignes, format_)


def _ajouter(request, evenement, form, service_ajout, route: str, gabarit: str, contexte: dict):
    """Une liste et son formulaire d'ajout : le même geste pour les exposants et le budget."""
    reseau = evenement.reseau
    adresse = reverse(f"partenaires:{route}", args=[reseau.slug, evenement.uuid])
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            service_ajout()
            return adresse

        try:
            return redirect(une_seule_fois(form.cleaned_data["cle_envoi"], request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        gabarit,
        {
            "reseau": reseau,
            "evenement": evenement,
            "form": form,
            "peut_budget": peut(request.acteur, BUDGET, evenement),
            **contexte,
        },
    )


@require_http_methods(["GET", "POST"])
def exposants(request, reseau, uuid):
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    get_object_or_404(Evenement, pk=evenement.pk, nature=NatureEvenement.FORUM)
    form = ExposantForm(request.POST or None, reseau=reseau)
    return _ajouter(
        request,
        evenement,
        form,
        lambda: service.accueillir_un_exposant(evenement=evenement, **form.exposant()),
        "evenement_exposants",
        "partenaires/evenement_exposants.html",
        {"exposants": evenement.exposants.select_related("structure").order_by("stand", "pk")},
    )


@require_POST
def exposant_retirer(request, reseau, uuid, exposant):
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    objet = get_object_or_404(evenement.exposants.select_related("structure"), uuid=exposant)
    objet.delete()
    messages.success(request, f"{objet} n’expose plus.")
    return redirect("partenaires:evenement_exposants", reseau=reseau.slug, uuid=uuid)


@require_http_methods(["GET", "POST"])
def budget(request, reseau, uuid):
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, BUDGET)
    form = LigneBudgetForm(request.POST or None)
    return _ajouter(
        request,
        evenement,
        form,
        lambda: service.inscrire_au_budget(evenement=evenement, **form.ligne()),
        "evenement_budget",
        "partenaires/evenement_budget.html",
        {
            "lignes": evenement.budget.order_by("sens", "pk"),
            "totaux": service.totaux(evenement),
        },
    )


@require_POST
def budget_retirer(request, reseau, uuid, ligne):
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, BUDGET)
    objet = get_object_or_404(evenement.budget, uuid=ligne)
    objet.delete()
    messages.success(request, f"La ligne « {objet.libelle} » est retirée.")
    return redirect("partenaires:evenement_budget", reseau=reseau.slug, uuid=uuid)


@require_GET
def avis(request, reseau, uuid):
    """Ce qu'on en a pensé, rassemblé : rien sous le seuil du réseau."""
    reseau, evenement = evenement_de_la_page(request, reseau, uuid, TENIR)
    return render(
        request,
        "partenaires/evenement_avis.html",
        {
            "reseau": reseau,
            "evenement": evenement,
            "avis": service.avis_rassembles(evenement),
            "peut_budget": peut(request.acteur, BUDGET, evenement),
        },
    )
