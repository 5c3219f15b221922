from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.functions import RandomUUID
from django.db import models

from partenaires.enums import EtatConvention


class Convention(models.Model):
    """Ce qui lie des structures à un réseau, de l'engagement de principe à son terme."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="conventions"
    )
    intitule = models.CharField("intitulé", max_length=160)
    etat = models.CharField(
        max_length=10, choices=EtatConvention.choices, default=EtatConvention.PRINCIPE
    )
    # Bornes [début, fin) : le jour de fin n'en est plus. Sans fin : à durée indéterminée.
    periode = DateRangeField()
    structures = models.ManyToManyField(
        "partenaires.Structure",
        through="partenaires.ConventionStructure",
        related_name="conventions",
    )
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "convention"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(periode__isempty=False, periode__startswith__isnull=False),
                name="convention_periode_reelle",
                violation_error_message="La convention finit avant d’avoir commencé.",
            )
        ]
        indexes = [models.Index(fields=["reseau", "etat"], name="convention_par_reseau")]

    def __str__(self):
        return self.intitule


class ConventionStructure(models.Model):
    """Une structure partie à une convention."""

    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="parties")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="parties"
    )

    class Meta:
        verbose_name = "partie à une convention"
        verbose_name_plural = "parties à une convention"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "convention"], name="convention_structure_unique"
            )
        ]

    def __str__(self):
        return f"{self.structure_id} dans {self.convention_id}"
