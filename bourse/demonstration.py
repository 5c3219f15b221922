"""La démonstration, côté bourse : les visites comptées chaque jour."""

from datetime import date, timedelta
from random import Random

from bourse.models import FrequentationJour
from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.structures import LIVRADOIS, SANFLORAIN

# Visites d'une année entière : mille par mois, exactement, dans la dernière année close.
VISITES = {LIVRADOIS: 12_000, SANFLORAIN: 3_360}
# On cherche à s'installer en janvier et à la rentrée, moins au cœur de l'été.
SAISON = [1.15, 1.05, 1.1, 1.05, 0.95, 0.85, 0.75, 0.8, 1.15, 1.1, 1.05, 0.9]


def construire(contexte: Contexte) -> None:
    for slug, visites in VISITES.items():
        hasard = contexte.hasard(f"visites {slug}")
        for annee in range(contexte.debut.year, contexte.jour.year + 1):
            du = max(date(annee, 1, 1), contexte.debut)
            au = min(date(annee, 12, 31), contexte.jour - timedelta(days=1))
            jours = [du + timedelta(days=n) for n in range((au - du).days + 1)]
            entiere = annee == contexte.annee
            # Les autres années, un peu moins ou un peu plus, au prorata des jours comptés.
            total = visites if entiere else round(visites * hasard.uniform(0.88, 1.06))
            if not entiere:
                total = round(total * len(jours) / 365)
            FrequentationJour.objects.bulk_create(
                FrequentationJour(reseau=contexte.reseaux[slug], jour=jour, visites=nombre)
                for jour, nombre in zip(
                    jours, repartir(total, [_poids(hasard, j) for j in jours]), strict=True
                )
            )


def _poids(hasard: Random, jour: date) -> float:
    fin_de_semaine = 1.3 if jour.weekday() >= 5 else 1.0
    return SAISON[jour.month - 1] * fin_de_semaine * hasard.uniform(0.7, 1.3)


def repartir(total: int, poids: list[float]) -> list[int]:
    """Partage un total entier selon des poids, à l'unité près (plus fort reste)."""
    somme = sum(poids)
    parts = [total * p / somme for p in poids]
    entiers = [int(p) for p in parts]
    restes = sorted(range(len(parts)), key=lambda n: entiers[n] - parts[n])
    for rang in restes[: total - sum(entiers)]:
        entiers[rang] += 1
    return entiers
