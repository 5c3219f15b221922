"""Une tuile du tableau de bord, apportée par une application (liste MAILLON_TUILES)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tuile:
    """Un gabarit et son contexte. ``place`` : « principal » ou « cote » ; ``attentes`` : ce qui
    attend une réponse de la personne, compté dans la salutation."""

    gabarit: str
    contexte: dict = field(default_factory=dict)
    place: str = "principal"
    attentes: int = 0
