"""Les inscriptions à un évènement, et l'agenda que chacun relie à son téléphone."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

from partenaires.enums import EtatInscription


class InscriptionQuerySet(models.QuerySet):
    def retenues(self):
        return self.filter(etat=EtatInscription.INSCRIT)

    def dans_l_ordre(self):
        """L'ordre d'arrivée : c'est celui de la liste d'attente."""
        return self.order_by("cree_le", "pk")


class Inscription(models.Model):
    """Un membre, ou une personne du dehors qui a confirmé son adresse.

    Le nom et l'adresse d'une personne du dehors s'effacent six mois après (``purgee_le``) ; sa ligne
    reste, pour le compte. ``presente`` est vide tant que l'émargement n'a pas été reporté.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    evenement = models.ForeignKey(
        "partenaires.Evenement", on_delete=models.CASCADE, related_name="inscriptions"
    )
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    nom = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    structure = models.CharField(max_length=120, blank=True)
    etat = models.CharField(
        "état",
        max_length=8,
        choices=EtatInscription.choices,
        default=EtatInscription.INSCRIT,
    )
    presente = models.BooleanField("présente", null=True, blank=True)
    cree_le = models.DateTimeField(default=timezone.now, db_default=Now())
    purgee_le = models.DateField("coordonnées effacées le", null=True, blank=True)

    objects = InscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(utilisateur__isnull=False, nom="", email="", structure="")
                | (models.Q(utilisateur=None) & ~models.Q(nom="") & ~models.Q(email=""))
                | models.Q(
                    utilisateur=None, nom="", email="", structure="", purgee_le__isnull=False
                ),
                name="inscription_membre_ou_dehors",
                violation_error_message=(
                    "Une inscription est celle d’un membre, ou d’un nom et d’une adresse."
                ),
            ),
            models.UniqueConstraint(
                fields=["evenement", "utilisateur"],
                condition=models.Q(utilisateur__isnull=False),
                name="inscription_une_par_membre",
                violation_error_message="Cette personne est déjà inscrite.",
            ),
            models.UniqueConstraint(
                "evenement",
                Lower("email"),
                condition=~models.Q(email=""),
                name="inscription_une_par_adresse",
                violation_error_message="Cette adresse est déjà inscrite.",
            ),
        ]
        indexes = [models.Index(fields=["evenement", "cree_le"], name="inscription_par_evenement")]

    def __str__(self):
        return self.qui

    @property
    def qui(self) -> str:
        if self.utilisateur:
            return self.utilisateur.nom_complet
        return self.nom or "Une personne du dehors"

    @property
    def adresse(self) -> str:
        return self.utilisateur.email if self.utilisateur else self.email

    @property
    def en_attente(self) -> bool:
        return self.etat == EtatInscription.ATTENTE


class AgendaPersonnel(models.Model):
    """L'adresse secrète d'un agenda : la changer ou la supprimer éteint la précédente.

    Elle est signée à partir de ``cle`` et n'est gardée nulle part : lire la base ne la donne pas.
    """

    utilisateur = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agenda"
    )
    cle = models.UUIDField("clé", default=uuid.uuid4, unique=True, editable=False)
    cree_le = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = "agenda personnel"
        verbose_name_plural = "agendas personnels"

    def __str__(self):
        return f"Agenda de {self.utilisateur_id}"
