from datetime import date

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from porteurs.enums import EtatDroit, Langue, NatureDroit


class EntreeEspace(models.Model):
    """Une entrée demandée dans l'espace d'une personne : un lien, et le code qui le double.

    Le code n'est gardé que haché, et se tire quand le courriel se compose. La ligne disparaît avec
    son lien ; effacer une personne efface aussi celles de son adresse.
    """

    lien = models.OneToOneField(
        "socle.LienSigne", on_delete=models.CASCADE, related_name="entree_espace"
    )
    adresse = models.EmailField("adresse de courriel")
    langue = models.CharField(max_length=2, choices=Langue.choices, default=Langue.FRANCAIS)
    # Vide pour une invitation : elle se lit un autre jour, et n'a que son lien.
    code = models.CharField("code haché", max_length=128, blank=True)
    essais = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "entrée dans l’espace"
        verbose_name_plural = "entrées dans l’espace"
        indexes = [models.Index(fields=["adresse", "-id"], name="entree_par_adresse")]

    def __str__(self):
        return f"entrée n° {self.pk}"


class DemandeDroitQuerySet(models.QuerySet):
    def en_attente(self):
        return self.filter(etat=EtatDroit.RECUE)


class DemandeDroit(models.Model):
    """Une personne demande une copie de ce qui la concerne, ou son effacement : un mois pour répondre.

    Part avec le dossier, effacé ou anonymisé.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="demandes_droits"
    )
    porteur = models.ForeignKey(
        "porteurs.Porteur", on_delete=models.PROTECT, related_name="demandes_droits"
    )
    nature = models.CharField(max_length=10, choices=NatureDroit.choices)
    mot = models.CharField("précision", max_length=500, blank=True)
    recue_le = models.DateTimeField("reçue le", default=timezone.now)
    echeance = models.DateField("à répondre avant le")
    etat = models.CharField(
        "état", max_length=8, choices=EtatDroit.choices, default=EtatDroit.RECUE
    )
    reponse = models.CharField("réponse", max_length=500, blank=True)
    repondue_le = models.DateTimeField("répondue le", null=True, blank=True)
    repondue_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DemandeDroitQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de droit"
        verbose_name_plural = "demandes de droits"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "porteur", "nature"],
                condition=Q(etat=EtatDroit.RECUE),
                name="demande_droit_une_en_attente",
                violation_error_message="Cette demande est déjà en cours.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDroit.REFUSEE) | ~Q(reponse=""),
                name="demande_droit_refus_motive",
                violation_error_message="Dites pourquoi : la personne doit pouvoir contester.",
            ),
            models.CheckConstraint(
                condition=Q(repondue_le=None, etat=EtatDroit.RECUE)
                | (Q(repondue_le__isnull=False) & ~Q(etat=EtatDroit.RECUE)),
                name="demande_droit_reponse_datee",
                violation_error_message="Une demande répondue porte la date de sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(repondue_le=None) | Q(repondue_le__gte=F("recue_le")),
                name="demande_droit_reponse_apres",
                violation_error_message="La réponse ne peut pas précéder la demande.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["dossier"], condition=Q(etat=EtatDroit.RECUE), name="demande_droit_due"
            )
        ]

    def __str__(self):
        return f"{self.nature} du dossier {self.dossier_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id

    def en_retard(self, jour: date) -> bool:
        return self.etat == EtatDroit.RECUE and self.echeance < jour
