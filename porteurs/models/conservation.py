"""Ce que le temps laisse d'un dossier, et ce qui suspend son passage (EXIGENCES Vie privée 1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from partenaires.enums import Etape, SectionNaf
from porteurs.enums import TrancheAge


class DossierAnonyme(models.Model):
    """Ce qui reste d'un dossier anonymisé : de quoi compter, rien qui ramène à quelqu'un.

    Ni numéro, ni jour, ni commune : la ligne ne se rattache à aucune autre.
    """

    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    trimestre = models.CharField("trimestre d’ouverture", max_length=7)
    age = models.CharField(
        "âge à l’ouverture", max_length=8, choices=TrancheAge.choices, default=TrancheAge.INCONNU
    )
    region_origine = models.ForeignKey(
        "partenaires.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    etape = models.CharField("étape", max_length=14, choices=Etape.choices)
    secteur = models.CharField(max_length=1, choices=SectionNaf.choices, blank=True)

    class Meta:
        verbose_name = "dossier anonymisé"
        verbose_name_plural = "dossiers anonymisés"
        indexes = [models.Index(fields=["reseau", "trimestre"], name="anonyme_par_trimestre")]

    def __str__(self):
        return f"dossier anonyme du {self.trimestre}"


class FaitFige(models.Model):
    """Ce que les dossiers anonymisés apportaient à un indicateur : l'année close ne change plus."""

    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    annee = models.PositiveSmallIntegerField("année")
    code = models.CharField("indicateur", max_length=60)
    valeur = models.BigIntegerField()

    class Meta:
        verbose_name = "fait figé"
        verbose_name_plural = "faits figés"
        constraints = [
            models.UniqueConstraint(fields=["reseau", "annee", "code"], name="fait_fige_unique")
        ]

    def __str__(self):
        return f"{self.code} {self.annee} : {self.valeur}"


class AvertissementConservation(models.Model):
    """On a prévenu que ce dossier serait anonymisé ; un contact entre-temps l'annule.

    ``dernier_contact_le`` est celui du moment : s'il bouge, l'avertissement ne vaut plus.
    """

    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="avertissements"
    )
    dernier_contact_le = models.DateField()
    averti_le = models.DateField("averti le")

    class Meta:
        verbose_name = "avertissement de conservation"
        verbose_name_plural = "avertissements de conservation"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "dernier_contact_le"], name="avertissement_un_par_contact"
            )
        ]

    def __str__(self):
        return f"avertissement du {self.averti_le}"


class ArchiveRestreinte(models.Model):
    """Un dossier gardé au-delà, pour une raison écrite et jusqu'à une date.

    Données personnelles : ``motif`` est un texte libre, effacé avec le dossier.
    """

    dossier = models.OneToOneField(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="archive"
    )
    motif = models.CharField("pourquoi le garder", max_length=500)
    jusqua = models.DateField("jusqu’au (exclu)")
    decidee_le = models.DateTimeField("décidée le", default=timezone.now)
    decidee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "archive restreinte"
        verbose_name_plural = "archives restreintes"
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="archive_motivee",
                violation_error_message="Dites par écrit pourquoi ce dossier doit être gardé.",
            ),
            models.CheckConstraint(
                condition=Q(jusqua__gt=F("decidee_le")),
                name="archive_finit",
                violation_error_message="Cette archive doit finir après aujourd’hui.",
            ),
        ]

    def __str__(self):
        return f"archive de {self.dossier_id}"
