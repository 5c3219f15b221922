"""Un tableau de dossiers que quelqu'un emporte : qui, pourquoi, ce qu'il contient, jusqu'à quand."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from partenaires.enums import Fonction

# Un tableau échappe à tout ce qui protège un dossier : il ne reste ici que deux jours.
GARDE = timedelta(days=2)
# La demande sans son fichier reste le temps du journal d'accès.
GARDE_DEMANDE = timedelta(days=366)


class EtatExport(models.TextChoices):
    ATTENTE = "attente", "en préparation"
    PRET = "pret", "prêt"
    ECHEC = "echec", "abandonné"
    RETIRE = "retire", "effacé"


class FormatExport(models.TextChoices):
    XLSX = "xlsx", "classeur (.xlsx)"
    CSV = "csv", "texte (.csv)"


class ContenuExport(models.TextChoices):
    """Ce qu'on emporte au plus ; chaque ligne n'en montre que ce que la personne en lit."""

    FICHE = "fiche", "la fiche partagée"
    SUIVI = "suivi", "la fiche, et le dossier suivi"
    PRIVE = "prive", "la fiche, le dossier suivi et le volet privé"


class ExportQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Les siens, dans les réseaux où la personne lit encore des dossiers."""
        reseaux = acteur.reseaux(Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR)
        return self.filter(par=acteur.utilisateur_id, reseau__in=reseaux)


class Export(models.Model):
    """Une demande d'export et son fichier.

    ``filtres`` et ``texte`` : la recherche de la liste au moment de la demande. ``fiches``,
    ``suivis``, ``prives`` : les dossiers écrits dans le fichier, selon ce qui en est montré ;
    ``adultes`` : les participations nommées dans une fiche ; ``parts`` : celles dont la part est
    écrite. Le fichier n'est remis que si la personne lit encore tout cela.

    L'effacement d'une personne retire tout fichier qui contient l'un de ses dossiers, et vide la
    recherche ; celle-ci s'efface aussi avec le fichier.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    motif = models.CharField(max_length=300)
    format = models.CharField(max_length=4, choices=FormatExport.choices, default=FormatExport.XLSX)
    contenu = models.CharField(
        max_length=5, choices=ContenuExport.choices, default=ContenuExport.SUIVI
    )
    filtres = models.JSONField(default=dict)
    texte = models.CharField("texte cherché", max_length=200, blank=True)
    etat = models.CharField(
        "état", max_length=8, choices=EtatExport.choices, default=EtatExport.ATTENTE
    )
    total = models.PositiveIntegerField(default=0)
    faits = models.PositiveIntegerField("dossiers écrits", default=0)
    essais = models.PositiveSmallIntegerField(default=0)
    # La phrase qui dit pourquoi le fichier n'est pas, ou n'est plus, là.
    message = models.CharField(max_length=300, blank=True)
    fichier = models.OneToOneField(
        "socle.Fichier", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fiches = ArrayField(models.BigIntegerField(), default=list, editable=False)
    suivis = ArrayField(models.BigIntegerField(), default=list, editable=False)
    prives = ArrayField(models.BigIntegerField(), default=list, editable=False)
    adultes = ArrayField(models.BigIntegerField(), default=list, editable=False)
    parts = ArrayField(models.BigIntegerField(), default=list, editable=False)
    demande_le = models.DateTimeField("demandé le", db_default=Now())
    pret_le = models.DateTimeField("prêt le", null=True, blank=True)
    expire_le = models.DateTimeField("effacé le", null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "export de dossiers"
        verbose_name_plural = "exports de dossiers"
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatExport.PRET, fichier__isnull=False, expire_le__isnull=False)
                | (~Q(etat=EtatExport.PRET) & Q(fichier=None)),
                name="export_fichier_quand_pret",
                violation_error_message="Un export a son fichier quand il est prêt, et là seulement.",
            ),
            models.CheckConstraint(
                condition=Q(faits__lte=F("total")),
                name="export_faits",
                violation_error_message="On n’écrit pas plus de dossiers qu’il n’y en a.",
            ),
            models.UniqueConstraint(
                fields=["par", "reseau"],
                condition=Q(etat=EtatExport.ATTENTE),
                name="export_un_seul_en_attente",
                violation_error_message="Un export est déjà en préparation.",
            ),
        ]
        indexes = [
            models.Index(fields=["par", "reseau", "-id"], name="export_par_personne"),
            # Ce qui reste à écrire ou à effacer : quelques lignes, lues chaque minute.
            models.Index(
                fields=["essais", "id"],
                condition=Q(etat__in=[EtatExport.ATTENTE, EtatExport.PRET]),
                name="export_vivant",
            ),
        ]

    def __str__(self):
        return f"export {self.uuid} de {self.par_id}"

    @property
    def en_cours(self) -> bool:
        return self.etat == EtatExport.ATTENTE

    @property
    def pret(self) -> bool:
        return self.etat == EtatExport.PRET
