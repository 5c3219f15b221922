"""Les adultes d'un projet : les compléter, en ajouter, en retirer, noter ce dont chacun est informé."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from porteurs.forms.personnes import AdulteForm, PersonneForm
from porteurs.forms.suivi import InformationForm, OppositionForm
from porteurs.models import Dossier, Participation
from porteurs.services import personnes
from porteurs.services.espace import confirmer_adresse
from porteurs.views.acquerir import dossier_de_la_page
from porteurs.views.gestes import Geste, mener
from socle.editions import valeurs_de
from socle.permissions import exiger, peut
from socle.unicite import FormulaireUnique

TENUS = personnes.CHAMPS


def _partage(dossier: Dossier) -> str:
    return reverse("porteurs:dossier_partage", args=[dossier.reseau.slug, dossier.uuid])


def _repond(request, dossier: Dossier) -> bool:
    """Sa structure répond du dossier : l'adresse de courriel, et qui le porte, sont de son ressort."""
    return peut(request.acteur, "porteurs.dossier.information", dossier)


def adulte_de_la_page(dossier: Dossier, uuid) -> Participation:
    """La participation de l'adresse, avec son dossier déjà lu et ce que l'acteur en voit."""
    participation = get_object_or_404(dossier.participations.select_related("porteur"), uuid=uuid)
    participation.dossier = dossier
    return participation


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid, personne):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.personne.modifier", dossier)
    porteur = get_object_or_404(dossier.porteurs, uuid=personne)
    form = PersonneForm(request.POST or None, jour=dossier.reseau.aujourd_hui())
    form.partir_de(valeurs_de(porteur, TENUS))
    if porteur.email and not _repond(request, dossier):
        form.taire_l_adresse()
    return mener(
        request,
        dossier,
        form,
        Geste(
            "Nom et coordonnées",
            "Lus par celles et ceux qui suivent le dossier, jamais par le reste du réseau.",
            "Enregistrer",
        ),
        lambda champs: personnes.modifier_personne(
            acteur=request.acteur,
            dossier=dossier,
            porteur=porteur,
            lu=champs["lu"],
            **{c: champs[c] for c in TENUS},
        ),
        "Les coordonnées sont à jour.",
    )


@require_http_methods(["GET", "POST"])
def ajouter(request, reseau, uuid):
    dossier = dossier_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.adulte.ajouter", dossier)
    return mener(
        request,
        dossier,
        AdulteForm(
            request.POST or None,
            jour=dossier.reseau.aujourd_hui(),
            repond=_repond(request, dossier),
        ),
        Geste(
            "Ajouter une personne",
            "Un autre porteur du projet, ou un adulte du foyer. La fiche partagée ne la nommera que "
            "lorsqu’elle sera informée. Le volet privé parle aussi d’elle : il se referme jusqu’à ce "
            "qu’elle donne son accord à son tour.",
            "Ajouter au projet",
        ),
        lambda champs: personnes.ajouter_adulte(
            acteur=request.acteur,
            dossier=dossier,
            role=champs["role"],
            **{c: champs[c] for c in TENUS},
        ),
        "La personne est ajoutée au projet. Il reste à l’informer.",
        brouillon=dossier,
        retour=_partage(dossier),
    )


@require_http_methods(["GET", "POST"])
def retirer(request, reseau, uuid, adulte):
    dossier = dossier_de_la_page(request, reseau, uuid)
    adulte = adulte_de_la_page(dossier, adulte)
    exiger(request.acteur, "porteurs.adulte.retirer", adulte)
    return mener(
        request,
        dossier,
        FormulaireUnique(request.POST if request.method == "POST" else None),
        Geste(
            f"Retirer {adulte.porteur} du projet",
            "Ce que cette personne cherchait pour elle et ses accords s’effacent. Le volet privé se "
            "referme : les accords des autres adultes prennent fin aussi, demandez-les de nouveau.",
            "Retirer du projet",
        ),
        lambda champs: personnes.retirer_adulte(acteur=request.acteur, participation=adulte),
        "Cette personne n’est plus dans le projet. Le volet privé attend de nouveaux accords.",
        retour=_partage(dossier),
    )


@require_http_methods(["GET", "POST"])
def adresse(request, reseau, uuid, adulte):
    dossier = dossier_de_la_page(request, reseau, uuid)
    adulte = adulte_de_la_page(dossier, adulte)
    exiger(request.acteur, "porteurs.adresse.confirmer", adulte)
    return mener(
        request,
        dossier,
        FormulaireUnique(request.POST if request.method == "POST" else None),
        Geste(
            f"L’adresse de {adulte.porteur} est la bonne",
            f"Demandez-la-lui de vive voix : {adulte.porteur.email or 'aucune adresse n’est notée'}. "
            "Elle ouvrira son espace : les messages, les documents et les choix de ce dossier. Le lien "
            "d’entrée part aussitôt à cette adresse.",
            "Confirmer et envoyer le lien",
        ),
        lambda champs: confirmer_adresse(acteur=request.acteur, participation=adulte),
        "L’adresse est confirmée : le lien de son espace part.",
        retour=_partage(dossier),
    )


@require_http_methods(["GET", "POST"])
def information(request, reseau, uuid, adulte):
    dossier = dossier_de_la_page(request, reseau, uuid)
    adulte = adulte_de_la_page(dossier, adulte)
    exiger(request.acteur, "porteurs.partage.adulte", adulte)
    return mener(
        request,
        dossier,
        InformationForm(request.POST or None, jour=dossier.reseau.aujourd_hui()),
        Geste(
            f"{adulte.porteur} sait ce qui est partagé",
            "Cette personne sait que le projet est suivi dans Maillon et qu’elle peut s’y opposer. "
            "Dès que la fiche est ouverte au réseau, celui-ci y lira son prénom et son initiale.",
            "Enregistrer",
        ),
        lambda champs: personnes.informer_adulte(
            acteur=request.acteur, participation=adulte, le=champs["le"], mode=champs["mode"]
        ),
        "C’est noté.",
        retour=_partage(dossier),
    )


@require_http_methods(["GET", "POST"])
def opposition(request, reseau, uuid, adulte):
    dossier = dossier_de_la_page(request, reseau, uuid)
    adulte = adulte_de_la_page(dossier, adulte)
    exiger(request.acteur, "porteurs.partage.adulte", adulte)
    return mener(
        request,
        dossier,
        OppositionForm(request.POST or None, jour=dossier.reseau.aujourd_hui()),
        Geste(
            f"{adulte.porteur} ne veut pas figurer sur la fiche",
            "La fiche partagée tait aussitôt son prénom : listes, recherches et courriels compris. "
            "Le reste de la fiche ne change pas : elle dépend de qui porte le projet.",
            "Enregistrer l’opposition",
        ),
        lambda champs: personnes.opposer_adulte(
            acteur=request.acteur, participation=adulte, le=champs["le"]
        ),
        "C’est noté : la fiche ne nomme plus cette personne.",
        retour=_partage(dossier),
    )
