"""Deux dossiers, ou deux personnes, réunis en un ; et de quoi défaire exactement ce geste."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property

from porteurs.enums import EtatFusion, NatureFusion, Volet
from porteurs.models.acces import Acces
from porteurs.models.dossier import Dossier


class FusionDossiersQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles d'un dossier que l'acteur suit : le gardé, l'autre, ou l'un de ceux de la personne."""
        suivis = Dossier.objects.suivis_par(acteur)
        return self.filter(
            Q(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "garde"))
            | Q(Exists(suivis.filter(uuid=OuterRef("absorbe_uuid"))))
            | Q(Exists(suivis.filter(participations__porteur=OuterRef("personne"))))
        )

    def proposees(self):
        return self.filter(etat=EtatFusion.PROPOSEE)

    def faites(self):
        return self.filter(etat=EtatFusion.FAITE)


class FusionDossiers(models.Model):
    """L'autre dossier (ou l'autre personne) a été réuni à celui qu'on garde, ou l'on propose de le faire.

    L'autre n'existe plus une fois réuni : ``absorbe_uuid`` et ``absorbe_reference`` le font retrouver.
    ``choix`` dit ce que l'on garde de chacun, sans recopier de valeur. ``changements`` dit dans
    l'ordre chaque ligne touchée, telle qu'elle était (socle.fusion_lignes) : données personnelles,
    que l'effacement vide par ``services.fusions_dossiers.oublier`` ; la fusion ne se défait plus.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    nature = models.CharField(
        max_length=9, choices=NatureFusion.choices, default=NatureFusion.DOSSIERS
    )
    etat = models.CharField(
        "état", max_length=8, choices=EtatFusion.choices, default=EtatFusion.FAITE
    )
    garde = models.ForeignKey(
        "porteurs.Dossier",
        verbose_name="dossier gardé",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="fusions",
    )
    personne = models.ForeignKey(
        "porteurs.Porteur",
        verbose_name="personne gardée",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="fusions",
    )
    absorbe_uuid = models.UUIDField("identifiant de l’autre")
    absorbe_reference = models.CharField(
        "référence de l’autre", max_length=20, blank=True, db_collation="C"
    )
    choix = models.JSONField(default=dict)
    changements = models.JSONField(default=list)
    comptes = models.JSONField(default=list)
    proposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposee_le = models.DateTimeField(default=timezone.now)
    repondu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    repondu_le = models.DateTimeField(null=True, blank=True)
    motif = models.CharField("motif du refus", max_length=500, blank=True)
    faite_le = models.DateTimeField(null=True, blank=True)
    annulee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    annulee_le = models.DateTimeField("annulée le", null=True, blank=True)

    objects = FusionDossiersQuerySet.as_manager()

    class Meta:
        verbose_name = "fusion de dossiers"
        verbose_name_plural = "fusions de dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["absorbe_uuid"],
                condition=Q(etat__in=[EtatFusion.PROPOSEE, EtatFusion.FAITE]),
                name="fusion_dossiers_une_par_absorbe",
                violation_error_message="Il est déjà réuni à un autre, ou on l’a déjà proposé.",
            ),
            models.CheckConstraint(
                condition=Q(nature=NatureFusion.DOSSIERS, garde__isnull=False, personne=None)
                | Q(nature=NatureFusion.PERSONNES, garde=None, personne__isnull=False),
                name="fusion_dossiers_garde",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatFusion.REFUSEE) | ~Q(motif=""),
                name="fusion_dossiers_refus_motive",
                violation_error_message="Dites pourquoi vous refusez : l’autre structure doit savoir.",
            ),
        ]

    def __str__(self):
        return f"{self.absorbe_reference or self.absorbe_uuid} dans {self.garde_id or self.personne_id}"

    @cached_property
    def absorbe(self) -> Dossier | None:
        """L'autre dossier, tant qu'il n'est que proposé de le réunir."""
        return (
            Dossier.objects.filter(uuid=self.absorbe_uuid)
            .select_related("reseau", "commune", "structure_responsable")
            .first()
        )

    @property
    def defaisable(self) -> bool:
        """Faite, et les lignes d'avant sont encore là."""
        return self.etat == EtatFusion.FAITE and bool(self.changements)
