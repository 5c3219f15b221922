"""Les temps collectifs d'un réseau, qui y expose, ce qu'ils coûtent, ce qu'on en a pensé."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

from partenaires.calendrier import quand
from partenaires.enums import (
    LECTEURS,
    EtatEvenement,
    EtatInscription,
    NatureEvenement,
    SensBudget,
)
from partenaires.models.inscription import Inscription
from socle.dates import heure_en_mots, jour_en_mots


class EvenementQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Ceux des réseaux dont on lit l'annuaire, membres ou publics."""
        return self.filter(reseau__in=acteur.reseaux(*LECTEURS))

    def publics(self):
        return self.filter(public=True)

    def a_venir(self, maintenant):
        """Ce qui n'est pas fini, le plus proche d'abord."""
        return self.filter(fin__gte=maintenant).order_by("debut", "pk")

    def passes(self, maintenant):
        return self.filter(fin__lt=maintenant).order_by("-debut", "-pk")

    def avec_compteurs(self):
        """``nb_inscrits``, ``nb_attente`` et ``nb_presentes``, comptés par la base."""
        return self.annotate(
            nb_presentes=models.Count("inscriptions", filter=models.Q(inscriptions__presente=True)),
            **{
                nom: models.Count("inscriptions", filter=models.Q(inscriptions__etat=etat))
                for nom, etat in (
                    ("nb_inscrits", EtatInscription.INSCRIT),
                    ("nb_attente", EtatInscription.ATTENTE),
                )
            },
        )

    def avec_mon_etat(self, utilisateur_id: int):
        """``mon_etat`` : l'état de sa propre inscription, ou rien."""
        siennes = Inscription.objects.filter(
            evenement=models.OuterRef("pk"), utilisateur=utilisateur_id
        )
        return self.annotate(mon_etat=models.Subquery(siennes.values("etat")[:1]))


class Evenement(models.Model):
    """Un temps collectif du réseau : formation, séminaire, soirée, forum…

    ``sequence`` est à la fois le numéro de version du calendrier et celui que relit le formulaire.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey(
        "partenaires.Reseau", on_delete=models.PROTECT, related_name="evenements"
    )
    nature = models.CharField(max_length=20, choices=NatureEvenement.choices)
    intitule = models.CharField("intitulé", max_length=160)
    description = models.TextField(max_length=4000, blank=True, default="", db_default="")
    debut = models.DateTimeField("début")
    fin = models.DateTimeField()
    commune = models.ForeignKey(
        "partenaires.Commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lieu = models.CharField(max_length=200, blank=True, default="", db_default="")
    public = models.BooleanField("ouvert au public", default=False, db_default=False)
    # Sans nombre de places, tout le monde entre.
    capacite = models.PositiveIntegerField("nombre de places", null=True, blank=True)
    cloture = models.DateField("dernier jour pour s’inscrire", null=True, blank=True)
    avis_demande = models.BooleanField(
        "demander un avis le lendemain", default=True, db_default=True
    )
    etat = models.CharField(
        max_length=10, choices=EtatEvenement.choices, default=EtatEvenement.PREVU
    )
    motif_annulation = models.CharField(max_length=300, blank=True, default="", db_default="")
    sequence = models.PositiveIntegerField(default=0, db_default=0)
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    modifie_le = models.DateTimeField("modifié le", default=timezone.now, db_default=Now())

    objects = EvenementQuerySet.as_manager()

    class Meta:
        verbose_name = "évènement"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fin__gte=models.F("debut")),
                name="evenement_finit_apres_debut",
                violation_error_message="L’évènement finit avant d’avoir commencé.",
            ),
            models.CheckConstraint(
                condition=models.Q(capacite=None) | models.Q(capacite__gte=1),
                name="evenement_a_une_place",
                violation_error_message="Il faut au moins une place.",
            ),
        ]
        indexes = [
            models.Index(fields=["reseau", "debut"], name="evenement_par_reseau"),
            models.Index(fields=["fin"], name="evenement_par_fin"),
        ]

    def __str__(self):
        return self.intitule

    @property
    def annule(self) -> bool:
        return self.etat == EtatEvenement.ANNULE

    @property
    def quand(self) -> str:
        """« jeudi 12 mars 2026, 9 h – 17 h », à l'heure du réseau ; sur plusieurs jours, les deux."""
        debut, fin = (i.astimezone(self.reseau.tz) for i in (self.debut, self.fin))
        if debut.date() == fin.date():
            return f"{quand(self.debut, self.reseau.tz)}\u00a0– {heure_en_mots(fin.time())}"
        return f"du {quand(self.debut, self.reseau.tz)} au {quand(self.fin, self.reseau.tz)}"

    @property
    def jour(self):
        return self.debut.astimezone(self.reseau.tz).date()

    @property
    def jour_court(self) -> str:
        """« jeudi 12 mars », pour le sujet d'un courriel."""
        return jour_en_mots(self.jour, annee=False)

    @property
    def ou(self) -> str:
        """« Salle des fêtes, Ambert » ; vide si rien n'est dit."""
        return ", ".join(filter(None, [self.lieu, self.commune.nom if self.commune else ""]))

    @property
    def ouvert_aux_inscriptions(self) -> bool:
        """On s'y inscrit encore : prévu, pas commencé, avant le dernier jour dit."""
        return (
            self.etat == EtatEvenement.PREVU
            and self.debut > timezone.now()
            and (self.cloture is None or self.reseau.aujourd_hui() <= self.cloture)
        )

    @property
    def places_libres(self) -> int | None:
        """Sur un évènement lu ``avec_compteurs`` ; ``None`` quand les places ne sont pas comptées."""
        return None if self.capacite is None else max(0, self.capacite - self.nb_inscrits)


class Exposant(models.Model):
    """Qui tient un stand sur un forum : une structure de l'annuaire, ou un nom libre."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    evenement = models.ForeignKey(Evenement, on_delete=models.CASCADE, related_name="exposants")
    structure = models.ForeignKey(
        "partenaires.Structure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    nom = models.CharField(max_length=120, blank=True)
    stand = models.CharField(max_length=20, blank=True)
    besoins = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "exposant"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(structure__isnull=False, nom="")
                | (models.Q(structure=None) & ~models.Q(nom="")),
                name="exposant_structure_ou_nom",
                violation_error_message="Choisissez une structure, ou écrivez un nom.",
            ),
            models.UniqueConstraint(
                fields=["evenement", "structure"],
                condition=models.Q(structure__isnull=False),
                name="exposant_une_fois",
                violation_error_message="Cette structure expose déjà.",
            ),
            models.UniqueConstraint(
                "evenement",
                Lower("stand"),
                condition=~models.Q(stand=""),
                name="exposant_un_par_stand",
                violation_error_message="Ce stand est déjà pris.",
            ),
        ]

    def __str__(self):
        return self.structure.nom if self.structure else self.nom


class LigneBudget(models.Model):
    """Une dépense, ou une recette et qui la donne. Montants en euros."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    evenement = models.ForeignKey(Evenement, on_delete=models.CASCADE, related_name="budget")
    sens = models.CharField(max_length=8, choices=SensBudget.choices)
    libelle = models.CharField("libellé", max_length=120)
    financeur = models.CharField(max_length=120, blank=True)
    prevu = models.DecimalField("prévu", max_digits=10, decimal_places=2)
    realise = models.DecimalField("réalisé", max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "ligne de budget"
        verbose_name_plural = "lignes de budget"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(prevu__gte=0)
                & (models.Q(realise=None) | models.Q(realise__gte=0)),
                name="budget_montants_positifs",
                violation_error_message="Un montant est positif : le sens dit s’il entre ou sort.",
            ),
            models.CheckConstraint(
                condition=models.Q(sens=SensBudget.DEPENSE, financeur="")
                | (models.Q(sens=SensBudget.RECETTE) & ~models.Q(financeur="")),
                name="budget_recette_a_un_financeur",
                violation_error_message="Une recette dit qui finance ; une dépense n’en a pas.",
            ),
        ]

    def __str__(self):
        return f"{self.libelle} : {self.prevu}"


class Evaluation(models.Model):
    """Un avis, sans auteur, sans date et sans lien avec une inscription : il ne peut désigner personne."""

    evenement = models.ForeignKey(Evenement, on_delete=models.CASCADE, related_name="evaluations")
    note = models.PositiveSmallIntegerField()
    servi = models.CharField("ce qui a servi", max_length=600, blank=True)
    manque = models.CharField("ce qui manque", max_length=600, blank=True)

    class Meta:
        verbose_name = "avis sur un évènement"
        verbose_name_plural = "avis sur un évènement"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(note__gte=1, note__lte=5),
                name="evaluation_de_un_a_cinq",
                violation_error_message="La note va de 1 à 5.",
            )
        ]

    def __str__(self):
        return f"{self.note} sur 5"
