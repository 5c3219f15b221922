"""Ce que font les membres autour de l'espace : y inviter la personne, répondre à ses demandes."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from porteurs.forms.espace import ReponseDroitForm
from porteurs.journal import consigner_dossier
from porteurs.models import DemandeDroit, Dossier, Porteur
from porteurs.services import espace as service
from porteurs.services.espace_gestes import repondre_a_un_droit
from porteurs.views.acquerir import dossier_de_la_page
from socle.debit import depasse
from socle.enums import Operation
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

INVITATIONS_PAR_HEURE = 6


@require_POST
def inviter(request, reseau, uuid, personne):
    """Envoie à la personne le lien de son espace, à l'adresse que porte le dossier."""
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.espace.inviter", dossier)
    porteur = get_object_or_404(Porteur, uuid=personne, participations__dossier=dossier)
    if depasse(f"espace-invitation:{porteur.pk}", INVITATIONS_PAR_HEURE, 3600):
        messages.error(request, "Plusieurs liens viennent déjà de partir : laissez-lui une heure.")
        return redirect("porteurs:dossier", reseau=reseau, uuid=uuid)
    try:
        service.inviter_porteur(acteur=request.acteur, dossier=dossier, porteur=porteur)
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
        messages.success(
            request, f"Le lien de son espace part à {porteur.prenom} ; il vaut trois jours."
        )
    return redirect("porteurs:dossier", reseau=reseau, uuid=uuid)


@require_http_methods(["GET", "POST"])
def droit_repondre(request, reseau, uuid):
    """La demande de copie ou d'effacement, son échéance, et la réponse de la structure."""
    demande = get_object_or_404(
        DemandeDroit.objects.select_related("dossier__reseau", "porteur").filter(
            dossier__in=Dossier.objects.suivis_par(request.acteur), dossier__reseau__slug=reseau
        ),
        uuid=uuid,
    )
    exiger(request.acteur, "porteurs.droits.repondre", demande)
    dossier = demande.dossier
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    form = ReponseDroitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data

        def agir() -> str:
            repondre_a_un_droit(
                acteur=request.acteur,
                demande=demande,
                etat=champs["etat"],
                reponse=champs["reponse"],
            )
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
            messages.success(request, "La réponse est enregistrée ; la personne en est prévenue.")
            return reverse("porteurs:dossier", args=[reseau, dossier.uuid])

        try:
            return redirect(une_seule_fois(champs.get("cle_envoi"), request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "porteurs/espace/droit_repondre.html",
        {
            "reseau": dossier.reseau,
            "dossier": dossier,
            "demande": demande,
            "en_retard": demande.en_retard(dossier.reseau.aujourd_hui()),
            "form": form,
        },
    )
