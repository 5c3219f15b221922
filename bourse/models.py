from django.db import models


class FrequentationJour(models.Model):
    """Nombre de visites de la bourse d'un réseau, un jour donné : un compte, aucune trace."""

    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.CASCADE, related_name="frequentations"
    )
    jour = models.DateField()
    visites = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "fréquentation d’un jour"
        verbose_name_plural = "fréquentations par jour"
        constraints = [
            models.UniqueConstraint(fields=["reseau", "jour"], name="frequentation_unique")
        ]

    def __str__(self):
        return f"{self.jour} : {self.visites}"
