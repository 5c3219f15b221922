"""Ce que la bourse compte : ses visites, sans trace de personne (CONCEPTION §4)."""

from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from bourse.models import FrequentationJour
from socle.indicateurs import Indicateur, Valeurs


def visites(reseaux: list, annees: list[int]) -> Valeurs:
    """Les visites de l'année, et leur moyenne sur les mois où l'on a compté."""
    lignes = (
        FrequentationJour.objects.filter(
            reseau__in=[r.pk for r in reseaux],
            jour__year__gte=min(annees),
            jour__year__lte=max(annees),
        )
        .annotate(annee=ExtractYear("jour"))
        .order_by()
        .values_list("reseau_id", "annee")
        .annotate(total=Sum("visites"), mois=Count(ExtractMonth("jour"), distinct=True))
    )
    valeurs: Valeurs = {"visites": {}, "visites_par_mois": {}}
    for reseau, annee, total, mois in lignes:
        valeurs["visites"][reseau, annee] = total
        valeurs["visites_par_mois"][reseau, annee] = round(total / mois)
    return valeurs


INDICATEURS = [
    Indicateur(
        "visites_par_mois",
        "visites de la bourse par mois",
        "Moyenne mensuelle des visites comptées chaque jour de l’année, sur les mois comptés.",
        "",
        visites,
        sensible=False,
    ),
    Indicateur(
        "visites",
        "visites de la bourse",
        "Somme des visites comptées chaque jour de l’année.",
        "",
        visites,
        sensible=False,
    ),
]
