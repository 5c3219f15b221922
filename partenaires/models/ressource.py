"""Ce que le réseau sait faire et veut garder : fiches, exemples, modèles, liens, veille."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Concat, Now

from partenaires.enums import LECTEURS, NatureRessource
from partenaires.models.reseau import Reseau


class RessourceQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles des réseaux qu’on lit, et ce que leur parent partage avec ses enfants."""
        reseaux = acteur.reseaux(*LECTEURS)
        parents = Reseau.objects.filter(pk__in=reseaux).values("parent")
        return self.filter(
            models.Q(reseau__in=reseaux)
            | models.Q(reseau__in=parents, pour_les_enfants=True, retiree_le=None)
        )

    def publiees(self):
        return self.filter(retiree_le=None)

    def du_reseau(self, reseau):
        """Celles du réseau, et celles que son parent partage."""
        return self.filter(
            models.Q(reseau=reseau) | models.Q(reseau=reseau.parent_id, pour_les_enfants=True)
        )


class Ressource(models.Model):
    """La version courante d’une ressource ; les précédentes sont dans ``VersionRessource``.

    ``texte`` est écrit en balisage léger (``socle.pdf.structurer``). ``lien`` mène à une vidéo ou à
    une page : il s’ouvre d’un clic, jamais de lui-même.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="ressources"
    )
    nature = models.CharField(max_length=20, choices=NatureRessource.choices)
    titre = models.CharField(max_length=160)
    resume = models.CharField("en une phrase", max_length=300)
    mots_cles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Les mêmes en une ligne : la base n'indexe que ce qu'elle sait refaire à l'identique.
    mots_cles_texte = models.CharField(max_length=500, blank=True, editable=False)
    texte = models.TextField(blank=True)
    lien = models.URLField(max_length=300, blank=True)
    fichier = models.ForeignKey(
        "socle.Fichier", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    pour_les_enfants = models.BooleanField("partagée avec les réseaux enfants", default=False)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    numero = models.PositiveIntegerField("version", default=1)
    modifiee_le = models.DateTimeField("modifiée le", db_default=Now())
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)
    vecteur = models.GeneratedField(
        expression=Func(
            Concat(
                F("titre"),
                Value(" "),
                F("resume"),
                Value(" "),
                F("mots_cles_texte"),
                Value(" "),
                F("texte"),
                output_field=models.TextField(),
            ),
            function="vecteur_francais",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = RessourceQuerySet.as_manager()

    class Meta:
        verbose_name = "ressource"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(texte="", lien="", fichier=None),
                name="ressource_a_un_contenu",
                violation_error_message="Il manque le contenu\u00a0: un texte, un lien ou un fichier.",
            )
        ]
        indexes = [
            models.Index(fields=["reseau", "-modifiee_le"], name="ressource_par_reseau"),
            GinIndex(fields=["vecteur"], name="ressource_texte"),
            GinIndex(fields=["mots_cles"], name="ressource_mots_cles"),
        ]

    def __str__(self):
        return self.titre


class VersionRessource(models.Model):
    """Une version qui n’est plus la dernière."""

    ressource = models.ForeignKey(Ressource, on_delete=models.CASCADE, related_name="versions")
    numero = models.PositiveIntegerField("version")
    titre = models.CharField(max_length=160)
    resume = models.CharField("en une phrase", max_length=300)
    texte = models.TextField(blank=True)
    lien = models.URLField(max_length=300, blank=True)
    fichier = models.ForeignKey(
        "socle.Fichier", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ecrite_le = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "version d’une ressource"
        verbose_name_plural = "versions d’une ressource"
        constraints = [
            models.UniqueConstraint(fields=["ressource", "numero"], name="version_ressource_unique")
        ]

    def __str__(self):
        return f"{self.titre}, version {self.numero}"


class QuestionRessource(models.Model):
    """Une question posée sous une ressource, ou une réponse à cette question."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    ressource = models.ForeignKey(Ressource, on_delete=models.CASCADE, related_name="questions")
    question = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="reponses"
    )
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    texte = models.TextField(max_length=2000)
    cree_le = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "question sur une ressource"
        verbose_name_plural = "questions sur une ressource"
        indexes = [models.Index(fields=["ressource", "cree_le"], name="question_par_ressource")]

    def __str__(self):
        return f"{self.auteur_id}, {self.cree_le}"
