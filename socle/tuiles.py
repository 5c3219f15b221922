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


def en_parties(parties: Callable):
    """Une tuile faite de plusieurs listes : ``parties(acteur)`` rend leurs requêtes, par nom.

    Elle est composée avec ``presentes``, les noms de celles qui ont des lignes : les autres
    n'ont pas à être lues.
    """

    def decorer(composer: Callable) -> Callable:
        composer.parties = parties
        return composer

    return decorer


def tuiles_de(acteur, contributions: Sequence[Callable]) -> list[Tuile]:
    """Les tuiles de la personne, dans l'ordre des contributions."""
    requetes = {
        f"t{rang}_{nom}": lignes
        for rang, contribution in enumerate(contributions)
        for nom, lignes in _requetes(contribution, acteur).items()
        if lignes is not None
    }
    presentes = _presentes(acteur, requetes)
    tuiles = []
    for rang, contribution in enumerate(contributions):
        siennes = {nom.partition("_")[2] for nom in presentes if nom.startswith(f"t{rang}_")}
        if hasattr(contribution, "parties"):
            tuiles.append(contribution(acteur, siennes))
        elif not hasattr(contribution, "lignes") or siennes:
            tuiles.append(contribution(acteur))
    return [tuile for tuile in tuiles if tuile]


def _requetes(contribution: Callable, acteur) -> dict[str, QuerySet | None]:
    if hasattr(contribution, "parties"):
        return contribution.parties(acteur)
    if hasattr(contribution, "lignes"):
        return {"lignes": contribution.lignes(acteur)}
    return {}


def _presentes(acteur, rares: dict[str, QuerySet]) -> set[str]:
    if not rares:
        return set()
    demande = (
        Utilisateur.objects.filter(pk=acteur.utilisateur_id)
        .annotate(**{nom: Exists(lignes.order_by()) for nom, lignes in rares.items()})
        .values(*rares)
    )
    return {nom for nom, il_y_en_a in demande.get().items() if il_y_en_a}
