from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

# Le temps de comprendre ce qui s'est passé, pas celui de suivre un dossier.
DUREE_LECTURE = timedelta(hours=48)


class LectureMotiveeQuerySet(models.QuerySet):
    def en_cours(self, acteur, dossier_id: int):
        """Celles que cette personne a ouvertes sur ce dossier, et qui courent encore."""
        return self.filter(
            dossier=dossier_id, demandeur=acteur.utilisateur_id, jusqua__gt=timezone.now()
        )


class LectureMotivee(models.Model):
    """L'animation a demandé à lire l'historique et les consultations d'un dossier, en disant pourquoi.

    Données personnelles : ``motif`` est un texte libre. La ligne part avec le dossier ; le journal
    garde la demande douze mois.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="lectures_motivees"
    )
    demandeur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    motif = models.CharField("pourquoi", max_length=300)
    ouverte_le = models.DateTimeField(default=timezone.now)
    jusqua = models.DateTimeField("jusqu’au")

    objects = LectureMotiveeQuerySet.as_manager()

    class Meta:
        verbose_name = "lecture motivée"
        verbose_name_plural = "lectures motivées"
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="lecture_motivee",
                violation_error_message="Dites pourquoi vous demandez à lire cet historique.",
            ),
            models.CheckConstraint(
                condition=Q(jusqua__gt=F("ouverte_le"))
                & Q(jusqua__lte=F("ouverte_le") + DUREE_LECTURE),
                name="lecture_de_deux_jours_au_plus",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "demandeur", "jusqua"], name="lecture_en_cours")]

    def __str__(self):
        return f"lecture de {self.dossier_id} par {self.demandeur_id}"
