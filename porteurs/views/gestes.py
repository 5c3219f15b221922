"""La page d'un geste sur un dossier : ses mots, son formulaire, son unique action."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from porteurs.journal import consigner_dossier
from porteurs.models import Dossier
from socle import brouillons
from socle.editions import Conflit
from socle.enums import Operation
from socle.refus import Refus
from socle.unicite import une_seule_fois


@dataclass(frozen=True)
class Geste:
    """Les mots d'une page de geste : son titre, son explication, son bouton."""

    titre: str
    explication: str
    bouton: str
    # Le formulaire porte un fichier : il s'envoie autrement.
    fichiers: bool = False
    # Des points de départ proposés au-dessus du formulaire : (libellé, adresse).
    departs: tuple[tuple[str, str], ...] = ()


def page_de_geste(request, dossier: Dossier, form, geste: Geste, retour: str):
    """Montre la page, vierge ou avec ses erreurs : elle dit du dossier ce qu'il s'agit de changer."""
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    return render(
        request,
        "porteurs/geste.html",
        {
            "reseau": dossier.reseau,
            "dossier": dossier,
            "form": form,
            "geste": geste,
            "retour": retour,
            "brouillon": getattr(form, "brouillon_cle", ""),
            "conflit": getattr(form, "conflit", False),
            "versions": getattr(form, "versions", []),
        },
    )


def mener(
    request,
    dossier: Dossier,
    form,
    geste: Geste,
    agir,
    succes: str,
    *,
    brouillon=None,
    retour: str = "",
):
    """Montre le formulaire, agit une seule fois quand il est juste, et revient au dossier.

    ``agir`` reçoit les champs validés. Un ``Refus`` s'affiche dans le formulaire, la saisie gardée.
    ``brouillon`` : ce dont parle le brouillon de cette page (le dossier, une personne) ; sans lui,
    la page n'en garde pas. ``retour`` : l'adresse où revenir, sinon la page du dossier.
    """
    retour = retour or reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    cle = ""
    if brouillon is not None:
        cle = brouillons.cle_de(request.resolver_match.url_name, brouillon.uuid)
        brouillons.attacher(request.acteur, form, cle)
    if request.method == "POST" and form.is_valid():

        def executer() -> str:
            agir(form.cleaned_data)
            consigner_dossier(request.acteur, Operation.MODIFICATION, dossier)
            brouillons.oublier(request.acteur, cle)
            messages.success(request, succes)
            return retour

        try:
            une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, executer)
        except Conflit as conflit:
            form.montrer_le_conflit(conflit)
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
        else:
            return redirect(retour)
    return page_de_geste(request, dossier, form, geste, retour)
