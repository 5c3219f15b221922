"""Le journal d'accès : écrit dans la requête même ; s'il ne peut l'être, la page est refusée."""

from socle.acteur import Acteur
from socle.enums import Operation
from socle.models import AccesJournal


def consigner(
    acteur: Acteur, operation: Operation, objet: str, reference: str = "", motif: str = ""
) -> None:
    """Ajoute une ligne : qui, quand, quelle opération, sur quelle référence (jamais un contenu)."""
    AccesJournal.objects.create(
        utilisateur_id=acteur.utilisateur_id,
        operation=operation,
        objet=objet[:80],
        reference=str(reference)[:120],
        motif=motif[:300],
    )
