"""Ce que les réseaux comptent des projets (CONCEPTION §4). Chaque définition n'est écrite qu'ici."""

from functools import wraps

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import ExtractYear

from partenaires.enums import TypeStructure
from partenaires.indicateurs import AnneeLocale, bornes
from porteurs.enums import EtatReunion, NatureFinancement, NatureReunion, Origine
from porteurs.models import FaitFige, Financement, Installation, Reunion
from socle.indicateurs import Indicateur, Valeurs

# Un dossier est suivi dans l'année s'il y fut ouvert un temps, et s'il s'y est passé quelque
# chose. L'étape d'ouverture n'est pas un changement : ouvrir un dossier n'est pas le suivre.
SUIVIS = """
WITH gestes AS (
  SELECT e.dossier_id, extract(year FROM e.le)::int AS annee
    FROM porteurs_echange e JOIN porteurs_dossier d ON d.id = e.dossier_id
   WHERE d.reseau_id = ANY(%(reseaux)s) AND e.le BETWEEN %(du)s AND %(au)s
  UNION
  SELECT e.dossier_id, extract(year FROM e.le)::int
    FROM porteurs_etapedossier e JOIN porteurs_dossier d ON d.id = e.dossier_id
   WHERE d.reseau_id = ANY(%(reseaux)s) AND e.le BETWEEN %(du)s AND %(au)s
     AND EXISTS (SELECT 1 FROM porteurs_etapedossier p
                  WHERE p.dossier_id = e.dossier_id AND (p.le, p.id) < (e.le, e.id))
  UNION
  SELECT p.dossier_id, extract(year FROM p.decide_le)::int
    FROM porteurs_pointreunion p JOIN porteurs_dossier d ON d.id = p.dossier_id
   WHERE d.reseau_id = ANY(%(reseaux)s) AND p.decide_le BETWEEN %(du)s AND %(au)s
), suivis AS (
  SELECT d.reseau_id, g.annee, d.id
    FROM gestes g JOIN porteurs_dossier d ON d.id = g.dossier_id
   WHERE g.annee = ANY(%(annees)s) AND d.ouvert_le < make_date(g.annee + 1, 1, 1)
     AND (d.clos_le IS NULL OR d.clos_le >= make_date(g.annee, 1, 1))
)
SELECT s.reseau_id, s.annee, count(DISTINCT s.id),
       count(DISTINCT q.porteur_id) FILTER (WHERE EXISTS (
         SELECT 1 FROM porteurs_affectation a
          WHERE a.dossier_id = s.id AND a.role = 'referent' AND a.etat = 'acceptee'
            AND a.periode && daterange(make_date(s.annee, 1, 1), make_date(s.annee + 1, 1, 1))))
  FROM suivis s LEFT JOIN porteurs_participation q ON q.dossier_id = s.id
 GROUP BY s.reseau_id, s.annee
"""


def avec_les_faits_figes(calcul):
    """Ajoute à un calcul ce que des dossiers anonymisés lui apportaient : l'année close ne bouge pas."""

    @wraps(calcul)
    def complet(reseaux: list, annees: list[int]) -> Valeurs:
        valeurs = calcul(reseaux, annees)
        figes = FaitFige.objects.filter(
            reseau__in=[r.pk for r in reseaux], annee__in=annees, code__in=list(valeurs)
        )
        for reseau, annee, code, valeur in figes.values_list("reseau", "annee", "code", "valeur"):
            valeurs[code][reseau, annee] = (valeurs[code].get((reseau, annee)) or 0) + valeur
        return valeurs

    return complet


@avec_les_faits_figes
def suivis(reseaux: list, annees: list[int]) -> Valeurs:
    valeurs: Valeurs = {"projets_suivis": {}, "avec_referent": {}}
    with connection.cursor() as curseur:
        curseur.execute(
            SUIVIS,
            {
                "reseaux": [r.pk for r in reseaux],
                "annees": annees,
                "du": f"{min(annees):04d}-01-01",
                "au": f"{max(annees):04d}-12-31",
            },
        )
        for reseau, annee, projets, accompagnes in curseur.fetchall():
            valeurs["projets_suivis"][reseau, annee] = projets
            valeurs["avec_referent"][reseau, annee] = accompagnes
    return valeurs


def _ranger(lignes, *codes: str) -> Valeurs:
    """Des lignes « réseau, année, un nombre par code » aux valeurs de chaque indicateur."""
    valeurs: Valeurs = {code: {} for code in codes}
    for reseau, annee, *nombres in lignes:
        for code, nombre in zip(codes, nombres, strict=True):
            valeurs[code][reseau, annee] = int(nombre or 0)
    return valeurs


@avec_les_faits_figes
def installations(reseaux: list, annees: list[int]) -> Valeurs:
    lignes = (
        Installation.objects.filter(
            dossier__reseau__in=[r.pk for r in reseaux],
            le__year__gte=min(annees),
            le__year__lte=max(annees),
        )
        .annotate(annee=ExtractYear("le"))
        .order_by()
        .values_list("dossier__reseau", "annee")
        .annotate(
            nombre=Count("pk"),
            total_adultes=Sum("adultes"),
            total_enfants=Sum("enfants"),
            total_emplois=Sum("emplois"),
            ailleurs=Count("pk", filter=Q(origine=Origine.AILLEURS)),
        )
    )
    return _ranger(
        lignes,
        "installations",
        "installations_adultes",
        "installations_enfants",
        "installations_emplois",
        "installations_ailleurs",
    )


@avec_les_faits_figes
def financements(reseaux: list, annees: list[int]) -> Valeurs:
    plateforme = Q(nature=NatureFinancement.PRET_HONNEUR, structure__type=TypeStructure.PLATEFORME)
    prix = Q(nature=NatureFinancement.PRIX)
    lignes = (
        Financement.objects.filter(
            plateforme | prix,
            dossier__reseau__in=[r.pk for r in reseaux],
            accorde_le__year__gte=min(annees),
            accorde_le__year__lte=max(annees),
        )
        .annotate(annee=ExtractYear("accorde_le"))
        .order_by()
        .values_list("dossier__reseau", "annee")
        .annotate(
            finances=Count("dossier", filter=plateforme, distinct=True),
            nombre_prix=Count("pk", filter=prix),
            somme_prix=Sum("montant", filter=prix),
        )
    )
    return _ranger(lignes, "finances_plateformes", "laureats", "primes")


def reunions(reseaux: list, annees: list[int]) -> Valeurs:
    technique = Q(nature=NatureReunion.TECHNIQUE)
    lignes = (
        Reunion.objects.filter(
            reseau__in=[r.pk for r in reseaux],
            etat=EtatReunion.TENUE,
            debut__range=bornes(annees),
        )
        .annotate(annee=AnneeLocale(F("reseau__fuseau"), F("debut")))
        .order_by()
        .values_list("reseau_id", "annee")
        .annotate(comites=Count("pk", filter=~technique), techniques=Count("pk", filter=technique))
    )
    return _ranger(lignes, "comites", "reunions")


INDICATEURS = [
    Indicateur(
        "projets_suivis",
        "projets suivis",
        "Dossiers ouverts à un moment de l’année, avec dans l’année au moins un échange, un "
        "changement d’étape ou une décision de réunion.",
        "",
        suivis,
    ),
    Indicateur(
        "avec_referent",
        "porteurs ayant un référent",
        "Personnes de ces dossiers, comptées une fois, qu’un référent a accompagnées au moins un "
        "jour de l’année après avoir accepté.",
        "",
        suivis,
    ),
    Indicateur(
        "installations",
        "installations",
        "Installations datées de l’année.",
        "",
        installations,
    ),
    Indicateur(
        "installations_ailleurs",
        "dont venues d’ailleurs",
        "Installations de l’année dont le foyer ou l’activité vient d’un autre territoire.",
        "",
        installations,
        partie_de="installations",
    ),
    Indicateur(
        "installations_adultes",
        "adultes installés",
        "Adultes arrivés ou restés avec les installations de l’année.",
        "",
        installations,
        suit="installations",
    ),
    Indicateur(
        "installations_enfants",
        "enfants installés",
        "Enfants arrivés ou restés avec les installations de l’année.",
        "",
        installations,
        suit="installations",
    ),
    Indicateur(
        "installations_emplois",
        "emplois créés ou maintenus",
        "Emplois créés ou maintenus par les installations de l’année.",
        "",
        installations,
        suit="installations",
    ),
    Indicateur(
        "finances_plateformes",
        "projets financés par les plateformes",
        "Dossiers, comptés une fois, auxquels une plateforme d’initiative locale a accordé un "
        "prêt d’honneur dans l’année.",
        "",
        financements,
    ),
    Indicateur("laureats", "lauréats de concours", "Prix accordés dans l’année.", "", financements),
    Indicateur(
        "primes",
        "primes des lauréats",
        "Somme des prix accordés dans l’année.",
        "€",
        financements,
        sensible=False,
        suit="laureats",
    ),
    Indicateur(
        "reunions",
        "réunions techniques",
        "Réunions techniques mensuelles tenues dans l’année.",
        "",
        reunions,
        sensible=False,
    ),
    Indicateur(
        "comites",
        "comités",
        "Comités de suivi et comités de pilotage tenus dans l’année.",
        "",
        reunions,
        sensible=False,
    ),
]
