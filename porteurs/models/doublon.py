from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class DoublonSignale(models.Model):
    """Deux dossiers qui semblent concerner la même personne, signalés à l'animation.

    Sert quand la personne qui tape n'a pas le droit de voir l'autre dossier : elle n'en
    apprend rien, et l'animation met les deux structures en relation.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="+")
    autre = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="+")
    signale_le = models.DateTimeField(default=timezone.now)
    traite_le = models.DateTimeField("traité le", null=True, blank=True)
    # Quelqu'un qui suit les deux a dit que ce sont deux personnes : on ne le redemande plus.
    distincts = models.BooleanField("deux personnes", default=False, db_default=False)
    traite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "doublon signalé"
        verbose_name_plural = "doublons signalés"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "autre"], name="doublon_unique"),
            models.CheckConstraint(condition=~Q(dossier=F("autre")), name="doublon_deux_dossiers"),
        ]

    def __str__(self):
        return f"{self.dossier_id} et {self.autre_id}"
