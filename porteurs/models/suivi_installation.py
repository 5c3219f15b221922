from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from porteurs.enums import Origine, ReponseSuivi, Volet
from porteurs.models.acces import Acces

# Les mois, après l'installation, où l'on demande des nouvelles (CONCEPTION §3).
MOIS_DE_SUIVI = (6, 12, 24, 36)


class InstallationQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles des dossiers que l'acteur suit."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"))


class Installation(models.Model):
    """L'installation d'un projet et de ceux qui arrivent avec lui ; une par dossier.

    Part avec son dossier, effacé ou anonymisé ; ce que les indicateurs en comptaient est figé
    avant (``FaitFige``), et ``DossierAnonyme`` garde la région d'origine.
    """

    dossier = models.OneToOneField(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="installation"
    )
    le = models.DateField()
    commune = models.ForeignKey("partenaires.Commune", on_delete=models.PROTECT, related_name="+")
    adultes = models.PositiveSmallIntegerField(default=1)
    enfants = models.PositiveSmallIntegerField(default=0)
    emplois = models.PositiveSmallIntegerField("emplois créés ou maintenus", default=1)
    origine = models.CharField(max_length=8, choices=Origine.choices)
    # D'où l'on arrive ; la région seule quand on n'en sait pas plus, rien pour l'étranger.
    region_origine = models.ForeignKey(
        "partenaires.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    departement_origine = models.ForeignKey(
        "partenaires.Departement", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saisie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InstallationQuerySet.as_manager()

    class Meta:
        verbose_name = "installation"
        constraints = [
            models.CheckConstraint(
                condition=Q(origine=Origine.AILLEURS)
                | Q(region_origine=None, departement_origine=None),
                name="installation_provenance_d_ailleurs",
                violation_error_message="Qui est du territoire n’arrive pas d’ailleurs.",
            ),
            models.CheckConstraint(
                condition=Q(departement_origine=None) | Q(region_origine__isnull=False),
                name="installation_departement_et_region",
                violation_error_message="Un département d’origine va avec sa région.",
            ),
        ]
        indexes = [models.Index(fields=["le"], name="installation_par_date")]

    def __str__(self):
        return f"installation du {self.le}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id


class SuiviInstallationQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux des dossiers que l'acteur suit."""
        return self.filter(
            Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "installation__dossier")
        )

    def sans_reponse(self):
        return self.filter(reponse="", clos_le=None)

    def dus(self, jour):
        return self.sans_reponse().filter(echeance__lte=jour)

    def a_appeler(self):
        """Le courriel n'a pas suffi, ou n'était pas possible : quelqu'un prend son téléphone."""
        return self.sans_reponse().filter(a_appeler_le__isnull=False)


class SuiviInstallation(models.Model):
    """Les nouvelles que l'on prend d'une installation, six mois, un, deux et trois ans après.

    La personne répond d'un courriel, ou la structure qui répond du dossier l'appelle. Part avec
    le dossier, effacé ou anonymisé ; ce que les indicateurs en comptaient est figé avant.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="suivis")
    mois = models.PositiveSmallIntegerField(choices=[(m, f"{m} mois") for m in MOIS_DE_SUIVI])
    echeance = models.DateField("échéance")
    demande_le = models.DateTimeField("demandé par courriel le", null=True, blank=True)
    relance_le = models.DateTimeField("relancé le", null=True, blank=True)
    a_appeler_le = models.DateTimeField("confié à la structure le", null=True, blank=True)
    # Sans nouvelles quand le suivi d'après arrive : on ne demande pas deux fois la même chose.
    clos_le = models.DateTimeField("clos sans réponse le", null=True, blank=True)
    reponse = models.CharField("réponse", max_length=8, choices=ReponseSuivi.choices, blank=True)
    repondu_le = models.DateField("répondu le", null=True, blank=True)
    # Qui l'a noté ; personne quand le porteur a répondu lui-même.
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    satisfaction = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    emplois = models.PositiveSmallIntegerField("emplois aujourd’hui", null=True, blank=True)
    mot = models.CharField("un mot", max_length=500, blank=True)

    objects = SuiviInstallationQuerySet.as_manager()

    class Meta:
        verbose_name = "suivi d’installation"
        verbose_name_plural = "suivis d’installation"
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "mois"],
                name="suivi_une_fois_par_echeance",
                violation_error_message="Ce suivi existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(mois__in=MOIS_DE_SUIVI),
                name="suivi_mois_prevus",
                violation_error_message="Les nouvelles se prennent à 6, 12, 24 ou 36 mois.",
            ),
            models.CheckConstraint(
                condition=(Q(reponse="", repondu_le=None, satisfaction=None, emplois=None, mot=""))
                | (~Q(reponse="") & Q(repondu_le__isnull=False, clos_le=None)),
                name="suivi_reponse_datee",
                violation_error_message="Une réponse a une date.",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="suivi_satisfaction_de_1_a_5",
                violation_error_message="La satisfaction se note de 1 à 5.",
            ),
            models.CheckConstraint(
                condition=Q(relance_le=None) | Q(demande_le__isnull=False),
                name="suivi_relance_apres_demande",
                violation_error_message="On ne relance que ce que l’on a demandé.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["echeance"], condition=Q(reponse="", clos_le=None), name="suivi_a_prendre"
            )
        ]

    def __str__(self):
        return f"suivi à {self.mois} mois"

    @property
    def dossier(self):
        return self.installation.dossier

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.installation.dossier.reseau_id

    @property
    def duree_en_mots(self) -> str:
        """« six mois », « un an » : le temps passé depuis l'installation."""
        return {6: "six mois", 12: "un an", 24: "deux ans", 36: "trois ans"}[self.mois]
