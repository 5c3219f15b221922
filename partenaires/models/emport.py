"""Le fichier par lequel un réseau quitte l’installation."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from partenaires.enums import EtatEmport

# Comme les exports de tableurs (EXIGENCES, Vie privée 3).
GARDE = timedelta(days=2)


class Emport(models.Model):
    """Une demande de l’animation : le fichier, scellé par une phrase qu’elle seule a lue.

    Deux clés : l’administration de l’installation remet le fichier, qu’elle ne peut pas ouvrir ;
    l’animation a la phrase, et pas le fichier.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.CASCADE, related_name="emports"
    )
    demande_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    demande_le = models.DateTimeField("demandé le", db_default=Now())
    motif = models.CharField(max_length=300)
    etat = models.CharField(
        "état", max_length=10, choices=EtatEmport.choices, default=EtatEmport.ATTENTE
    )
    # Le temps d'écrire le fichier seulement : effacée dans la transaction qui le dit prêt.
    phrase = models.CharField(max_length=60, blank=True)
    taille = models.PositiveBigIntegerField("taille en octets", default=0)
    lignes = models.JSONField(default=dict)
    pret_le = models.DateTimeField("prêt le", null=True, blank=True)

    class Meta:
        verbose_name = "fichier de réseau"
        verbose_name_plural = "fichiers de réseau"
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatEmport.ATTENTE) | Q(phrase=""),
                name="emport_phrase_effacee",
                violation_error_message="La phrase s’efface dès que le fichier est écrit.",
            ),
            models.UniqueConstraint(
                fields=["reseau"],
                condition=Q(etat=EtatEmport.ATTENTE),
                name="emport_un_seul_en_attente",
                violation_error_message="Un fichier est déjà en préparation.",
            ),
        ]

    def __str__(self):
        return f"fichier du réseau {self.reseau_id}"

    @property
    def chemin(self) -> Path:
        return Path(settings.VAR) / "emports" / f"{self.uuid.hex}.maillon"
