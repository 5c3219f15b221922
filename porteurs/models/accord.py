from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from partenaires.enums import Fonction
from porteurs.enums import EtatDemandeAcces, ModeAccord, Volet
from porteurs.models.acces import Acces, cle_structure

# Un accord vaut deux ans s'il ne dit rien : la durée de conservation d'un dossier sans contact.
DUREE_ACCORD = timedelta(days=730)


class AccordPartageQuerySet(models.QuerySet):
    def en_vigueur(self, jour):
        """Donnés, ni retirés ni échus ce jour-là."""
        return self.filter(Q(jusqua=None) | Q(jusqua__gt=jour), donne_le__lte=jour, retire_le=None)

    def lus_par(self, acteur):
        """Ceux qui nomment une structure de l'acteur, dans un dossier qu'elle suit aujourd'hui."""
        condition = Q(pk=None)
        for mandat in acteur.mandats:
            if mandat.fonction == Fonction.TECHNICIEN:
                suivi = Acces.objects.de(acteur, Volet.PROFESSIONNEL).filter(
                    dossier=OuterRef("participation__dossier"),
                    beneficiaire=cle_structure(mandat.structure_id, mandat.reseau_id),
                )
                condition |= Q(structure=mandat.structure_id) & Q(Exists(suivi))
        return self.en_vigueur(acteur.jour).filter(condition)

    def retirer(self) -> int:
        """Y met fin maintenant ; rend le nombre de ceux qui valaient encore."""
        return self.filter(retire_le=None).update(retire_le=timezone.now())


class AccordPartage(models.Model):
    """L'accord exprès d'un adulte : cette structure lit le volet privé, jusqu'à cette date.

    Un accord retiré ou renouvelé reste, daté : c'est la preuve de ce qui fut permis.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    participation = models.ForeignKey(
        "porteurs.Participation", on_delete=models.CASCADE, related_name="accords"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField("comment", max_length=8, choices=ModeAccord.choices)
    donne_le = models.DateField("donné le")
    jusqua = models.DateField("jusqu’au (exclu)", null=True, blank=True)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True)
    # Qui l'a noté ; vide quand la personne l'a donné elle-même, en ligne.
    note_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(default=timezone.now)

    objects = AccordPartageQuerySet.as_manager()

    class Meta:
        verbose_name = "accord de partage"
        verbose_name_plural = "accords de partage"
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "structure"],
                condition=Q(retire_le=None),
                name="accord_un_par_structure",
                violation_error_message="Cette personne a déjà un accord avec cette structure.",
            ),
            models.CheckConstraint(
                condition=Q(jusqua=None) | Q(jusqua__gt=F("donne_le")),
                name="accord_finit_apres_debut",
                violation_error_message="L’accord ne peut pas finir avant d’avoir été donné.",
            ),
        ]

    def __str__(self):
        return f"accord de {self.participation_id} pour {self.structure_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.participation.reseau_id


class DemandeAcces(models.Model):
    """Une structure qui lit la fiche demande à suivre le dossier ; la responsable répond."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="demandes_acces"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    demandeur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    motif = models.CharField("pourquoi", max_length=500)
    demandee_le = models.DateTimeField(default=timezone.now)
    etat = models.CharField(
        "état",
        max_length=8,
        choices=EtatDemandeAcces.choices,
        default=EtatDemandeAcces.ENVOYEE,
    )
    # Fixée par qui accepte : un accès demandé finit toujours.
    jusqua = models.DateField("jusqu’au (exclu)", null=True, blank=True)
    reponse = models.CharField("réponse", max_length=500, blank=True)
    repondu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    repondu_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "demande d’accès"
        verbose_name_plural = "demandes d’accès"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "structure"],
                condition=Q(etat=EtatDemandeAcces.ENVOYEE),
                name="demande_acces_une_en_attente",
                violation_error_message="Votre structure a déjà une demande en attente.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemandeAcces.ACCEPTEE) | Q(jusqua__isnull=False),
                name="demande_acces_acceptee_finit",
                violation_error_message="Dites jusqu’à quand cet accès vaut.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemandeAcces.REFUSEE) | ~Q(reponse=""),
                name="demande_acces_refus_motive",
                violation_error_message="Dites pourquoi vous refusez : l’autre structure doit savoir.",
            ),
        ]

    def __str__(self):
        return f"demande de {self.structure_id} sur {self.dossier_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id
