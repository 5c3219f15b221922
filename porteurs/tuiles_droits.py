"""Sur « Mon tableau » : les copies et les effacements demandés, et le jour où la réponse est due."""

from django.db.models import Q

from partenaires.enums import Fonction, Module
from porteurs.models import DemandeDroit
from socle.tuiles import Tuile, quand_il_y_a

MONTREES = 6


def _demandes(acteur):
    """Ce qu'attendent de sa structure les personnes dont elle tient le dossier."""
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
        DemandeDroit.objects.en_attente()
        .filter(condition)
        .select_related("dossier__reseau")
        .defer("dossier__vecteur_fiche", "dossier__vecteur_suivi")
        .order_by("echeance", "pk")
    )


@quand_il_y_a(_demandes)
def droits_demandes(acteur) -> Tuile:
    demandes = list(_demandes(acteur)[:MONTREES])
    for demande in demandes:
        demande.tard = demande.en_retard(demande.dossier.reseau.aujourd_hui())
    return Tuile(
        gabarit="porteurs/dossier/_tuile_droits.html",
        contexte={"droits_demandes": demandes},
        attentes=len(demandes),
    )
