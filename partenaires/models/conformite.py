"""Le registre de conformité d'un réseau : ce qui s'écrit avant de partager de vrais dossiers."""

from django.db import models


class Conformite(models.Model):
    """Qui informe, qui répond, qui notifie ; qui a approuvé l'analyse ; qui héberge.

    Les deux dates qui ouvrent le partage sont sur le réseau (``aipd_le``,
    ``accord_conjoint_le``), où une contrainte les tient. ``reprise_de`` : le réseau parent dont
    une partie a été reprise.
    """

    reseau = models.OneToOneField(
        "partenaires.Reseau", on_delete=models.CASCADE, related_name="conformite"
    )
    informe = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="structure qui tient la notice d’information",
    )
    repond = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="structure qui répond aux personnes",
    )
    notifie = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="structure qui notifie en cas d’incident",
    )
    contact = models.CharField("point de contact des personnes", max_length=200, blank=True)
    dpo_nom = models.CharField("délégué à la protection des données", max_length=120, blank=True)
    dpo_email = models.EmailField("adresse du délégué", blank=True)
    aipd_par = models.CharField("analyse d’impact approuvée par", max_length=160, blank=True)
    hebergeur = models.CharField("hébergeur", max_length=160, blank=True)
    pays_hebergement = models.CharField("pays de l’hébergement", max_length=80, blank=True)
    clause_le = models.DateField("clause de sous-traitance signée le", null=True, blank=True)
    reprise_de = models.ForeignKey(
        "partenaires.Reseau", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    modifie_le = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "registre de conformité"
        verbose_name_plural = "registres de conformité"

    def __str__(self):
        return f"Conformité de {self.reseau_id}"
