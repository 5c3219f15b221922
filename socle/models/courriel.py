import hashlib

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from socle.enums import EtatCourriel


class CourrielQuerySet(models.QuerySet):
    def a_expedier(self, maintenant):
        return self.filter(etat=EtatCourriel.ATTENTE, a_partir_de__lte=maintenant)

    def pour_la_semaine(self, maintenant):
        """Ce que le courriel de la semaine de son destinataire doit reprendre."""
        return self.filter(etat=EtatCourriel.SEMAINE, a_partir_de__lte=maintenant)

    def en_souffrance(self):
        """Ce qu'une personne doit regarder : échecs et incertains."""
        return self.filter(etat__in=[EtatCourriel.ECHEC, EtatCourriel.INCERTAIN])


class Courriel(models.Model):
    """Une ligne de la boîte d'envoi : un genre, un destinataire, une période, une seule fois.

    La ligne est écrite dans la transaction métier et ne porte que des identifiants ; le texte
    est composé quand un ouvrier la réclame, avec les droits du destinataire à cet instant.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    genre = models.CharField(max_length=40)
    destinataire = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    adresse = models.EmailField(max_length=254)
    # « u12 » pour un compte, l'adresse sinon : changer d'adresse ne permet pas un second envoi.
    cle_destinataire = models.CharField(max_length=254)
    periode = models.CharField(max_length=120)
    contexte = models.JSONField(default=dict)

    etat = models.CharField(
        max_length=12, choices=EtatCourriel.choices, default=EtatCourriel.ATTENTE
    )
    message_id = models.CharField(max_length=200, unique=True)
    tentatives = models.PositiveSmallIntegerField(default=0)
    a_partir_de = models.DateTimeField(db_default=Now())
    reclame_le = models.DateTimeField(null=True, blank=True)
    envoye_le = models.DateTimeField(null=True, blank=True)
    # Le courriel de la semaine qui le reprend, une fois qu'il y est entré.
    repris_dans = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repris",
        db_index=False,
    )
    erreur = models.CharField(max_length=300, blank=True)

    sujet = models.CharField(max_length=250, blank=True)
    corps_texte = models.TextField(blank=True)
    corps_html = models.TextField(blank=True)
    # [{"nom", "type", "contenu"}] ; contenu en texte (un calendrier .ics).
    pieces = models.JSONField(default=list)
    cree_le = models.DateTimeField(db_default=Now())
    vide_le = models.DateTimeField("corps vidé le", null=True, blank=True)

    objects = CourrielQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        constraints = [
            models.UniqueConstraint(
                fields=["genre", "cle_destinataire", "periode"], name="courriel_une_seule_fois"
            ),
        ]
        indexes = [
            models.Index(
                fields=["a_partir_de"],
                condition=models.Q(etat=EtatCourriel.ATTENTE),
                name="courriel_en_attente",
            ),
            models.Index(
                fields=["reclame_le"],
                condition=models.Q(etat__in=[EtatCourriel.COMPOSITION, EtatCourriel.REMISE]),
                name="courriel_reclame",
            ),
            models.Index(
                fields=["cle_destinataire", "a_partir_de"],
                condition=models.Q(etat=EtatCourriel.SEMAINE),
                name="courriel_de_la_semaine",
            ),
            models.Index(
                fields=["repris_dans"],
                condition=models.Q(repris_dans__isnull=False),
                name="courriel_repris_dans",
            ),
            models.Index(fields=["-cree_le", "-id"], name="courriel_recents"),
        ]

    def __str__(self):
        return f"{self.genre} à {self.adresse}"

    @staticmethod
    def identifiant(genre: str, cle_destinataire: str, periode: str) -> str:
        """Le Message-ID, dérivé de la clé : le même courriel porte toujours le même."""
        empreinte = hashlib.sha256(f"{genre}\n{cle_destinataire}\n{periode}".encode()).hexdigest()
        return f"<{empreinte[:40]}@{settings.COURRIEL_DOMAINE}>"
