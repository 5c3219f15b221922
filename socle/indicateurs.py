"""Les indicateurs : chacun défini une fois, calculé par lot, masqué de façon qu'on ne le retrouve pas.

Le socle ignore ce que l'on compte. Un indicateur porte sur des *portées* (objets qui ont une
``pk`` et un ``seuil_masquage``) et des années. Plusieurs indicateurs partagent souvent une
même lecture de la base : leur ``calcul`` est alors la même fonction, appelée une seule fois.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from socle.listes import contributions

# {code: {(portée, année): valeur}} ; une valeur absente se lit zéro, ``None`` « pas de donnée ».
Valeurs = dict[str, dict[tuple[int, int], int | None]]
Calcul = Callable[[list, list[int]], Valeurs]


@dataclass(frozen=True)
class Indicateur:
    """Une définition, et ce qu'il faut pour calculer, additionner et masquer."""

    code: str
    libelle: str
    definition: str
    unite: str
    calcul: Calcul
    # Compte des personnes ou leurs affaires : masqué sous le seuil.
    sensible: bool = True
    # Se masque avec cet autre indicateur : sa valeur en dirait trop.
    suit: str = ""
    # Est une partie de cet autre : le reste, qui se déduit, est masqué lui aussi sous le seuil.
    partie_de: str = ""
    # La valeur d'un ensemble est la somme des siennes ; sinon, elle se calcule sur l'ensemble.
    additif: bool = True

    def calculer(self, portees: list, annee: int) -> dict[int, int | None]:
        """La valeur de chaque portée, une année donnée."""
        valeurs = self.calcul(portees, [annee])[self.code]
        return {p.pk: valeurs.get((p.pk, annee), 0) for p in portees}


def calculer_tous(
    indicateurs: Iterable[Indicateur], portees: list, annees: list[int]
) -> dict[str, dict[tuple[int, int], int | None]]:
    """Toutes les valeurs, chaque fonction de calcul appelée une fois pour le lot entier.

    S'y ajoute ce que d'anciennes lignes, effacées depuis, apportaient (MAILLON_INDICATEURS_FIGES).
    """
    indicateurs = list(indicateurs)
    lectures: dict[Calcul, Valeurs] = {}
    for indicateur in indicateurs:
        if indicateur.calcul not in lectures:
            lectures[indicateur.calcul] = indicateur.calcul(portees, annees)
    valeurs = {
        indicateur.code: {
            (p.pk, annee): lectures[indicateur.calcul][indicateur.code].get((p.pk, annee), 0)
            for p in portees
            for annee in annees
        }
        for indicateur in indicateurs
    }
    for figes in contributions("MAILLON_INDICATEURS_FIGES"):
        for code, faits in figes(portees, annees).items():
            for ou, valeur in faits.items():
                if code in valeurs and ou in valeurs[code]:
                    valeurs[code][ou] = (valeurs[code][ou] or 0) + valeur
    return valeurs


def masques(
    indicateurs: Iterable[Indicateur], valeurs: dict[str, int | None], seuil: int
) -> set[str]:
    """Les codes à masquer pour une portée et une année, ensemble.

    Sous le seuil, un effectif désigne des gens. On masque aussi la partie dont le reste est sous
    le seuil (le reste se retrouverait par soustraction), et ce qui accompagne un nombre masqué.
    """
    if seuil <= 1:
        return set()
    indicateurs = list(indicateurs)
    caches = {i.code for i in indicateurs if i.sensible and (valeurs[i.code] or 0) < seuil}
    for indicateur in indicateurs:
        if indicateur.partie_de:
            reste = (valeurs[indicateur.partie_de] or 0) - (valeurs[indicateur.code] or 0)
            if reste < seuil or indicateur.partie_de in caches:
                caches.add(indicateur.code)
    while suiveurs := {i.code for i in indicateurs if i.suit in caches} - caches:
        caches |= suiveurs
    return caches


def consolider(
    indicateurs: Iterable[Indicateur],
    valeurs: dict[str, dict[tuple[int, int], int | None]],
    ensemble,
    membres: list,
    annees: list[int],
) -> dict[int, dict[str, int | None]]:
    """Par année, les valeurs d'un ensemble : la somme de ses membres et des siennes propres."""
    portees = [ensemble, *membres]
    return {
        annee: {
            i.code: sum(valeurs[i.code][p.pk, annee] or 0 for p in portees)
            if i.additif
            else valeurs[i.code][ensemble.pk, annee]
            for i in indicateurs
        }
        for annee in annees
    }


def masques_de_l_ensemble(
    indicateurs: Iterable[Indicateur],
    valeurs: dict[str, dict[tuple[int, int], int | None]],
    ensemble,
    membres: list,
    annees: list[int],
) -> dict[int, set[str]]:
    """Par année, les codes à masquer sur le tableau d'un ensemble.

    Ce qui est masqué chez un membre l'est aussi dans la somme : sinon, la différence avec les
    tableaux des autres membres rendrait le nombre.
    """
    indicateurs = list(indicateurs)
    sommes = consolider(indicateurs, valeurs, ensemble, membres, annees)
    caches = {a: masques(indicateurs, sommes[a], ensemble.seuil_masquage) for a in annees}
    for membre in membres:
        for annee in annees:
            propres = {i.code: valeurs[i.code][membre.pk, annee] for i in indicateurs}
            additifs = {i.code for i in indicateurs if i.additif}
            caches[annee] |= masques(indicateurs, propres, membre.seuil_masquage) & additifs
    return caches
