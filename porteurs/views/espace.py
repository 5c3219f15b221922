"""Les pages de la personne accompagnée : où j'en suis, qui me suit, ce que je partage, mes droits."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.models import Structure
from porteurs.espace import lecture
from porteurs.espace.langues import adresse
from porteurs.espace.porte import page_de_l_espace
from porteurs.espace.textes import FAITS
from porteurs.forms.espace import DroitForm, MessageForm
from porteurs.journal import consigner_dossier
from porteurs.models import Dossier, Participation
from porteurs.services import espace_gestes as gestes
from porteurs.services import espace_partage as partages
from socle.enums import Operation
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_ELLE = "par la personne, dans son espace"


def dossier_de_l_espace(request, uuid) -> Dossier:
    return get_object_or_404(
        request.acteur.dossiers().select_related("reseau", "commune", "structure_responsable"),
        uuid=uuid,
    )


# La page, et son gabarit.
GABARITS = {
    "suivi": "porteurs/espace/suivi.html",
    "message": "porteurs/espace/message.html",
    "documents": "porteurs/espace/documents.html",
    "partage": "porteurs/espace/partage.html",
    "droits": "porteurs/espace/droits.html",
}


def page_du_projet(request, langue: str, nom: str, dossier: Dossier, **contexte):
    """Une page d'un projet : son onglet, le mot du dernier geste, l'autre langue."""
    return render(
        request,
        GABARITS[nom],
        {
            "langue": langue,
            "page": nom,
            "dossier": dossier,
            "reseau_du_projet": dossier.reseau,
            "fait": FAITS.get(request.GET.get("fait", ""), ""),
            **contexte,
        },
    )


def uuid_ou_404(recu: str | None) -> UUID:
    """L'identifiant d'un bouton de la page ; s'il ne se lit pas, il ne désigne rien."""
    try:
        return UUID(recu or "")
    except ValueError:
        raise Http404 from None


def apres(langue: str, nom: str, dossier: Dossier, mot: str) -> str:
    return f"{adresse(nom, langue, uuid=dossier.uuid)}?fait={mot}"


def noter_la_lecture(request, dossier: Dossier) -> None:
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier, motif=PAR_ELLE)


def noter_le_changement(request, dossier: Dossier) -> None:
    consigner_dossier(request.acteur, Operation.MODIFICATION, dossier, motif=PAR_ELLE)


@page_de_l_espace
@require_GET
def projets(request, langue):
    """Mes projets ; s'il n'y en a qu'un, on y est déjà."""
    exiger(request.acteur, "porteurs.espace.projets")
    dossiers = list(
        request.acteur.dossiers()
        .select_related("reseau", "commune", "structure_responsable")
        .order_by("clos_le", "-ouvert_le", "pk")
    )
    if len(dossiers) == 1:
        return redirect(adresse("suivi", langue, uuid=dossiers[0].uuid))
    return render(
        request,
        "porteurs/espace/projets.html",
        {
            "langue": langue,
            "page": "projets",
            "dossiers": [{"dossier": d, "mots": lecture.mots(d)} for d in dossiers],
        },
    )


@page_de_l_espace
@require_GET
def suivi(request, langue, uuid):
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.lire", dossier)
    noter_la_lecture(request, dossier)
    return page_du_projet(
        request, langue, "suivi", dossier, **lecture.suivi(request.acteur, dossier)
    )


@page_de_l_espace
@require_http_methods(["GET", "POST"])
def message(request, langue, uuid):
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.ecrire", dossier)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def agir() -> str:
            gestes.ecrire(acteur=request.acteur, dossier=dossier, texte=form.cleaned_data["texte"])
            noter_le_changement(request, dossier)
            return apres(langue, "message", dossier, "message")

        try:
            return redirect(
                une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)
            )
        except Refus as refus:
            form.add_error(refus.champ, _(refus.phrase))
    noter_la_lecture(request, dossier)
    return page_du_projet(
        request,
        langue,
        "message",
        dossier,
        form=form,
        messages_echanges=lecture.messages(request.acteur, dossier),
        contacts=lecture.contacts(dossier),
    )


@page_de_l_espace
@require_POST
def action_faite(request, langue, uuid, action):
    """« C'est fait » : ce que l'on attendait de la personne."""
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.ecrire", dossier)
    attendue = get_object_or_404(lecture.actions(dossier), uuid=action)
    try:
        gestes.action_faite(acteur=request.acteur, dossier=dossier, action=attendue)
    except Refus:
        # Trop de messages en une heure : l'action reste à faire, la page le montre.
        return redirect(adresse("suivi", langue, uuid=dossier.uuid))
    noter_le_changement(request, dossier)
    return redirect(apres(langue, "suivi", dossier, "action"))


@page_de_l_espace
@require_POST
def rester(request, langue, uuid):
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.ecrire", dossier)
    try:
        gestes.rester_suivi(acteur=request.acteur, dossier=dossier)
    except Refus as refus:
        form = DroitForm(personnes=gestes.personnes_du_dossier(request.acteur, dossier))
        return _page_des_droits(request, langue, dossier, form, _(refus.phrase))
    noter_le_changement(request, dossier)
    return redirect(apres(langue, "droits", dossier, "reste"))


@page_de_l_espace
@require_http_methods(["GET", "POST"])
def partage(request, langue, uuid):
    """Ce qui est partagé, avec qui, et qui a lu ; chaque bouton agit aussitôt."""
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.partager", dossier)
    raison = ""
    if request.method == "POST":
        try:
            mot = _changer_le_partage(request, dossier)
        except Refus as refus:
            raison = _(refus.phrase)
        else:
            noter_le_changement(request, dossier)
            return redirect(apres(langue, "partage", dossier, mot))
    noter_la_lecture(request, dossier)
    return page_du_projet(
        request,
        langue,
        "partage",
        dossier,
        raison=raison,
        **lecture.partage(request.acteur, dossier),
    )


def _changer_le_partage(request, dossier: Dossier) -> str:
    """Le geste demandé, et le mot qui le redira. Lève ``Refus``."""
    geste = request.POST.get("geste", "")
    acteur = request.acteur
    if geste in ("fermer", "ouvrir"):
        if not lecture.est_principale(dossier):
            raise Refus("C’est la personne qui porte le projet en premier qui en décide.")
        if geste == "fermer":
            partages.fermer_la_fiche(acteur=acteur, dossier=dossier)
            return "ferme"
        partages.ouvrir_la_fiche(acteur=acteur, dossier=dossier)
        return "ouvert"
    if geste not in ("nommer", "taire", "accorder", "retirer"):
        raise Refus("Ce geste n’est pas reconnu : rien n’a changé.")
    part = _sa_part(request, dossier)
    if geste in ("nommer", "taire"):
        partages.nommer(acteur=acteur, participation=part, oui=geste == "nommer")
        return "nomme" if geste == "nommer" else "tu"
    structure = get_object_or_404(Structure, uuid=uuid_ou_404(request.POST.get("structure")))
    agir = partages.accorder_le_prive if geste == "accorder" else partages.retirer_le_prive
    agir(acteur=acteur, participation=part, structure=structure)
    return "prive" if geste == "accorder" else "prive_retire"


def _sa_part(request, dossier: Dossier) -> Participation:
    """La part nommée dans l'envoi, si elle est bien à l'une des personnes de la session."""
    return get_object_or_404(
        request.acteur.parts.select_related("dossier__reseau", "porteur"),
        dossier=dossier,
        uuid=uuid_ou_404(request.POST.get("part")),
    )


@page_de_l_espace
@require_http_methods(["GET", "POST"])
def droits(request, langue, uuid):
    dossier = dossier_de_l_espace(request, uuid)
    exiger(request.acteur, "porteurs.espace.droits", dossier)
    form = DroitForm(
        request.POST if request.method == "POST" else None,
        personnes=gestes.personnes_du_dossier(request.acteur, dossier),
    )
    if request.method == "POST" and "retirer" in request.POST:
        demande = get_object_or_404(
            lecture.demandes(request.acteur, dossier), uuid=uuid_ou_404(request.POST["retirer"])
        )
        gestes.retirer_un_droit(acteur=request.acteur, demande=demande)
        noter_le_changement(request, dossier)
        return redirect(apres(langue, "droits", dossier, "droit_retire"))
    if request.method == "POST" and form.is_valid():
        try:
            gestes.demander_un_droit(
                acteur=request.acteur,
                dossier=dossier,
                porteur=form.personne,
                nature=form.cleaned_data["nature"],
                mot=form.cleaned_data["mot"],
            )
        except Refus as refus:
            form.add_error(refus.champ, _(refus.phrase))
        else:
            noter_le_changement(request, dossier)
            return redirect(apres(langue, "droits", dossier, "droit"))
    return _page_des_droits(request, langue, dossier, form)


def _page_des_droits(request, langue: str, dossier: Dossier, form, raison: str = ""):
    noter_la_lecture(request, dossier)
    return page_du_projet(
        request,
        langue,
        "droits",
        dossier,
        form=form,
        raison=raison,
        **lecture.droits(request.acteur, dossier),
    )
