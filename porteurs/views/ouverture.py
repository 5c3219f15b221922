"""Ouvrir un dossier en une minute ; corriger sa fiche."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.dossier import AUTRE_PERSONNE, FicheForm, OuvrirDossierForm
from porteurs.journal import consigner_dossier
from porteurs.services import doublons
from porteurs.services.dossier import modifier_fiche, ouvrir_dossier
from porteurs.views.acquerir import dossier_de_la_page
from socle import brouillons
from socle.debit import depasse
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import deja_fait, une_seule_fois

# Chercher des ressemblances, c'est interroger le fichier : personne n'ouvre autant de dossiers.
OUVERTURES_PAR_HEURE = 60


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
    cle = brouillons.cle_de("dossier_ouvrir", reseau.slug)
    brouillons.attacher(request.acteur, form, cle)
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
                page = _ouvrir(request, reseau, form, ressemblants, choix)
                brouillons.oublier(request.acteur, cle)
                return redirect(page)
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
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
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
