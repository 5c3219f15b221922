"""Combien de dossiers, ouverts quand, suivis jusqu'à quand : les effectifs exacts se décident ici.

L'année exacte compte les dossiers des cohortes « ancien » et « exact », et ceux-là seuls : les
« avant » sont clos la veille du premier janvier, les « courant » ouverts après le 31 décembre.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.structures import LIVRADOIS, SANFLORAIN
from partenaires.models import Reseau
from porteurs.demonstration.recit import Recit

MOIS = timedelta(days=30)
# Le temps qu'il faut, au moins, de la première rencontre à l'installation.
AVANT_INSTALLATION = timedelta(days=45)


@dataclass(frozen=True)
class Mesure:
    """Les chiffres exacts de la dernière année entière, et l'allure des autres."""

    projets: int
    anciens: int
    porteurs_accompagnes: int
    installations: int
    plateformes: int
    prix: tuple[int, ...]
    par_an: int


MESURES = {
    LIVRADOIS: Mesure(
        projets=500,
        anciens=140,
        porteurs_accompagnes=150,
        installations=80,
        plateformes=45,
        prix=(8000, 7000, 6000, 6000, 5000, 5000, 5000, 4000, 3000, 3000),
        par_an=330,
    ),
    SANFLORAIN: Mesure(
        projets=84,
        anciens=24,
        porteurs_accompagnes=31,
        installations=17,
        plateformes=9,
        prix=(4000, 2500, 1500),
        par_an=56,
    ),
}


def former(contexte: Contexte, reseau: Reseau, mesure: Mesure, hasard: Random) -> list[Recit]:
    """Les dossiers du réseau, avec leurs bornes et leur installation, dans l'ordre d'ouverture."""
    premier, dernier = date(contexte.annee, 1, 1), date(contexte.annee, 12, 31)
    jours_avant = max((premier - contexte.debut).days, 0)
    jours_courants = max((contexte.fin - dernier).days, 0)
    avant = max(round(mesure.par_an * jours_avant / 365) - mesure.anciens, mesure.par_an // 10)
    courants = round(mesure.par_an * jours_courants / 365)
    tirage = _Tirage(contexte, reseau, hasard, premier, min(dernier, contexte.fin))
    anciens_installes = mesure.installations * 9 // 16
    recits = [tirage.avant() for _ in range(avant)]
    recits += [tirage.ancien(n < anciens_installes) for n in range(mesure.anciens)]
    recits += [
        tirage.exact(n < mesure.installations - anciens_installes)
        for n in range(mesure.projets - mesure.anciens)
    ]
    recits += [tirage.courant() for _ in range(courants)]
    recits.sort(key=lambda r: r.ouvert_le)
    rangs: dict[int, int] = {}
    for recit in recits:
        annee = recit.ouvert_le.year
        rangs[annee] = rangs.get(annee, 0) + 1
        recit.reference = f"{annee}-{rangs[annee]:04d}"
    return recits


class _Tirage:
    """Tire les dates d'un dossier selon sa cohorte."""

    def __init__(
        self, contexte: Contexte, reseau: Reseau, hasard: Random, premier: date, dernier: date
    ):
        self.contexte, self.reseau, self.hasard = contexte, reseau, hasard
        self.premier, self.dernier, self.fin = premier, dernier, contexte.fin
        self.veille = premier - timedelta(days=1)

    def entre(self, du: date, au: date) -> date:
        return self.contexte.calendrier.entre(self.hasard, du, au)

    def _recit(self, cohorte, ouvert_le, derniere, clos, installe_le=None) -> Recit:
        return Recit(self.reseau, cohorte, ouvert_le, derniere, clos, installe_le)

    def avant(self) -> Recit:
        ouvert = self.entre(self.contexte.debut, self.veille - timedelta(days=20))
        derniere = self.entre(ouvert + timedelta(days=5), self.veille)
        return self._recit(
            "avant", ouvert, derniere, True, self._installation_eventuelle(ouvert, derniere, 0.3)
        )

    def ancien(self, installe: bool) -> Recit:
        ouvert = self.entre(
            max(self.contexte.debut, self.premier - timedelta(days=300)), self.veille
        )
        au_plus_tot = max(self.premier, ouvert + AVANT_INSTALLATION)
        installe_le = self.entre(au_plus_tot, self.dernier) if installe else None
        return self._suite("ancien", ouvert, installe_le, part_close=0.72)

    def exact(self, installe: bool) -> Recit:
        if not installe:
            return self._suite("exact", self.entre(self.premier, self.dernier), None, 0.7)
        ouvert = self.entre(self.premier, self.premier + timedelta(days=260))
        installe_le = self.entre(min(ouvert + AVANT_INSTALLATION, self.dernier), self.dernier)
        return self._suite("exact", ouvert, installe_le, 0.4)

    def courant(self) -> Recit:
        ouvert = self.entre(self.dernier + timedelta(days=1), self.fin)
        return self._suite("courant", ouvert, None, 0.28)

    def _suite(
        self, cohorte: str, ouvert: date, installe_le: date | None, part_close: float
    ) -> Recit:
        """Jusqu'où va le dossier : clos un jour, ou encore ouvert et plus ou moins récent."""
        plancher = installe_le or max(ouvert, self.premier)
        clos = self.hasard.random() < part_close and plancher < self.fin
        if clos:
            derniere = self.entre(plancher, min(plancher + 6 * MOIS, self.fin))
        elif self.hasard.random() < 0.03:
            derniere = max(self.fin - timedelta(days=self.hasard.randint(32, 85)), plancher)
        else:
            derniere = max(
                self.fin - timedelta(days=int(self.hasard.triangular(0, 27, 3))), plancher
            )
            derniere = max(self.contexte.calendrier.avant(derniere), plancher)
        if installe_le is None:
            # Hors de l'année exacte seulement : ses installations sont déjà comptées.
            du = max(ouvert, self.dernier + timedelta(days=1))
            part = 0.1 if cohorte == "courant" else 0.24
            installe_le = self._installation_eventuelle(du, derniere, part)
        return self._recit(cohorte, ouvert, derniere, clos, installe_le)

    def _installation_eventuelle(self, du: date, au: date, part: float) -> date | None:
        """Une fois sur ``part``, une installation dans cette fenêtre si elle est assez longue."""
        veut = self.hasard.random() < part
        au_plus_tot = du + AVANT_INSTALLATION
        return self.entre(au_plus_tot, au) if veut and au_plus_tot < au else None
