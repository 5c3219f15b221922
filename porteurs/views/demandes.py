"""Ce qui arrive : la liste, une demande, et les trois réponses qu'on peut lui faire."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import RegardDemande
from porteurs.forms.demandes import ClotureForm, TransmissionForm
from porteurs.forms.dossier import AUTRE_PERSONNE, OuvrirDossierForm
from porteurs.models import Demande, Dossier
from porteurs.services import demandes as service
from porteurs.services import doublons
from porteurs.services.aiguillage import autres_reseaux
from porteurs.services.permanences import qui_recoivent
from socle.enums import Operation
from socle.journal import consigner
from socle.pagination import paginer
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import deja_fait, une_seule_fois

CHAMPS_DU_DOSSIER = (
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


def _lisibles(acteur):
    return (
        Demande.objects.visible_par(acteur)
        .avec_regard(acteur)
        .exclude(regard=RegardDemande.SIGNALEMENT)
    )


def demande_de_la_page(request, slug: str, uuid, action: str) -> Demande:
    """La demande visible de l'acteur, si ce geste lui est permis."""
    demande = get_object_or_404(
        Demande.objects.visible_par(request.acteur)
        .avec_regard(request.acteur)
        .pour_liste()
        .filter(reseau__slug=slug),
        uuid=uuid,
    )
    exiger(request.acteur, action, demande)
    return demande


@require_GET
def demandes(request, reseau):
    """Ce qui attend, le plus pressé d'abord ; ou ce qui a eu sa réponse, le plus récent d'abord."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.demandes", reseau)
    repondues = request.GET.get("etat") == "repondues"
    lignes = (
        Demande.objects.filter(reseau=reseau)
        .visible_par(request.acteur)
        .avec_regard(request.acteur)
        .exclude(regard=RegardDemande.SIGNALEMENT)
        .avec_rapprochement(request.acteur)
        .pour_liste()
    )
    curseur = request.GET.get("apres")
    page = (
        paginer(lignes.repondues(), "repondue_le", curseur)
        if repondues
        else paginer(lignes.en_attente(), "confiee_le", curseur, croissant=True)
    )
    return render(
        request,
        "porteurs/demandes/liste.html",
        {
            "reseau": reseau,
            "page": page,
            "repondues": repondues,
            "peut_regler": peut(request.acteur, "porteurs.permanences", reseau),
        },
    )


@require_GET
def detail(request, reseau, uuid):
    demande = demande_de_la_page(request, reseau, uuid, "porteurs.demande.voir")
    entier = demande.regard == RegardDemande.ENTIER
    if entier:
        consigner(request.acteur, Operation.CONSULTATION, "demande", demande.uuid)
    acteur = request.acteur
    dossier = demande.dossier
    if dossier and not Dossier.objects.visible_par(acteur).filter(pk=dossier.pk).exists():
        dossier = None
    return render(
        request,
        "porteurs/demandes/detail.html",
        {
            "reseau": demande.reseau,
            "demande": demande,
            "entier": entier,
            "dossier": dossier,
            "trace": demande.transmissions.select_related("de", "vers", "par").order_by("le", "pk"),
            "connues": _connues(acteur, demande),
            "peut_prendre": peut(acteur, "porteurs.demande.prendre", demande),
            "peut_clore": peut(acteur, "porteurs.demande.clore", demande),
            "peut_transmettre": peut(acteur, "porteurs.demande.transmettre", demande),
        },
    )


def _connues(acteur, demande: Demande) -> list[dict]:
    """Ce qui ressemble, dans les mots que l'acteur a le droit de lire ; dix au plus.

    Ce qu'il suit se nomme ; le reste ne dit, à qui anime, que la structure à mettre en relation.
    """
    rapprochements = list(
        demande.rapprochements.dicibles_a(acteur)
        .select_related("autre__structure", "dossier__structure_responsable")
        .order_by("pk")[:10]
    )
    lues = set(
        _lisibles(acteur)
        .filter(pk__in=[r.autre_id for r in rapprochements], regard=RegardDemande.ENTIER)
        .values_list("pk", flat=True)
    )
    suivis = set(
        Dossier.objects.suivis_par(acteur)
        .filter(pk__in=[r.dossier_id for r in rapprochements])
        .values_list("pk", flat=True)
    )
    return [
        {
            "autre": r.autre,
            "dossier": r.dossier,
            "structure": r.autre.structure if r.autre else r.dossier.structure_responsable,
            "lue": r.autre_id in lues if r.autre else r.dossier_id in suivis,
            "suivi": r.dossier_id in suivis,
        }
        for r in rapprochements
    ]


# --- Prendre -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def prendre(request, reseau, uuid):
    """La saisie rapide d'un dossier, déjà remplie ; les ressemblances visibles, d'emblée.

    Elles se cherchent sur ce que dit la demande : corriger un nom n'interroge pas le fichier.
    """
    demande = demande_de_la_page(request, reseau, uuid, "porteurs.demande.prendre")
    form = OuvrirDossierForm(
        request.POST or None, initial=_de_la_demande(demande), jour=demande.reseau.aujourd_hui()
    )
    form.fields["commune"].preferer(demande.reseau)
    consigner(request.acteur, Operation.CONSULTATION, "demande", demande.uuid)
    identite = {
        "prenom": demande.prenom,
        "nom": demande.nom,
        "email": demande.email,
        "telephone": demande.telephone_saisi,
    }
    envoye = request.method == "POST" and form.is_valid()
    if envoye and (fait := deja_fait(form.cleaned_data.get("cle_envoi"), request.acteur)):
        return redirect(fait)
    ressemblants = doublons.visibles(request.acteur, demande.reseau, **identite)
    if ressemblants:
        form.demander_la_personne(ressemblants)
    choix = request.POST.get("meme_personne")
    if request.method == "POST" and form.is_valid() and (choix or not ressemblants):
        try:
            return redirect(_prendre(request, demande, form, ressemblants, choix))
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
    return render(
        request,
        "porteurs/demandes/prendre.html",
        {"reseau": demande.reseau, "demande": demande, "form": form},
    )


def _de_la_demande(demande: Demande) -> dict:
    return {
        "prenom": demande.prenom,
        "nom": demande.nom,
        "intitule": demande.projet,
        "commune": demande.commune,
        "email": demande.email,
        "telephone": demande.telephone_saisi,
    }


def _prendre(request, demande, form, ressemblants, choix) -> str:
    connu = None
    if choix and choix != AUTRE_PERSONNE:
        connu = next((d for d in ressemblants if d.suivi and str(d.uuid) == choix), None)
        if connu is None:
            raise Refus("Ce choix n’est plus possible\u00a0: vérifiez la liste.", "meme_personne")

    def agir() -> str:
        dossier = service.prendre(
            acteur=request.acteur,
            demande=demande,
            dossier_connu=connu,
            **{champ: form.cleaned_data[champ] for champ in CHAMPS_DU_DOSSIER},
        )
        messages.success(
            request, f"Le dossier {dossier.reference} est ouvert. Votre structure en répond."
        )
        return reverse("porteurs:dossier", args=[demande.reseau.slug, dossier.uuid])

    return une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)


@require_POST
def rattacher(request, reseau, uuid, dossier):
    """La personne est déjà suivie : la demande rejoint son dossier."""
    demande = demande_de_la_page(request, reseau, uuid, "porteurs.demande.prendre")
    suivi = (
        Dossier.objects.suivis_par(request.acteur).filter(reseau__slug=reseau, uuid=dossier).first()
    )
    if suivi is None:
        raise Http404("Ce dossier n'est pas de ceux que l'acteur suit.")
    try:
        service.rattacher(acteur=request.acteur, demande=demande, dossier=suivi)
    except Refus as refus:
        messages.error(request, refus.phrase)
        return redirect("porteurs:demandes", reseau=reseau)
    consigner(request.acteur, Operation.MODIFICATION, "demande", demande.uuid)
    messages.success(request, f"La demande a rejoint le dossier {suivi.reference}.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=suivi.uuid)


# --- Clore, transmettre ------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def clore(request, reseau, uuid):
    demande = demande_de_la_page(request, reseau, uuid, "porteurs.demande.clore")
    form = ClotureForm(request.POST or None)

    def agir(motif, precision):
        service.clore(acteur=request.acteur, demande=demande, motif=motif, precision=precision)
        return "La demande est close. Ce qu’elle dit de la personne s’efface dans six mois."

    return _geste(request, demande, form, agir, "porteurs/demandes/clore.html")


@require_http_methods(["GET", "POST"])
def transmettre(request, reseau, uuid):
    demande = demande_de_la_page(request, reseau, uuid, "porteurs.demande.transmettre")
    form = TransmissionForm(
        request.POST or None,
        structures=qui_recoivent(demande.reseau).exclude(pk=demande.structure_id),
        reseaux=autres_reseaux(demande),
    )

    def agir(vers, motif):
        service.transmettre(acteur=request.acteur, demande=demande, vers=vers, motif=motif)
        return (
            f"{vers} reçoit la demande. La personne l’apprend par courriel, si l’on a son adresse."
        )

    return _geste(request, demande, form, agir, "porteurs/demandes/transmettre.html")


def _geste(request, demande: Demande, form, agir, gabarit: str):
    """GET montre le geste ; POST le fait une fois, et revient à la liste."""
    if request.method == "POST" and form.is_valid():
        champs = dict(form.cleaned_data)
        cle = champs.pop("cle_envoi")

        def faire() -> str:
            phrase = agir(**champs)
            consigner(request.acteur, Operation.MODIFICATION, "demande", demande.uuid)
            messages.success(request, phrase)
            return reverse("porteurs:demandes", args=[demande.reseau.slug])

        # Le geste peut changer la demande de réseau : on revient à la liste d'où l'on part.
        depart = reverse("porteurs:demandes", args=[demande.reseau.slug])
        try:
            une_seule_fois(cle, request.acteur, faire)
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
        else:
            return redirect(depart)
    entier = demande.regard == RegardDemande.ENTIER
    return render(
        request,
        gabarit,
        {"reseau": demande.reseau, "demande": demande, "form": form, "entier": entier},
    )
