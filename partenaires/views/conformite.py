"""Le registre de conformité d'un réseau, ses documents à signer, et l'ouverture du partage."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires import documents
from partenaires.forms.conformite import (
    AccordForm,
    AipdForm,
    BaseLegaleForm,
    DpoForm,
    HebergeurForm,
    RolesForm,
)
from partenaires.forms.reseaux import PartageForm
from partenaires.models import Structure
from partenaires.services import conformite as service
from partenaires.services.reseaux import ouvrir_partage
from partenaires.traitement_de_texte import TYPE, docx
from partenaires.views.commun import reseau_de_la_page
from socle import pdf as composition
from socle.permissions import exiger
from socle.refus import Refus


@dataclass(frozen=True)
class Partie:
    """Une partie du registre : son formulaire, ce qu'elle est, et les documents qui s'y lisent."""

    code: str
    titre: str
    aide: str
    form: type[forms.Form]
    documents: tuple[str, ...] = ()
    requise: bool = True

    def faite(self, registre, reseau) -> bool:
        if self.code in ("aipd", "accord"):
            return (
                getattr(reseau, "aipd_le" if self.code == "aipd" else "accord_conjoint_le")
                is not None
            )
        champs = [c for c, champ in self.form.base_fields.items() if champ.required]
        return registre.pk is not None and all(getattr(registre, c) for c in champs)


PARTIES = {
    p.code: p
    for p in (
        Partie(
            "roles",
            "Qui informe, qui répond, qui notifie",
            "Les partenaires décident ensemble de ce suivi : la loi leur demande d’écrire qui fait "
            "quoi envers les personnes (article 26 du RGPD).",
            RolesForm,
            ("notice",),
        ),
        Partie(
            "dpo",
            "Le délégué à la protection des données",
            "Celui de la structure coordinatrice. Votre direction le connaît ; une petite structure "
            "partage souvent celui du centre de gestion ou de l’intercommunalité.",
            DpoForm,
        ),
        Partie(
            "hebergeur",
            "L’hébergeur",
            "Il garde les données pour vous, et signe une clause (article 28).",
            HebergeurForm,
            ("clause", "registre"),
            requise=False,
        ),
        Partie(
            "aipd",
            "L’analyse d’impact (AIPD)",
            "Suivre des personnes dans la durée, à plusieurs : la loi demande d’en peser les risques "
            "par écrit, et que le responsable l’approuve. Le document est prêt : relisez-le avec le "
            "délégué, complétez ce qui est marqué, faites-le approuver.",
            AipdForm,
            ("aipd",),
        ),
        Partie(
            "accord",
            "L’accord des structures",
            "Chaque structure membre le signe. Il reprend ce que vous avez écrit plus haut.",
            AccordForm,
            ("accord",),
        ),
    )
}


@require_GET
def conformite(request, reseau):
    """Le registre par parties, prérempli ; la dernière ouvre le partage."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.conformite", reseau)
    return _montrer(request, reseau)


def _montrer(request, reseau, fautive: str = "", form=None):
    registre = service.registre_de(reseau)
    parties = []
    for partie in PARTIES.values():
        propre = form if partie.code == fautive else None
        parties.append(
            {
                "partie": partie,
                "form": propre
                or partie.form(registre=registre, reseau=reseau, auto_id=f"id_{partie.code}_%s"),
                "faite": partie.faite(registre, reseau),
                "ouverte": partie.code == fautive,
                "documents": [documents.DOCUMENTS[code] for code in partie.documents],
            }
        )
    prochaine = next((p for p in parties if p["partie"].requise and not p["faite"]), None)
    if prochaine and not fautive:
        prochaine["ouverte"] = True
    return render(
        request,
        "partenaires/conformite.html",
        {
            "reseau": reseau,
            "registre": registre,
            "repris": registre.reprise_de if registre.pk is None else None,
            "parties": parties,
            "fautif": form,
            "prete": prochaine is None,
            "structures": service.bases_legales(reseau),
        },
    )


@require_POST
def partie(request, reseau, partie):
    """Enregistre une partie, et elle seule."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.conformite", reseau)
    if partie not in PARTIES:
        raise Http404("Cette partie du registre n'existe pas.")
    registre = service.registre_de(reseau)
    form = PARTIES[partie].form(
        request.POST, registre=registre, reseau=reseau, auto_id=f"id_{partie}_%s"
    )
    if not form.is_valid():
        return _montrer(request, reseau, partie, form)
    try:
        service.ecrire(reseau=reseau, **form.cleaned_data)
    except Refus as refus:
        form.add_error(refus.champ, refus.phrase)
        return _montrer(request, reseau, partie, form)
    messages.success(request, f"{PARTIES[partie].titre} : c’est enregistré.")
    if partie == "aipd" and (restants := documents.remplir("aipd", reseau).restants):
        messages.warning(
            request,
            f"Le document que Maillon prépare a encore {restants} endroit{'s' if restants > 1 else ''} "
            "à compléter : vérifiez que la version approuvée les a tous remplis.",
        )
    return redirect("partenaires:conformite", reseau=reseau.slug)


@require_http_methods(["GET", "POST"])
def base_legale(request, reseau, uuid):
    """Ce qui autorise une structure à suivre des personnes, tel qu'elle l'a déclaré."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.conformite", reseau)
    structure = get_object_or_404(
        Structure.objects.membres(reseau.pk, reseau.aujourd_hui()), uuid=uuid
    )
    form = BaseLegaleForm(request.POST or None, initial={"base_legale": structure.base_legale})
    if request.method == "POST" and form.is_valid():
        try:
            service.noter_base_legale(reseau=reseau, structure=structure, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, f"La base légale de {structure.nom} est notée.")
            return redirect("partenaires:conformite", reseau=reseau.slug)
    return render(
        request,
        "partenaires/conformite_base_legale.html",
        {"reseau": reseau, "structure": structure, "form": form},
    )


# --- Les documents -------------------------------------------------------------------------


def _document(request, slug: str, code: str):
    reseau = reseau_de_la_page(request, slug)
    exiger(request.acteur, "partenaires.conformite", reseau)
    if code not in documents.DOCUMENTS:
        raise Http404("Ce document n'existe pas.")
    return reseau, documents.remplir(code, reseau)


@require_GET
def document(request, reseau, code):
    """Le document, prérempli, à lire ou à imprimer."""
    reseau, rempli = _document(request, reseau, code)
    return render(
        request, "partenaires/conformite_document.html", {"reseau": reseau, "document": rempli}
    )


@require_GET
def pdf(request, reseau, code):
    """Le même, en PDF ; « ?format=docx », à compléter dans un traitement de texte."""
    reseau, rempli = _document(request, reseau, code)
    mention = "Prérempli par Maillon ; à relire et à compléter avant signature."
    if request.GET.get("format") == "docx":
        contenu = docx(rempli.titre, f"{reseau.nom}. {mention}", rempli.blocs)
        return _fichier(contenu, f"{code}-{reseau.slug}.docx", f"{TYPE}.document")
    contenu = composition.composer(
        "partenaires/conformite.typ",
        {
            "titre": rempli.titre,
            "reseau": reseau.nom,
            "blocs": rempli.blocs,
            "mention": mention,
        },
    )
    return _fichier(contenu, f"{code}-{reseau.slug}.pdf", "application/pdf")


def _fichier(contenu: bytes, nom: str, nature: str) -> HttpResponse:
    reponse = HttpResponse(contenu, content_type=nature)
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


# --- Le partage ----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def partage(request, reseau):
    """Ce qu'il faut avoir fait avant de partager de vrais dossiers, et le geste qui ouvre."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.partage", reseau)
    form = PartageForm(
        request.POST or None,
        initial={"aipd_le": reseau.aipd_le, "accord_conjoint_le": reseau.accord_conjoint_le},
    )
    if request.method == "POST" and reseau.partage_ouvert_le:
        messages.info(request, "Le partage est déjà ouvert : rien n’a changé.")
        return redirect("partenaires:partage", reseau=reseau.slug)
    if request.method == "POST" and form.is_valid():
        try:
            ouvrir_partage(reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                "Le partage est ouvert : les fiches des personnes informées sont désormais "
                "visibles du réseau.",
            )
            return redirect("partenaires:partage", reseau=reseau.slug)
    return render(
        request,
        "partenaires/partage.html",
        {"reseau": reseau, "form": form, "manquants": service.roles_manquants(reseau)},
    )
