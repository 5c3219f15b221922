from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateRangeField,
    RangeOperators,
)
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Value
from django.db.models.functions import Cast, Now

from partenaires.enums import LECTEURS, Fonction
from partenaires.models.convention import ConventionStructure


def intervalle_d_une_valeur(expression):
    """Un intervalle réduit à une valeur : PostgreSQL sans btree_gist n'indexe pas l'égalité en GiST."""
    return Func(
        expression,
        expression,
        Value("[]"),
        function="int8range",
        output_field=BigIntegerRangeField(),
    )


class MandatQuerySet(models.QuerySet):
    def actifs_maintenant(self):
        """Ceux qui donnent des droits à l'instant, au jour de leur propre réseau."""
        return self.filter(
            Exists(
                ConventionStructure.objects.en_vigueur(
                    # La convention est du même réseau : son jour aussi.
                    _aujourd_hui_dans(OuterRef("reseau__fuseau"))
                ).filter(structure=OuterRef("structure"), convention__reseau=OuterRef("reseau"))
            ),
            periode__contains=_aujourd_hui_dans(F("reseau__fuseau")),
        )

    def visible_par(self, acteur):
        """Ceux qui courent ; finis ou à venir, ce sont l'affaire de soi et de qui les tient."""
        return self.filter(
            models.Q(pk__in=Mandat.objects.actifs_maintenant().values("pk"))
            | models.Q(utilisateur=acteur.utilisateur_id)
            | tenus_par(acteur),
            reseau__in=acteur.reseaux(*LECTEURS),
        )

    def administrent(self, jour, fonctions):
        """Ceux par qui une structure tient son adhésion ce jour-là."""
        return self.actifs(jour).filter(
            administre=True, fonction__in=fonctions, utilisateur__is_active=True
        )

    def actifs(self, jour):
        """Ceux qui donnent des droits ce jour-là : la période court, une convention aussi."""
        return self.filter(
            Exists(
                ConventionStructure.objects.en_vigueur(jour).filter(
                    structure=OuterRef("structure"), convention__reseau=OuterRef("reseau")
                )
            ),
            periode__contains=jour,
        )


def tenus_par(acteur) -> models.Q:
    """Ce qui est des réseaux qu'on anime et des structures qu'on y administre."""
    condition = models.Q(reseau__in=acteur.reseaux(Fonction.ANIMATEUR))
    for mandat in acteur.mandats:
        if mandat.administre:
            condition |= models.Q(reseau=mandat.reseau_id, structure=mandat.structure_id)
    return condition


def _aujourd_hui_dans(fuseau):
    """Le jour civil d'un réseau, calculé par la base ; ``fuseau`` : l'expression qui le nomme."""
    return Cast(
        Func(fuseau, Now(), function="timezone", output_field=models.DateTimeField()),
        models.DateField(),
    )


class Mandat(models.Model):
    """Une personne agit pour une structure, dans un réseau, à un titre, pendant une période.

    C'est l'unique source des droits. La lettre de mission peut venir plus tard.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandats"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="mandats"
    )
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="mandats"
    )
    fonction = models.CharField(max_length=20, choices=Fonction.choices)
    # Bornes [début, fin) : les droits cessent le jour de fin.
    periode = DateRangeField("période")
    administre = models.BooleanField(
        "administre l’adhésion de sa structure (invite, met fin aux mandats)", default=False
    )
    telephone = models.CharField("téléphone dans cette fonction", max_length=20, blank=True)
    perimetre = models.CharField("périmètre, en mots", max_length=400, blank=True)
    # La personne que ce mandat supplée : elle garde le sien, sa suppléante agit de plein droit.
    supplee = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="suppleants"
    )
    # Peut venir plus tard que le mandat ; la suivante la remplace.
    lettre = models.OneToOneField(
        "socle.Fichier",
        verbose_name="lettre de mission",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lettre_de_mandat",
    )
    # La fin dont on a déjà prévenu : repoussée par un renouvellement, elle se rappellera.
    fin_rappelee = models.DateField("fin déjà rappelée", null=True, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = MandatQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(periode__isempty=False, periode__startswith__isnull=False),
                name="mandat_periode_reelle",
                violation_error_message="Le mandat finit avant d’avoir commencé.",
            ),
            models.CheckConstraint(
                condition=models.Q(supplee=None) | ~models.Q(supplee=F("id")),
                name="mandat_ne_se_supplee_pas",
                violation_error_message="On ne se supplée pas soi-même.",
            ),
            ExclusionConstraint(
                name="mandat_sans_chevauchement",
                index_type="gist",
                expressions=[
                    (intervalle_d_une_valeur(F("utilisateur")), RangeOperators.OVERLAPS),
                    (intervalle_d_une_valeur(F("structure")), RangeOperators.OVERLAPS),
                    (intervalle_d_une_valeur(F("reseau")), RangeOperators.OVERLAPS),
                    # Une fonction est un mot ; hashtext en fait un nombre, un test veille
                    # à ce que deux fonctions n'aient pas le même.
                    (
                        intervalle_d_une_valeur(
                            Cast(
                                Func(F("fonction"), function="hashtext"),
                                models.BigIntegerField(),
                            )
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("periode", RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Cette personne a déjà ce mandat pour cette structure à ces dates."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["utilisateur"], name="mandat_par_personne"),
            models.Index(fields=["reseau", "fonction"], name="mandat_par_reseau"),
        ]

    def __str__(self):
        return f"{self.utilisateur_id}, {self.get_fonction_display()}"

    @property
    def dernier_jour(self):
        """Le dernier jour où le mandat donne des droits ; rien quand il n'a pas de fin."""
        return self.periode.upper - timedelta(days=1) if self.periode.upper else None


class AdministrationSeule(models.Model):
    """Pourquoi une structure n'a qu'une personne, ou aucune, pour administrer son adhésion."""

    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    motif = models.CharField(max_length=300)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    le = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "administration par une seule personne"
        verbose_name_plural = "administrations par une seule personne"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "reseau"], name="administration_seule_unique"
            )
        ]

    def __str__(self):
        return f"{self.structure_id} dans {self.reseau_id}"


class InvitationQuerySet(models.QuerySet):
    def en_attente(self, maintenant):
        return self.filter(acceptee_le=None, revoquee_le=None, expire_le__gt=maintenant)

    def visible_par(self, acteur):
        """Les invitations des réseaux qu'on anime et des structures qu'on administre."""
        return self.filter(tenus_par(acteur))


class Invitation(models.Model):
    """Une personne invitée par courriel à exercer un mandat ; valable quatorze jours."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="invitations"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="invitations"
    )
    fonction = models.CharField(max_length=20, choices=Fonction.choices)
    administre = models.BooleanField(default=False)
    email = models.EmailField("adresse de courriel")
    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField(max_length=80, blank=True)
    invitee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(auto_now_add=True)
    expire_le = models.DateTimeField()
    lien = models.ForeignKey(
        "socle.LienSigne", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    acceptee_le = models.DateTimeField(null=True, blank=True)
    acceptee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoquee_le = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acceptee_le=None) | models.Q(revoquee_le=None),
                name="invitation_acceptee_ou_revoquee",
            ),
            models.UniqueConstraint(
                models.functions.Lower("email"),
                "reseau",
                "structure",
                "fonction",
                condition=models.Q(acceptee_le=None, revoquee_le=None),
                name="invitation_une_seule_en_cours",
                violation_error_message="Cette personne est déjà invitée à ce titre.",
            ),
        ]

    def __str__(self):
        return f"invitation de {self.email}"
