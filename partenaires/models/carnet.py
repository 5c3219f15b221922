"""Le carnet de route d’un réseau, et le diagnostic que ses membres tiennent ensemble."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from partenaires.enums import EtatJalon, Maillon, Rubrique


class JalonQuerySet(models.QuerySet):
    def ouverts(self):
        return self.filter(etat__in=[EtatJalon.A_FAIRE, EtatJalon.EN_COURS])

    def en_retard(self, jour):
        return self.ouverts().filter(echeance__lt=jour)


class Jalon(models.Model):
    """Une étape datée du carnet de route : quoi, pour quand, qui, où on en est."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="jalons"
    )
    intitule = models.CharField("intitulé", max_length=160)
    maillon = models.CharField("maillon", max_length=20, choices=Maillon.choices, blank=True)
    echeance = models.DateField("échéance")
    structure = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="jalons",
    )
    responsable = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    etat = models.CharField(
        "état", max_length=10, choices=EtatJalon.choices, default=EtatJalon.A_FAIRE
    )
    fait_le = models.DateField("fait le", null=True, blank=True)
    note = models.TextField("où on en est", blank=True)
    revision = models.PositiveIntegerField("révision", default=1)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    objects = JalonQuerySet.as_manager()

    class Meta:
        verbose_name = "jalon"
        verbose_name_plural = "jalons"
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatJalon.FAIT, fait_le__isnull=False)
                | (~Q(etat=EtatJalon.FAIT) & Q(fait_le=None)),
                name="jalon_fait_a_sa_date",
                violation_error_message="Un jalon fait porte sa date\u00a0; un autre n’en a pas.",
            )
        ]
        indexes = [models.Index(fields=["reseau", "echeance"], name="jalon_par_reseau")]

    def __str__(self):
        return self.intitule


class RubriqueDiagnostic(models.Model):
    """Une rubrique du diagnostic partagé : ce qui va, ce qui manque, ce qu’on pourrait faire.

    Une ligne par version : la plus récente fait foi, les précédentes se relisent.
    """

    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="diagnostic"
    )
    rubrique = models.CharField(max_length=20, choices=Rubrique.choices)
    revision = models.PositiveIntegerField("révision")
    atouts = models.TextField(blank=True)
    manques = models.TextField(blank=True)
    pistes = models.TextField(blank=True)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ecrite_le = models.DateTimeField("écrite le", auto_now_add=True)

    class Meta:
        verbose_name = "rubrique du diagnostic"
        verbose_name_plural = "rubriques du diagnostic"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "rubrique", "revision"], name="diagnostic_revision_unique"
            )
        ]

    def __str__(self):
        return f"{self.rubrique}, version {self.revision}"
