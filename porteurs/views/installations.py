"""Noter une installation, et prendre de ses nouvelles."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import Etape, Langue, NatureProjet, ReponseSuivi
from porteurs.forms.installations import (
    CorrectionForm,
    InstallationForm,
    NouvellesNoteesForm,
    ReponseDuPorteurForm,
)
from porteurs.journal import consigner_dossier
from porteurs.models import Dossier, Installation, SuiviInstallation
from porteurs.services import installations as service
from porteurs.services import suivis_installation as nouvelles
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from socle import liens
from socle.debit import adresse, depasse
from socle.enums import Operation
from socle.pagination import paginer
from socle.permissions import exiger, peut
from socle.refus import Refus

# Par adresse et par heure : toute une mairie peut répondre derrière le même accès.
ESSAIS, FENETRE = 60, 3600


def contexte_de_l_installation(acteur, dossier: Dossier) -> dict:
    """Pour ``porteurs/installations/_bloc.html`` : à donner à qui suit le dossier seulement."""
    installation = (
        Installation.objects.visible_par(acteur)
        .filter(dossier=dossier)
        .select_related("commune", "region_origine", "departement_origine")
        .first()
    )
    suivis = list(installation.suivis.order_by("mois")) if installation else []
    peut_noter = bool(installation) and peut(acteur, "porteurs.installation.suivre", dossier)
    limite = dossier.reseau.aujourd_hui() + nouvelles.AVANCE
    for suivi in suivis:
        suivi.a_noter = peut_noter and not suivi.reponse and suivi.echeance <= limite
    return {
        "installation": installation,
        "suivis": suivis,
        # Proposé, jamais fait d'office : la structure sait mieux où en est le projet.
        "suite_a_proposer": dossier.etape == Etape.INSTALLE and any(s.reponse for s in suivis),
        "peut_installer": installation is None
        and dossier.nature != NatureProjet.CESSION
        and peut(acteur, "porteurs.installation.saisir", dossier),
        "peut_corriger_installation": installation is not None
        and peut(acteur, "porteurs.installation.corriger", dossier),
    }


@require_http_methods(["GET", "POST"])
def saisir(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.installation.saisir", dossier)
    form = InstallationForm(
        request.POST or None, reseau=dossier.reseau, initial={"commune": dossier.commune}
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Le projet est installé",
            "Le dossier passe à cette étape du même geste. Maillon prendra des nouvelles à six mois, "
            "un an, deux ans et trois ans.",
            "Noter l’installation",
        ),
        lambda champs: service.installer(acteur=request.acteur, dossier=dossier, **form.faits()),
        "C’est noté. Félicitations à toutes et tous.",
    )


@require_http_methods(["GET", "POST"])
def corriger(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.installation.corriger", dossier)
    installation = get_object_or_404(
        Installation.objects.select_related("commune__departement"), dossier=dossier
    )
    form = CorrectionForm(
        request.POST or None, reseau=dossier.reseau, initial=_actuels(installation)
    )
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Corriger l’installation",
            "Si la date change, les nouvelles à prendre suivent ; celles qui ont eu leur réponse "
            "restent.",
            "Enregistrer la correction",
        ),
        lambda champs: service.corriger_installation(
            acteur=request.acteur, dossier=dossier, motif=champs["motif"], **form.faits()
        ),
        "L’installation est corrigée. Le fil en garde la raison.",
    )


def _actuels(installation: Installation) -> dict:
    lieu = ""
    if installation.departement_origine_id:
        lieu = f"d{installation.departement_origine_id}"
    elif installation.region_origine_id:
        lieu = f"r{installation.region_origine_id}"
    return {
        "le": installation.le,
        "commune": installation.commune,
        "adultes": installation.adultes,
        "enfants": installation.enfants,
        "emplois": installation.emplois,
        "origine": installation.origine,
        "provenance": lieu,
    }


# --- Les nouvelles -------------------------------------------------------------------------------


@require_GET
def liste(request, reseau):
    """Les installations des dossiers suivis, ou les seules que l'on doit rappeler."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.installations", reseau)
    a_rappeler = request.GET.get("vue") != "toutes"
    suivis = (
        SuiviInstallation.objects.visible_par(request.acteur)
        .filter(installation__dossier__reseau=reseau)
        .select_related(
            "installation__commune",
            "installation__dossier__structure_responsable",
            "installation__dossier__reseau",
        )
        .defer(
            "installation__dossier__vecteur_fiche",
            "installation__dossier__vecteur_suivi",
        )
    )
    if a_rappeler:
        page = paginer(suivis.a_appeler(), "a_appeler_le", request.GET.get("apres"))
    else:
        page = _toutes(request, reseau)
    return render(
        request,
        "porteurs/installations/liste.html",
        {
            "reseau": reseau,
            "page_installations": page,
            "a_rappeler": a_rappeler,
            "peut_noter": Fonction.TECHNICIEN in request.acteur.fonctions(reseau.pk),
        },
    )


def _toutes(request, reseau):
    """Toutes, dans l'ordre de l'activité de leur dossier : la clé de pagination est un instant."""
    dossiers = (
        Dossier.objects.suivis_par(request.acteur)
        .filter(reseau=reseau, installation__isnull=False)
        .sans_vecteurs()
        .select_related("installation__commune", "structure_responsable")
        .prefetch_related(
            Prefetch(
                "installation__suivis",
                SuiviInstallation.objects.order_by("mois"),
                to_attr="suivis_lus",
            )
        )
    )
    return paginer(dossiers, "activite_le", request.GET.get("apres"))


@require_http_methods(["GET", "POST"])
def noter(request, reseau, uuid):
    suivi = get_object_or_404(
        SuiviInstallation.objects.visible_par(request.acteur)
        .select_related("installation__dossier__reseau", "installation__commune")
        .filter(installation__dossier__reseau__slug=reseau),
        uuid=uuid,
    )
    dossier = suivi.dossier
    exiger(request.acteur, "porteurs.installation.suivre", dossier)
    if suivi.reponse:
        raise Http404("Ces nouvelles sont déjà notées.")
    form = NouvellesNoteesForm(request.POST or None, jour=dossier.reseau.aujourd_hui())
    return mener(
        request,
        dossier,
        form,
        Geste(
            f"Les nouvelles, {suivi.duree_en_mots} après",
            "Ce que la personne vous a dit. C’est un contact : la conservation du dossier repart.",
            "Enregistrer les nouvelles",
        ),
        lambda champs: nouvelles.noter_le_suivi(
            acteur=request.acteur, suivi=suivi, le=champs["le"], **form.reponses()
        ),
        "Les nouvelles sont notées.",
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def repondre(request, jeton):
    """La page du courriel : GET présente, la réponse d'avance cochée ; POST enregistre, une fois.

    Un lien qui ne vaut pas répond 410, jamais 404 : le journal des refus n'a pas à garder un jeton.
    """
    if request.method == "POST" and depasse(f"suivi:{adresse(request)}", ESSAIS, FENETRE):
        return _refuser(
            request, "Trop d’essais depuis votre connexion\u00a0: revenez dans une heure.", 429
        )
    try:
        lien = liens.lire(jeton, nouvelles.BUT)
        suivi, porteur = nouvelles.suivi_du_lien(lien)
        anglais = porteur.langue == Langue.ANGLAIS
        choisie = request.GET.get("reponse")
        form = ReponseDuPorteurForm(
            request.POST or None,
            anglais=anglais,
            initial={"reponse": choisie if choisie in ReponseSuivi.values else None},
        )
        contexte = {"suivi": suivi, "dossier": suivi.dossier, "form": form, "anglais": anglais}
        if request.method == "POST" and form.is_valid():
            nouvelles.repondre_du_lien(lien=lien, **form.reponses())
            consigner_dossier(request.acteur, Operation.MODIFICATION, suivi.dossier, "suivi")
            contexte["form"] = None
    except liens.LienInvalide as erreur:
        return _refuser(request, erreur.raison, 410)
    except Refus as refus:
        form.add_error(None, refus.phrase)
    return render(request, "porteurs/installations/reponse.html", contexte)


def _refuser(request, raison: str, statut: int):
    return render(
        request, "porteurs/installations/lien_invalide.html", {"raison": raison}, status=statut
    )
