from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from porteurs.enums import Audience, NatureEchange
from porteurs.models.regard import Regard
from porteurs.models.suivi import lisible_par


class PieceQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """Comme un échange : selon l'audience choisie, et le volet privé s'il y touche."""
        return self.filter(lisible_par(acteur))

    def visibles_au_porteur(self, regard: Regard):
        """Ce que la personne accompagnée en lit dans son espace."""
        return self.filter(regard.lit())


class Piece(models.Model):
    """Un fichier du dossier, avec l'audience choisie en le déposant.

    Le fichier est unique à la pièce : effacer la personne efface la pièce, puis son fichier.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    dossier = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="pieces")
    fichier = models.OneToOneField("socle.Fichier", on_delete=models.PROTECT, related_name="piece")
    intitule = models.CharField("intitulé", max_length=160)
    audience = models.CharField(
        max_length=10,
        choices=[(a.value, a.label) for a in Audience if a != Audience.RESEAU],
        default=Audience.EQUIPE,
    )
    prive = models.BooleanField("vie privée", default=False, db_default=False)
    pour_porteur = models.BooleanField("lue par la personne", default=False, db_default=False)
    deposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Déposée par la personne accompagnée, depuis son espace ; ``deposee_par`` est alors vide.
    porteur = models.ForeignKey(
        "porteurs.Porteur", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    deposee_le = models.DateTimeField(default=timezone.now)

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce"
        constraints = [
            models.CheckConstraint(
                condition=Q(porteur=None) | Q(pour_porteur=True, deposee_par=None),
                name="piece_du_porteur_lue_par_lui",
            )
        ]
        indexes = [models.Index(fields=["dossier", "-deposee_le"], name="piece_par_dossier")]

    def __str__(self):
        return self.intitule

    @property
    def reseau_id(self) -> int:
        """Le réseau du dossier : la matrice des droits y cherche les fonctions de l'acteur."""
        return self.dossier.reseau_id


class ModeleEchange(models.Model):
    """Un texte d'échange prêt à compléter, commun au réseau : premier appel, visite d'un local…"""

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.CASCADE, related_name="+")
    titre = models.CharField(max_length=80)
    nature = models.CharField(max_length=10, choices=NatureEchange.choices)
    texte = models.TextField(max_length=2000)

    class Meta:
        verbose_name = "modèle d’échange"
        verbose_name_plural = "modèles d’échange"
        constraints = [
            models.UniqueConstraint(
                F("reseau"),
                models.functions.Lower("titre"),
                name="modele_echange_titre_unique",
                violation_error_message="Un modèle porte déjà ce titre.",
            )
        ]

    def __str__(self):
        return self.titre
