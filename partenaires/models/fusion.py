"""Deux fiches d'une même structure réunies en une, et de quoi défaire exactement ce geste."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q


class Fusion(models.Model):
    """``absorbee`` a été réunie à ``gardee``.

    ``changements`` dit dans l'ordre chaque ligne touchée, telle qu'elle était : le défaire les
    remonte une à une (partenaires.services.fusions). ``comptes`` : combien de lignes par nature,
    pour les gens.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    gardee = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="fusions_recues"
    )
    absorbee = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="fusions_subies"
    )
    le = models.DateTimeField(auto_now_add=True)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changements = models.JSONField(default=list)
    comptes = models.JSONField(default=list)
    annulee_le = models.DateTimeField("annulée le", null=True, blank=True)
    annulee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "fusion"
        constraints = [
            models.UniqueConstraint(
                fields=["absorbee"],
                condition=Q(annulee_le=None),
                name="fusion_une_seule_en_cours",
                violation_error_message="Cette structure est déjà réunie à une autre.",
            ),
            models.CheckConstraint(
                condition=~Q(gardee=models.F("absorbee")),
                name="fusion_deux_structures",
                violation_error_message="Il faut deux structures différentes.",
            ),
        ]

    def __str__(self):
        return f"{self.absorbee_id} dans {self.gardee_id}"


class ImportStructures(models.Model):
    """Une liste de structures relue avant d'entrer dans le réseau : elle attend là ses corrections.

    Elle appartient à la personne qui l'a déposée et s'efface au bout d'un jour, ou dès qu'elle
    a servi. ``lignes`` : ce qui a été lu, et ce que la personne y a répondu.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.CASCADE, related_name="+")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    lignes = models.JSONField(default=list)
    avertissements = models.JSONField(default=list)
    suite = models.CharField(max_length=300, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "import de structures"
        verbose_name_plural = "imports de structures"
        indexes = [models.Index(fields=["cree_le"], name="import_structures_par_date")]

    def __str__(self):
        return f"import de {self.utilisateur_id} pour {self.reseau_id}"
