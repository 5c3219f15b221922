from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


class LienSigne(models.Model):
    """Un lien envoyé par courriel : un seul but, une fin, un seul usage, révocable.

    Le jeton du lien est signé à partir de cette ligne (``socle.liens``) et n'est gardé nulle
    part : lire la base ne suffit pas à fabriquer un lien.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    but = models.CharField(max_length=40)
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    contexte = models.JSONField(default=dict)
    cree_le = models.DateTimeField(db_default=Now())
    expire_le = models.DateTimeField()
    utilise_le = models.DateTimeField(null=True, blank=True)
    revoque_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "lien signé"
        indexes = [models.Index(fields=["expire_le"], name="lien_par_expiration")]

    def __str__(self):
        return f"{self.but} jusqu’au {self.expire_le:%d/%m/%Y}"
