"""La charte de fonctionnement d'un réseau : ses versions, et qui les a acceptées."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from partenaires.enums import EtatCharte


class CharteQuerySet(models.QuerySet):
    def publiees(self):
        return self.filter(etat=EtatCharte.PUBLIEE)

    def en_vigueur(self):
        """La dernière version publiée de chaque réseau."""
        return self.publiees().order_by("reseau", "-numero").distinct("reseau")


class CharteFonctionnement(models.Model):
    """Une version de la charte. Publiée, elle est figée ; les précédentes restent lisibles."""

    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="chartes"
    )
    numero = models.PositiveSmallIntegerField("numéro")
    texte = models.TextField()
    etat = models.CharField(max_length=10, choices=EtatCharte.choices, default=EtatCharte.BROUILLON)
    revision = models.PositiveIntegerField("révision", db_default=1)
    publiee_le = models.DateTimeField("publiée le", null=True, blank=True)
    publiee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = CharteQuerySet.as_manager()

    class Meta:
        verbose_name = "charte de fonctionnement"
        verbose_name_plural = "chartes de fonctionnement"
        constraints = [
            models.UniqueConstraint(fields=["reseau", "numero"], name="charte_numero_unique"),
            models.UniqueConstraint(
                fields=["reseau"],
                condition=Q(etat=EtatCharte.BROUILLON),
                name="charte_un_seul_brouillon",
                violation_error_message="Une nouvelle version est déjà en cours d’écriture.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatCharte.BROUILLON, publiee_le=None)
                | Q(etat=EtatCharte.PUBLIEE, publiee_le__isnull=False),
                name="charte_publiee_datee",
                violation_error_message="Une charte publiée porte sa date.",
            ),
        ]

    def __str__(self):
        return f"charte n° {self.numero}"

    @property
    def publiee(self) -> bool:
        return self.etat == EtatCharte.PUBLIEE


class AcceptationCharte(models.Model):
    """Une structure membre accepte une version, par une personne qui administre son adhésion."""

    charte = models.ForeignKey(
        CharteFonctionnement, on_delete=models.PROTECT, related_name="acceptations"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    acceptee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    le = models.DateTimeField("acceptée le", auto_now_add=True)

    class Meta:
        verbose_name = "acceptation de la charte"
        verbose_name_plural = "acceptations de la charte"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "charte"], name="acceptation_charte_unique"
            )
        ]

    def __str__(self):
        return f"{self.structure_id} accepte {self.charte_id}"
