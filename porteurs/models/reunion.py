from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models

from partenaires.calendrier import quand
from partenaires.enums import Fonction, Module
from porteurs.enums import EtatReunion, NatureReunion
from socle.dates import date_en_mots


class ReunionQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Les réunions techniques des réseaux où l'on suit des dossiers.

        Les comités se voient aussi de leurs élus ; leur ordre du jour ne nomme jamais personne.
        """
        acteur = acteur.pour(Module.REUNIONS)
        techniques = acteur.reseaux(Fonction.TECHNICIEN, Fonction.ANIMATEUR)
        elus = acteur.reseaux(Fonction.ELU)
        return self.filter(
            models.Q(reseau__in=techniques)
            | models.Q(reseau__in=elus, nature__in=[NatureReunion.SUIVI, NatureReunion.PILOTAGE])
        )

    def a_venir(self, maintenant):
        return self.filter(etat=EtatReunion.PREVUE, debut__gte=maintenant).order_by("debut", "pk")


class Reunion(models.Model):
    """Une réunion du réseau : technique chaque mois, comité de suivi, comité de pilotage."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="reunions"
    )
    nature = models.CharField(
        max_length=10, choices=NatureReunion.choices, default=NatureReunion.TECHNIQUE
    )
    debut = models.DateTimeField("début")
    duree_minutes = models.PositiveSmallIntegerField("durée en minutes", default=120)
    lieu = models.CharField(max_length=200, blank=True)
    etat = models.CharField(
        "état", max_length=8, choices=EtatReunion.choices, default=EtatReunion.PREVUE
    )
    # Le numéro de séquence du calendrier : un report remplace l'invitation précédente.
    sequence = models.PositiveSmallIntegerField(default=0)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = ReunionQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(duree_minutes__gte=15, duree_minutes__lte=720),
                name="reunion_duree_plausible",
                violation_error_message="Une réunion dure de 15 minutes à 12 heures.",
            )
        ]
        indexes = [models.Index(fields=["reseau", "debut"], name="reunion_par_reseau")]

    def __str__(self):
        return f"{self.get_nature_display()} du {date_en_mots(self.debut)}"

    @property
    def quand(self) -> str:
        """« mardi 1ᵉʳ décembre 2026, 9 h 30 », à l'heure du réseau."""
        return quand(self.debut, self.reseau.tz)


class PointReunion(models.Model):
    """Un dossier ajouté à la main à l'ordre du jour, et ce que la réunion en a décidé."""

    reunion = models.ForeignKey(Reunion, on_delete=models.CASCADE, related_name="points")
    dossier = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="points")
    mot = models.CharField("pourquoi en parler", max_length=300, blank=True)
    ajoute_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField("décision", max_length=500, blank=True)
    decide_le = models.DateField("décidé le", null=True, blank=True)

    class Meta:
        verbose_name = "point de réunion"
        verbose_name_plural = "points de réunion"
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "dossier"],
                name="point_un_par_dossier",
                violation_error_message="Ce dossier est déjà à l’ordre du jour.",
            )
        ]

    def __str__(self):
        return f"{self.dossier_id} à {self.reunion_id}"
