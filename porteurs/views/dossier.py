"""La page d'un dossier : une liste de blocs par onglet, dans l'ordre où on les lit."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from porteurs import blocs
from porteurs import lecteurs as qui_lit
from porteurs.blocs import COTE, TETE, Bloc, pour_tous
from porteurs.dossier_lu import lire_dossier
from porteurs.forms.suivi import EchangeForm
from porteurs.journal import consigner_dossier
from porteurs.menus import pages_du_reseau
from porteurs.models import Dossier
from porteurs.services.fusions_dossiers import suivant
from porteurs.views.acquerir import dossiers_de_la_page
from porteurs.views.besoins import contexte_besoins
from porteurs.views.concours import contexte_des_candidatures
from porteurs.views.financements import contexte_des_financements, contexte_des_liens
from porteurs.views.installations import contexte_de_l_installation
from socle import brouillons
from socle.enums import Operation
from socle.permissions import exiger, peut


def _qui_note(acteur, dossier: Dossier) -> bool:
    return peut(acteur, "porteurs.echange.noter", dossier)


def contexte_de_la_note(acteur, dossier: Dossier) -> dict:
    """La saisie rapide, avec ce qui y avait été commencé."""
    form = formulaire_echange(acteur, dossier)
    cle = brouillons.cle_de("echange_noter", dossier.uuid)
    form.brouillon_cle = cle
    if dossier.note_commencee:
        brouillons.remettre(form, cle, dossier.note_commencee["champs"], dossier.note_commencee_le)
    return {"form_echange": form}


def formulaire_echange(acteur, dossier: Dossier, donnees=None, **options) -> EchangeForm:
    structures = structures_nommees(
        acteur, dossier.reseau_id, Fonction.TECHNICIEN, Fonction.PARRAIN
    )
    techniques = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    lecteurs = qui_lit.lecteurs(dossier, techniques)
    form = EchangeForm(
        donnees,
        structures=structures,
        jour=dossier.reseau.aujourd_hui(),
        lecteurs=lecteurs,
        lit_le_prive=peut(acteur, "porteurs.prive.lire", dossier),
        **options,
    )
    if "prive" in form.fields:
        noms = ", ".join(lecteurs[qui_lit.PRIVE])
        form.fields["prive"].help_text = f"Parmi eux, seuls la liront\u00a0: {noms}."
    return form


def _pages_du_reseau(acteur, dossier: Dossier) -> dict:
    return {"pages_du_reseau": pages_du_reseau(acteur, dossier.reseau)}


# Un bloc de plus sur la page : une ligne ici.
PROJET = [
    Bloc("porteurs/dossier/_attentes.html", blocs.attentes, TETE, pour_tous),
    Bloc("porteurs/dossier/_en_un_regard.html", blocs.en_un_regard, TETE, pour_tous),
    Bloc("porteurs/dossier/_manques.html", blocs.ce_qui_manque, TETE),
    Bloc("porteurs/dossier/_volets.html", blocs.les_deux_volets),
    Bloc("porteurs/besoins/_bloc.html", contexte_besoins, pour=pour_tous),
    Bloc("porteurs/_noter_echange.html", contexte_de_la_note, pour=_qui_note),
    Bloc("porteurs/dossier/_le_fil.html", blocs.le_fil, pour=pour_tous),
    Bloc("porteurs/dossier/_actions.html", blocs.les_actions, COTE),
    Bloc("porteurs/dossier/_personnes.html", blocs.les_personnes, COTE),
    Bloc("porteurs/dossier/_partage.html", blocs.le_partage, COTE, pour_tous),
]
SOUTIENS = [
    Bloc("porteurs/financements/_bloc.html", contexte_des_financements),
    Bloc("porteurs/concours/_bloc.html", contexte_des_candidatures),
    Bloc("porteurs/installations/_bloc.html", contexte_de_l_installation, COTE),
    Bloc("porteurs/financements/_liens.html", contexte_des_liens, COTE),
    Bloc("porteurs/financements/_du_reseau.html", _pages_du_reseau, COTE),
]


@require_GET
def detail(request, reseau, uuid):
    """Le projet : où il en est, ce qui manque, ses deux côtés, le fil."""
    dossier = lire_dossier(dossiers_de_la_page(request, reseau), request.acteur, uuid)
    if dossier is None:
        return _dossier_reuni(request, reseau, uuid)
    exiger(request.acteur, "porteurs.dossier.voir", dossier)
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    dossier.fil_entier = "tout" in request.GET
    return _rendre(request, dossier, PROJET, "projet")


@require_GET
def soutiens(request, reseau, uuid):
    """Les financements, les concours, l'installation et ses nouvelles."""
    dossier = get_object_or_404(dossiers_de_la_page(request, reseau).pour_page(), uuid=uuid)
    exiger(request.acteur, "porteurs.dossier.soutiens", dossier)
    consigner_dossier(request.acteur, Operation.CONSULTATION, dossier)
    return _rendre(request, dossier, SOUTIENS, "soutiens")


def _rendre(request, dossier: Dossier, liste: list[Bloc], rubrique: str):
    acteur = request.acteur
    contexte = {
        "reseau": dossier.reseau,
        "dossier": dossier,
        "rubrique": rubrique,
        "peut_ecrire": _qui_note(acteur, dossier),
        "peut_relayer": peut(acteur, "porteurs.relais.proposer", dossier),
        "peut_voir_partage": peut(acteur, "porteurs.partage.voir", dossier),
    }
    page = blocs.composer(liste, acteur, dossier)
    return render(request, "porteurs/dossier.html", contexte | page)


def _dossier_reuni(request, reseau, uuid):
    """L'adresse d'un dossier réuni à un autre mène à cet autre, pour qui le voit."""
    garde = get_object_or_404(dossiers_de_la_page(request, reseau), uuid=suivant(reseau, uuid))
    messages.info(request, f"Ce dossier a été réuni au dossier {garde.reference}, que voici.")
    return redirect("porteurs:dossier", reseau=reseau, uuid=garde.uuid)
