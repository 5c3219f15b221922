from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, OuterRef, Q

from partenaires.enums import BaseLegale, TypeStructure
from partenaires.models.convention import ConventionStructure
from partenaires.models.resume import SA_STRUCTURE, resumer_apres
from socle.texte import cle


def contient(champ: str, mots: list[str]) -> Q:
    """Chacun de ces mots, dans n'importe quel ordre."""
    return Q(*((f"{champ}__contains", mot) for mot in mots))


class StructureQuerySet(models.QuerySet):
    def vivantes(self):
        """Sans celles qu'une fusion a réunies à une autre : elles ne paraissent plus nulle part."""
        return self.filter(fusionnee_dans=None)

    def au_public(self):
        """Celles qui ont accepté de paraître dans l'annuaire que tout le monde lit."""
        return self.vivantes().filter(annuaire_public=True)

    def membres(self, reseau_id: int, jour):
        """Les structures qu'une convention en vigueur lie au réseau ce jour-là."""
        return self.vivantes().filter(
            Exists(
                ConventionStructure.objects.en_vigueur(jour).filter(
                    structure=OuterRef("pk"), convention__reseau=reseau_id
                )
            )
        )

    def sans_grille(self):
        """Celles qui n'ont encore rien dit de ce qu'elles font, pas même qu'elles ne font rien."""
        return self.filter(resume_competences=None, grille_competences=None)

    def visible_par(self, acteur):
        """Les structures membres des réseaux de l'acteur ; l'administrateur les voit toutes."""
        if "administrateur" in acteur.roles_generaux:
            return self.vivantes()
        return self.vivantes().filter(
            Exists(
                ConventionStructure.objects.en_vigueur(acteur.jour).filter(
                    structure=OuterRef("pk"), convention__reseau__in=acteur.reseaux()
                )
            )
        )


class Structure(models.Model):
    """Un organisme partenaire, une seule fois par installation quels que soient ses réseaux."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    nom = models.CharField(max_length=160)
    cle_tri = models.CharField(max_length=160, db_collation="C", editable=False)
    type = models.CharField(max_length=20, choices=TypeStructure.choices)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    base_legale = models.CharField(
        max_length=20, choices=BaseLegale.choices, default=BaseLegale.MISSION_PUBLIQUE
    )
    commune = models.ForeignKey(
        "partenaires.Commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Vide : tout le territoire des réseaux dont elle est membre.
    communes_servies = models.ManyToManyField(
        "partenaires.Commune", through="partenaires.StructureCommune", related_name="+"
    )
    # Ce que lisent les membres, puis ce que lit tout le monde.
    email = models.EmailField("adresse de courriel", blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    email_public = models.EmailField("adresse de courriel du public", blank=True)
    telephone_public = models.CharField("téléphone du public", max_length=20, blank=True)
    adresse = models.CharField(max_length=200, blank=True)
    site = models.URLField("site internet", max_length=200, blank=True)
    description = models.CharField(max_length=400, blank=True)
    # Sept jours, du lundi au dimanche, chacun au plus deux plages : partenaires.horaires.
    horaires = models.JSONField("heures d’ouverture", default=list, blank=True)
    horaires_precision = models.CharField("précision sur les horaires", max_length=200, blank=True)
    annuaire_public = models.BooleanField("visible dans l’annuaire public", default=False)
    # Une structure réunie à une autre garde sa ligne : la fusion se défait (docs/decisions).
    fusionnee_dans = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbees"
    )
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = StructureQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        constraints = [
            models.UniqueConstraint(
                fields=["siret"],
                condition=~models.Q(siret="") & models.Q(fusionnee_dans=None),
                name="structure_siret_unique",
                violation_error_message="Une structure porte déjà ce SIRET.",
            ),
            models.CheckConstraint(
                condition=models.Q(site="") | models.Q(site__startswith="https://"),
                name="structure_site_https",
                violation_error_message="L’adresse du site commence par https://.",
            ),
            models.CheckConstraint(
                condition=models.Q(fusionnee_dans=None) | ~models.Q(fusionnee_dans=models.F("id")),
                name="structure_pas_fusionnee_a_elle_meme",
                violation_error_message="Une structure ne se réunit pas à elle-même.",
            ),
        ]
        indexes = [models.Index(fields=["cle_tri"], name="structure_tri")]

    def __str__(self):
        return self.nom

    def save(self, *args, **kwargs):
        self.cle_tri = cle(self.nom)[:160]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "cle_tri"}
        super().save(*args, **kwargs)

    @property
    def siret_lisible(self) -> str:
        """« 732 829 320 00074 », espaces insécables comprises."""
        numero = self.siret
        return "\u00a0".join(filter(None, (numero[:3], numero[3:6], numero[6:9], numero[9:])))


class StructureCommune(models.Model):
    """Une commune que la structure dessert, quand elle ne dessert pas tout le territoire."""

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="dessertes")
    commune = models.ForeignKey("partenaires.Commune", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "commune desservie"
        verbose_name_plural = "communes desservies"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "commune"], name="structure_commune_unique"
            )
        ]
        triggers = resumer_apres(SA_STRUCTURE)

    def __str__(self):
        return f"{self.commune_id} par {self.structure_id}"
