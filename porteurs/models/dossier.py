from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone

from partenaires.enums import SectionNaf
from porteurs.enums import (
    SORTIES,
    Etape,
    EtatRelais,
    ModeInformation,
    NatureProjet,
    OrigineDossier,
    RoleAffectation,
    Volet,
)
from porteurs.models.acces import Acces
from porteurs.models.porteur import Participation, noms_pour
from porteurs.models.suivi import Action, Affectation, Echange, Relais
from porteurs.models.volets import PartAdulte, VoletPrive, VoletProfessionnel
from socle.recherche import correspond

# Ce qui se cherche à part, chacun dans ce que l'acteur en voit, et le chemin vers le dossier.
VOLETS_CHERCHES = (
    (VoletProfessionnel, "dossier"),
    (VoletPrive, "dossier"),
    (PartAdulte, "participation__dossier"),
)
# Sans échange ni étape depuis ce délai, un dossier ouvert est dormant (CONCEPTION §3).
DELAI_DORMANT = timedelta(days=30)


class DossierQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Les dossiers dont l'acteur voit au moins la fiche. Le seul filtre de visibilité."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.FICHE))

    def suivis_par(self, acteur):
        """Ceux dont l'acteur voit tout le volet professionnel."""
        return self.filter(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL))

    def avec_volet(self, acteur):
        """Annote ``suivi``, vrai quand l'acteur voit plus que la fiche, et ``prive``."""
        return self.annotate(
            suivi=Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL),
            prive=Acces.objects.ouvrant_le_prive(acteur),
        )

    def non_partages(self, reseau):
        """Ceux que le réseau ne voit pas encore : l'animation n'en lit que structure, étape, dates."""
        return self.filter(reseau=reseau).exclude(
            Exists(Acces.objects.filter(dossier=OuterRef("pk"), beneficiaire=f"r{reseau.pk}"))
        )

    def ouverts(self):
        return self.filter(clos_le=None)

    def dormants(self, jour):
        """Ouverts, et sans rien de nouveau depuis trente jours au début de ce jour-là."""
        seuil = timezone.make_aware(datetime.combine(jour - DELAI_DORMANT, time.min))
        return self.ouverts().filter(activite_le__lt=seuil)

    def sans_referent(self):
        return self.filter(~_a_un_referent())

    def relais_en_attente(self):
        return self.filter(
            Exists(Relais.objects.filter(dossier=OuterRef("pk"), etat=EtatRelais.PROPOSE))
        )

    def avec_action_due(self, jour):
        return self.filter(
            Exists(Action.objects.filter(dossier=OuterRef("pk"), faite_le=None, echeance__lte=jour))
        )

    def de_la_personne(self, utilisateur_id: int):
        """Ceux dont la personne est référente ou marraine aujourd'hui."""
        return self.filter(
            Exists(
                Affectation.objects.en_cours().filter(
                    dossier=OuterRef("pk"), utilisateur=utilisateur_id
                )
            )
        )

    def pour_liste(self):
        """Ce qu'une ligne de liste affiche, en un nombre constant de requêtes."""
        return self.pour_page().prefetch_related(
            Prefetch(
                "affectations",
                Affectation.objects.en_cours().select_related("utilisateur").order_by("pk"),
                to_attr="equipe",
            )
        )

    def sans_vecteurs(self):
        """Les vecteurs de recherche pèsent plus que le reste de la ligne, et ne s'affichent pas."""
        return self.defer("vecteur_fiche", "vecteur_suivi")

    def pour_page(self):
        """Ce que le haut d'une page de dossier affiche ; la page même : ``porteurs.dossier_lu``."""
        return (
            self.sans_vecteurs()
            .select_related("commune", "structure_responsable", "reseau")
            .prefetch_related(
                Prefetch(
                    "participations",
                    Participation.objects.select_related("porteur").order_by("rang"),
                    to_attr="personnes",
                )
            )
        )

    def chercher(self, texte: str, acteur):
        """Plein texte, chaque mot dans ce que l'acteur peut lire, et là seulement.

        Plusieurs recherches, chacune par son index, réunies : un OU les relirait ligne à ligne.
        """
        fiches = self.filter(correspond("vecteur_fiche", texte))
        suivis = self.suivis_par(acteur).filter(correspond("vecteur_suivi", texte))
        echanges = Echange.objects.visible_par(acteur).filter(correspond("vecteur", texte))
        return self.filter(
            pk__in=fiches.order_by()
            .values("pk")
            .union(
                suivis.order_by().values("pk"),
                echanges.values("dossier"),
                *(
                    volet.objects.visible_par(acteur)
                    .filter(correspond("vecteur", texte))
                    .values(chemin)
                    for volet, chemin in VOLETS_CHERCHES
                ),
            )
        )


def _a_un_referent():
    return Exists(
        Affectation.objects.en_cours().filter(dossier=OuterRef("pk"), role=RoleAffectation.REFERENT)
    )


class Dossier(models.Model):
    """Un projet dans un réseau, de l'idée aux années qui suivent la création.

    ``structure_responsable`` n'est jamais vide : c'est celle qui l'a ouvert ou repris. Sans
    référent est un état normal, qui se montre.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reference = models.CharField("référence", max_length=20, db_collation="C")
    # Le numéro qu'un partenaire lui donne dans son tableau : le renvoyer met à jour, sans doubler.
    reference_partenaire = models.CharField(
        "référence du partenaire", max_length=60, blank=True, editable=False
    )
    # À qui est ce numéro : un relais change la structure responsable, pas lui.
    reference_de = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="dossiers"
    )
    structure_responsable = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="dossiers"
    )
    porteurs = models.ManyToManyField(
        "porteurs.Porteur", through="porteurs.Participation", related_name="dossiers"
    )
    intitule = models.CharField("le projet en une ligne", max_length=160)
    nature = models.CharField(max_length=12, choices=NatureProjet.choices)
    secteur = models.CharField("secteur", max_length=1, choices=SectionNaf.choices, blank=True)
    commune = models.ForeignKey(
        "partenaires.Commune", on_delete=models.PROTECT, related_name="dossiers"
    )
    etape = models.CharField("étape", max_length=14, choices=Etape.choices, default=Etape.IDEE)
    etape_depuis = models.DateField()
    prochaine_etape = models.CharField("prochaine étape", max_length=200, blank=True)
    origine = models.CharField(
        "origine", max_length=12, choices=OrigineDossier.choices, default=OrigineDossier.PASSAGE
    )

    # Information du porteur principal : sans date, seule la structure qui a ouvert voit le
    # dossier. Celle des autres adultes est dans leur participation.
    informe_le = models.DateField("informée le", null=True, blank=True)
    information_mode = models.CharField(
        "comment", max_length=10, choices=ModeInformation.choices, blank=True
    )
    opposition_le = models.DateField("s’est opposée au partage le", null=True, blank=True)

    ouvert_le = models.DateField()
    clos_le = models.DateField(null=True, blank=True)
    # Le dernier contact fait courir la conservation ; l'activité trie les listes.
    dernier_contact_le = models.DateField()
    activite_le = models.DateTimeField()
    ouvert_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Deux personnes sur le même formulaire : la seconde est prévenue (EXIGENCES Fiabilité 8).
    revision = models.PositiveIntegerField("révision", default=1)

    vecteur_fiche = SearchVectorField(null=True, editable=False)
    vecteur_suivi = SearchVectorField(null=True, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "reference"], name="dossier_reference_unique"
            ),
            models.UniqueConstraint(
                fields=["reseau", "reference_de", "reference_partenaire"],
                condition=~Q(reference_partenaire=""),
                name="dossier_reference_partenaire_unique",
                violation_error_message="Un dossier porte déjà cette référence de votre structure.",
            ),
            models.CheckConstraint(
                condition=Q(reference_partenaire="") | Q(reference_de__isnull=False),
                name="dossier_reference_partenaire_de_qui",
                violation_error_message="Cette référence n’est à aucune structure.",
            ),
            models.CheckConstraint(
                condition=Q(clos_le=None) | Q(clos_le__gte=F("ouvert_le")),
                name="dossier_clos_apres_ouverture",
                violation_error_message="Le dossier ne peut pas être clos avant d’avoir été ouvert.",
            ),
            models.CheckConstraint(
                condition=(Q(clos_le=None) & ~Q(etape__in=SORTIES))
                | (Q(clos_le__isnull=False) & Q(etape__in=SORTIES)),
                name="dossier_clos_avec_sortie",
                violation_error_message="Un dossier est clos quand il est sorti de la chaîne.",
            ),
            models.CheckConstraint(
                condition=(Q(informe_le=None) & Q(information_mode=""))
                | (Q(informe_le__isnull=False) & ~Q(information_mode="")),
                name="dossier_information_datee",
                violation_error_message="Dites quand et comment la personne a été informée.",
            ),
            models.CheckConstraint(
                condition=Q(opposition_le=None) | Q(informe_le__isnull=False),
                name="dossier_opposition_informee",
                violation_error_message="On ne s’oppose qu’à ce dont on a été informé.",
            ),
            models.CheckConstraint(
                condition=Q(etape_depuis__gte=F("ouvert_le")),
                name="dossier_etape_apres_ouverture",
                violation_error_message="L’étape ne peut pas précéder l’ouverture du dossier.",
            ),
        ]
        indexes = [
            # La liste d'un réseau marche le long de cet index et vérifie l'accès ligne à ligne.
            models.Index(fields=["reseau", "-activite_le", "-id"], name="dossier_liste"),
            models.Index(
                fields=["reseau", "structure_responsable", "-activite_le"],
                name="dossier_par_structure",
            ),
            models.Index(fields=["reseau", "commune"], name="dossier_par_commune"),
            models.Index(fields=["reseau", "ouvert_le"], name="dossier_par_ouverture"),
            GinIndex(fields=["vecteur_fiche"], name="dossier_texte_fiche"),
            GinIndex(fields=["vecteur_suivi"], name="dossier_texte_suivi"),
        ]

    def __str__(self):
        return f"{self.reference} — {self.intitule}"

    @property
    def referent(self):
        """L'affectation du référent en cours, ou rien ; l'équipe vient de ``pour_liste``."""
        return next((a for a in self.equipe if a.role == RoleAffectation.REFERENT), None)

    @property
    def noms(self) -> str:
        """Les adultes du projet, selon que le lecteur suit le dossier ; après ``pour_page``."""
        return noms_pour(self.personnes, self.suivi)

    @property
    def noms_courts(self) -> str:
        """Ceux que la fiche nomme, comme elle les nomme : sur un écran partagé."""
        return noms_pour(self.personnes, suivi=False)

    @property
    def ouvert(self) -> bool:
        return self.clos_le is None

    @property
    def partageable(self) -> bool:
        """La personne est informée et ne s'est pas opposée."""
        return self.informe_le is not None and self.opposition_le is None

    @property
    def ouvert_aux_autres(self) -> bool:
        """Partageable, dans un réseau qui a ouvert le partage : on peut le confier ailleurs."""
        return self.partageable and self.reseau.partage_ouvert_le is not None


class EtapeDossier(models.Model):
    """Une étape franchie, datée ; un retour en arrière ou une sortie porte son motif."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="etapes")
    etape = models.CharField("étape", max_length=14, choices=Etape.choices)
    le = models.DateField()
    motif = models.CharField(max_length=300, blank=True)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "étape d’un dossier"
        verbose_name_plural = "étapes des dossiers"
        constraints = [
            models.CheckConstraint(
                condition=~Q(etape__in=SORTIES) | ~Q(motif=""),
                name="etape_sortie_motivee",
                violation_error_message="Dites pourquoi le projet s’arrête ici.",
            )
        ]
        indexes = [models.Index(fields=["dossier", "le", "id"], name="etape_par_dossier")]

    def __str__(self):
        return f"{self.etape} le {self.le}"
