from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from porteurs.enums import EtatFinancement, NatureFinancement, Volet
from porteurs.models.acces import Acces

ACQUIS = (EtatFinancement.ACCORDE, EtatFinancement.VERSE)
MONTANT = {"max_digits": 10, "decimal_places": 2, "validators": [MinValueValidator(0)]}


class FinancementQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux des dossiers que l'acteur suit : l'argent d'un projet n'est pas sur sa fiche."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"))

    def acquis(self):
        return self.filter(etat__in=ACQUIS)


class Financement(models.Model):
    """Un prêt d'honneur, une aide, une garantie ou un prix : demandé, puis accordé ou refusé.

    Part avec son dossier, effacé ou anonymisé ; ce que les indicateurs en comptaient est figé
    avant (``FaitFige``).
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="financements"
    )
    nature = models.CharField(max_length=14, choices=NatureFinancement.choices)
    # Le cas courant est de noter ce qui est obtenu.
    etat = models.CharField(
        "état", max_length=8, choices=EtatFinancement.choices, default=EtatFinancement.ACCORDE
    )
    # Qui accorde : une structure de Maillon (son type dit si c'est une plateforme), ou un nom.
    structure = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    financeur = models.CharField("autre financeur", max_length=120, blank=True)
    montant_demande = models.DecimalField("montant demandé", null=True, blank=True, **MONTANT)
    montant = models.DecimalField("montant accordé, en euros", null=True, blank=True, **MONTANT)
    demande_le = models.DateField("demandé le", null=True, blank=True)
    accorde_le = models.DateField("accordé le", null=True, blank=True)
    refuse_le = models.DateField("refusé le", null=True, blank=True)
    verse_le = models.DateField("versé le", null=True, blank=True)
    motif = models.CharField("motif du refus", max_length=300, blank=True)
    concours = models.CharField(max_length=120, blank=True)
    # Le prix d'un palmarès naît de sa candidature, et une seule fois.
    candidature = models.OneToOneField(
        "porteurs.Candidature",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prix",
    )
    saisi_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FinancementQuerySet.as_manager()

    class Meta:
        verbose_name = "financement"
        constraints = [
            models.CheckConstraint(
                condition=(Q(montant=None) | Q(montant__gte=0))
                & (Q(montant_demande=None) | Q(montant_demande__gte=0)),
                name="financement_montant_positif",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=ACQUIS, accorde_le__isnull=False, montant__isnull=False)
                | (~Q(etat__in=ACQUIS) & Q(accorde_le=None, montant=None)),
                name="financement_accorde_date",
                violation_error_message="Un financement accordé a un montant et une date.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatFinancement.REFUSE, refuse_le__isnull=False) & ~Q(motif="")
                | (~Q(etat=EtatFinancement.REFUSE) & Q(refuse_le=None, motif="")),
                name="financement_refus_motive",
                violation_error_message="Un refus a une date et un motif.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatFinancement.VERSE, verse_le__gte=F("accorde_le"))
                | (~Q(etat=EtatFinancement.VERSE) & Q(verse_le=None)),
                name="financement_verse_apres_accord",
                violation_error_message="L’argent est versé après avoir été accordé.",
            ),
            models.CheckConstraint(
                condition=Q(structure__isnull=False, financeur="")
                | (Q(structure=None) & ~Q(financeur="")),
                name="financement_un_financeur",
                violation_error_message="Choisissez une structure, ou écrivez un autre financeur.",
            ),
        ]
        indexes = [models.Index(fields=["accorde_le"], name="financement_par_date")]

    def __str__(self):
        return f"{self.get_nature_display()} de {self.montant or self.montant_demande or '?'} €"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id

    @property
    def qui(self) -> str:
        return self.structure.nom if self.structure_id else self.financeur

    @property
    def du_palmares(self) -> bool:
        """Né d'un concours : il suit son palmarès, et ne se corrige pas ailleurs."""
        return self.candidature_id is not None
