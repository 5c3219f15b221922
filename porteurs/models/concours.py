from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from partenaires.enums import Fonction
from porteurs.enums import EtatCandidature, ModeInformation, Volet
from porteurs.models.acces import Acces
from porteurs.models.financement import MONTANT

LECTEURS = (Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.PARRAIN, Fonction.ELU)


class ConcoursQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Les concours des réseaux où l'acteur exerce ; une édition ne nomme personne."""
        return self.filter(reseau__in=acteur.reseaux(*LECTEURS))


class Concours(models.Model):
    """Une édition d'un concours : son appel, sa dotation, et le palmarès qui la clôt."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="concours"
    )
    nom = models.CharField(max_length=120)
    annee = models.PositiveSmallIntegerField(
        "année", validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    # L'organisateur : une structure de Maillon, ou un nom.
    structure = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisateur = models.CharField("autre organisateur", max_length=120, blank=True)
    ouvre_le = models.DateField("l’appel ouvre le")
    ferme_le = models.DateField("l’appel ferme le")
    dotation = models.DecimalField("dotation, en euros", null=True, blank=True, **MONTANT)
    reglement = models.OneToOneField(
        "socle.Fichier",
        verbose_name="règlement",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reglement_de_concours",
    )
    # Le palmarès est proclamé ce jour-là, et plus rien ne bouge ensuite.
    clos_le = models.DateField("palmarès du", null=True, blank=True)
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(default=timezone.now)

    objects = ConcoursQuerySet.as_manager()

    class Meta:
        verbose_name = "concours"
        verbose_name_plural = "concours"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "nom", "annee"],
                name="concours_une_edition_par_an",
                violation_error_message="Cette édition du concours existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(ferme_le__gte=F("ouvre_le")),
                name="concours_appel_dans_l_ordre",
                violation_error_message="L’appel ferme après avoir ouvert.",
            ),
            models.CheckConstraint(
                condition=Q(structure__isnull=False, organisateur="")
                | (Q(structure=None) & ~Q(organisateur="")),
                name="concours_un_organisateur",
                violation_error_message="Choisissez une structure, ou écrivez un autre organisateur.",
            ),
            models.CheckConstraint(
                condition=Q(dotation=None) | Q(dotation__gte=0),
                name="concours_dotation_positive",
                violation_error_message="La dotation ne peut pas être négative.",
            ),
        ]
        indexes = [models.Index(fields=["reseau", "-annee", "-id"], name="concours_par_reseau")]

    def __str__(self):
        return f"{self.nom} {self.annee}"

    @property
    def clos(self) -> bool:
        return self.clos_le is not None

    @property
    def qui(self) -> str:
        return self.structure.nom if self.structure_id else self.organisateur


class CandidatureQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux qui suivent le dossier ; et, tant que sa fiche est partagée, qui tient le concours.

        L'animation et la structure organisatrice n'en lisent que la fiche : un retrait du
        partage la leur ferme aussitôt.
        """
        tient = Q(concours__reseau__in=acteur.reseaux(Fonction.ANIMATEUR))
        for mandat in acteur.mandats:
            if mandat.fonction == Fonction.TECHNICIEN:
                tient |= Q(
                    concours__reseau=mandat.reseau_id, concours__structure=mandat.structure_id
                )
        return self.filter(
            Q(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"))
            | (Q(Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier")) & tient)
        )

    def a_publier(self):
        """Les lauréats d'un palmarès proclamé qui ont accepté d'y être nommés."""
        return self.filter(
            etat=EtatCandidature.LAUREATE,
            concours__clos_le__isnull=False,
            publication_le__isnull=False,
        )


class Candidature(models.Model):
    """Un dossier présenté à un concours, avec l'accord de la personne.

    Part avec son dossier, effacé ou anonymisé : le palmarès publié ne nomme plus personne, et ce
    que les indicateurs en comptaient est figé avant (``FaitFige``).
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    concours = models.ForeignKey(Concours, on_delete=models.CASCADE, related_name="candidatures")
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="candidatures"
    )
    etat = models.CharField(
        "état",
        max_length=16,
        choices=EtatCandidature.choices,
        default=EtatCandidature.DEPOSEE,
    )
    # L'accord de la personne pour être présentée.
    accord_le = models.DateField("d’accord depuis le")
    accord_mode = models.CharField("comment", max_length=10, choices=ModeInformation.choices)
    rang = models.PositiveSmallIntegerField(null=True, blank=True)
    montant = models.DecimalField("prix, en euros", null=True, blank=True, **MONTANT)
    # Son accord pour être nommée dans le palmarès public, et le nom qu'elle y veut.
    publication_le = models.DateField("accepte d’être nommée depuis le", null=True, blank=True)
    nom_publie = models.CharField("nom au palmarès", max_length=160, blank=True)
    presentee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    presentee_le = models.DateTimeField(default=timezone.now)

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = "candidature"
        constraints = [
            models.UniqueConstraint(
                fields=["concours", "dossier"],
                name="candidature_une_par_concours",
                violation_error_message="Ce projet est déjà candidat à ce concours.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatCandidature.LAUREATE, montant__gte=0)
                | (~Q(etat=EtatCandidature.LAUREATE) & Q(montant=None, rang=None)),
                name="candidature_laureate_dotee",
                violation_error_message="Un lauréat a un prix, fût-il de zéro euro.",
            ),
            models.CheckConstraint(
                condition=Q(publication_le=None, nom_publie="")
                | (Q(publication_le__isnull=False) & ~Q(nom_publie="")),
                name="candidature_publication_nommee",
                violation_error_message="Dites sous quel nom la personne accepte de paraître.",
            ),
        ]
        indexes = [models.Index(fields=["dossier"], name="candidature_par_dossier")]

    def __str__(self):
        return f"candidature de {self.dossier_id} à {self.concours_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id
