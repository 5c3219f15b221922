"""Les réunions de dossiers proposées à sa structure, sur « Mon tableau »."""

from django.db.models import Exists, OuterRef, Q

from partenaires.enums import Fonction, Module
from porteurs.models import Dossier, FusionDossiers
from porteurs.permissions.dossiers import T
from socle.tuiles import Tuile, quand_il_y_a

MONTREES = 6


def _proposees(acteur):
    """Celles dont une structure de l'acteur tient l'autre dossier."""
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T):
        return None
    tenus = Q(pk=None)
    for mandat in acteur.mandats:
        if mandat.fonction == Fonction.TECHNICIEN:
            tenus |= Q(reseau=mandat.reseau_id, structure_responsable=mandat.structure_id)
    return (
        FusionDossiers.objects.proposees()
        .filter(Exists(Dossier.objects.filter(tenus, uuid=OuterRef("absorbe_uuid"))))
        .select_related("reseau", "garde__structure_responsable")
        .order_by("proposee_le", "pk")
    )


@quand_il_y_a(_proposees)
def a_repondre(acteur) -> Tuile:
    fusions = list(_proposees(acteur)[:MONTREES])
    return Tuile(
        gabarit="porteurs/fusions/_tuile.html",
        contexte={"fusions": fusions},
        attentes=len(fusions),
    )
