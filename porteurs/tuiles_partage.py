"""Sur « Mon tableau » : les accès que d'autres structures demandent aux dossiers de la sienne."""

from django.db.models import Q

from partenaires.enums import Fonction, Module
from porteurs.enums import EtatDemandeAcces
from porteurs.models import DemandeAcces
from socle.tuiles import Tuile, quand_il_y_a

MONTREES = 6


def _demandes(acteur):
    """Ce qui attend une réponse de sa structure."""
    condition = Q(pk=None)
    for mandat in acteur.pour(Module.DOSSIERS).mandats:
        if mandat.fonction == Fonction.TECHNICIEN:
            condition |= Q(
                dossier__structure_responsable=mandat.structure_id,
                dossier__reseau=mandat.reseau_id,
            )
    if condition == Q(pk=None):
        return None
    return (
        DemandeAcces.objects.filter(condition, etat=EtatDemandeAcces.ENVOYEE)
        .select_related("dossier__reseau", "structure")
        .defer("dossier__vecteur_fiche", "dossier__vecteur_suivi")
        .order_by("demandee_le", "pk")
    )


@quand_il_y_a(_demandes)
def acces_demandes(acteur) -> Tuile:
    demandes = list(_demandes(acteur)[:MONTREES])
    return Tuile(
        gabarit="porteurs/dossier/_tuile_acces.html",
        contexte={"acces_demandes": demandes},
        attentes=len(demandes),
    )
