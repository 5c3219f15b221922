"""Les gestes sur un dossier : une vue, un geste, un service."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import RoleAffectation
from porteurs.forms.suivi import (
    ActionForm,
    AffectationForm,
    EtapeForm,
    InformationForm,
    OppositionForm,
    RefusForm,
    RelaisForm,
    etapes_proposees,
)
from porteurs.journal import consigner_dossier
from porteurs.models import (
    Action,
    Affectation,
    Dossier,
    DoublonSignale,
    ModeleEchange,
    Relais,
)
from porteurs.services import dossier as fiche
from porteurs.services import suivi
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.dossier import formulaire_echange
from porteurs.views.gestes import Geste, mener, page_de_geste
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois


@require_http_methods(["GET", "POST"])
def etape(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.etape", dossier)
    form = EtapeForm(
        request.POST or None,
        jour=dossier.reseau.aujourd_hui(),
        initial={"etape": etapes_proposees(dossier.etape)},
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Changer d’étape",
            f"Le projet est à l’étape « {dossier.get_etape_display()} » depuis le "
            f"{date_en_mots(dossier.etape_depuis)}.",
            "Enregistrer l’étape",
        ),
        lambda champs: fiche.changer_etape(
            acteur=request.acteur,
            dossier=dossier,
            etape=champs["etape"],
            le=champs["le"],
            motif=champs["motif"],
        ),
        "L’étape est enregistrée.",
    )


@require_http_methods(["GET", "POST"])
def information(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.information", dossier)
    form = InformationForm(request.POST or None, jour=dossier.reseau.aujourd_hui())
    return mener(
        request,
        dossier,
        form,
        Geste(
            "La personne est informée",
            "Elle sait que son projet est suivi dans Maillon, qui lit sa fiche, et qu’elle peut s’y "
            "opposer. Le réseau verra la fiche : prénom et initiale, projet, commune, étape. "
            "Ni ses coordonnées, ni vos notes d’équipe.",
            "Ouvrir la fiche au réseau",
        ),
        lambda champs: fiche.informer(
            acteur=request.acteur, dossier=dossier, le=champs["le"], mode=champs["mode"]
        ),
        "C’est noté : le réseau voit désormais la fiche.",
    )


@require_http_methods(["GET", "POST"])
def opposition(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.information", dossier)
    form = OppositionForm(request.POST or None, jour=dossier.reseau.aujourd_hui())
    return mener(
        request,
        dossier,
        form,
        Geste(
            "La personne s’oppose au partage",
            "Le réseau cesse aussitôt de voir la fiche : listes, recherches et courriels compris. "
            "Votre structure continue de suivre le dossier. Les accès que vous avez acceptés finissent "
            "aussi, et ces structures l’apprennent\u00a0; une structure qui a pris un besoin le garde\u00a0: "
            "pour l’arrêter, retirez-le-lui depuis la page du besoin.",
            "Fermer la fiche au réseau",
        ),
        lambda champs: fiche.enregistrer_opposition(
            acteur=request.acteur, dossier=dossier, le=champs["le"]
        ),
        "C’est noté : le réseau ne voit plus cette fiche.",
    )


@require_http_methods(["GET", "POST"])
def echange(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.echange.noter", dossier)
    form = formulaire_echange(
        request.acteur, dossier, request.POST or None, initial=_depuis_un_modele(request, dossier)
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Noter un échange",
            "Une ligne suffit. Vous choisissez qui la lira.",
            "Enregistrer",
            departs=_modeles(dossier),
        ),
        lambda champs: suivi.noter_echange(
            acteur=request.acteur,
            dossier=dossier,
            structure=form.structure,
            nature=champs["nature"],
            le=champs["le"],
            texte=champs["texte"],
            audience=champs["audience"],
            prive=champs.get("prive", False),
            pour_porteur=champs["pour_porteur"],
        ),
        "L’échange est noté.",
        brouillon=dossier,
    )


def _modeles(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """Les modèles du réseau, et l'adresse de cette même page qu'ils remplissent."""
    page = reverse("porteurs:echange_noter", args=[dossier.reseau.slug, dossier.uuid])
    modeles = ModeleEchange.objects.filter(reseau=dossier.reseau_id).order_by("titre", "pk")
    return tuple((m.titre, f"{page}?modele={m.uuid}") for m in modeles)


def _depuis_un_modele(request, dossier: Dossier) -> dict:
    """Le texte du modèle choisi, à compléter ; un identifiant inconnu laisse la page blanche."""
    champ = forms.UUIDField(required=False)
    try:
        uuid = champ.clean(request.GET.get("modele", ""))
    except forms.ValidationError:
        return {}
    modele = ModeleEchange.objects.filter(uuid=uuid, reseau=dossier.reseau_id).first()
    return {"nature": modele.nature, "texte": modele.texte} if modele else {}


@require_http_methods(["GET", "POST"])
def action(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.action.ajouter", dossier)
    personnes = suivi.responsables_possibles(dossier)
    form = ActionForm(
        request.POST or None,
        jour=dossier.reseau.aujourd_hui(),
        personnes=[(u.pk, u.nom_complet) for u in personnes.values()],
        initial={"responsable": request.acteur.utilisateur_id},
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Ajouter une action",
            "Qui fait quoi, avant quand : elle sera rappelée à l’ordre du jour de la réunion.",
            "Ajouter l’action",
        ),
        lambda champs: suivi.ajouter_action(
            acteur=request.acteur,
            dossier=dossier,
            libelle=champs["libelle"],
            responsable=personnes[champs["responsable"]],
            echeance=champs["echeance"],
        ),
        "L’action est ajoutée.",
    )


@require_POST
def action_terminer(request, reseau, uuid):
    action = get_object_or_404(
        Action.objects.select_related("dossier__reseau").filter(
            dossier__in=Dossier.objects.suivis_par(request.acteur), dossier__reseau__slug=reseau
        ),
        uuid=uuid,
    )
    exiger(request.acteur, "porteurs.action.terminer", action)
    if suivi.terminer_action(action=action):
        messages.success(request, "C’est fait : l’action est cochée.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=action.dossier.uuid)


@require_http_methods(["GET", "POST"])
def affectation(request, reseau, uuid, role):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.affectation.proposer", dossier)
    mandats = list(suivi.personnes_possibles(dossier, role, dossier.reseau.aujourd_hui()))
    if not dossier.ouvert_aux_autres:
        mandats = [m for m in mandats if m.structure_id == dossier.structure_responsable_id]
    form = AffectationForm(request.POST or None, jour=dossier.reseau.aujourd_hui(), mandats=mandats)
    libelle = RoleAffectation(role).label
    return mener(
        request,
        dossier,
        form,
        Geste(
            f"Proposer un {libelle}",
            "La personne accepte ou décline ; votre structure continue de répondre du dossier. "
            "Vous pouvez vous proposer : c’est alors accepté d’emblée.",
            "Proposer",
        ),
        lambda champs: suivi.proposer_affectation(
            acteur=request.acteur,
            dossier=dossier,
            mandat=next(m for m in mandats if m.pk == champs["mandat"]),
            role=role,
        ),
        "La proposition est partie.",
    )


def _affectation_visible(request, reseau, uuid) -> Affectation:
    return get_object_or_404(
        Affectation.objects.select_related("dossier__reseau").filter(
            dossier__in=Dossier.objects.visible_par(request.acteur), dossier__reseau__slug=reseau
        ),
        uuid=uuid,
    )


@require_http_methods(["GET", "POST"])
def affectation_repondre(request, reseau, uuid):
    """POST « oui » accepte d'un geste ; décliner passe par la page qui demande pourquoi."""
    proposition = _affectation_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.affectation.repondre", proposition)
    return _repondre(
        request,
        proposition.dossier,
        Geste(
            f"Décliner le rôle de {proposition.get_role_display()}",
            f"Dossier {proposition.dossier.reference} : {proposition.dossier.intitule}.",
            "Décliner",
        ),
        lambda accepte, motif: suivi.repondre_affectation(
            affectation=proposition, accepte=accepte, motif=motif
        ),
        "Merci : vous tenez désormais ce rôle.",
    )


@require_POST
def affectation_retirer(request, reseau, uuid):
    proposition = _affectation_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.affectation.retirer", proposition)
    if suivi.retirer_affectation(affectation=proposition):
        messages.success(request, "La proposition est retirée.")
    else:
        messages.info(request, "Trop tard : la réponse est arrivée entre-temps.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=proposition.dossier.uuid)


@require_http_methods(["GET", "POST"])
def relais(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.relais.proposer", dossier)
    jour = dossier.reseau.aujourd_hui()
    possibles = {s.pk: s for s in suivi.structures_a_relayer(dossier, jour)}
    form = RelaisForm(request.POST or None, jour=jour, possibles=possibles.values())
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Passer le relais",
            "L’autre structure accepte ou refuse. D’ici là, la vôtre répond toujours du dossier.",
            "Proposer le relais",
        ),
        lambda champs: suivi.proposer_relais(
            acteur=request.acteur,
            dossier=dossier,
            vers=possibles[champs["vers"]],
            resume=champs["resume"],
        ),
        "Le relais est proposé. Vous répondez du dossier jusqu’à l’acceptation.",
        brouillon=dossier,
    )


def _relais_visible(request, reseau, uuid) -> Relais:
    return get_object_or_404(
        Relais.objects.select_related("dossier__reseau", "de", "vers").filter(
            dossier__in=Dossier.objects.visible_par(request.acteur), dossier__reseau__slug=reseau
        ),
        uuid=uuid,
    )


@require_http_methods(["GET", "POST"])
def relais_repondre(request, reseau, uuid):
    relais = _relais_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.relais.repondre", relais)
    return _repondre(
        request,
        relais.dossier,
        Geste(
            "Refuser le relais",
            f"{relais.de.nom} garde le dossier {relais.dossier.reference} et lira votre motif.",
            "Refuser",
        ),
        lambda accepte, motif: suivi.repondre_relais(
            acteur=request.acteur, relais=relais, accepte=accepte, motif=motif
        ),
        f"Relais accepté : {relais.vers.nom} répond désormais de ce dossier.",
    )


def _cle_envoi(request):
    """La clé du formulaire envoyé, s'il en porte une qui se lit."""
    champ = forms.UUIDField(required=False)
    try:
        return champ.clean(request.POST.get("cle_envoi", ""))
    except forms.ValidationError:
        return None


def _repondre(request, dossier: Dossier, geste: Geste, agir, merci: str):
    """La réponse à une proposition : « oui » d'un geste, « non » avec son motif."""
    accepte = request.method == "POST" and request.POST.get("reponse") == "oui"
    form = RefusForm(request.POST if request.method == "POST" and not accepte else None)
    cle = _cle_envoi(request)
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    if accepte or (request.method == "POST" and form.is_valid()):

        def repondre() -> str:
            agir(accepte, "" if accepte else form.cleaned_data["motif"])
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
            messages.success(
                request, merci if accepte else "Votre réponse est partie, avec son motif."
            )
            return page if accepte else reverse("accueil:tableau")

        try:
            return redirect(une_seule_fois(cle, request.acteur, repondre))
        except Refus as refus:
            messages.error(request, refus.phrase)
            return redirect(page)
    return page_de_geste(request, dossier, form, geste, page)


@require_POST
def relais_annuler(request, reseau, uuid):
    relais = _relais_visible(request, reseau, uuid)
    exiger(request.acteur, "porteurs.relais.annuler", relais)
    if suivi.annuler_relais(relais=relais):
        messages.success(request, "Le relais est retiré.")
    else:
        messages.info(request, "Trop tard : la réponse est arrivée entre-temps.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=relais.dossier.uuid)


@require_POST
def doublon_traiter(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.doublon.traiter", reseau)
    doublon = get_object_or_404(DoublonSignale, uuid=uuid, dossier__reseau=reseau)
    suivi.classer_doublon(doublon=doublon)
    messages.success(request, "Le signalement est classé.")
    return redirect("accueil:tableau")
