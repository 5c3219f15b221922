"""La liste des dossiers d'un réseau, la page d'un dossier, l'ouverture et la fiche."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs import lecteurs as qui_lit
from porteurs.enums import Etape, EtatAffectation, EtatRelais, RoleAffectation
from porteurs.fil import chaine, fil
from porteurs.filters import DossierFilter
from porteurs.forms.dossier import AUTRE_PERSONNE, FicheForm, OuvrirDossierForm
from porteurs.forms.suivi import EchangeForm
from porteurs.models import Dossier
from porteurs.services import doublons
from porteurs.services.dossier import modifier_fiche, ouvrir_dossier
from porteurs.services.fusions_dossiers import suivant
from porteurs.views.acquerir import (
    dossier_de_la_page,
    dossiers_de_la_page,
)
from socle import recherches
from socle.debit import depasse
from socle.enums import Operation
from socle.journal import consigner
from socle.pagination import paginer
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import deja_fait, une_seule_fois

# Chercher des ressemblances, c'est interroger le fichier : personne n'ouvre autant de dossiers.
OUVERTURES_PAR_HEURE = 60
# L'animation lit des dossiers fermés la structure, l'étape et les dates, sans nom ni projet.
FERMES_MONTRES = 50


@require_http_methods(["GET", "POST"])
def liste(request, reseau):
    """La liste filtrée. Un filtre s'envoie en POST : le texte cherché ne paraît pas dans l'adresse."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.dossiers", reseau)
    if request.method == "POST":
        page = reverse("porteurs:dossiers", args=[reseau.slug])
        return redirect(recherches.adresse(request, page))
    texte = recherches.lire(request)
    demande = request.GET.copy()
    demande["q"] = texte
    dossiers = Dossier.objects.filter(reseau=reseau).visible_par(request.acteur)
    filtre = DossierFilter(demande, dossiers, acteur=request.acteur, reseau=reseau)
    page = paginer(
        filtre.qs.avec_volet(request.acteur).pour_liste(), "activite_le", request.GET.get("apres")
    )
    if texte:
        consigner(request.acteur, Operation.RECHERCHE, "dossiers", reseau.slug)
    parametres = request.GET.copy()
    parametres.pop("apres", None)
    contexte = {
        "reseau": reseau,
        "filtre": filtre,
        "page_dossiers": page,
        "parametres": parametres.urlencode(),
        "filtree": any(valeur for valeur in parametres.values()),
        "peut_ouvrir": peut(request.acteur, "porteurs.dossier.ouvrir", reseau),
        "fermes": _fermes(request.acteur, reseau),
    }
    gabarit = "porteurs/_dossiers_liste.html" if request.htmx else "porteurs/dossiers.html"
    return render(request, gabarit, contexte)


def _fermes(acteur, reseau):
    if Fonction.ANIMATEUR not in acteur.fonctions(reseau.pk):
        return []
    fermes = (
        Dossier.objects.non_partages(reseau)
        .ouverts()
        .exclude(pk__in=Dossier.objects.filter(reseau=reseau).visible_par(acteur).values("pk"))
        .order_by("-activite_le", "-pk")
        .values("structure_responsable__nom", "etape", "etape_depuis", "ouvert_le")[:FERMES_MONTRES]
    )
    return [ferme | {"etape_libelle": Etape(ferme["etape"]).label} for ferme in fermes]


@require_GET
def detail(request, reseau, uuid):
    dossier = dossiers_de_la_page(request, reseau).pour_page().filter(uuid=uuid).first()
    if dossier is None:
        return _dossier_reuni(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.voir", dossier)
    consigner(request.acteur, Operation.CONSULTATION, "dossier", dossier.reference)
    contexte = contexte_du_dossier(request, dossier)
    return render(request, "porteurs/dossier.html", contexte)


def _dossier_reuni(request, reseau, uuid):
    """L'adresse d'un dossier réuni à un autre mène à cet autre, pour qui le voit."""
    garde = get_object_or_404(dossiers_de_la_page(request, reseau), uuid=suivant(reseau, uuid))
    messages.info(request, f"Ce dossier a été réuni au dossier {garde.reference}, que voici.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=garde.uuid)


def contexte_du_dossier(request, dossier: Dossier) -> dict:
    acteur = request.acteur
    elements, reste = fil(dossier, acteur, tout="tout" in request.GET)
    en_cours = {role.role: role for role in dossier.roles if role.en_cours}
    peut_noter = peut(acteur, "porteurs.echange.noter", dossier)
    return {
        "reseau": dossier.reseau,
        "dossier": dossier,
        "chaine": chaine(dossier),
        "elements": elements,
        "reste": reste,
        "referent": en_cours.get(RoleAffectation.REFERENT),
        "parrain": en_cours.get(RoleAffectation.PARRAIN),
        "actions": _actions(dossier),
        "propositions": [r for r in dossier.roles if r.etat == EtatAffectation.PROPOSEE],
        "relais": _relais(acteur, dossier),
        "form_echange": formulaire_echange(request, dossier) if peut_noter else None,
        "jour": dossier.reseau.aujourd_hui(),
        "peut_noter": peut_noter,
        "peut_modifier": peut(acteur, "porteurs.dossier.modifier", dossier),
        "peut_corriger": peut(acteur, "porteurs.personne.modifier", dossier),
        "peut_inscrire": dossier.reunion_a_venir
        and peut(acteur, "porteurs.reunion.point", dossier),
        "peut_changer_etape": peut(acteur, "porteurs.dossier.etape", dossier),
        "peut_informer": peut(acteur, "porteurs.dossier.information", dossier),
        "peut_affecter": peut(acteur, "porteurs.affectation.proposer", dossier),
        "peut_relayer": peut(acteur, "porteurs.relais.proposer", dossier),
        "peut_lire_historique": dossier.suivi
        or peut(acteur, "porteurs.historique.demander", dossier),
    }


def _actions(dossier):
    if not dossier.suivi:
        return []
    return list(
        dossier.actions.filter(faite_le=None)
        .select_related("responsable")
        .order_by("echeance", "pk")
    )


def _relais(acteur, dossier):
    """Le relais en attente, pour qui suit le dossier et pour la structure pressentie."""
    relais = next((r for r in dossier.relais_lus if r.etat == EtatRelais.PROPOSE), None)
    if relais is None:
        return None
    relais.dossier = dossier
    relais.a_repondre = peut(acteur, "porteurs.relais.repondre", relais)
    relais.a_annuler = peut(acteur, "porteurs.relais.annuler", relais)
    return relais if dossier.suivi or relais.a_repondre else None


def formulaire_echange(request, dossier: Dossier, donnees=None, **options) -> EchangeForm:
    structures = structures_nommees(
        request.acteur, dossier.reseau_id, Fonction.TECHNICIEN, Fonction.PARRAIN
    )
    techniques = request.acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    return EchangeForm(
        donnees,
        structures=structures,
        jour=dossier.reseau.aujourd_hui(),
        lecteurs=qui_lit.lecteurs(dossier, techniques),
        lit_le_prive=peut(request.acteur, "porteurs.prive.lire", dossier),
        **options,
    )


@require_http_methods(["GET", "POST"])
def ouvrir(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.dossier.ouvrir", reseau)
    form = OuvrirDossierForm(
        request.POST or None,
        structures=structures_nommees(request.acteur, reseau.pk, Fonction.TECHNICIEN),
        jour=reseau.aujourd_hui(),
    )
    form.fields["commune"].preferer(reseau)
    if request.method == "POST" and form.is_valid():
        # Le double clic reverrait, comme une ressemblance, le dossier qu'il vient d'ouvrir.
        if fait := deja_fait(form.cleaned_data.get("cle_envoi"), request.acteur):
            return redirect(fait)
        if depasse(f"doublons:{request.acteur.utilisateur_id}", OUVERTURES_PAR_HEURE, 3600):
            form.add_error(
                None, "Cela fait beaucoup d’ouvertures en une heure : reprenez un peu plus tard."
            )
            return render(request, "porteurs/dossier_ouvrir.html", {"reseau": reseau, "form": form})
        consigner(request.acteur, Operation.RECHERCHE, "doublons", reseau.slug)
        ressemblants = doublons.visibles(request.acteur, reseau, **form.identite())
        choix = request.POST.get("meme_personne")
        if ressemblants:
            form.demander_la_personne(ressemblants)
        if not ressemblants or choix:
            try:
                return redirect(_ouvrir(request, reseau, form, ressemblants, choix))
            except Refus as refus:
                form.add_error(refus.champ, refus.phrase)
    return render(request, "porteurs/dossier_ouvrir.html", {"reseau": reseau, "form": form})


def _ouvrir(request, reseau, form, ressemblants, choix) -> str:
    connu = None
    if choix and choix != AUTRE_PERSONNE:
        connu = next((d for d in ressemblants if d.suivi and str(d.uuid) == choix), None)
        if connu is None:
            raise Refus("Ce choix n’est plus possible : vérifiez la liste.", "meme_personne")
    champs = form.cleaned_data

    def agir() -> str:
        dossier = ouvrir_dossier(
            acteur=request.acteur,
            reseau=reseau,
            structure=form.structure,
            dossier_connu=connu,
            **{
                c: champs[c]
                for c in (
                    "prenom",
                    "nom",
                    "intitule",
                    "nature",
                    "commune",
                    "email",
                    "telephone",
                    "secteur",
                    "informe_le",
                    "information_mode",
                )
            },
        )
        messages.success(
            request, f"Le dossier {dossier.reference} est ouvert. Votre structure en répond."
        )
        return reverse("porteurs:dossier", args=[reseau.slug, dossier.uuid])

    return une_seule_fois(champs.get("cle_envoi"), request.acteur, agir)


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.modifier", dossier)
    actuels = {
        "intitule": dossier.intitule,
        "nature": dossier.nature,
        "secteur": dossier.secteur,
        "commune": dossier.commune,
        "prochaine_etape": dossier.prochaine_etape,
        "revision": dossier.revision,
    }
    form = FicheForm(request.POST or None, initial=actuels)
    form.fields["commune"].preferer(dossier.reseau)
    conflit = False
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data
        cle = champs.pop("cle_envoi")

        def agir() -> str:
            modifier_fiche(acteur=request.acteur, dossier=dossier, **champs)
            consigner(request.acteur, Operation.MODIFICATION, "dossier", dossier.reference)
            messages.success(request, "La fiche est à jour.")
            return reverse("porteurs:dossier", args=[reseau, uuid])

        try:
            return redirect(une_seule_fois(cle, request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            # La prochaine tentative part de la version montrée à côté.
            form.data = form.data.copy()
            form.data["revision"] = dossier.revision
            conflit = True
    return render(
        request,
        "porteurs/dossier_modifier.html",
        {"reseau": dossier.reseau, "dossier": dossier, "form": form, "conflit": conflit},
    )
