"""Les tuiles des dossiers sur « Mon tableau », tous réseaux confondus : un seul tableau par personne."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from partenaires.enums import Fonction, Module
from porteurs.agenda import compter
from porteurs.enums import EtatRelais, NatureReunion, Volet
from porteurs.models import Action, Affectation, Dossier, DoublonSignale, Relais, Reunion
from porteurs.models.acces import Acces
from porteurs.permissions.dossiers import A, P, T
from socle.tuiles import Tuile, en_parties

# Une tuile montre l'essentiel ; la liste complète est à un geste.
MONTREES = 6
HORIZON_ACTIONS = timedelta(days=7)


def _attentes(acteur) -> dict:
    """Ce qui attend une réponse de la personne, le plus engageant d'abord."""
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T, P, A):
        return {}
    return {
        "relais": _relais_a_accepter(acteur),
        "propositions": _roles_proposes(acteur),
        "actions": _actions_dues(acteur),
        "dormants": _dormants(acteur),
        "doublons": _doublons(acteur),
    }


@en_parties(_attentes)
def a_vous_de_jouer(acteur, presentes: set[str]) -> Tuile | None:
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T, P, A):
        return None
    listes = {
        nom: list(lignes[:MONTREES]) if nom in presentes else []
        for nom, lignes in _attentes(acteur).items()
    }
    nombre = sum(len(lignes) for lignes in listes.values())
    return Tuile(
        gabarit="porteurs/_tuile_a_vous.html",
        contexte=listes
        | {
            "nombre_a_vous": nombre,
            "jour": acteur.jour,
            "peut_relayer": bool(acteur.reseaux(T)),
        },
        attentes=nombre,
    )


def _relais_a_accepter(acteur):
    condition = Q(pk=None)
    for mandat in acteur.mandats:
        if mandat.fonction == Fonction.TECHNICIEN:
            condition |= Q(vers=mandat.structure_id, dossier__reseau=mandat.reseau_id)
    return (
        Relais.objects.filter(
            condition,
            Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier"),
            etat=EtatRelais.PROPOSE,
        )
        .select_related("dossier__reseau", "dossier__commune", "de")
        .order_by("propose_le", "pk")
    )


def _roles_proposes(acteur):
    return (
        Affectation.objects.proposees()
        .filter(
            Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier"),
            utilisateur=acteur.utilisateur_id,
        )
        .select_related("dossier__reseau", "dossier__commune", "proposee_par")
        .order_by("proposee_le", "pk")
    )


def _actions_dues(acteur):
    return (
        Action.objects.filter(
            Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"),
            responsable=acteur.utilisateur_id,
            faite_le=None,
            echeance__lte=acteur.jour + HORIZON_ACTIONS,
        )
        .select_related("dossier__reseau")
        .order_by("echeance", "pk")
    )


def _dormants(acteur):
    return (
        Dossier.objects.suivis_par(acteur)
        .de_la_personne(acteur.utilisateur_id)
        .dormants(acteur.jour)
        .select_related("reseau", "commune")
        .order_by("activite_le", "pk")
    )


def _doublons(acteur):
    return (
        DoublonSignale.objects.filter(dossier__reseau__in=acteur.reseaux(A), traite_le=None)
        .select_related(
            "dossier__reseau", "dossier__structure_responsable", "autre__structure_responsable"
        )
        .order_by("signale_le", "pk")
    )


def mes_dossiers(acteur) -> Tuile | None:
    """Les dossiers dont la personne est référente ou marraine, les plus vivants d'abord."""
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T, P):
        return None
    dossiers = list(
        Dossier.objects.suivis_par(acteur)
        .de_la_personne(acteur.utilisateur_id)
        .ouverts()
        .select_related("reseau", "commune")
        .order_by("-activite_le", "-pk")[:MONTREES]
    )
    techniques = [m for m in acteur.mandats if m.fonction == Fonction.TECHNICIEN]
    return Tuile(
        gabarit="porteurs/_tuile_mes_dossiers.html",
        contexte={
            "dossiers": dossiers,
            "reseaux": sorted(
                {
                    (m.reseau_nom, m.reseau_slug)
                    for m in acteur.mandats
                    if m.fonction in (Fonction.TECHNICIEN, Fonction.PARRAIN)
                }
            ),
            "peut_ouvrir": bool(techniques),
        },
    )


def prochaine_reunion(acteur) -> Tuile | None:
    """La prochaine réunion visible, avec ce que son ordre du jour contient pour la personne.

    Un comité ne se compte pas : il lit des nombres, pas des dossiers.
    """
    acteur = acteur.pour(Module.REUNIONS)
    reseaux = acteur.reseaux(T, A, Fonction.ELU)
    if not reseaux:
        return None
    reunion = (
        Reunion.objects.visible_par(acteur).a_venir(timezone.now()).select_related("reseau").first()
    )
    technique = reunion is not None and reunion.nature == NatureReunion.TECHNIQUE
    return Tuile(
        gabarit="porteurs/_tuile_reunion.html",
        contexte={
            "reunion": reunion,
            "compte": compter(reunion, acteur) if technique else None,
            "reseaux_animes": [m for m in acteur.mandats if m.fonction == Fonction.ANIMATEUR],
        },
        place="cote",
    )
