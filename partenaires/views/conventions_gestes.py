"""Écrire, signer, dénoncer une convention ; ses avenants, ses objectifs, ses pièces, son modèle."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.forms.conventions import (
    AvenantForm,
    ConventionForm,
    DenonciationForm,
    DocumentForm,
    ModeleForm,
    ObjectifForm,
    SignatureForm,
    SuiviForm,
    lendemain,
)
from partenaires.models import ConventionStructure, DocumentConvention, Mandat, Objectif
from partenaires.services.avenants import ajouter_avenant
from partenaires.services.conventions import (
    creer_convention,
    denoncer_convention,
    modifier_convention,
    presentes,
    renoncer_a_denoncer,
    signer_convention,
    texte_en_vigueur,
)
from partenaires.services.modele_convention import REPERES, ecrire_modele, modele_du_reseau
from partenaires.services.objectifs import ajouter_objectif, joindre_document, suivre_objectif
from partenaires.views.commun import reseau_de_la_page
from partenaires.views.conventions import convention_de_la_page, conventions_lisibles, situer
from socle.dates import date_en_mots
from socle.fichiers import servir
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

TENIR = "partenaires.convention.tenir"


def _tenue(request, slug, uuid):
    """Le réseau et la convention de la page, pour qui tient les conventions (403 sinon)."""
    reseau = reseau_de_la_page(request, slug)
    objet = convention_de_la_page(request, reseau, uuid)
    exiger(request.acteur, TENIR, objet)
    return reseau, situer(objet, reseau.aujourd_hui())


def _page(convention) -> str:
    return reverse("partenaires:convention", args=[convention.reseau.slug, convention.uuid])


def _agir(request, form, agir) -> str | None:
    """Joue le geste une seule fois ; l'adresse où aller, ou rien si un refus est à lire."""
    cle = form.cleaned_data.pop("cle_envoi", None)
    try:
        return une_seule_fois(cle, request.acteur, lambda: agir(**form.cleaned_data))
    except Refus as refus:
        form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
    return None


@require_http_methods(["GET", "POST"])
def convention_nouvelle(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, TENIR, reseau)
    initial = {"debut": reseau.aujourd_hui(), "texte": modele_du_reseau(reseau)[0]}
    form = ConventionForm(request.POST or None, reseau=reseau, initial=initial)

    def agir(*, dernier_jour, revision, **champs):
        convention = creer_convention(reseau=reseau, fin=lendemain(dernier_jour), **champs)
        messages.success(request, "L’engagement est écrit. Il deviendra une convention signée.")
        return _page(convention)

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    contexte = {"reseau": reseau, "form": form, "reperes": REPERES.items()}
    return render(request, "partenaires/convention_ecrire.html", contexte)


@require_http_methods(["GET", "POST"])
def convention_modifier(request, reseau, uuid):
    """Tant que rien n'est signé : ensuite, seul un avenant la change."""
    reseau, objet = _tenue(request, reseau, uuid)
    initial = {
        "intitule": objet.intitule,
        "structures": [p.structure.uuid for p in objet.parties.all() if p.retrait_le is None],
        "debut": objet.debut,
        "dernier_jour": objet.dernier_jour,
        "texte": objet.texte,
        "revision": objet.revision,
    }
    form = ConventionForm(request.POST or None, reseau=reseau, initial=initial)

    def agir(*, dernier_jour, revision, **champs):
        modifier_convention(
            convention=objet, revision=revision or 0, fin=lendemain(dernier_jour), **champs
        )
        messages.success(request, "L’engagement est à jour.")
        return _page(objet)

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    _reprendre_la_revision(form, objet)
    contexte = {
        "reseau": reseau,
        "convention": objet,
        "form": form,
        "reperes": REPERES.items(),
    }
    return render(request, "partenaires/convention_ecrire.html", contexte)


def _reprendre_la_revision(form, objet) -> None:
    """Après un conflit, l'envoi suivant part de la version qui vient d'être montrée."""
    if form.is_bound and form.errors:
        form.data = form.data.copy()
        form.data["revision"] = objet.revision


@require_http_methods(["GET", "POST"])
def convention_signer(request, reseau, uuid):
    reseau, objet = _tenue(request, reseau, uuid)
    initial = {"signee_le": reseau.aujourd_hui(), "revision": objet.revision}
    form = SignatureForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, initial=initial
    )

    def agir(*, fichier, **champs):
        with transaction.atomic():
            signer_convention(convention=objet, **champs)
            if fichier:
                joindre_document(acteur=request.acteur, convention=objet, fichier=fichier)
        messages.success(
            request,
            "La convention est signée, et le document signé est joint."
            if fichier
            else "La convention est signée. Le document signé se joint ci-dessous, quand vous l’aurez.",
        )
        return f"{_page(objet)}#documents"

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    _reprendre_la_revision(form, objet)
    contexte = {"reseau": reseau, "convention": objet, "form": form}
    return render(request, "partenaires/convention_signer.html", contexte)


@require_http_methods(["GET", "POST"])
def convention_denoncer(request, reseau, uuid):
    """GET nomme les conséquences, POST annonce la fin ; les droits courent jusque-là."""
    reseau, objet = _tenue(request, reseau, uuid)
    form = DenonciationForm(request.POST or None)

    def agir(*, dernier_jour, motif):
        denoncer_convention(convention=objet, dernier_jour=dernier_jour, motif=motif)
        messages.success(request, f"Elle prendra fin au soir du {date_en_mots(dernier_jour)}.")
        return _page(objet)

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    jour = reseau.aujourd_hui()
    autres = ConventionStructure.objects.en_vigueur(jour).filter(convention__reseau=reseau)
    liees = set(autres.exclude(convention=objet).values_list("structure_id", flat=True))
    partantes = [p.structure for p in objet.parties_du_jour if p.structure_id not in liees]
    mandats = Mandat.objects.actifs(jour).filter(reseau=reseau, structure__in=partantes)
    contexte = {
        "reseau": reseau,
        "convention": objet,
        "form": form,
        "partantes": partantes,
        "personnes": mandats.values("utilisateur").distinct().count(),
    }
    return render(request, "partenaires/convention_denoncer.html", contexte)


@require_POST
def convention_renoncer(request, reseau, uuid):
    _, objet = _tenue(request, reseau, uuid)
    try:
        renoncer_a_denoncer(convention=objet)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(
            request,
            "La dénonciation est retirée, la convention retrouve sa fin d’avant. Ce qui avait déjà "
            "changé de mains y reste.",
        )
    return redirect(_page(objet))


@require_http_methods(["GET", "POST"])
def avenant_nouveau(request, reseau, uuid):
    reseau, objet = _tenue(request, reseau, uuid)
    jour = reseau.aujourd_hui()
    texte, _ = texte_en_vigueur(objet, jour.max)
    form = AvenantForm(
        request.POST or None,
        reseau=reseau,
        parties=presentes(objet, jour),
        initial={"texte": texte, "effet": jour, "revision": objet.revision},
    )

    def agir(*, dernier_jour, **champs):
        avenant = ajouter_avenant(
            acteur=request.acteur, convention=objet, fin=lendemain(dernier_jour), **champs
        )
        messages.success(request, f"L’avenant n° {avenant.numero} est enregistré.")
        return _page(objet)

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    _reprendre_la_revision(form, objet)
    contexte = {"reseau": reseau, "convention": objet, "form": form}
    return render(request, "partenaires/convention_avenant.html", contexte)


@require_http_methods(["GET", "POST"])
def objectif_nouveau(request, reseau, uuid):
    reseau, objet = _tenue(request, reseau, uuid)
    form = ObjectifForm(request.POST or None)

    def agir(**champs):
        ajouter_objectif(convention=objet, **champs)
        messages.success(request, "L’objectif est fixé.")
        return f"{_page(objet)}#objectifs"

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    contexte = {"reseau": reseau, "convention": objet, "form": form}
    return render(request, "partenaires/convention_objectif.html", contexte)


def _objectif(request, reseau, uuid) -> Objectif:
    lisibles = conventions_lisibles(request, reseau)
    objectif = get_object_or_404(Objectif, uuid=uuid, convention__in=lisibles)
    objectif.convention = lisibles.get(pk=objectif.convention_id)
    return objectif


@require_GET
def objectif(request, reseau, uuid):
    """Un objectif et ses points d'étape, le plus récent d'abord."""
    reseau = reseau_de_la_page(request, reseau)
    objet = _objectif(request, reseau, uuid)
    return _page_d_objectif(
        request, reseau, objet, SuiviForm(initial=_point(objet, reseau.aujourd_hui()))
    )


def _point(objet: Objectif, jour) -> dict:
    return {"le": jour, "etat": objet.etat, "avancement": objet.avancement}


@require_POST
def objectif_suivre(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    objet = _objectif(request, reseau, uuid)
    exiger(request.acteur, "partenaires.objectif.suivre", objet)
    form = SuiviForm(request.POST)

    def agir(**champs):
        suivre_objectif(acteur=request.acteur, objectif=objet, **champs)
        messages.success(request, "Le point est noté.")
        return reverse("partenaires:objectif", args=[reseau.slug, objet.uuid])

    if form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    return _page_d_objectif(request, reseau, objet, form)


def _page_d_objectif(request, reseau, objet: Objectif, form):
    contexte = {
        "reseau": reseau,
        "objectif": objet,
        "suivis": objet.suivis.select_related("auteur").order_by("-le", "-pk"),
        "form": form if peut(request.acteur, "partenaires.objectif.suivre", objet) else None,
    }
    return render(request, "partenaires/convention_suivi.html", contexte)


@require_http_methods(["GET", "POST"])
def document_joindre(request, reseau, uuid):
    reseau, objet = _tenue(request, reseau, uuid)
    form = DocumentForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, convention=objet
    )

    def agir(*, fichier, avenant):
        joindre_document(acteur=request.acteur, convention=objet, fichier=fichier, avenant=avenant)
        messages.success(request, "Le document signé est joint.")
        return f"{_page(objet)}#documents"

    if request.method == "POST" and form.is_valid() and (suite := _agir(request, form, agir)):
        return redirect(suite)
    contexte = {"reseau": reseau, "convention": objet, "form": form}
    return render(request, "partenaires/convention_document.html", contexte)


@require_GET
def document(request, reseau, uuid):
    """Le document signé : l'animation et qui administre une partie, droit revu à chaque fois."""
    reseau = reseau_de_la_page(request, reseau)
    lisibles = conventions_lisibles(request, reseau)
    objet = get_object_or_404(
        DocumentConvention.objects.select_related("fichier"), uuid=uuid, convention__in=lisibles
    )
    convention = lisibles.get(pk=objet.convention_id)
    exiger(request.acteur, "partenaires.convention.document", convention)
    return servir(request, objet.fichier, objet="convention", reference=str(convention.uuid))


@require_http_methods(["GET", "POST"])
def convention_modele(request, reseau):
    """Le texte d'où partent les conventions du réseau."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, TENIR, reseau)
    texte, revision = modele_du_reseau(reseau)
    form = ModeleForm(request.POST or None, initial={"texte": texte, "revision": revision})

    def agir(**champs):
        ecrire_modele(acteur=request.acteur, reseau=reseau, **champs)
        messages.success(
            request, "Le modèle est enregistré. Il servira aux prochaines conventions."
        )
        return reverse("partenaires:conventions", args=[reseau.slug])

    conflit = False
    if request.method == "POST" and form.is_valid():
        lue = form.cleaned_data["revision"]
        if suite := _agir(request, form, agir):
            return redirect(suite)
        conflit = lue != revision
        form.data = form.data.copy()
        form.data["revision"] = revision
    contexte = {
        "reseau": reseau,
        "form": form,
        "reperes": REPERES.items(),
        "conflit": texte if conflit else "",
    }
    return render(request, "partenaires/convention_modele.html", contexte)
