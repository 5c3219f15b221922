"""Ce qu'une personne accompagnée peut demander : la copie de ses données, ou leur effacement."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from porteurs.forms.conservation import EffacerForm
from porteurs.journal import consigner_dossier
from porteurs.models import Porteur
from porteurs.services.anonymisation import effacer_a_la_demande
from porteurs.services.copie import composer
from porteurs.services.effacement import a_effacer_avec
from porteurs.views.acquerir import dossier_de_la_page
from socle.enums import Operation
from socle.permissions import exiger
from socle.refus import Refus


def _acquerir(request, reseau, uuid, personne, action):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, action, dossier)
    return dossier, get_object_or_404(Porteur, participations__dossier=dossier, uuid=personne)


@require_GET
def donnees(request, reseau, uuid, personne):
    """Deux gestes, et ce que chacun fait."""
    dossier, porteur = _acquerir(request, reseau, uuid, personne, "porteurs.personne.donnees")
    return render(
        request,
        "porteurs/conservation/donnees.html",
        {"reseau": dossier.reseau, "dossier": dossier, "porteur": porteur},
    )


@reauthentication_required
@require_POST
def copie(request, reseau, uuid, personne):
    """L'archive dans la réponse même : rien ne reste sur le serveur, rien n'est à faire expirer.

    Elle ne contient que ce que l'acteur lit ; l'archive entière se fait par ``exporter_personne``.
    """
    dossier, porteur = _acquerir(request, reseau, uuid, personne, "porteurs.personne.donnees")
    consigner_dossier(request.acteur, Operation.EXPORT, dossier, "personne")
    reponse = HttpResponse(
        composer(porteur, remise_par=request.acteur), content_type="application/zip"
    )
    nom = f"copie-{dossier.reference}-{timezone.localdate().isoformat()}.zip"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


@reauthentication_required
@require_http_methods(["GET", "POST"])
def effacer(request, reseau, uuid, personne):
    """Ne se défait pas : les conséquences se lisent avant."""
    dossier, porteur = _acquerir(request, reseau, uuid, personne, "porteurs.personne.effacer")
    form = EffacerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            effacer_a_la_demande(acteur=request.acteur, porteur=porteur)
        except Refus as refus:
            form.add_error(None, refus.phrase)
            return _page_d_effacement(request, dossier, porteur, form)
        consigner_dossier(
            request.acteur,
            Operation.MODIFICATION,
            dossier,
            "effacement",
            form.cleaned_data["motif"],
        )
        messages.success(
            request, "C’est effacé\u00a0: la base, l’historique, les fichiers, les courriels."
        )
        return redirect("porteurs:dossiers", dossier.reseau.slug)
    return _page_d_effacement(request, dossier, porteur, form)


def _page_d_effacement(request, dossier, porteur, form):
    partent, restent = a_effacer_avec(porteur)
    return render(
        request,
        "porteurs/conservation/effacer.html",
        {
            "reseau": dossier.reseau,
            "dossier": dossier,
            "porteur": porteur,
            "form": form,
            "partent": len(partent),
            "restent": len(restent),
        },
    )
