from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from socle.enums import Frequence


class PreferenceCourriel(models.Model):
    """Ce qu'un destinataire a choisi pour une famille de courriels ; sans ligne, l'usage courant.

    La clé est celle de la boîte d'envoi : un compte, ou l'adresse de qui n'en a pas.
    """

    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    cle_destinataire = models.CharField(max_length=254)
    famille = models.CharField(max_length=40)
    frequence = models.CharField(max_length=12, choices=Frequence.choices)
    choisie_le = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "choix de courriels"
        constraints = [
            models.UniqueConstraint(
                fields=["cle_destinataire", "famille"],
                name="preference_une_par_famille",
                violation_error_message="Ce choix est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=models.Q(frequence__in=Frequence.values),
                name="preference_frequence_connue",
                violation_error_message="Cette fréquence n’existe pas.",
            ),
        ]

    def __str__(self):
        return f"{self.famille} : {self.get_frequence_display()}"
