"""La population d'un territoire d'année en année, et ce qu'il faut pour la dessiner.

Un total ne compare que ce qui se compare : les communes dont on connaît toutes les années. Les
autres (leur territoire a changé) sont comptées à part et nommées, jamais estimées.
"""

from dataclasses import dataclass, field
from functools import cached_property

from partenaires.models import Commune, PopulationCommune

# En deçà, un écart tient à l'arrondi du recensement : on dit « stable ».
STABLE = 1.0
# Au-delà, une baisse se remarque sur la carte.
FORTE_BAISSE = 5.0
LARGEUR, HAUTEUR = 640, 240
GAUCHE, DROITE, HAUT, BAS = 104, 36, 24, 40
# Les graduations tombent sur un de ces pas, à une puissance de dix près.
PAS = (1, 2, 5, 10)


@dataclass
class Serie:
    """Des habitants par année, dans l'ordre des années."""

    valeurs: dict[int, int] = field(default_factory=dict)
    communes: int = 0
    # Celles dont une année manque : absentes des totaux.
    ecartees: list[str] = field(default_factory=list)

    @cached_property
    def annees(self) -> list[int]:
        return sorted(self.valeurs)

    @cached_property
    def debut(self) -> int | None:
        return self.valeurs[self.annees[0]] if self.annees else None

    @cached_property
    def fin(self) -> int | None:
        return self.valeurs[self.annees[-1]] if self.annees else None

    def sur(self, annees: list[int]) -> list[int | None]:
        return [self.valeurs.get(annee) for annee in annees]

    @property
    def ecart(self) -> int | None:
        return self.fin - self.debut if len(self.valeurs) > 1 else None

    @property
    def baisse(self) -> int:
        """Ce que la population a perdu, sans signe : « 312 de moins »."""
        return -self.ecart

    @property
    def taux(self) -> float | None:
        """L'écart en pour cent de la première année."""
        return 100 * self.ecart / self.debut if self.ecart is not None and self.debut else None

    @property
    def sens(self) -> str:
        if self.ecart is None:
            return ""
        if abs(self.taux or 0) < STABLE:
            return "stable"
        return "hausse" if self.ecart > 0 else "baisse"

    @property
    def signe(self) -> str:
        """« +1,2 % », « −2,8 % » : le signe typographique, une décimale."""
        if self.taux is None:
            return ""
        valeur = f"{abs(self.taux):.1f}".replace(".", ",")
        if valeur == "0,0":
            return "0,0\u00a0%"
        return f"{'+' if self.taux > 0 else '−'}{valeur}\u00a0%"

    @property
    def classe(self) -> str:
        """Celle de la carte de l'évolution (``partenaires.cartes``)."""
        if self.ecart is None:
            return "neutre"
        if self.sens == "baisse":
            return "vide" if self.taux < -FORTE_BAISSE else "fragile"
        return {"stable": "double", "hausse": "assure"}[self.sens]


LEGENDE = [
    ("assure", "gagne plus de 1\u00a0%"),
    ("double", "stable, à 1\u00a0% près"),
    ("fragile", "perd de 1 à 5\u00a0%"),
    ("vide", "perd plus de 5\u00a0%"),
    ("neutre", "pas de comparaison possible"),
]


def par_commune(communes: list[Commune]) -> dict[int, Serie]:
    """La série de chacune, en une requête."""
    series = {c.pk: Serie(communes=1) for c in communes}
    lignes = PopulationCommune.objects.filter(commune__in=series).order_by("annee")
    for commune_id, annee, population in lignes.values_list("commune_id", "annee", "population"):
        series[commune_id].valeurs[annee] = population
    return series


def total(communes: list[Commune], series: dict[int, Serie], annees: list[int]) -> Serie:
    """La somme, sur les communes dont toutes ces années sont connues."""
    somme = Serie()
    for c in communes:
        valeurs = series[c.pk].valeurs
        if all(annee in valeurs for annee in annees):
            somme.communes += 1
            for annee in annees:
                somme.valeurs[annee] = somme.valeurs.get(annee, 0) + valeurs[annee]
        else:
            somme.ecartees.append(c.nom)
    return somme


def annees_connues(series: dict[int, Serie]) -> list[int]:
    return sorted({annee for serie in series.values() for annee in serie.valeurs})


def courbe(serie: Serie) -> dict | None:
    """Le dessin d'une série, en unités d'écran ; ``None`` s'il n'y a pas deux points à relier.

    L'axe des habitants ne part pas de zéro : la page le dit, et donne le tableau.
    """
    if len(serie.valeurs) < 2:
        return None
    graduations = _graduations(min(serie.valeurs.values()), max(serie.valeurs.values()))
    bas, haut = graduations[0], graduations[-1]
    debut, fin = serie.annees[0], serie.annees[-1]

    def x(annee: int) -> str:
        return f"{GAUCHE + (annee - debut) / (fin - debut) * (LARGEUR - GAUCHE - DROITE):.0f}"

    def y(valeur: int) -> str:
        return f"{HAUTEUR - BAS - (valeur - bas) / (haut - bas) * (HAUTEUR - HAUT - BAS):.0f}"

    points = [
        {"x": x(annee), "y": y(valeur), "annee": annee, "valeur": valeur}
        for annee, valeur in sorted(serie.valeurs.items())
    ]
    return {
        "cadre": f"0 0 {LARGEUR} {HAUTEUR}",
        "gauche": str(GAUCHE),
        "droite": str(LARGEUR - DROITE),
        "marge": str(GAUCHE - 10),
        "pied": str(HAUTEUR - 8),
        "graduations": [{"y": y(valeur), "valeur": valeur} for valeur in graduations],
        "points": points,
        "ligne": " ".join(f"{p['x']},{p['y']}" for p in points),
    }


def _graduations(minimum: int, maximum: int) -> list[int]:
    """De trois à six valeurs rondes qui encadrent la série."""
    etendue = max(maximum - minimum, 4)
    puissance = 10 ** (len(str(etendue // 4 or 1)) - 1)
    pas = next(p * puissance for p in PAS if etendue / (p * puissance) <= 4)
    debut = minimum // pas * pas
    valeurs = [debut]
    while valeurs[-1] < maximum or len(valeurs) < 3:
        valeurs.append(valeurs[-1] + pas)
    return valeurs
