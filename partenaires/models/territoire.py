"""Les territoires officiels de la France, chargés de l'extrait que livre le projet.

Sources, licence et année : ``partenaires/donnees/LISEZMOI.md``. Rien ici n'est saisi ni inventé ;
``partenaires.territoires.chargement`` est seul à écrire dans ces tables.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import (
    CombinedSearchVector,
    SearchQuery,
    SearchVector,
    SearchVectorField,
)
from django.db import models
from django.db.models import Case, Func, IntegerField, Q, Value, When
from django.db.models.functions import Cast

from socle.texte import cle

ABREGES = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
# Tout ce qui désigne une commune : mots du nom, code officiel, codes postaux. L'index ne sert que
# si la requête emploie la même expression, d'où ce nom unique.
DESIGNATIONS = CombinedSearchVector(
    SearchVector("cle_tri", "code", config="simple"),
    "||",
    Func(
        Cast("codes_postaux", ArrayField(models.TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    ),
    None,
)


def cle_de_nom(texte: str) -> str:
    """La clé d'un nom de commune, abréviations d'usage dépliées : « St-Anthème »."""
    return " ".join(ABREGES.get(mot, mot) for mot in cle(texte).split())


class Region(models.Model):
    """Une région, ou la collectivité d'outre-mer qui en tient lieu. Source : Insee, code de 2026."""

    code = models.CharField(max_length=3, unique=True)
    nom = models.CharField(max_length=60)

    class Meta:
        verbose_name = "région"

    def __str__(self):
        return self.nom


class Departement(models.Model):
    """Un département, ou la collectivité qui en tient lieu. Source : Insee, code de 2026."""

    code = models.CharField(max_length=3, unique=True)
    nom = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departements")

    class Meta:
        verbose_name = "département"

    def __str__(self):
        return self.nom


class Epci(models.Model):
    """Une intercommunalité à fiscalité propre ; son code est son numéro SIREN.

    ``type`` est celui de la source : CC, CA, CU, METRO (métropole) ou MET69 (métropole de Lyon).
    Source : DGCL, périmètres de 2026.
    """

    code = models.CharField(max_length=9, unique=True)
    nom = models.CharField(max_length=160)
    type = models.CharField(max_length=10)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"

    def __str__(self):
        return self.nom


class CommuneQuerySet(models.QuerySet):
    def de_epci(self, *codes: str):
        """Les communes de ces intercommunalités, désignées par leur SIREN."""
        return self.filter(epci__code__in=codes)

    def rechercher(self, texte: str):
        """Les communes que ce texte peut désigner, les plus vraisemblables d'abord.

        Le texte mêle comme on veut des débuts de mots du nom (sans égard aux accents, à la casse
        ni aux traits d'union, « st » valant aussi « saint ») et un début de code postal ou de code
        officiel : « St Germain », « olli », « 63600 », « ambert 63 ». Tout doit répondre. Le nom
        exact passe devant, puis les noms qui commencent ainsi, puis les plus peuplées.
        """
        mots = cle(texte).split()
        if not mots:
            return self.none()
        requete = SearchQuery(
            " & ".join(map(_debut_de_mot, mots)), config="simple", search_type="raw"
        )
        return (
            self.alias(designations=DESIGNATIONS, rang=_rang(mots))
            .filter(designations=requete)
            .order_by("rang", "-population", "cle_tri", "code")
        )


def _debut_de_mot(mot: str) -> str:
    """« st » est une abréviation, mais aussi ce que tape celui qui cherche Strasbourg."""
    if mot in ABREGES:
        return f"({mot}:* | {ABREGES[mot]}:*)"
    return f"{mot}:*"


def _rang(mots: list[str]):
    """0 pour le nom exact, 1 pour un nom qui commence ainsi ; les codes n'y comptent pas."""
    noms = [mot for mot in mots if not mot[0].isdigit()]
    if not noms:
        return Value(0, output_field=IntegerField())
    formes = {" ".join(noms), " ".join(ABREGES.get(mot, mot) for mot in noms)}
    commence = Q()
    for forme in formes:
        commence |= Q(cle_tri__startswith=forme)
    return Case(
        When(cle_tri__in=sorted(formes), then=0),
        When(commence, then=1),
        default=2,
        output_field=IntegerField(),
    )


class Commune(models.Model):
    """Une commune d'aujourd'hui, au code officiel de 2026 : ni déléguée, ni arrondissement.

    ``population`` : habitants (population municipale en vigueur, Insee). ``latitude`` et
    ``longitude`` : degrés WGS 84 de la mairie, absents pour l'outre-mer sans département.
    ``epci`` est absent de quelques îles. ``cle_tri`` est le nom sans accent (``socle.texte.cle``) :
    le classement français ne dépend ainsi d'aucune locale du serveur.
    """

    code = models.CharField("code officiel", max_length=5, unique=True)
    nom = models.CharField(max_length=80)
    cle_tri = models.CharField(max_length=80, db_collation="C")
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT, related_name="communes")
    epci = models.ForeignKey(
        Epci, null=True, blank=True, on_delete=models.PROTECT, related_name="communes"
    )
    codes_postaux = ArrayField(models.CharField(max_length=5), default=list)
    population = models.PositiveIntegerField(default=0)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        indexes = [
            models.Index(fields=["cle_tri"], name="commune_tri"),
            GinIndex(fields=["codes_postaux"], name="commune_codes_postaux"),
            GinIndex(DESIGNATIONS, name="commune_designations"),
        ]

    def __str__(self):
        return self.nom


class CommuneAncienne(models.Model):
    """Un nom ou un code d'avant, et la commune d'aujourd'hui où il mène.

    Communes réunies, déléguées et associées, renommées, arrondissements de Paris, Lyon et
    Marseille. ``nom`` est vide quand aucune version de la source ne le donne : le code suffit
    alors. Source : Insee, codes de 2019 à 2026.
    """

    code = models.CharField("code officiel", max_length=5)
    nom = models.CharField(max_length=80, blank=True)
    cle_tri = models.CharField(max_length=80, db_collation="C", blank=True)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="anciennes")

    class Meta:
        verbose_name = "ancienne commune"
        verbose_name_plural = "anciennes communes"
        constraints = [
            models.UniqueConstraint(fields=["code", "nom"], name="commune_ancienne_unique")
        ]
        indexes = [models.Index(fields=["cle_tri"], name="commune_ancienne_tri")]

    def __str__(self):
        return self.nom or self.code


class PopulationCommune(models.Model):
    """Population municipale d'une commune, en habitants, à territoire constant.

    ``annee`` est celle où ce chiffre entre en vigueur, au 1er janvier ; l'Insee l'a établi sur
    trois ans plus tôt (celle de 2026 est la population de référence de 2023). Les communes
    réunies depuis sont additionnées ; une année où le territoire était autre n'a pas de ligne.
    """

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="populations")
    annee = models.PositiveSmallIntegerField("année")
    population = models.PositiveIntegerField()

    class Meta:
        verbose_name = "population d’une commune"
        constraints = [
            models.UniqueConstraint(fields=["commune", "annee"], name="population_par_annee")
        ]

    def __str__(self):
        return f"{self.commune_id} en {self.annee} : {self.population}"
