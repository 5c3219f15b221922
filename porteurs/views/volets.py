"""Écrire le volet professionnel, le volet privé, la part d'un adulte."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from porteurs.forms.volets import PartAdulteForm, VoletPriveForm, VoletProfessionnelForm
from porteurs.permissions.dossiers import lit_le_prive
from porteurs.permissions.volets import lit_la_part
from porteurs.services import volets
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from porteurs.views.personnes import adulte_de_la_page
from socle.editions import valeurs_de
from socle.permissions import exiger, peut

ACCORD_D_ABORD = "Le volet privé s’écrit avec l’accord de chacun : notez-le d’abord, ici."


@require_http_methods(["GET", "POST"])
def professionnel(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.volet.professionnel", dossier)
    form = VoletProfessionnelForm(request.POST or None)
    form.partir_de(valeurs_de(volets.volet_professionnel(dossier), volets.CHAMPS_PROFESSIONNELS))
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Volet professionnel",
            "Lu par celles et ceux qui suivent le dossier. Rien n’est obligatoire : notez ce que vous "
            "savez, le reste viendra.",
            "Enregistrer",
        ),
        lambda champs: volets.enregistrer_professionnel(
            acteur=request.acteur,
            dossier=dossier,
            lu=champs["lu"],
            **{c: champs[c] for c in volets.CHAMPS_PROFESSIONNELS},
        ),
        "Le volet professionnel est à jour.",
        brouillon=dossier,
    )


def _accord_d_abord(request, dossier):
    """La page qui note l'accord, pour qui pourrait écrire s'il l'avait ; sinon rien."""
    if not peut(request.acteur, "porteurs.accord.noter", dossier):
        return None
    messages.info(request, ACCORD_D_ABORD)
    return redirect(reverse("porteurs:accord_noter", args=[dossier.reseau.slug, dossier.uuid]))


@require_http_methods(["GET", "POST"])
def prive(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    if not lit_le_prive(request.acteur, dossier) and (page := _accord_d_abord(request, dossier)):
        return page
    exiger(request.acteur, "porteurs.volet.prive", dossier)
    form = VoletPriveForm(request.POST or None)
    form.partir_de(valeurs_de(volets.volet_prive(dossier), volets.CHAMPS_PRIVES))
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Volet privé",
            "Lu par les seules structures que chaque adulte du foyer a nommées. Des besoins, jamais "
            "l’état de santé de quelqu’un.",
            "Enregistrer",
        ),
        lambda champs: volets.enregistrer_prive(
            acteur=request.acteur,
            dossier=dossier,
            lu=champs["lu"],
            **{c: champs[c] for c in volets.CHAMPS_PRIVES},
        ),
        "Le volet privé est à jour.",
        brouillon=dossier,
    )


@require_http_methods(["GET", "POST"])
def part(request, reseau, uuid, adulte):
    dossier = dossier_de_la_page(request, reseau, uuid)
    adulte = adulte_de_la_page(dossier, adulte)
    if not lit_la_part(request.acteur, adulte) and (page := _accord_d_abord(request, dossier)):
        return page
    exiger(request.acteur, "porteurs.part.tenir", adulte)
    form = PartAdulteForm(request.POST or None)
    form.partir_de(valeurs_de(volets.part_de(adulte), volets.CHAMPS_D_UN_ADULTE))
    return mener(
        request,
        dossier,
        form,
        Geste(
            f"Ce que cherche {adulte.porteur.prenom}",
            f"Lu par les seules structures que {adulte.porteur.prenom} a nommées.",
            "Enregistrer",
        ),
        lambda champs: volets.enregistrer_part(
            acteur=request.acteur,
            participation=adulte,
            lu=champs["lu"],
            **{c: champs[c] for c in volets.CHAMPS_D_UN_ADULTE},
        ),
        "C’est enregistré.",
        brouillon=adulte,
    )
