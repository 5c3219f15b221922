from django.contrib.postgres.functions import RandomUUID
from django.db import models

from partenaires.enums import EtatEvenement, NatureEvenement


class Evenement(models.Model):
    """Un temps collectif du réseau : formation, séminaire, soirée, forum…"""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="evenements"
    )
    nature = models.CharField(max_length=20, choices=NatureEvenement.choices)
    intitule = models.CharField("intitulé", max_length=160)
    debut = models.DateTimeField("début")
    fin = models.DateTimeField()
    commune = models.ForeignKey(
        "partenaires.Commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    etat = models.CharField(
        max_length=10, choices=EtatEvenement.choices, default=EtatEvenement.PREVU
    )

    class Meta:
        verbose_name = "évènement"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fin__gte=models.F("debut")),
                name="evenement_finit_apres_debut",
                violation_error_message="L’évènement finit avant d’avoir commencé.",
            )
        ]
        indexes = [models.Index(fields=["reseau", "debut"], name="evenement_par_reseau")]

    def __str__(self):
        return self.intitule
