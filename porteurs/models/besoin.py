from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from partenaires.enums import Cote, Etape, Fonction
from porteurs.enums import EtatBesoin, EtatOrientation, Volet
from porteurs.models.acces import Acces

# Un besoin qui n'attend plus rien de personne.
BESOINS_CLOS = (EtatBesoin.REPONDU, EtatBesoin.ABANDONNE)
# Jours d'attente avant de rappeler la personne, puis ses collègues, puis l'animation.
PALIERS = (9, 21, 30)


class BesoinQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Tous ceux des dossiers visibles : le thème est dans la fiche partagée."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier"))

    def avec_precisions(self, acteur):
        """Annote ``lisible`` : vrai quand l'acteur lit aussi les précisions, selon le côté."""
        return self.annotate(
            lisible=Case(
                When(
                    Q(cote=Cote.PRIVE) & Q(Acces.objects.ouvrant_le_prive(acteur, "dossier")),
                    then=Value(True),
                ),
                When(
                    ~Q(cote=Cote.PRIVE)
                    & Q(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier")),
                    then=Value(True),
                ),
                default=Value(False),
                output_field=BooleanField(),
            )
        )

    def en_cours(self):
        return self.exclude(etat__in=BESOINS_CLOS)


class Besoin(models.Model):
    """Ce qu'il faut au projet, d'un côté ou de l'autre : un thème, à une étape de la chaîne."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="besoins"
    )
    theme = models.ForeignKey("partenaires.Theme", on_delete=models.PROTECT, related_name="+")
    # Recopié du thème : le lectorat d'un besoin ne change pas quand on reclasse un thème.
    cote = models.CharField("côté", max_length=14, choices=Cote.choices)
    etape = models.CharField("étape", max_length=14, choices=Etape.choices)
    precisions = models.TextField("précisions", max_length=2000, blank=True)
    etat = models.CharField(
        "état", max_length=13, choices=EtatBesoin.choices, default=EtatBesoin.OUVERT
    )
    cree_le = models.DateTimeField(default=timezone.now)
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Première prise en charge : le délai des indicateurs.
    pris_le = models.DateTimeField("pris en charge le", null=True, blank=True)
    clos_le = models.DateTimeField(null=True, blank=True)
    conclusion = models.CharField("comment cela s’est fini", max_length=500, blank=True)
    # Personne ne pouvait y répondre : un trou de la chaîne, compté au jour où il s'est vu.
    sans_solution_le = models.DateField(null=True, blank=True)

    objects = BesoinQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        constraints = [
            models.CheckConstraint(
                condition=Q(clos_le=None, etat__in=[e for e in EtatBesoin if e not in BESOINS_CLOS])
                | Q(clos_le__isnull=False, etat__in=BESOINS_CLOS),
                name="besoin_clos_date",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatBesoin.SANS_SOLUTION) | Q(sans_solution_le__isnull=False),
                name="besoin_sans_solution_date",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatBesoin.PRIS) | Q(pris_le__isnull=False),
                name="besoin_pris_date",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "id"], name="besoin_par_dossier"),
            models.Index(
                fields=["theme", "sans_solution_le"],
                condition=Q(sans_solution_le__isnull=False),
                name="besoin_sans_solution",
            ),
        ]

    def __str__(self):
        return f"besoin {self.theme_id} de {self.dossier_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id

    @property
    def clos(self) -> bool:
        return self.clos_le is not None


class OrientationQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Celles des dossiers visibles : à qui un besoin est confié fait partie de son suivi."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.FICHE, "besoin__dossier"))

    def en_attente(self):
        return self.filter(etat=EtatOrientation.ENVOYEE, besoin__clos_le=None)

    def attendues_de(self, acteur):
        """Celles qui attendent la réponse d'une structure où l'acteur est technicien."""
        condition = Q(pk=None)
        for mandat in acteur.mandats:
            if mandat.fonction == Fonction.TECHNICIEN:
                condition |= Q(
                    structure=mandat.structure_id, besoin__dossier__reseau=mandat.reseau_id
                )
        return self.en_attente().visible_par(acteur).filter(condition)

    def proposees_par(self, acteur):
        """Celles que l'acteur a envoyées, et qui attendent encore."""
        return self.en_attente().visible_par(acteur).filter(envoyee_par=acteur.utilisateur_id)

    def a_orienter_de_nouveau(self, acteur):
        """Le dernier refus de chaque besoin que l'acteur avait proposé et que nul n'a plus en main."""
        suivant = Orientation.objects.filter(
            besoin=OuterRef("besoin"), etat=EtatOrientation.REFUSEE, pk__gt=OuterRef("pk")
        )
        return self.filter(
            Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "besoin__dossier"),
            ~Exists(suivant),
            etat=EtatOrientation.REFUSEE,
            envoyee_par=acteur.utilisateur_id,
            besoin__etat__in=(EtatBesoin.OUVERT, EtatBesoin.SANS_SOLUTION),
            besoin__dossier__clos_le=None,
        )

    def pour_liste(self):
        """Ce qu'une ligne affiche, en une requête."""
        return self.select_related(
            "besoin__theme",
            "besoin__dossier__reseau",
            "besoin__dossier__commune",
            "structure",
            "personne",
            "envoyee_par",
        )


class Orientation(models.Model):
    """Un besoin proposé à une structure : prise, refusée avec un motif, ou passée plus loin."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    besoin = models.ForeignKey(Besoin, on_delete=models.CASCADE, related_name="orientations")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    # La personne à qui l'on pense ; toute la structure peut répondre.
    personne = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Les raisons montrées à qui a choisi, gardées telles quelles : des phrases, sans nom propre.
    raisons = models.JSONField(default=list)
    message = models.TextField("message", max_length=2000, blank=True)
    etat = models.CharField(
        "état", max_length=8, choices=EtatOrientation.choices, default=EtatOrientation.ENVOYEE
    )
    envoyee_le = models.DateTimeField(default=timezone.now)
    envoyee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # « Relancé, à revoir le… » : les rappels attendent ce jour.
    revoir_le = models.DateField("à revoir le", null=True, blank=True)
    # Les jours mis entre parenthèses par « à revoir le… » : l'attente ne les compte pas.
    suspendu = models.PositiveSmallIntegerField("jours suspendus", default=0)
    # Le dernier rappel parti, en jours d'attente ; zéro avant le premier.
    palier = models.PositiveSmallIntegerField("dernier rappel", default=0)
    repondue_le = models.DateTimeField(null=True, blank=True)
    repondue_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    motif = models.CharField(max_length=500, blank=True)
    suite_de = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="suites"
    )

    objects = OrientationQuerySet.as_manager()

    class Meta:
        verbose_name = "orientation"
        constraints = [
            models.UniqueConstraint(
                fields=["besoin", "structure"],
                condition=Q(etat__in=[EtatOrientation.ENVOYEE, EtatOrientation.PRISE]),
                name="orientation_une_par_structure",
                violation_error_message="Ce besoin est déjà proposé à cette structure.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatOrientation.REFUSEE) | ~Q(motif=""),
                name="orientation_refus_motive",
                violation_error_message="Dites pourquoi vous refusez : qui oriente doit savoir.",
            ),
            models.CheckConstraint(
                condition=Q(palier__in=(0, *PALIERS)), name="orientation_palier_connu"
            ),
        ]
        indexes = [
            models.Index(
                fields=["structure", "envoyee_le"],
                condition=Q(etat=EtatOrientation.ENVOYEE),
                name="orientation_en_attente",
            )
        ]

    def __str__(self):
        return f"orientation de {self.besoin_id} vers {self.structure_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.besoin.dossier.reseau_id
