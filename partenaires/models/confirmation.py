"""Une fois l'an, chaque structure relit ses personnes, ses coordonnées et ce qu'elle sait faire."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery

# Un an entre deux confirmations ; un mois pour s'installer avant la première.
PERIODE = timedelta(days=365)
DELAI_PREMIERE = timedelta(days=30)


class ConfirmationQuerySet(models.QuerySet):
    def ouvertes(self):
        """Demandées, et pas encore données."""
        return self.filter(confirmee_le=None)

    def donnees(self):
        return self.filter(confirmee_le__isnull=False)


class ConfirmationAnnuelle(models.Model):
    """Une confirmation demandée à une structure, puis donnée : par qui, quand, sur quoi.

    Tant qu'elle n'est pas donnée, la structure est « à confirmer ». Une structure de plusieurs
    réseaux n'est sollicitée qu'une fois.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="confirmations"
    )
    demandee_le = models.DateField("demandée le")
    # Combien de courriels sont partis : la demande, puis deux rappels.
    envois = models.PositiveSmallIntegerField(default=0)
    confirmee_le = models.DateTimeField("confirmée le", null=True, blank=True)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Par le lien du courriel, ou connecté.
    par_lien = models.BooleanField(default=False)
    nb_personnes = models.PositiveIntegerField("personnes confirmées", default=0)
    nb_competences = models.PositiveIntegerField("compétences confirmées", default=0)
    competences_a_revoir = models.BooleanField("compétences à revoir", default=False)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = "confirmation annuelle"
        verbose_name_plural = "confirmations annuelles"
        constraints = [
            models.UniqueConstraint(
                fields=["structure"],
                condition=Q(confirmee_le=None),
                name="confirmation_une_seule_ouverte",
            ),
            models.CheckConstraint(
                condition=Q(confirmee_le=None) | Q(par__isnull=False),
                name="confirmation_donnee_par_quelqu_un",
                violation_error_message="Une confirmation est donnée par quelqu’un.",
            ),
        ]
        indexes = [
            models.Index(F("structure"), F("confirmee_le").desc(), name="confirmation_derniere")
        ]

    def __str__(self):
        return f"{self.structure_id}, demandée le {self.demandee_le}"


class DepartSignale(models.Model):
    """Une personne partie, dite pendant la confirmation : ses droits attendent un geste connecté.

    Un lien reçu par courriel ne retire de droits à personne. Qui administre la structure, ou
    anime le réseau, y met fin depuis sa session, à la date dite.
    """

    mandat = models.ForeignKey(
        "partenaires.Mandat", on_delete=models.CASCADE, related_name="departs_signales"
    )
    confirmation = models.ForeignKey(
        ConfirmationAnnuelle, on_delete=models.CASCADE, related_name="departs"
    )
    depuis = models.DateField("partie le")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)
    # Fait, ou écarté : la personne est toujours là.
    regle_le = models.DateTimeField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "départ signalé"
        verbose_name_plural = "départs signalés"
        constraints = [
            models.UniqueConstraint(
                fields=["mandat"],
                condition=Q(regle_le=None),
                name="depart_signale_une_fois",
                violation_error_message="Ce départ est déjà signalé.",
            )
        ]

    def __str__(self):
        return f"{self.mandat_id} depuis le {self.depuis}"


def derniere_confirmation(structure: str = "pk") -> Subquery:
    """L'instant de la dernière confirmation, à annoter : ``structure`` mène à la structure."""
    return Subquery(
        ConfirmationAnnuelle.objects.donnees()
        .filter(structure=OuterRef(structure))
        .order_by()
        .values("structure")
        .annotate(derniere=Max("confirmee_le"))
        .values("derniere")
    )
