from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from porteurs.enums import FinDeLien, Volet
from porteurs.models.acces import Acces


class LienDossiersQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Seulement qui voit les deux : un lien dirait sinon l'existence de l'autre."""
        return self.filter(
            Acces.objects.ouvrant(acteur, Volet.FICHE, "cedant"),
            Acces.objects.ouvrant(acteur, Volet.FICHE, "repreneur"),
        )

    def en_cours(self):
        return self.filter(fini_le=None)


class LienDossiers(models.Model):
    """Qui transmet et qui reprend : deux dossiers d'un réseau, jusqu'à l'installation du repreneur.

    Aucun texte libre ; la ligne part avec l'un ou l'autre des dossiers, effacé ou anonymisé.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    cedant = models.ForeignKey(
        "porteurs.Dossier",
        verbose_name="cédant",
        on_delete=models.CASCADE,
        related_name="liens_repreneurs",
    )
    repreneur = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="liens_cedants"
    )
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(default=timezone.now)
    fini_le = models.DateField("fini le", null=True, blank=True)
    fin = models.CharField(max_length=10, choices=FinDeLien.choices, blank=True)

    objects = LienDossiersQuerySet.as_manager()

    class Meta:
        verbose_name = "lien cédant–repreneur"
        verbose_name_plural = "liens cédant–repreneur"
        constraints = [
            models.UniqueConstraint(
                fields=["cedant", "repreneur"],
                condition=Q(fini_le=None),
                name="lien_dossiers_unique",
                violation_error_message="Ces deux dossiers sont déjà reliés.",
            ),
            models.CheckConstraint(
                condition=~Q(cedant=F("repreneur")),
                name="lien_dossiers_distincts",
                violation_error_message="Un dossier ne se transmet pas à lui-même.",
            ),
            models.CheckConstraint(
                condition=Q(fini_le=None, fin="") | (Q(fini_le__isnull=False) & ~Q(fin="")),
                name="lien_dossiers_fin_dite",
                violation_error_message="Dites comment cette mise en relation a fini.",
            ),
        ]

    def __str__(self):
        return f"{self.cedant_id} transmet à {self.repreneur_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau des deux dossiers : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.cedant.reseau_id
