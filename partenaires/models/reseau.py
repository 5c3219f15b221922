from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from partenaires.enums import Module

# Sous cet effectif, un nombre peut désigner quelqu'un : un réseau masque plus, jamais moins.
SEUIL_MINIMAL = 5


def modules_de_depart():
    return [Module.ANNUAIRE, Module.DOSSIERS, Module.REUNIONS]


def fuseau_connu(valeur: str) -> None:
    """Un fuseau que ni Python ni PostgreSQL ne connaîtrait arrêterait toutes les pages."""
    if valeur not in available_timezones():
        raise ValidationError("Ce fuseau horaire n’existe pas.")


class ReseauQuerySet(models.QuerySet):
    def de_l_acteur(self, acteur, *fonctions):
        """Les réseaux où l'acteur exerce aujourd'hui une fonction : les autres n'existent pas."""
        return self.filter(pk__in=acteur.reseaux(*fonctions))


class Reseau(models.Model):
    """Un réseau territorial d'accueil : des communes, des structures qui conviennent, un animateur.

    Un réseau parent consolide des chiffres ; il ne donne aucun droit sur les dossiers.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    nom = models.CharField(max_length=120)
    slug = models.SlugField("nom dans l’adresse", max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="enfants"
    )
    structure_coordinatrice = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reseaux_coordonnes",
    )
    communes = models.ManyToManyField(
        "partenaires.Commune", through="partenaires.ReseauCommune", related_name="reseaux"
    )
    # Le lien de parenté se noue à deux : l'un propose, l'autre accepte, chacun peut le défaire.
    parent_propose = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="enfants_proposes",
        verbose_name="réseau parent proposé",
    )
    propose_par_parent = models.BooleanField("proposé par le parent", db_default=False)
    peut_ouvrir = models.BooleanField("peut ouvrir des réseaux", db_default=False)
    fuseau = models.CharField(
        "fuseau horaire", max_length=40, default="Europe/Paris", validators=[fuseau_connu]
    )
    modules = ArrayField(
        models.CharField(max_length=20, choices=Module.choices), default=modules_de_depart
    )
    seuil_masquage = models.PositiveSmallIntegerField(
        "effectif en dessous duquel un chiffre est masqué", default=5
    )
    # Le partage de vrais dossiers attend l'analyse d'impact et l'accord des responsables
    # conjoints (EXIGENCES Vie privée 6) ; sans date, chaque structure ne voit que les siens.
    partage_ouvert_le = models.DateField(null=True, blank=True)
    aipd_le = models.DateField("analyse d’impact approuvée le", null=True, blank=True)
    accord_conjoint_le = models.DateField(
        "accord des responsables conjoints signé le", null=True, blank=True
    )
    # Les étapes du guide qui ne se lisent pas ailleurs : la personne a dit « c'est bien cela ».
    confirmes = ArrayField(models.CharField(max_length=20), db_default=[], blank=True)
    # Le guide de lancement est rangé : le tableau ne le rappelle plus.
    lance_le = models.DateTimeField("guide de lancement rangé le", null=True, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = ReseauQuerySet.as_manager()

    class Meta:
        verbose_name = "réseau"
        verbose_name_plural = "réseaux"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(partage_ouvert_le=None)
                | models.Q(aipd_le__isnull=False, accord_conjoint_le__isnull=False),
                name="reseau_partage_documente",
                violation_error_message=(
                    "Le partage s’ouvre après l’analyse d’impact et l’accord des responsables."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="reseau_pas_son_propre_parent",
                violation_error_message="Un réseau ne peut pas être son propre parent.",
            ),
            models.CheckConstraint(
                condition=models.Q(parent_propose__isnull=True)
                | (models.Q(parent__isnull=True) & ~models.Q(parent_propose=models.F("id"))),
                name="reseau_parent_propose_un_seul",
                violation_error_message=(
                    "Un réseau se propose à un seul parent, qui n’est pas lui, quand il n’en a pas."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(seuil_masquage__gte=SEUIL_MINIMAL),
                name="reseau_seuil_protecteur",
                violation_error_message="Sous cinq, un chiffre peut désigner quelqu’un.",
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.fuseau)

    @property
    def reseau_id(self) -> int:
        """Lui-même : la matrice des droits demande à tout objet le réseau où chercher les rôles."""
        return self.pk

    def empreinte_des_reglages(self) -> str:
        """Ce qu'une personne a lu des réglages avant d'écrire : un autre changement s'y voit."""
        return f"{self.nom}|{self.fuseau}|{self.seuil_masquage}"

    def aujourd_hui(self):
        """Le jour civil du réseau : l'année, le mois et J-7 se comptent avec lui."""
        return timezone.localdate(timezone=self.tz)


class ReseauCommune(models.Model):
    """Une commune couverte par un réseau ; elle peut l'être par plusieurs, et cela se montre."""

    reseau = models.ForeignKey(Reseau, on_delete=models.CASCADE, related_name="couvertures")
    commune = models.ForeignKey(
        "partenaires.Commune", on_delete=models.PROTECT, related_name="couvertures"
    )

    class Meta:
        verbose_name = "commune couverte"
        constraints = [
            models.UniqueConstraint(fields=["reseau", "commune"], name="reseau_commune_unique")
        ]

    def __str__(self):
        return f"{self.commune_id} dans {self.reseau_id}"
