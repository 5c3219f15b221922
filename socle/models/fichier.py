from pathlib import Path

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from socle.enums import EtatFichier


class Fichier(models.Model):
    """Un fichier privé, décrit une fois ; ce qui le possède garde une clé étrangère vers lui.

    Le contenu est rangé sur le disque avant que cette ligne ne le nomme. Personne ne le télécharge
    par cette seule ligne : la vue de ce qui le possède vérifie d'abord le droit, puis appelle
    ``socle.fichiers.servir``. Sans possesseur au bout d'un jour, il disparaît.
    """

    uuid = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    nom = models.CharField("nom d’origine", max_length=150)
    type_mime = models.CharField("type reconnu", max_length=100)
    taille = models.PositiveBigIntegerField("taille en octets")
    sha256 = models.CharField("empreinte", max_length=64)
    # Tiré au hasard : le nom que la personne a donné ne touche jamais le disque.
    rangement = models.CharField("nom sur le disque", max_length=32, unique=True, editable=False)
    etat = models.CharField(
        "état", max_length=20, choices=EtatFichier.choices, default=EtatFichier.DISPONIBLE
    )
    depose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="déposé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    cree_le = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "fichier"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="fichier_empreinte",
                violation_error_message="L’empreinte du fichier est mal formée.",
            ),
            models.CheckConstraint(
                condition=models.Q(rangement__regex=r"^[0-9a-f]{32}$"),
                name="fichier_rangement",
                violation_error_message="Le nom de rangement du fichier est mal formé.",
            ),
        ]
        indexes = [
            models.Index(fields=["depose_par", "cree_le"], name="fichier_du_jour"),
            models.Index(fields=["cree_le"], name="fichier_par_date"),
            models.Index(
                fields=["id"],
                name="fichier_en_quarantaine",
                condition=models.Q(etat=EtatFichier.QUARANTAINE),
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def disponible(self) -> bool:
        return self.etat == EtatFichier.DISPONIBLE

    @property
    def chemin(self) -> Path:
        """Où est le contenu ; deux lettres de dossier évitent cent mille fichiers côte à côte."""
        return Path(settings.MEDIA_ROOT) / self.rangement[:2] / self.rangement
