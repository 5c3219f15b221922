"""Les territoires officiels de la France, au code de 2026 (source : partenaires/donnees/LISEZMOI.md)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Region(models.Model):
    code = models.CharField(max_length=3, unique=True)
    nom = models.CharField(max_length=60)

    class Meta:
        verbose_name = "région"

    def __str__(self):
        return self.nom


class Departement(models.Model):
    code = models.CharField(max_length=3, unique=True)
    nom = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departements")

    class Meta:
        verbose_name = "département"

    def __str__(self):
        return self.nom


class Epci(models.Model):
    """Une intercommunalité ; son code est son numéro SIREN."""

    code = models.CharField(max_length=9, unique=True)
    nom = models.CharField(max_length=160)
    type = models.CharField(max_length=10)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"

    def __str__(self):
        return self.nom


class Commune(models.Model):
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

    class Meta:
        verbose_name = "commune"
        indexes = [
            models.Index(fields=["cle_tri"], name="commune_tri"),
            GinIndex(fields=["codes_postaux"], name="commune_codes_postaux"),
        ]

    def __str__(self):
        return self.nom


class PopulationCommune(models.Model):
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="populations")
    annee = models.PositiveSmallIntegerField("année")
    population = models.PositiveIntegerField()

    class Meta:
        verbose_name = "population d’une commune"
        constraints = [
            models.UniqueConstraint(fields=["commune", "annee"], name="population_par_annee")
        ]

    def __str__(self):
        return f"{self.commune_id} en {self.annee} : {self.population}"
