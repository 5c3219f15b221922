from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from porteurs.enums import NatureFinancement, Origine


class Financement(models.Model):
    """Un prêt d'honneur, une aide, une garantie ou un prix de concours, accordé à une date."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="financements"
    )
    nature = models.CharField(max_length=14, choices=NatureFinancement.choices)
    # Qui accorde ; son type dit si c'est une plateforme d'initiative locale.
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    montant = models.DecimalField(
        "montant en euros", max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    accorde_le = models.DateField("accordé le")
    concours = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = "financement"
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="financement_montant_positif",
                violation_error_message="Le montant ne peut pas être négatif.",
            )
        ]
        indexes = [models.Index(fields=["accorde_le"], name="financement_par_date")]

    def __str__(self):
        return f"{self.get_nature_display()} de {self.montant} €"


class Installation(models.Model):
    """L'installation d'un projet et de ceux qui arrivent avec lui ; une par dossier."""

    dossier = models.OneToOneField(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="installation"
    )
    le = models.DateField()
    commune = models.ForeignKey("partenaires.Commune", on_delete=models.PROTECT, related_name="+")
    adultes = models.PositiveSmallIntegerField(default=1)
    enfants = models.PositiveSmallIntegerField(default=0)
    emplois = models.PositiveSmallIntegerField("emplois créés ou maintenus", default=1)
    origine = models.CharField(max_length=8, choices=Origine.choices)

    class Meta:
        verbose_name = "installation"
        indexes = [models.Index(fields=["le"], name="installation_par_date")]

    def __str__(self):
        return f"installation du {self.le}"
