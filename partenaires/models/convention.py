"""Ce qui lie des structures à un réseau : la convention, ses avenants, ses objectifs, ses pièces."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from partenaires.enums import (
    CONVENTION_EN_VIGUEUR,
    EtatConvention,
    EtatObjectif,
    SensPartie,
)

AUTEUR = {"null": True, "on_delete": models.PROTECT, "related_name": "+"}


class ConventionQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles des réseaux où l'acteur a une fonction ; la matrice dit ce qu'il y lit."""
        return self.filter(reseau__in=acteur.reseaux())

    def en_vigueur(self, jour):
        return self.filter(etat__in=CONVENTION_EN_VIGUEUR, periode__contains=jour)

    def finissent_avant(self, jour):
        """Encore en vigueur, avec une fin connue, ce jour-là au plus tard."""
        return self.filter(etat__in=CONVENTION_EN_VIGUEUR, periode__endswith__lte=jour)


class Convention(models.Model):
    """Ce qui lie des structures à un réseau, de l'engagement de principe à son terme."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="conventions"
    )
    intitule = models.CharField("intitulé", max_length=160)
    etat = models.CharField(
        max_length=10, choices=EtatConvention.choices, default=EtatConvention.PRINCIPE
    )
    # Bornes [début, fin) : le jour de fin n'en est plus. Sans fin : à durée indéterminée.
    periode = DateRangeField()
    structures = models.ManyToManyField(
        "partenaires.Structure",
        through="partenaires.ConventionStructure",
        related_name="conventions",
    )
    # Le texte d'origine ; une fois la convention signée, il ne change que par un avenant.
    texte = models.TextField(blank=True, db_default="")
    revision = models.PositiveIntegerField("révision", db_default=1)
    signee_le = models.DateField("signée le", null=True, blank=True)
    denoncee_le = models.DateField("dénoncée le", null=True, blank=True)
    motif_denonciation = models.CharField("motif", max_length=300, blank=True, db_default="")
    # La fin qu'avait la convention avant sa dénonciation : y renoncer la lui rend.
    fin_avant = models.DateField("fin avant dénonciation", null=True, blank=True)
    # La fin dont on a déjà prévenu, et à combien de jours : une fin déplacée se rappellera.
    fin_rappelee = models.DateField("fin déjà rappelée", null=True, blank=True)
    palier_rappele = models.PositiveSmallIntegerField("à combien de jours", null=True, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        constraints = [
            models.CheckConstraint(
                condition=Q(periode__isempty=False, periode__startswith__isnull=False),
                name="convention_periode_reelle",
                violation_error_message="La convention finit avant d’avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatConvention.DENONCEE)
                | Q(denoncee_le__isnull=False, periode__endswith__isnull=False),
                name="convention_denoncee_datee",
                violation_error_message="Une convention dénoncée dit quand elle l’a été.",
            ),
        ]
        indexes = [models.Index(fields=["reseau", "etat"], name="convention_par_reseau")]

    def __str__(self):
        return self.intitule

    @property
    def en_vigueur(self) -> bool:
        return self.etat in CONVENTION_EN_VIGUEUR

    @property
    def debut(self):
        return self.periode.lower

    @property
    def dernier_jour(self):
        """Le dernier jour où elle lie ses parties ; rien quand elle n'a pas de fin."""
        return self.periode.upper - timedelta(days=1) if self.periode.upper else None

    @property
    def denonciation_en_cours(self) -> bool:
        """Dénoncée, mais encore en vigueur jusqu'à son dernier jour."""
        return self.en_vigueur and self.denoncee_le is not None


class ConventionStructureQuerySet(models.QuerySet):
    def presentes(self, jour):
        """Les parties entrées ce jour-là et pas encore sorties ; ``jour`` peut être une expression."""
        return self.filter(
            Q(entree_le=None) | Q(entree_le__lte=jour), Q(retrait_le=None) | Q(retrait_le__gt=jour)
        )

    def en_vigueur(self, jour):
        """Ce qui fait d'une structure un membre ce jour-là."""
        return self.presentes(jour).filter(
            convention__etat__in=CONVENTION_EN_VIGUEUR, convention__periode__contains=jour
        )


class ConventionStructure(models.Model):
    """Une structure partie à une convention, du premier au dernier jour sauf avenant."""

    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="parties")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="parties"
    )
    # Entrée par avenant ; le jour de retrait n'en est plus.
    entree_le = models.DateField("entrée le", null=True, blank=True)
    retrait_le = models.DateField("retrait le", null=True, blank=True)

    objects = ConventionStructureQuerySet.as_manager()

    class Meta:
        verbose_name = "partie à une convention"
        verbose_name_plural = "parties à une convention"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "convention"], name="convention_structure_unique"
            ),
            models.CheckConstraint(
                condition=Q(entree_le=None)
                | Q(retrait_le=None)
                | Q(retrait_le__gt=models.F("entree_le")),
                name="partie_retrait_apres_entree",
                violation_error_message="Une structure se retire après être entrée.",
            ),
        ]

    def __str__(self):
        return f"{self.structure_id} dans {self.convention_id}"


class Avenant(models.Model):
    """Une version de la convention : ce qui change, et le texte entier qui en résulte.

    Le texte en vigueur un jour est celui du dernier avenant qui a pris effet, ou celui d'origine.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="avenants")
    numero = models.PositiveSmallIntegerField("numéro")
    objet = models.CharField(max_length=300)
    texte = models.TextField(blank=True)
    effet = models.DateField("prend effet le")
    change_fin = models.BooleanField("change la fin", default=False)
    # Le premier jour où la convention ne lie plus, avant et après ; vide : sans fin.
    fin_avant = models.DateField(null=True, blank=True)
    fin_apres = models.DateField(null=True, blank=True)
    ecrit_par = models.ForeignKey(settings.AUTH_USER_MODEL, **AUTEUR)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "avenant"
        constraints = [
            models.UniqueConstraint(fields=["convention", "numero"], name="avenant_numero_unique")
        ]

    def __str__(self):
        return f"l’avenant n° {self.numero}"

    @property
    def dernier_jour_avant(self):
        return self.fin_avant and self.fin_avant - timedelta(days=1)

    @property
    def dernier_jour_apres(self):
        return self.fin_apres and self.fin_apres - timedelta(days=1)


class AvenantStructure(models.Model):
    """Une structure qu'un avenant fait entrer dans la convention, ou en fait sortir."""

    avenant = models.ForeignKey(Avenant, on_delete=models.PROTECT, related_name="mouvements")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    sens = models.CharField(max_length=6, choices=SensPartie.choices)

    class Meta:
        verbose_name = "changement de partie"
        verbose_name_plural = "changements de parties"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "avenant"], name="avenant_structure_unique"
            )
        ]

    def __str__(self):
        return f"{self.sens} de {self.structure_id}"


class Objectif(models.Model):
    """Ce que les parties veulent atteindre ensemble ; ``etat`` et ``avancement`` : au dernier suivi."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="objectifs")
    intitule = models.CharField("intitulé", max_length=200)
    mesure = models.CharField(max_length=200, blank=True)
    echeance = models.DateField("échéance", null=True, blank=True)
    etat = models.CharField(
        "état", max_length=12, choices=EtatObjectif.choices, default=EtatObjectif.PREVU
    )
    avancement = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField("révision", db_default=1)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "objectif"
        constraints = [
            models.CheckConstraint(
                condition=Q(avancement__lte=100),
                name="objectif_avancement_en_pour_cent",
                violation_error_message="L’avancement va de 0 à 100.",
            )
        ]

    def __str__(self):
        return self.intitule

    @property
    def reseau_id(self) -> int:
        return self.convention.reseau_id


class SuiviObjectif(models.Model):
    """Où en était un objectif, un jour, selon quelqu'un."""

    objectif = models.ForeignKey(Objectif, on_delete=models.PROTECT, related_name="suivis")
    le = models.DateField()
    etat = models.CharField("état", max_length=12, choices=EtatObjectif.choices)
    avancement = models.PositiveSmallIntegerField()
    texte = models.TextField(blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, **AUTEUR)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "suivi d’objectif"
        verbose_name_plural = "suivis d’objectifs"
        constraints = [
            models.CheckConstraint(
                condition=Q(avancement__lte=100), name="suivi_avancement_en_pour_cent"
            )
        ]
        indexes = [models.Index(fields=["objectif", "-le"], name="suivi_par_objectif")]

    def __str__(self):
        return f"{self.avancement} % au {self.le}"


class DocumentConvention(models.Model):
    """La convention, ou l'un de ses avenants, telle qu'elle a été signée."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="documents")
    avenant = models.ForeignKey(
        Avenant, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    fichier = models.OneToOneField(
        "socle.Fichier", on_delete=models.PROTECT, related_name="document_de_convention"
    )
    depose_par = models.ForeignKey(settings.AUTH_USER_MODEL, **AUTEUR)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "document signé"
        verbose_name_plural = "documents signés"

    def __str__(self):
        return f"document de {self.convention_id}"


class ModeleConvention(models.Model):
    """Le texte d'où partent les conventions d'un réseau ; sans ligne, celui de Maillon."""

    reseau = models.OneToOneField(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="modele_convention"
    )
    texte = models.TextField()
    revision = models.PositiveIntegerField("révision", db_default=1)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, **AUTEUR)
    le = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "modèle de convention"
        verbose_name_plural = "modèles de conventions"

    def __str__(self):
        return f"modèle du réseau {self.reseau_id}"
