"""Le journal d'un dossier : chaque geste y est écrit sous la même clé, et s'y retrouve.

Une référence se répète d'un réseau à l'autre ; l'identifiant du dossier, jamais.
"""

from porteurs.models import Dossier, FusionDossiers
from socle.acteur import Acteur
from socle.enums import Operation
from socle.journal import consigner


def cle_du_journal(dossier: Dossier) -> str:
    """Sous quoi le journal nomme ce dossier."""
    return str(dossier.uuid)


def consigner_dossier(
    acteur: Acteur,
    operation: Operation,
    dossier: Dossier,
    objet: str = "dossier",
    motif: str = "",
) -> None:
    """Une ligne du journal qui parle de ce dossier, ou de ce qu'il contient (``objet``)."""
    consigner(acteur, operation, objet, cle_du_journal(dossier), motif)


def cles_du_dossier(dossier: Dossier) -> list[str]:
    """Toutes les clés sous lesquelles le journal parle de lui.

    La sienne, celles des dossiers qu'on lui a réunis, et leur adresse : une page refusée n'a pas
    trouvé de dossier, et ne sait que ce que l'on a demandé.
    """
    absorbes = FusionDossiers.objects.faites().filter(garde=dossier.pk)
    uuids = [dossier.uuid, *absorbes.values_list("absorbe_uuid", flat=True)]
    return [str(u) for u in uuids] + [f"{dossier.reseau.slug} {u}" for u in uuids]
