"""« À la place de X » : ce qui attend une personne absente, sur le tableau de qui la remplace."""

from datetime import timedelta

from partenaires.enums import Module
from porteurs.enums import EtatOrientation, Volet
from porteurs.models import Acces, Action, Affectation, Orientation, Remplacement
from porteurs.permissions.dossiers import T
from socle.tuiles import Tuile, quand_il_y_a

# Une tuile montre l'essentiel ; la page du dossier a le reste.
MONTREES = 6
HORIZON_ACTIONS = timedelta(days=7)


def _remplacements(acteur):
    """Les personnes que l'on remplace aujourd'hui."""
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T):
        return None
    return (
        Remplacement.objects.en_cours(acteur.jour)
        .filter(remplacant=acteur.utilisateur_id, reseau__in=acteur.reseaux(T))
        .select_related("absent", "reseau")
        .order_by("periode", "pk")
    )


@quand_il_y_a(_remplacements)
def a_la_place(acteur) -> Tuile:
    """Les actions, les rôles et les besoins des personnes que l'on remplace aujourd'hui.

    Rien ne s'y montre que l'on ne voie déjà : le remplacement déplace les rappels, pas les droits.
    """
    acteur = acteur.pour(Module.DOSSIERS)
    places = [{"remplacement": r, **_attentes(acteur, r)} for r in _remplacements(acteur)]
    return Tuile(
        gabarit="porteurs/remplacements/_tuile_a_la_place.html",
        contexte={"places": places, "jour": acteur.jour},
        attentes=sum(
            len(p["actions"]) + len(p["propositions"]) + len(p["orientations"]) for p in places
        ),
    )


def _attentes(acteur, remplacement: Remplacement) -> dict:
    actions = Action.objects.filter(
        Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"),
        responsable=remplacement.absent_id,
        faite_le=None,
        echeance__lte=acteur.jour + HORIZON_ACTIONS,
        dossier__reseau=remplacement.reseau_id,
    )
    propositions = Affectation.objects.proposees().filter(
        Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier"),
        utilisateur=remplacement.absent_id,
        dossier__reseau=remplacement.reseau_id,
    )
    orientations = Orientation.objects.filter(
        Acces.objects.ouvrant(acteur, Volet.FICHE, "besoin__dossier"),
        personne=remplacement.absent_id,
        structure=remplacement.structure_id,
        etat=EtatOrientation.ENVOYEE,
        besoin__dossier__reseau=remplacement.reseau_id,
    )
    return {
        "actions": list(
            actions.select_related("dossier__reseau").order_by("echeance", "pk")[:MONTREES]
        ),
        "propositions": list(
            propositions.select_related("dossier__reseau").order_by("proposee_le", "pk")[:MONTREES]
        ),
        "orientations": list(
            orientations.select_related("besoin__dossier__reseau", "besoin__theme").order_by(
                "envoyee_le", "pk"
            )[:MONTREES]
        ),
    }
