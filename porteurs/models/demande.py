"""Ce qui arrive au réseau : une personne à rappeler, à qui on l'a confiée, et pour quand."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from partenaires.enums import LECTEURS, Fonction
from porteurs import jours_ouvres
from porteurs.coordonnees import cle_nom
from porteurs.enums import (
    DEMANDE_EN_ATTENTE,
    EtatDemande,
    MotifCloture,
    RegardDemande,
    SourceDemande,
)
from porteurs.models.dossier import Dossier
from socle.dates import date_en_mots

# Le délai annoncé et l'alerte, en jours ouvrés, tant que le réseau n'en a pas choisi d'autres.
DELAI, ALERTE = 5, 3


def lues_en_entier(acteur) -> Q:
    """Celles dont l'acteur lit la personne : confiées à sa structure, ou à personne s'il anime."""
    condition = Q(pk=None)
    for mandat in acteur.mandats:
        if mandat.fonction in (Fonction.TECHNICIEN, Fonction.ANIMATEUR):
            condition |= Q(reseau=mandat.reseau_id, structure=mandat.structure_id)
        if mandat.fonction == Fonction.ANIMATEUR:
            condition |= Q(reseau=mandat.reseau_id, structure=None)
    return condition


def signalees_par(acteur) -> Q:
    """Celles que l'acteur a signalées, tant qu'il exerce encore là où il les a signalées."""
    if not acteur.connecte:
        return Q(pk=None)
    structures = {m.structure_id for m in acteur.mandats if m.fonction in LECTEURS}
    return Q(signalant=acteur.utilisateur_id, signalant_structure__in=structures)


class DemandeQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ce que l'acteur reçoit, ce que reçoivent les réseaux qu'il anime, ce qu'il a signalé.

        ``avec_regard`` dit ce qu'il lit de chacune.
        """
        return self.filter(
            lues_en_entier(acteur)
            | Q(reseau__in=acteur.reseaux(Fonction.ANIMATEUR))
            | signalees_par(acteur)
        )

    def avec_regard(self, acteur):
        """Annote ``regard`` : tout, de quoi aiguiller sans la personne, ou son seul signalement."""
        return self.annotate(
            regard=Case(
                When(lues_en_entier(acteur), then=Value(RegardDemande.ENTIER.value)),
                When(
                    reseau__in=acteur.reseaux(Fonction.ANIMATEUR),
                    then=Value(RegardDemande.TRI.value),
                ),
                default=Value(RegardDemande.SIGNALEMENT.value),
                output_field=models.CharField(),
            )
        )

    def avec_rapprochement(self, acteur):
        """Annote ``deja_connue``, vrai quand un rapprochement peut se dire à l'acteur.

        L'animation sait qu'il y en a un ; les autres, seulement s'ils voient l'autre bout.
        """
        return self.annotate(
            deja_connue=Exists(
                Rapprochement.objects.dicibles_a(acteur).filter(demande=OuterRef("pk"))
            )
        )

    def en_attente(self):
        return self.filter(etat__in=DEMANDE_EN_ATTENTE)

    def repondues(self):
        return self.exclude(etat__in=DEMANDE_EN_ATTENTE)

    def en_retard(self, jour):
        return self.en_attente().filter(promise_le__lt=jour)

    def de_la_meme_personne(self, demande):
        """Les autres du même réseau qui ont ce nom, ce courriel ou ce téléphone."""
        condition = Q(cle_nom=demande.cle_nom)
        if demande.email:
            condition |= Q(email=demande.email)
        if demande.telephone:
            condition |= Q(telephone=demande.telephone)
        return self.filter(condition, reseau=demande.reseau_id, purgee_le=None).exclude(
            Q(pk=demande.pk) | Q(depot=demande.depot)
        )

    def pour_liste(self):
        return self.select_related(
            "reseau", "commune", "structure", "signalant", "signalant_structure", "dossier"
        )


class Demande(models.Model):
    """Une personne à rappeler, confiée à une structure qui répond avant une date annoncée.

    Données personnelles : ``PERSONNELLES`` s'effacent six mois après la réponse, ou après
    l'arrivée sans réponse (``services.demandes.purger_les_demandes``) ; l'effacement d'une personne
    fait de même aussitôt. La ligne reste, sans personne, pour les nombres et les délais.
    """

    PERSONNELLES = (
        "prenom",
        "nom",
        "cle_nom",
        "email",
        "telephone_saisi",
        "telephone",
        "projet",
        "message",
        "precision",
        "signalant_nom",
        "signalant_email",
        "signalant_organisme",
    )

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    # Un même formulaire peut s'adresser à plusieurs réseaux : une demande dans chacun.
    depot = models.UUIDField("dépôt", default=uuid4, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="demandes"
    )
    # Sans structure, c'est l'animation du réseau qui la lit et la confie.
    structure = models.ForeignKey(
        "partenaires.Structure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="demandes",
    )
    commune = models.ForeignKey("partenaires.Commune", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=SourceDemande.choices)

    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField(max_length=80, blank=True)
    cle_nom = models.CharField(max_length=170, db_collation="C", editable=False, blank=True)
    email = models.EmailField("adresse de courriel", blank=True)
    telephone_saisi = models.CharField("téléphone", max_length=30, blank=True)
    telephone = models.CharField(max_length=20, blank=True, editable=False)
    projet = models.CharField("le projet en une ligne", max_length=160, blank=True)
    message = models.TextField("ce qui aide à rappeler", max_length=600, blank=True)
    accord_le = models.DateField("d’accord pour être rappelée, le")

    signalant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signalant_structure = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signalant_nom = models.CharField(max_length=120, blank=True)
    signalant_email = models.EmailField(blank=True)
    signalant_organisme = models.CharField(max_length=160, blank=True)

    recue_le = models.DateTimeField("reçue le", default=timezone.now)
    # Passée à une autre structure, c'est d'ici que court son délai.
    confiee_le = models.DateTimeField("confiée le", default=timezone.now)
    alerte_le = models.DateField("alerte le")
    promise_le = models.DateField("réponse annoncée pour le")

    etat = models.CharField(
        "état", max_length=10, choices=EtatDemande.choices, default=EtatDemande.NOUVELLE
    )
    repondue_le = models.DateTimeField("répondue le", null=True, blank=True)
    repondue_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dossier = models.ForeignKey(
        "porteurs.Dossier",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="demandes",
    )
    motif = models.CharField(max_length=12, choices=MotifCloture.choices, blank=True)
    precision = models.CharField("précision", max_length=300, blank=True)
    purgee_le = models.DateField("personne effacée le", null=True, blank=True)

    objects = DemandeQuerySet.as_manager()

    class Meta:
        verbose_name = "demande"
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(telephone="") | Q(purgee_le__isnull=False),
                name="demande_joignable",
                violation_error_message="Il faut un téléphone ou une adresse de courriel.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=DEMANDE_EN_ATTENTE, repondue_le=None)
                | (~Q(etat__in=DEMANDE_EN_ATTENTE) & Q(repondue_le__isnull=False)),
                name="demande_repondue_datee",
                violation_error_message="Une demande répondue porte la date de sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatDemande.PRISE, dossier__isnull=False)
                | (~Q(etat=EtatDemande.PRISE) & Q(dossier=None)),
                name="demande_prise_a_son_dossier",
                violation_error_message="Une demande prise est devenue un dossier.",
            ),
            models.CheckConstraint(
                condition=(Q(etat=EtatDemande.CLOSE) & ~Q(motif=""))
                | (~Q(etat=EtatDemande.CLOSE) & Q(motif="")),
                name="demande_close_motivee",
                violation_error_message="Dites pourquoi la demande se ferme.",
            ),
            models.CheckConstraint(
                condition=Q(alerte_le__lte=F("promise_le")),
                name="demande_alerte_avant_terme",
                violation_error_message="L’alerte vient avant la date annoncée.",
            ),
        ]
        indexes = [
            models.Index(fields=["reseau", "confiee_le", "id"], name="demande_du_reseau"),
            models.Index(
                fields=["structure", "confiee_le"],
                condition=Q(repondue_le=None),
                name="demande_a_prendre",
            ),
            models.Index(fields=["reseau", "-repondue_le", "-id"], name="demande_repondue"),
            models.Index(fields=["signalant", "-recue_le", "-id"], name="demande_signalee"),
            models.Index(
                fields=["promise_le"], condition=Q(repondue_le=None), name="demande_par_terme"
            ),
            models.Index(fields=["depot"], name="demande_par_depot"),
            models.Index(
                fields=["reseau", "cle_nom"], condition=Q(purgee_le=None), name="demande_par_nom"
            ),
            models.Index(
                fields=["reseau", "email"], condition=~Q(email=""), name="demande_par_courriel"
            ),
            models.Index(
                fields=["reseau", "telephone"],
                condition=~Q(telephone=""),
                name="demande_par_telephone",
            ),
            models.Index(fields=["recue_le"], condition=Q(purgee_le=None), name="demande_a_purger"),
        ]

    def __str__(self):
        return f"Demande de {self.commune_id}, reçue le {date_en_mots(self.recue_le)}"

    def save(self, *args, **kwargs):
        self.cle_nom = cle_nom(self.prenom, self.nom)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "cle_nom"}
        super().save(*args, **kwargs)

    @property
    def en_attente(self) -> bool:
        return self.etat in DEMANDE_EN_ATTENTE

    @property
    def jours(self) -> int:
        """Les jours ouvrés avant la date annoncée, négatifs quand elle est passée."""
        return jours_ouvres.restants(self.reseau.aujourd_hui(), self.promise_le, self.reseau.fuseau)

    @property
    def premier_contact(self) -> int | None:
        """Les jours ouvrés de l'arrivée à la réponse ; rien tant qu'elle attend."""
        if self.repondue_le is None:
            return None
        arrivee, reponse = (
            timezone.localdate(le, self.reseau.tz) for le in (self.recue_le, self.repondue_le)
        )
        return jours_ouvres.restants(arrivee, reponse, self.reseau.fuseau)

    @property
    def en_retard(self) -> bool:
        return self.en_attente and self.reseau.aujourd_hui() > self.promise_le

    @property
    def qui_rappelle(self) -> str:
        """La structure à qui elle est confiée ; à défaut celle qui coordonne, ou le réseau."""
        return str(self.structure or self.reseau.structure_coordinatrice or self.reseau)

    @property
    def personne(self) -> str:
        return f"{self.prenom} {self.nom}".strip() or "Personne effacée"

    @property
    def qui_signale(self) -> str:
        """« Nadia Coudert, Ville d'Ambert » ; vide quand la personne s'est adressée d'elle-même."""
        if self.signalant:
            nom, organisme = self.signalant.nom_complet, self.signalant_structure
        else:
            nom, organisme = self.signalant_nom, self.signalant_organisme
        return ", ".join(str(mot) for mot in (nom, organisme) if mot)


class TransmissionDemande(models.Model):
    """La trace d'un passage : d'une structure à une autre, ou d'un réseau à un autre.

    Les réseaux y sont en toutes lettres : la trace survit au départ de l'un d'eux. Aucune donnée
    de la personne n'y entre ; le motif s'efface avec elle.
    """

    demande = models.ForeignKey(Demande, on_delete=models.CASCADE, related_name="transmissions")
    le = models.DateTimeField(default=timezone.now)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    de = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    vers = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    du_reseau = models.CharField("du réseau", max_length=120, blank=True)
    au_reseau = models.CharField("au réseau", max_length=120, blank=True)
    motif = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "transmission d’une demande"
        verbose_name_plural = "transmissions de demandes"
        indexes = [models.Index(fields=["demande", "le"], name="transmission_par_demande")]

    def __str__(self):
        return f"{self.demande_id} le {date_en_mots(self.le)}"


class RapprochementQuerySet(models.QuerySet):
    def dicibles_a(self, acteur):
        """Ceux dont l'acteur voit l'autre bout, et tous ceux des réseaux qu'il anime."""
        return self.filter(
            Q(demande__reseau__in=acteur.reseaux(Fonction.ANIMATEUR))
            | Q(autre__in=Demande.objects.filter(lues_en_entier(acteur)).values("pk"))
            | Q(dossier__in=Dossier.objects.suivis_par(acteur).values("pk"))
        )


class Rapprochement(models.Model):
    """Une demande semble être d'une personne déjà connue : par une autre demande ou un dossier.

    Écrit à l'arrivée, sans un signe à qui tape ; effacé avec la personne.
    """

    demande = models.ForeignKey(Demande, on_delete=models.CASCADE, related_name="rapprochements")
    autre = models.ForeignKey(
        Demande, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    dossier = models.ForeignKey(
        "porteurs.Dossier", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    objects = RapprochementQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement"
        constraints = [
            models.CheckConstraint(
                condition=Q(autre__isnull=False, dossier=None)
                | Q(autre=None, dossier__isnull=False),
                name="rapprochement_un_seul_bout",
                violation_error_message="Un rapprochement mène à une demande ou à un dossier.",
            ),
            models.UniqueConstraint(
                fields=["demande", "autre", "dossier"],
                nulls_distinct=False,
                name="rapprochement_unique",
            ),
        ]

    def __str__(self):
        return f"{self.demande_id} et {self.autre_id or self.dossier_id}"


class ReglageDemandes(models.Model):
    """Le délai qu'un réseau annonce, et l'alerte qui le précède, en jours ouvrés."""

    reseau = models.OneToOneField(
        "partenaires.Reseau", on_delete=models.CASCADE, related_name="reglage_demandes"
    )
    delai = models.PositiveSmallIntegerField(
        "réponse annoncée sous",
        default=DELAI,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
    )
    alerte = models.PositiveSmallIntegerField(
        "alerte après", default=ALERTE, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )

    class Meta:
        verbose_name = "réglage des demandes"
        verbose_name_plural = "réglages des demandes"
        constraints = [
            models.CheckConstraint(
                condition=Q(alerte__gte=1) & Q(alerte__lte=F("delai")) & Q(delai__lte=30),
                name="reglage_alerte_avant_delai",
                violation_error_message="L’alerte vient au plus tard le jour annoncé.",
            )
        ]

    def __str__(self):
        return f"{self.delai} jours ouvrés"


class PermanenceEpci(models.Model):
    """À qui vont, tour à tour, les demandes d'une intercommunalité.

    ``servie`` : la dernière à en avoir reçu une. Qui en cherche la suivante réserve cette ligne.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.CASCADE, related_name="permanences"
    )
    epci = models.ForeignKey("partenaires.Epci", on_delete=models.PROTECT, related_name="+")
    servie = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "permanence"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "epci"],
                name="permanence_unique",
                violation_error_message="Cette intercommunalité a déjà sa permanence.",
            )
        ]

    def __str__(self):
        return f"{self.epci_id} dans {self.reseau_id}"


class TourPermanence(models.Model):
    """La place d'une structure dans la permanence d'une intercommunalité."""

    permanence = models.ForeignKey(PermanenceEpci, on_delete=models.CASCADE, related_name="tours")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    rang = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "tour de permanence"
        verbose_name_plural = "tours de permanence"
        constraints = [
            models.UniqueConstraint(
                fields=["permanence", "structure"],
                name="tour_une_fois",
                violation_error_message="Une structure n’a qu’une place dans la permanence.",
            )
        ]
        indexes = [models.Index(fields=["permanence", "rang"], name="tour_par_rang")]

    def __str__(self):
        return f"{self.rang}. {self.structure_id}"
