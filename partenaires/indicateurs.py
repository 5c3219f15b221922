"""Ce que les réseaux comptent de leur vie collective et de leur territoire (CONCEPTION §4)."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Func, IntegerField

from partenaires.enums import EtatEvenement, NatureEvenement
from partenaires.models import Evenement, Reseau
from socle.indicateurs import Indicateur, Valeurs


class AnneeLocale(Func):
    """L'année civile d'un instant, dans le fuseau d'un réseau : ``AnneeLocale(fuseau, instant)``."""

    template = "EXTRACT(YEAR FROM timezone(%(expressions)s))::int"
    output_field = IntegerField()


def bornes(annees: list[int]) -> tuple[datetime, datetime]:
    """Les instants qui encadrent ces années dans tous les fuseaux : de quoi employer un index."""
    jour = timedelta(days=1)
    return (
        datetime(min(annees), 1, 1, tzinfo=UTC) - jour,
        datetime(max(annees) + 1, 1, 1, tzinfo=UTC) + jour,
    )


DESCENDANTS = """
WITH RECURSIVE lignee AS (
  SELECT id FROM partenaires_reseau WHERE parent_id = %s
  UNION SELECT r.id FROM partenaires_reseau r JOIN lignee l ON r.parent_id = l.id
)
SELECT r.* FROM partenaires_reseau r JOIN lignee USING (id) ORDER BY r.nom
"""


def descendants(reseau: Reseau) -> list[Reseau]:
    """Les réseaux dont celui-ci consolide les chiffres, à toute profondeur."""
    return list(Reseau.objects.raw(DESCENDANTS, [reseau.pk]))


def formations(reseaux: list, annees: list[int]) -> Valeurs:
    lignes = (
        Evenement.objects.filter(
            reseau__in=[r.pk for r in reseaux],
            nature=NatureEvenement.FORMATION,
            etat=EtatEvenement.TENU,
            debut__range=bornes(annees),
        )
        .annotate(annee=AnneeLocale(F("reseau__fuseau"), F("debut")))
        .order_by()
        .values_list("reseau_id", "annee")
        .annotate(nombre=Count("pk"))
    )
    return {"formations": {(reseau, annee): nombre for reseau, annee, nombre in lignes}}


POPULATION = """
SELECT c.reseau_id, p.annee, sum(p.population)
  FROM partenaires_reseaucommune c
  JOIN partenaires_populationcommune p ON p.commune_id = c.commune_id
 WHERE c.reseau_id = ANY(%(reseaux)s) AND p.annee = ANY(%(annees)s)
 GROUP BY c.reseau_id, p.annee
"""


def population(reseaux: list, annees: list[int]) -> Valeurs:
    ids = [r.pk for r in reseaux]
    valeurs: dict[tuple[int, int], int | None] = {(r, a): None for r in ids for a in annees}
    with connection.cursor() as curseur:
        curseur.execute(POPULATION, {"reseaux": ids, "annees": annees})
        for reseau, annee, nombre in curseur.fetchall():
            valeurs[reseau, annee] = nombre
    return {"population": valeurs}


INDICATEURS = [
    Indicateur(
        "formations",
        "formations collectives",
        "Formations collectives tenues dans l’année.",
        "",
        formations,
        sensible=False,
    ),
    Indicateur(
        "population",
        "population",
        "Habitants des communes du réseau, d’après la population légale publiée pour l’année.",
        "",
        population,
        sensible=False,
        additif=False,
    ),
]
