from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Brouillon(models.Model):
    """Ce qu'une personne est en train d'écrire, gardé pour elle seule jusqu'à l'enregistrement.

    Données personnelles : ``champs`` porte ce qui est tapé. Il part quand le formulaire aboutit,
    au bout de sept jours, et avec ce dont il parle (``socle.brouillons.effacer_de``).
    """

    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # « echange_noter:<identifiant du dossier> » : la page, et ce dont elle parle.
    cle = models.CharField("page", max_length=120, db_collation="C")
    champs = models.JSONField()
    ecrit_le = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "brouillon"
        constraints = [
            models.UniqueConstraint(fields=["utilisateur", "cle"], name="brouillon_un_par_page")
        ]
        indexes = [
            models.Index(fields=["ecrit_le"], name="brouillon_par_date"),
            models.Index(fields=["cle"], name="brouillon_par_page"),
        ]

    def __str__(self):
        return self.cle
