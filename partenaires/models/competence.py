"""« Qui fait quoi » : ce que chaque structure sait faire, à quelle étape, où, pour quels secteurs."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models

from partenaires.enums import CHAINE, Cote, Etape, SectionNaf
from partenaires.models.resume import CELLE_DE_LA_COMPETENCE, SA_STRUCTURE, resumer_apres


class ThemeQuerySet(models.QuerySet):
    def du_reseau(self, reseau):
        """Les thèmes communs à l’installation, ceux du réseau et ceux de son parent, dans l’ordre."""
        return self.des_reseaux(reseau.pk, reseau.parent_id or reseau.pk)

    def des_reseaux(self, *reseaux: int):
        """Les thèmes communs à l’installation et ceux de ces réseaux, dans l’ordre."""
        return self.filter(
            models.Q(reseau=None) | models.Q(reseau__in=reseaux), retire_le=None
        ).order_by("cote", "ordre", "pk")


class Theme(models.Model):
    """Ce dont une personne qui s’installe peut avoir besoin : un local, une école, un prêt…

    Sans réseau, le thème est commun à l’installation ; un réseau peut ajouter les siens, que ses
    réseaux enfants partagent.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", null=True, blank=True, on_delete=models.CASCADE, related_name="themes"
    )
    code = models.SlugField(max_length=40)
    libelle = models.CharField("libellé", max_length=60)
    cote = models.CharField("côté", max_length=20, choices=Cote.choices)
    ordre = models.PositiveSmallIntegerField(default=100)
    retire_le = models.DateField("retiré le", null=True, blank=True)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = "thème"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "code"],
                nulls_distinct=False,
                name="theme_code_unique",
                violation_error_message="Ce thème existe déjà.",
            )
        ]

    def __str__(self):
        return self.libelle


class Competence(models.Model):
    """Une structure sait traiter un thème à une étape.

    ``sections`` vide : tous les secteurs. ``communes`` vide : celles que la structure dessert.
    ``personnes`` nomme qui s’en charge ; vide : la structure répond d’une seule voix.
    """

    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.CASCADE, related_name="competences"
    )
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="competences")
    etape = models.CharField("étape", max_length=20, choices=[(e.value, e.label) for e in CHAINE])
    sections = ArrayField(
        models.CharField(max_length=1, choices=SectionNaf.choices), default=list, blank=True
    )
    communes = models.ManyToManyField(
        "partenaires.Commune", through="partenaires.CompetenceCommune", related_name="+"
    )
    personnes = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="partenaires.CompetencePersonne", related_name="+"
    )

    class Meta:
        verbose_name = "compétence"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "theme", "etape"],
                name="competence_unique",
                violation_error_message="Cette compétence est déjà déclarée.",
            ),
            models.CheckConstraint(
                condition=models.Q(etape__in=CHAINE),
                name="competence_sur_la_chaine",
                violation_error_message="Une compétence se place sur une étape de la chaîne.",
            ),
        ]
        indexes = [models.Index(fields=["theme", "etape"], name="competence_par_theme")]
        triggers = resumer_apres(SA_STRUCTURE)

    def __str__(self):
        return f"{self.structure_id} : {self.theme_id}, {Etape(self.etape).label}"


class CompetenceCommune(models.Model):
    """Une commune où la compétence s’exerce, quand ce n’est pas partout où va la structure."""

    competence = models.ForeignKey(Competence, on_delete=models.CASCADE, related_name="lieux")
    commune = models.ForeignKey("partenaires.Commune", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "commune d’une compétence"
        verbose_name_plural = "communes d’une compétence"
        constraints = [
            models.UniqueConstraint(
                fields=["competence", "commune"], name="competence_commune_unique"
            )
        ]
        triggers = resumer_apres(CELLE_DE_LA_COMPETENCE)

    def __str__(self):
        return f"{self.commune_id} pour {self.competence_id}"


class CompetencePersonne(models.Model):
    """Une personne nommée pour une compétence de sa structure."""

    competence = models.ForeignKey(Competence, on_delete=models.CASCADE, related_name="noms")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "personne d’une compétence"
        verbose_name_plural = "personnes d’une compétence"
        constraints = [
            models.UniqueConstraint(
                fields=["competence", "utilisateur"], name="competence_personne_unique"
            )
        ]
        triggers = resumer_apres(CELLE_DE_LA_COMPETENCE)

    def __str__(self):
        return f"{self.utilisateur_id} pour {self.competence_id}"


class GrilleCompetences(models.Model):
    """Qui a enregistré la grille d’une structure pour la dernière fois, et quand."""

    structure = models.OneToOneField(
        "partenaires.Structure",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="grille_competences",
    )
    modifiee_le = models.DateTimeField("modifiée le")
    modifiee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "grille de compétences"
        verbose_name_plural = "grilles de compétences"

    def __str__(self):
        return f"compétences de {self.structure_id}"
