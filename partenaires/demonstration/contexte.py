"""Ce que les constructeurs de la démonstration se passent : un jour, un calendrier, des gens.

Tout tirage vient d'un générateur nommé et semé par le jour : le même jour donne le même contenu.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from partenaires.models import Mandat, Reseau, Structure

# Deux ans et demi de vie avant le jour donné.
DUREE = timedelta(days=913)
FERIES = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}


class Calendrier:
    """Les jours ouvrés d'une période : la vie du réseau se passe en semaine."""

    def __init__(self, du: date, au: date):
        tous = (du + timedelta(days=n) for n in range((au - du).days + 1))
        self.ouvres = [j for j in tous if j.weekday() < 5 and (j.month, j.day) not in FERIES]

    def entre(self, hasard: Random, du: date, au: date) -> date:
        """Un jour ouvré au hasard entre deux bornes comprises ; la première s'il n'y en a pas."""
        premier, dernier = bisect_left(self.ouvres, du), bisect_right(self.ouvres, au)
        return self.ouvres[hasard.randrange(premier, dernier)] if premier < dernier else du

    def apres(self, jour: date) -> date:
        """Ce jour s'il est ouvré, sinon le premier qui suit."""
        return self.ouvres[bisect_left(self.ouvres, jour)]

    def avant(self, jour: date) -> date:
        """Ce jour s'il est ouvré, sinon le dernier qui précède."""
        return self.ouvres[bisect_right(self.ouvres, jour) - 1]


@dataclass
class Contexte:
    """``annee`` : la dernière année civile entière avant le jour, celle des chiffres exacts."""

    jour: date
    reseaux: dict[str, Reseau] = field(default_factory=dict)
    structures: dict[str, Structure] = field(default_factory=dict)
    mandats: list[Mandat] = field(default_factory=list)

    def __post_init__(self):
        self.annee = self.jour.year - 1
        self.debut = self.jour - DUREE
        self.calendrier = Calendrier(
            self.debut - timedelta(days=120), self.jour + timedelta(days=740)
        )
        # Hier au plus tard : rien de ce qui est raconté n'a lieu plus tard dans la journée.
        self.fin = self.calendrier.avant(self.jour - timedelta(days=1))

    def hasard(self, nom: str) -> Random:
        return Random(f"maillon {self.jour} {nom}")  # noqa: S311 — un récit, pas un secret

    def en_poste(self, reseau: Reseau, structure_id: int, jour: date, fonction: str) -> list:
        """Les mandats de cette fonction, pour cette structure, en cours ce jour-là."""
        return [
            m
            for m in self._par_poste.get((reseau.pk, structure_id, fonction), [])
            if m.periode.lower <= jour and (m.periode.upper is None or jour < m.periode.upper)
        ]

    def indexer_mandats(self) -> None:
        self._par_poste: dict[tuple, list] = {}
        for mandat in self.mandats:
            poste = (mandat.reseau_id, mandat.structure_id, mandat.fonction)
            self._par_poste.setdefault(poste, []).append(mandat)

    def mandat_de(self, email: str) -> Mandat:
        """Le premier mandat de la personne qui a cette adresse."""
        return next(m for m in self.mandats if m.utilisateur.email == email)


def uuid_de(hasard: Random) -> UUID:
    return UUID(int=hasard.getrandbits(128), version=4)


def instant(reseau: Reseau, jour: date, heure: int, minute: int = 0) -> datetime:
    return datetime.combine(jour, time(heure, minute), tzinfo=reseau.tz)


def telephone(indicatif: str, rang: int) -> str:
    """Un numéro des tranches réservées à la fiction : ``telephone("06 39 98", 1234)``."""
    return f"{indicatif} {rang // 100 % 100:02d} {rang % 100:02d}"
