"""Qui sait quoi d'un dossier : informer, accorder, retirer, demander l'accès et y répondre."""

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import EtatDemandeAcces
from porteurs.forms.partage import AccordForm, DemandeAccesForm, ReponseAccesForm
from porteurs.journal import consigner_dossier
from porteurs.models import AccordPartage, DemandeAcces, Dossier, FusionDossiers
from porteurs.services import partage
from porteurs.services.espace_partage import Lecteurs, lecteurs_du_jour, structures_du_suivi
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.permissions import exiger, peut
from socle.texte import enumerer
from socle.unicite import FormulaireUnique


def _page(dossier: Dossier) -> str:
    return reverse("porteurs:dossier_partage", args=[dossier.reseau.slug, dossier.uuid])


@require_GET
def page(request, reseau, uuid):
    """Les adultes du projet, leurs accords, et qui lit quoi aujourd'hui."""
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.partage.voir", dossier)
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    contexte = {
        "reseau": dossier.reseau,
        "dossier": dossier,
        "rubrique": "partage",
        "peut_voir_partage": True,
        "peut_ecrire": peut(request.acteur, "porteurs.echange.noter", dossier),
        "peut_relayer": peut(request.acteur, "porteurs.relais.proposer", dossier),
        "adultes": _adultes(dossier),
        "lecteurs": _lecteurs(dossier),
        "demandes": list(
            dossier.demandes_acces.select_related("structure", "demandeur").order_by("-pk")
        ),
        "fusions": _fusions(request.acteur, dossier),
        "jour": dossier.reseau.aujourd_hui(),
        "peut_corriger": peut(request.acteur, "porteurs.personne.modifier", dossier),
        "peut_ajouter": peut(request.acteur, "porteurs.adulte.ajouter", dossier),
        "peut_informer": peut(request.acteur, "porteurs.dossier.information", dossier),
        "peut_accorder": peut(request.acteur, "porteurs.accord.noter", dossier),
    }
    return render(request, "porteurs/dossier/partage.html", contexte)


def _fusions(acteur, dossier: Dossier) -> list[FusionDossiers]:
    """Les dossiers réunis à celui-ci, le dernier d'abord ; ``a_annuler`` si l'acteur peut les séparer."""
    fusions = list(dossier.fusions.faites().order_by("-pk"))
    for fusion in fusions:
        fusion.a_annuler = peut(acteur, "porteurs.fusion.annuler", fusion)
    return fusions


def _adultes(dossier: Dossier) -> list:
    """Chaque adulte, ses accords d'aujourd'hui (``en_vigueur``) et ceux d'hier (``passes``)."""
    jour = dossier.reseau.aujourd_hui()
    adultes = list(
        dossier.participations.select_related("porteur__departement_origine")
        .prefetch_related(
            Prefetch(
                "accords",
                AccordPartage.objects.select_related("structure", "note_par").order_by("-pk"),
                to_attr="accords_lus",
            )
        )
        .order_by("rang")
    )
    for adulte in adultes:
        adulte.en_vigueur, adulte.passes = [], []
        for accord in adulte.accords_lus:
            fini = accord.retire_le or (accord.jusqua and accord.jusqua <= jour)
            (adulte.passes if fini else adulte.en_vigueur).append(accord)
        # L'information du principal se note au dossier, celle des autres ici.
        source = dossier if adulte.rang == 1 else adulte
        adulte.information = (source.informe_le, source.opposition_le)
        adulte.informe_comment = source.get_information_mode_display()
    _dire_qui_on_attend(adultes)
    return adultes


def _dire_qui_on_attend(adultes: list) -> None:
    """Sur chaque accord, les prénoms de qui n'a pas encore dit oui à la même structure."""
    for adulte in adultes:
        for accord in adulte.en_vigueur:
            accord.attend = enumerer(
                autre.porteur.prenom
                for autre in adultes
                if accord.structure_id not in {a.structure_id for a in autre.en_vigueur}
            )


def _lecteurs(dossier: Dossier) -> Lecteurs:
    """Qui lit quoi ; qui agit pour une structure (``suit``, ``lit_le_prive``) lit autant qu’elle."""
    lecteurs = lecteurs_du_jour(dossier)
    structures = {s.pk: (tout, prive) for s, tout, prive in lecteurs.structures}
    mandats = Mandat.objects.actifs(dossier.reseau.aujourd_hui()).filter(
        reseau=dossier.reseau_id,
        fonction=Fonction.TECHNICIEN,
        utilisateur__in=[personne for personne, _ in lecteurs.personnes],
        structure__in=structures,
    )
    for personne, _ in lecteurs.personnes:
        siennes = [structures[m.structure_id] for m in mandats if m.utilisateur_id == personne.pk]
        personne.suit = any(tout for tout, _ in siennes)
        personne.lit_le_prive = any(prive for _, prive in siennes)
    return lecteurs


@require_http_methods(["GET", "POST"])
def accord_noter(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.accord.noter", dossier)
    siennes = request.acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    lectrices = [
        s
        for s in structures_du_suivi(dossier)
        if s.pk in siennes or dossier.structure_responsable_id in siennes
    ]
    adultes = {
        str(a.uuid): a for a in dossier.participations.select_related("porteur").order_by("rang")
    }
    form = AccordForm(
        request.POST or None,
        jour=dossier.reseau.aujourd_hui(),
        lectrices=lectrices,
        adultes=list(adultes.values()),
        lecteurs=partage.lecteurs_de(dossier, lectrices),
    )
    return mener(
        request,
        dossier,
        form,
        Geste("Noter l’accord pour le volet privé", _explication(adultes), "Noter l’accord"),
        lambda champs: partage.noter_accords(
            acteur=request.acteur,
            dossier=dossier,
            structure=next(s for s in lectrices if s.pk == champs["structure_lectrice"]),
            adultes=[adultes[cle] for cle in champs["adultes"]],
            mode=champs["mode"],
            donne_le=champs["donne_le"],
            jusqua=champs["jusqua"],
        ),
        "L’accord est noté : il vaut dès maintenant.",
        retour=_page(dossier),
    )


def _explication(adultes) -> str:
    phrase = (
        "La personne a dit oui, exprès, à cette structure : logement, école, garde, mobilité, emploi "
        "et accès aux soins du foyer."
    )
    if len(adultes) > 1:
        phrase += (
            f" Les {len(adultes)} adultes décident chacun pour soi : le volet du foyer s’ouvre quand "
            "tous ont dit oui ; la part de chacun, dès qu’il l’a dit."
        )
    return phrase


@require_http_methods(["GET", "POST"])
def accord_retirer(request, reseau, uuid):
    accord = get_object_or_404(
        AccordPartage.objects.select_related(
            "participation__porteur", "participation__dossier__reseau", "structure"
        ).filter(
            participation__dossier__in=Dossier.objects.suivis_par(request.acteur),
            participation__dossier__reseau__slug=reseau,
        ),
        uuid=uuid,
    )
    dossier = accord.participation.dossier
    exiger(request.acteur, "porteurs.accord.retirer", accord)
    personnes = partage.lecteurs_de(dossier, [accord.structure])[accord.structure_id]
    perdent = f" Ne liront plus : {', '.join(personnes)}." if personnes else ""
    return mener(
        request,
        dossier,
        FormulaireUnique(request.POST if request.method == "POST" else None),
        Geste(
            f"{accord.participation.porteur} retire son accord",
            f"{accord.structure.nom} cesse aussitôt de lire le volet privé du foyer : page, recherche, "
            f"exports et courriels.{perdent} Ce que la structure suit par ailleurs ne change pas.",
            "Retirer l’accord maintenant",
        ),
        lambda champs: partage.retirer_accord(acteur=request.acteur, accord=accord),
        "C’est retiré : le volet privé est refermé à cette structure.",
        retour=_page(dossier),
    )


# --- Demander l'accès ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def acces_demander(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.acces.demander", dossier)
    form = DemandeAccesForm(
        request.POST or None,
        jour=dossier.reseau.aujourd_hui(),
        structures=structures_nommees(request.acteur, dossier.reseau_id, Fonction.TECHNICIEN),
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Demander l’accès",
            f"{dossier.structure_responsable.nom} répond de ce dossier et décidera. Si elle accepte, "
            "votre structure suit le dossier jusqu’à la date qu’elle dira. Le volet privé reste "
            "soumis à l’accord de chaque adulte.",
            "Envoyer la demande",
        ),
        lambda champs: partage.demander_acces(
            acteur=request.acteur, dossier=dossier, structure=form.structure, motif=champs["motif"]
        ),
        "La demande est partie. On vous dira la réponse.",
    )


def _demande(request, reseau, uuid) -> DemandeAcces:
    return get_object_or_404(
        DemandeAcces.objects.select_related(
            "dossier__reseau", "dossier__structure_responsable", "structure", "demandeur"
        ).filter(
            dossier__in=Dossier.objects.visible_par(request.acteur), dossier__reseau__slug=reseau
        ),
        uuid=uuid,
    )


@require_http_methods(["GET", "POST"])
def acces_repondre(request, reseau, uuid):
    demande = _demande(request, reseau, uuid)
    exiger(request.acteur, "porteurs.acces.repondre", demande)
    dossier = demande.dossier
    if demande.etat != EtatDemandeAcces.ENVOYEE and request.method == "GET":
        messages.info(request, "Cette demande a déjà reçu une réponse.")
        return redirect(_page(dossier))
    personnes = partage.lecteurs_de(dossier, [demande.structure])[demande.structure_id]
    qui = f" Liront le dossier : {', '.join(personnes)}." if personnes else ""
    return mener(
        request,
        dossier,
        ReponseAccesForm(request.POST or None, jour=dossier.reseau.aujourd_hui()),
        Geste(
            f"{demande.structure.nom} demande à suivre ce dossier",
            f"{demande.demandeur.nom_complet}, le {date_en_mots(demande.demandee_le.date())} : "
            f"«\u00a0{demande.motif.rstrip(' .')}\u00a0».{qui} Le volet privé reste soumis à l’accord de "
            "chaque adulte.",
            "Répondre",
        ),
        lambda champs: partage.repondre_demande(
            acteur=request.acteur,
            demande=demande,
            accepte=champs["decision"] == "oui",
            jusqua=champs["jusqua"],
            reponse=champs["reponse"],
        ),
        "Votre réponse est partie.",
    )


@require_http_methods(["GET", "POST"])
def acces_finir(request, reseau, uuid):
    """La structure qui répond du dossier reprend un accès avant son terme."""
    demande = _demande(request, reseau, uuid)
    exiger(request.acteur, "porteurs.acces.finir", demande)
    dossier = demande.dossier
    if demande.etat != EtatDemandeAcces.ACCEPTEE and request.method == "GET":
        messages.info(request, "Cet accès n’est plus ouvert.")
        return redirect(_page(dossier))
    personnes = partage.lecteurs_de(dossier, [demande.structure])[demande.structure_id]
    perdent = f" Ne suivront plus\u00a0: {', '.join(personnes)}." if personnes else ""
    return mener(
        request,
        dossier,
        FormulaireUnique(request.POST if request.method == "POST" else None),
        Geste(
            f"Mettre fin à l’accès de {demande.structure.nom}",
            "La structure cesse aussitôt de suivre le dossier\u00a0: page, recherche, exports et "
            f"courriels.{perdent} Un besoin qu’elle a pris, ou un rôle qu’elle tient, lui garde le "
            "sien. Qui avait demandé l’accès l’apprend par courriel.",
            "Mettre fin à l’accès maintenant",
        ),
        lambda champs: partage.finir_acces(acteur=request.acteur, demande=demande),
        "C’est fait\u00a0: cet accès a pris fin.",
        retour=_page(dossier),
    )


@require_POST
def acces_retirer(request, reseau, uuid):
    demande = _demande(request, reseau, uuid)
    exiger(request.acteur, "porteurs.acces.retirer", demande)
    if partage.retirer_demande(demande=demande):
        messages.success(request, "La demande est retirée.")
    else:
        messages.info(request, "Trop tard : la réponse est arrivée entre-temps.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=demande.dossier.uuid)
