"""Ce que les réseaux comptent des projets (CONCEPTION §4). Chaque définition n'est écrite qu'ici."""

from django.db import connection
from django.db.models import Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Cast, ExtractYear

from partenaires.enums import TypeStructure
from partenaires.indicateurs import AnneeLocale, bornes
from porteurs.enums import EtatReunion, NatureFinancement, NatureReunion, Origine
from porteurs.models import FaitFige, Financement, Installation, Reunion, SuiviInstallation
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
  FROM suivis s
  LEFT JOIN porteurs_participation q ON q.dossier_id = s.id AND q.role = 'porteur'
 GROUP BY s.reseau_id, s.annee
"""


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


# Chaque famille de comptes, et ses codes dans l'ordre de ses colonnes.
FAMILLES = {
    "installations": (
        "installations",
        "installations_adultes",
        "installations_enfants",
        "installations_emplois",
        "installations_ailleurs",
    ),
    "financements": ("finances_plateformes", "laureats", "primes"),
    "reunions": ("comites", "reunions"),
    "satisfaction": ("avis_donnes", "satisfaits"),
}
COLONNES = ("a", "b", "c", "d", "e")
NOMBRE = DecimalField(max_digits=20, decimal_places=2)


def comptes(reseaux: list, annees: list[int]) -> Valeurs:
    """Ce qui se compte par réseau et par année, toutes familles en une seule instruction."""
    ids = [r.pk for r in reseaux]
    premiere, *suite = (
        _installations(ids, annees),
        _financements(ids, annees),
        _reunions(ids, annees),
        _satisfaction(ids, annees),
    )
    valeurs: Valeurs = {code: {} for codes in FAMILLES.values() for code in codes}
    for famille, reseau, annee, *nombres in premiere.union(*suite, all=True):
        for code, nombre in zip(FAMILLES[famille], nombres, strict=False):
            valeurs[code][reseau, annee] = int(nombre or 0)
    return valeurs


def _compter(lignes, famille: str, reseau: str, annee, *nombres):
    """Une famille, aux colonnes de toutes : ``famille, réseau, année``, puis ses nombres."""
    nombres = [*nombres, *[None] * (len(COLONNES) - len(nombres))]
    colonnes = {
        nom: Cast(
            nombre if nombre is not None else Value(None),
            DecimalField(max_digits=16, decimal_places=2),
        )
        for nom, nombre in zip(COLONNES, nombres, strict=True)
    }
    return (
        lignes.order_by()
        .annotate(famille=Value(famille), ou=F(reseau), annee=annee)
        .values("famille", "ou", "annee")
        .annotate(**colonnes)
        .values_list("famille", "ou", "annee", *COLONNES)
    )


def _installations(ids: list[int], annees: list[int]):
    return _compter(
        Installation.objects.filter(
            dossier__reseau__in=ids, le__year__gte=min(annees), le__year__lte=max(annees)
        ),
        "installations",
        "dossier__reseau",
        ExtractYear("le"),
        Count("pk"),
        Sum("adultes"),
        Sum("enfants"),
        Sum("emplois"),
        Count("pk", filter=Q(origine=Origine.AILLEURS)),
    )


def _financements(ids: list[int], annees: list[int]):
    plateforme = Q(nature=NatureFinancement.PRET_HONNEUR, structure__type=TypeStructure.PLATEFORME)
    prix = Q(nature=NatureFinancement.PRIX)
    return _compter(
        Financement.objects.filter(
            plateforme | prix,
            dossier__reseau__in=ids,
            accorde_le__year__gte=min(annees),
            accorde_le__year__lte=max(annees),
        ),
        "financements",
        "dossier__reseau",
        ExtractYear("accorde_le"),
        Count("dossier", filter=plateforme, distinct=True),
        Count("pk", filter=prix),
        Sum("montant", filter=prix),
    )


def _reunions(ids: list[int], annees: list[int]):
    technique = Q(nature=NatureReunion.TECHNIQUE)
    return _compter(
        Reunion.objects.filter(reseau__in=ids, etat=EtatReunion.TENUE, debut__range=bornes(annees)),
        "reunions",
        "reseau",
        AnneeLocale(F("reseau__fuseau"), F("debut")),
        Count("pk", filter=~technique),
        Count("pk", filter=technique),
    )


def _satisfaction(ids: list[int], annees: list[int]):
    return _compter(
        SuiviInstallation.objects.filter(
            installation__dossier__reseau__in=ids,
            satisfaction__isnull=False,
            repondu_le__year__gte=min(annees),
            repondu_le__year__lte=max(annees),
        ),
        "satisfaction",
        "installation__dossier__reseau",
        ExtractYear("repondu_le"),
        Count("pk"),
        Count("pk", filter=Q(satisfaction__gte=4)),
    )


def faits_figes(reseaux: list, annees: list[int]) -> Valeurs:
    """Ce que des dossiers anonymisés apportaient à chaque indicateur : l'année close ne bouge pas."""
    valeurs: Valeurs = {}
    figes = FaitFige.objects.filter(reseau__in=[r.pk for r in reseaux], annee__in=annees)
    for reseau, annee, code, valeur in figes.values_list("reseau", "annee", "code", "valeur"):
        valeurs.setdefault(code, {})[reseau, annee] = valeur
    return valeurs


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
        comptes,
    ),
    Indicateur(
        "installations_ailleurs",
        "dont venues d’ailleurs",
        "Installations de l’année dont le foyer ou l’activité vient d’un autre territoire.",
        "",
        comptes,
        partie_de="installations",
    ),
    Indicateur(
        "installations_adultes",
        "adultes installés",
        "Adultes arrivés ou restés avec les installations de l’année.",
        "",
        comptes,
        suit="installations",
    ),
    Indicateur(
        "installations_enfants",
        "enfants installés",
        "Enfants arrivés ou restés avec les installations de l’année.",
        "",
        comptes,
        suit="installations",
    ),
    Indicateur(
        "installations_emplois",
        "emplois créés ou maintenus",
        "Emplois créés ou maintenus par les installations de l’année.",
        "",
        comptes,
        suit="installations",
    ),
    Indicateur(
        "finances_plateformes",
        "projets financés par les plateformes",
        "Dossiers, comptés une fois, auxquels une plateforme d’initiative locale a accordé un "
        "prêt d’honneur dans l’année.",
        "",
        comptes,
    ),
    Indicateur("laureats", "lauréats de concours", "Prix accordés dans l’année.", "", comptes),
    Indicateur(
        "primes",
        "primes des lauréats",
        "Somme des prix accordés dans l’année.",
        "€",
        comptes,
        sensible=False,
        suit="laureats",
    ),
    Indicateur(
        "reunions",
        "réunions techniques",
        "Réunions techniques mensuelles tenues dans l’année.",
        "",
        comptes,
        sensible=False,
    ),
    Indicateur(
        "comites",
        "comités",
        "Comités de suivi et comités de pilotage tenus dans l’année.",
        "",
        comptes,
        sensible=False,
    ),
]
