from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Lower

from porteurs.coordonnees import cle_nom
from porteurs.enums import Langue, ModeInformation, RoleParticipation

# Avant, c'est une faute de frappe.
PREMIERE_NAISSANCE = date(1900, 1, 1)


def mots_du_nom() -> Func:
    """Les mots de ``cle_nom``, en tableau : l'expression que porte l'index ``porteur_par_mot``."""
    return Func(
        "cle_nom",
        Value(" "),
        function="string_to_array",
        output_field=ArrayField(models.TextField()),
    )


class Porteur(models.Model):
    """Une personne qui porte un projet, ou un adulte de son foyer, connue d'un réseau."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="porteurs"
    )
    prenom = models.CharField("prénom", max_length=80)
    nom = models.CharField(max_length=80)
    # Mots du nom, sans accent et triés : « Marie Durand » et « DURAND Marie » se rejoignent.
    cle_nom = models.CharField(max_length=170, db_collation="C", editable=False)
    email = models.EmailField("adresse de courriel", blank=True)
    # Tel que tapé ; la forme internationale sert à comparer et à appeler.
    telephone_saisi = models.CharField("téléphone", max_length=30, blank=True)
    telephone = models.CharField(max_length=20, blank=True, editable=False)
    naissance = models.DateField("date de naissance", null=True, blank=True)
    # D'où la personne arrive ; vide, d'un autre pays ou inconnu.
    departement_origine = models.ForeignKey(
        "partenaires.Departement",
        verbose_name="département d’origine",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    langue = models.CharField(
        "langue des courriels", max_length=2, choices=Langue.choices, default=Langue.FRANCAIS
    )

    class Meta:
        verbose_name = "porteur de projet"
        verbose_name_plural = "porteurs de projet"
        constraints = [
            models.CheckConstraint(
                condition=Q(naissance=None) | Q(naissance__gte=PREMIERE_NAISSANCE),
                name="porteur_naissance_plausible",
                violation_error_message="Cette année de naissance est trop lointaine : vérifiez-la.",
            )
        ]
        indexes = [
            # L’espace d’une personne la retrouve dans tous ses réseaux, par sa seule adresse.
            models.Index(Lower("email"), name="porteur_par_adresse"),
            models.Index(fields=["reseau", "cle_nom"], name="porteur_par_nom"),
            models.Index(
                fields=["reseau", "email"], condition=~Q(email=""), name="porteur_par_courriel"
            ),
            models.Index(
                fields=["reseau", "telephone"],
                condition=~Q(telephone=""),
                name="porteur_par_telephone",
            ),
            # Une faute de frappe n'abîme qu'un mot : les autres mots du nom retrouvent la personne.
            GinIndex(mots_du_nom(), name="porteur_par_mot"),
        ]

    def __str__(self):
        return f"{self.prenom} {self.nom}"

    def save(self, *args, **kwargs):
        self.cle_nom = cle_nom(self.prenom, self.nom)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "cle_nom"}
        super().save(*args, **kwargs)

    @property
    def nom_court(self) -> str:
        """Prénom et initiale : ce que dit la fiche partagée, et rien de plus."""
        return f"{self.prenom} {self.nom[:1]}."


class ParticipationQuerySet(models.QuerySet):
    def ouvertes(self):
        """Celles qui ouvrent l'espace : l'adresse de la personne n'y attend pas d'être confirmée."""
        return self.filter(adresse_a_confirmer_depuis=None)

    def nommees(self):
        """Celles que la fiche partagée nomme ; ``Participation.nommee`` en est la même règle."""
        return self.filter(Q(rang=1) | Q(informe_le__isnull=False, opposition_le=None))


class Participation(models.Model):
    """La part d'un adulte dans un dossier ; le rang 1 est le porteur principal.

    Chacun choisit pour soi : l'information et l'opposition du principal sont au dossier et
    ouvrent ou ferment la fiche ; celles des autres, ici, décident si la fiche les nomme.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="participations"
    )
    porteur = models.ForeignKey(Porteur, on_delete=models.PROTECT, related_name="participations")
    rang = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(
        "place dans le projet",
        max_length=8,
        choices=RoleParticipation.choices,
        default=RoleParticipation.PORTEUR,
    )
    informe_le = models.DateField("informée le", null=True, blank=True)
    information_mode = models.CharField(
        "comment", max_length=10, choices=ModeInformation.choices, blank=True
    )
    opposition_le = models.DateField("s’est opposée au partage le", null=True, blank=True)
    # Vide : l'espace de la personne montre ce dossier. Sinon, son adresse a changé, ou a été notée
    # par une structure qui ne répond pas du dossier : celle qui en répond la confirme d'abord.
    adresse_a_confirmer_depuis = models.DateTimeField(
        "adresse à confirmer depuis", null=True, blank=True, editable=False
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "porteur"], name="participation_unique"),
            models.UniqueConstraint(fields=["dossier", "rang"], name="participation_rang_unique"),
            models.CheckConstraint(
                condition=Q(opposition_le=None) | Q(informe_le__isnull=False) | Q(rang=1),
                name="participation_opposition_apres_information",
                violation_error_message="On ne s’oppose qu’à ce dont on a été informé.",
            ),
        ]

    def __str__(self):
        return f"{self.porteur_id} dans {self.dossier_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id

    @property
    def nommee(self) -> bool:
        """La fiche partagée nomme cette personne : informée, et sans opposition.

        Pour la principale, la fiche même ne s'ouvre qu'à cette condition.
        """
        return self.rang == 1 or (self.informe_le is not None and self.opposition_le is None)

    def nom_pour(self, suivi: bool) -> str:
        """Le nom entier pour qui suit le dossier, court sur la fiche, rien si elle le tait."""
        if suivi:
            return str(self.porteur)
        return self.porteur.nom_court if self.nommee else ""


def noms_pour(participations, suivi: bool) -> str:
    """Les adultes d'un projet tels que le lecteur les lit, dans leur ordre."""
    return ", ".join(nom for p in participations if (nom := p.nom_pour(suivi)))
