"""Les deux volets d'un projet : deux tables, deux lectorats, deux index de recherche."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Concat

from porteurs.enums import Volet
from porteurs.models.acces import Acces
from porteurs.models.accord import AccordPartage


def _vecteur(*champs: str) -> models.GeneratedField:
    """Le vecteur français de ces textes, tenu par la base."""
    morceaux = []
    for champ in champs:
        morceaux += [F(champ), Value(" ")]
    return models.GeneratedField(
        expression=Func(
            Concat(*morceaux, output_field=models.TextField()), function="vecteur_francais"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class VoletProfessionnelQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux des dossiers que l'acteur suit."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"))


class VoletProfessionnel(models.Model):
    """Le projet d'activité et ce qu'il lui faut. Une activité n'est pas toujours une entreprise."""

    dossier = models.OneToOneField(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="volet_professionnel"
    )
    activite = models.TextField("l’activité", max_length=2000, blank=True)
    statut = models.CharField("statut envisagé", max_length=120, blank=True)
    lieu = models.CharField("lieu souhaité", max_length=200, blank=True)
    locaux = models.CharField("locaux ou terrain cherchés", max_length=300, blank=True)
    surface = models.PositiveIntegerField("surface, en m²", null=True, blank=True)
    budget = models.DecimalField(
        "budget, en euros",
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    apport = models.DecimalField(
        "apport, en euros",
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    emplois = models.PositiveSmallIntegerField("emplois envisagés", null=True, blank=True)
    echeance = models.DateField("ouverture souhaitée", null=True, blank=True)
    calendrier = models.CharField("calendrier", max_length=300, blank=True)
    experience = models.TextField("parcours et savoir-faire", max_length=2000, blank=True)
    vecteur = _vecteur("activite", "statut", "lieu", "locaux", "calendrier", "experience")

    objects = VoletProfessionnelQuerySet.as_manager()

    class Meta:
        verbose_name = "volet professionnel"
        verbose_name_plural = "volets professionnels"
        constraints = [
            models.CheckConstraint(
                condition=(Q(budget=None) | Q(budget__gte=0)) & (Q(apport=None) | Q(apport__gte=0)),
                name="volet_professionnel_montants_positifs",
                violation_error_message="Un montant ne peut pas être négatif.",
            )
        ]
        indexes = [GinIndex(fields=["vecteur"], name="volet_professionnel_texte")]

    def __str__(self):
        return f"volet professionnel de {self.dossier_id}"


class VoletPriveQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux dont tous les adultes ont donné leur accord à une structure de l'acteur."""
        return self.filter(Acces.objects.ouvrant_le_prive(acteur, "dossier"))


class VoletPrive(models.Model):
    """Ce que le foyer cherche pour vivre ici. Des besoins, jamais la santé de quelqu'un.

    Il parle de tous : une structure ne le lit que si chaque adulte le lui permet.
    """

    dossier = models.OneToOneField(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="volet_prive"
    )
    enfants = models.PositiveSmallIntegerField("enfants", null=True, blank=True)
    logement = models.CharField("logement cherché", max_length=500, blank=True)
    ecole = models.CharField("école", max_length=300, blank=True)
    garde = models.CharField("garde des enfants", max_length=300, blank=True)
    mobilite = models.CharField("déplacements", max_length=300, blank=True)
    vie_locale = models.CharField("vie locale et loisirs", max_length=300, blank=True)
    arrivee = models.DateField("arrivée souhaitée", null=True, blank=True)
    vecteur = _vecteur("logement", "ecole", "garde", "mobilite", "vie_locale")

    objects = VoletPriveQuerySet.as_manager()

    class Meta:
        verbose_name = "volet privé"
        verbose_name_plural = "volets privés"
        indexes = [GinIndex(fields=["vecteur"], name="volet_prive_texte")]

    def __str__(self):
        return f"volet privé de {self.dossier_id}"


class PartAdulteQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles dont l'adulte a donné son accord à une structure de l'acteur qui suit le dossier."""
        accords = AccordPartage.objects.lus_par(acteur)
        return self.filter(Exists(accords.filter(participation=OuterRef("participation"))))


class PartAdulte(models.Model):
    """Ce qu'un adulte du projet cherche pour lui-même ; il est seul à décider qui le lit."""

    participation = models.OneToOneField(
        "porteurs.Participation", on_delete=models.CASCADE, related_name="part"
    )
    emploi = models.CharField("emploi cherché", max_length=300, blank=True)
    soins = models.CharField(
        "accès aux soins",
        max_length=300,
        blank=True,
        help_text="Le service cherché : un médecin, une pharmacie proche. Jamais la raison.",
    )
    demarches = models.CharField("démarches à faire", max_length=300, blank=True)
    vecteur = _vecteur("emploi", "soins", "demarches")

    objects = PartAdulteQuerySet.as_manager()

    class Meta:
        verbose_name = "part d’un adulte"
        verbose_name_plural = "parts des adultes"
        indexes = [GinIndex(fields=["vecteur"], name="part_adulte_texte")]

    def __str__(self):
        return f"part de {self.participation_id}"
