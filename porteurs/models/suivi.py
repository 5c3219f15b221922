from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone

from partenaires.enums import Fonction
from porteurs.enums import (
    Audience,
    EtatAffectation,
    EtatRelais,
    NatureEchange,
    RoleAffectation,
    Volet,
)
from porteurs.models.acces import Acces, cles_du_mandat
from porteurs.models.regard import Regard


class AffectationQuerySet(models.QuerySet):
    def en_cours(self):
        return self.filter(etat=EtatAffectation.ACCEPTEE, periode__upper_inf=True)

    def proposees(self):
        return self.filter(etat=EtatAffectation.PROPOSEE)


class Affectation(models.Model):
    """Une personne référente ou marraine d'un dossier : proposée, puis acceptée ou déclinée."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="affectations"
    )
    role = models.CharField("rôle", max_length=10, choices=RoleAffectation.choices)
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="affectations"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    etat = models.CharField(
        "état", max_length=10, choices=EtatAffectation.choices, default=EtatAffectation.PROPOSEE
    )
    # [début, fin) de l'exercice, une fois acceptée.
    periode = DateRangeField("période", null=True, blank=True)
    motif = models.CharField(max_length=300, blank=True)
    proposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposee_le = models.DateTimeField(default=timezone.now)
    repondue_le = models.DateTimeField(null=True, blank=True)

    objects = AffectationQuerySet.as_manager()

    class Meta:
        verbose_name = "affectation"
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat=EtatAffectation.ACCEPTEE)
                | Q(periode__isnull=False, periode__isempty=False),
                name="affectation_acceptee_datee",
            ),
            models.UniqueConstraint(
                fields=["dossier", "role"],
                condition=Q(etat=EtatAffectation.PROPOSEE),
                name="affectation_une_proposition",
                violation_error_message="Une proposition attend déjà une réponse.",
            ),
            models.UniqueConstraint(
                "dossier",
                "role",
                condition=Q(etat=EtatAffectation.ACCEPTEE, periode__upper_inf=True),
                name="affectation_un_seul_en_cours",
                violation_error_message="Quelqu’un tient déjà ce rôle.",
            ),
        ]
        indexes = [
            models.Index(fields=["utilisateur", "etat"], name="affectation_par_personne"),
        ]

    def __str__(self):
        return f"{self.role} {self.utilisateur_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id

    @property
    def en_cours(self) -> bool:
        return self.etat == EtatAffectation.ACCEPTEE and self.periode.upper is None


class Relais(models.Model):
    """La suite d'un dossier proposée à une autre structure, avec son résumé.

    Jusqu'à l'acceptation, la structure qui passe le relais répond du dossier.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="relais")
    de = models.ForeignKey("partenaires.Structure", on_delete=models.PROTECT, related_name="+")
    vers = models.ForeignKey("partenaires.Structure", on_delete=models.PROTECT, related_name="+")
    resume = models.TextField("résumé", max_length=2000)
    etat = models.CharField(
        "état", max_length=8, choices=EtatRelais.choices, default=EtatRelais.PROPOSE
    )
    propose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    propose_le = models.DateTimeField(default=timezone.now)
    repondu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    repondu_le = models.DateTimeField(null=True, blank=True)
    motif = models.CharField("motif du refus", max_length=500, blank=True)

    class Meta:
        verbose_name = "relais"
        verbose_name_plural = "relais"
        constraints = [
            models.CheckConstraint(
                condition=~Q(de=F("vers")),
                name="relais_vers_une_autre",
                violation_error_message="On ne passe pas le relais à sa propre structure.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatRelais.REFUSE) | ~Q(motif=""),
                name="relais_refus_motive",
                violation_error_message="Dites pourquoi vous refusez : l’autre structure doit savoir.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(etat=EtatRelais.PROPOSE),
                name="relais_un_seul_propose",
                violation_error_message="Un relais attend déjà une réponse.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vers"], condition=Q(etat=EtatRelais.PROPOSE), name="relais_en_attente"
            )
        ]

    def __str__(self):
        return f"relais de {self.de_id} à {self.vers_id}"

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id


def lisible_par(acteur) -> Q:
    """La condition de lecture de ce qui porte ``dossier``, ``audience``, ``structure`` et ``prive``.

    Selon l'audience : le réseau, l'équipe du dossier, ou la structure de l'auteur. Ce qui touche à
    la vie privée du foyer demande en plus de lire son volet privé.
    """
    condition = Q(audience=Audience.RESEAU) & Q(
        Acces.objects.ouvrant(acteur, Volet.FICHE, "dossier")
    )
    condition |= Q(audience=Audience.EQUIPE) & Q(
        Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier")
    )
    for mandat in acteur.mandats:
        if mandat.fonction == Fonction.TECHNICIEN:
            # Le réseau se lit dans la clé : passer par le dossier lirait toute sa table.
            droit = Acces.objects.de(acteur).filter(
                dossier=OuterRef("dossier"),
                beneficiaire__in=cles_du_mandat(mandat, acteur.utilisateur_id),
            )
            condition |= Q(audience=Audience.STRUCTURE, structure=mandat.structure_id) & Q(
                Exists(droit)
            )
    return condition & (Q(prive=False) | Q(Acces.objects.ouvrant_le_prive(acteur, "dossier")))


class EchangeQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        return self.filter(lisible_par(acteur))

    def visibles_au_porteur(self, regard: Regard):
        """Ce que la personne accompagnée en lit dans son espace."""
        return self.filter(regard.lit())


class Echange(models.Model):
    """Une note, un appel, une rencontre, un courriel : avec l'audience choisie en l'écrivant."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="echanges"
    )
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    nature = models.CharField(max_length=10, choices=NatureEchange.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    # Il touche à la vie privée du foyer : qui n'a pas le volet privé ne le lit pas.
    prive = models.BooleanField("vie privée", default=False, db_default=False)
    # La personne accompagnée qui l'a écrit, depuis son espace ; l'auteur est alors vide.
    porteur = models.ForeignKey(
        "porteurs.Porteur", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Adressé à la personne accompagnée, ou écrit par elle : elle le lit dans son espace.
    pour_porteur = models.BooleanField("lu par la personne", default=False, db_default=False)
    le = models.DateField()
    texte = models.TextField(max_length=5000)
    cree_le = models.DateTimeField(default=timezone.now)
    vecteur = models.GeneratedField(
        expression=Func(F("texte"), function="vecteur_francais"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = EchangeQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        constraints = [
            models.CheckConstraint(
                condition=Q(porteur=None) | Q(pour_porteur=True, auteur=None),
                name="echange_du_porteur_lu_par_lui",
            ),
            models.CheckConstraint(
                condition=~Q(audience=Audience.RESEAU) | Q(prive=False),
                name="echange_prive_hors_reseau",
                violation_error_message="Ce qui touche à la vie privée ne se dit pas à tout le réseau.",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "-le", "-id"], name="echange_par_dossier"),
            GinIndex(fields=["vecteur"], name="echange_texte"),
        ]

    def __str__(self):
        return f"{self.nature} du {self.le}"


class Action(models.Model):
    """Quelque chose à faire, par quelqu'un, avant une date."""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey(
        "porteurs.Dossier", on_delete=models.CASCADE, related_name="actions"
    )
    libelle = models.CharField("quoi", max_length=200)
    responsable = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions"
    )
    echeance = models.DateField("échéance")
    faite_le = models.DateField(null=True, blank=True)
    # À la personne accompagnée de faire : elle la lit dans son espace.
    pour_porteur = models.BooleanField("à faire par la personne", default=False, db_default=False)
    cree_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "action"
        indexes = [
            models.Index(
                fields=["responsable", "echeance"],
                condition=Q(faite_le=None),
                name="action_a_faire",
            ),
            models.Index(
                fields=["dossier", "echeance"],
                condition=Q(faite_le=None),
                name="action_du_dossier",
            ),
        ]

    def __str__(self):
        return self.libelle

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id
