"""Une tuile du tableau de bord, apportée par une application (liste MAILLON_TUILES)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, QuerySet

from socle.models import Utilisateur


@dataclass(frozen=True)
class Tuile:
    """Un gabarit et son contexte. ``place`` : « principal » ou « cote » ; ``attentes`` : ce qui
    attend une réponse de la personne, compté dans la salutation."""

    gabarit: str
    contexte: dict = field(default_factory=dict)
    place: str = "principal"
    attentes: int = 0


def quand_il_y_a(lignes: Callable):
    """Une tuile qui ne paraît que si ces lignes existent : ``lignes(acteur)`` rend leur requête.

    Le tableau demande l'existence de toutes en une seule instruction, et ne compose que celles
    qui ont quelque chose à dire ; ``None`` la tait sans rien demander.
    """

    def decorer(composer: Callable) -> Callable:
        composer.lignes = lignes
        return composer

    return decorer


def tuiles_de(acteur, contributions: Sequence[Callable]) -> list[Tuile]:
    """Les tuiles de la personne, dans l'ordre des contributions."""
    rares = {
        f"t{rang}": lignes
        for rang, contribution in enumerate(contributions)
        if (lignes := _lignes(contribution, acteur)) is not None
    }
    presentes = _presentes(acteur, rares)
    return [
        tuile
        for rang, contribution in enumerate(contributions)
        if not hasattr(contribution, "lignes") or f"t{rang}" in presentes
        if (tuile := contribution(acteur))
    ]


def _lignes(contribution: Callable, acteur) -> QuerySet | None:
    return contribution.lignes(acteur) if hasattr(contribution, "lignes") else None


def _presentes(acteur, rares: dict[str, QuerySet]) -> set[str]:
    if not rares:
        return set()
    demande = (
        Utilisateur.objects.filter(pk=acteur.utilisateur_id)
        .annotate(**{nom: Exists(lignes.order_by()) for nom, lignes in rares.items()})
        .values(*rares)
    )
    return {nom for nom, il_y_en_a in demande.get().items() if il_y_en_a}
