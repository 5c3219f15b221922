"""Le tableau existant d'un partenaire, de son dépôt à son entrée dans les dossiers, et retour."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from partenaires.enums import Fonction

# Un tableau qu'on n'a pas fini de relire s'efface ; passé le mois, un import ne se défait plus.
GARDE_ATTENTE = timedelta(days=7)
GARDE_ANNULATION = timedelta(days=30)


class EtatImport(models.TextChoices):
    DEPOSE = "depose", "colonnes à reconnaître"
    VERIFICATION = "verification", "lecture en cours"
    VERIFIE = "verifie", "à relire"
    ECRITURE = "ecriture", "écriture en cours"
    TERMINE = "termine", "importé"
    ANNULATION = "annulation", "retour en arrière en cours"
    ANNULE = "annule", "défait"


# Là où une tâche travaille, ou doit travailler.
EN_COURS = [EtatImport.VERIFICATION, EtatImport.ECRITURE, EtatImport.ANNULATION]
EN_ATTENTE = [EtatImport.DEPOSE, EtatImport.VERIFICATION, EtatImport.VERIFIE]
ACHEVES = [EtatImport.TERMINE, EtatImport.ANNULATION, EtatImport.ANNULE]


class EtatLigne(models.TextChoices):
    """Ce qu'une ligne du tableau deviendra."""

    ATTENTE = "attente", "pas encore lue"
    NOUVELLE = "nouvelle", "nouveau dossier"
    MODIFIEE = "modifiee", "met à jour un dossier"
    INCHANGEE = "inchangee", "rien de neuf"
    FAUTIVE = "fautive", "à corriger"


class ImportDossiersQuerySet(models.QuerySet):
    def visible_par(self, acteur):
        """L'animation du réseau, et la structure qui importe ; l'animation n'en lit que le résumé."""
        condition = Q(reseau__in=acteur.reseaux(Fonction.ANIMATEUR))
        for mandat in acteur.mandats:
            if mandat.fonction == Fonction.TECHNICIEN:
                condition |= Q(reseau=mandat.reseau_id, structure=mandat.structure_id)
        return self.filter(condition)


class ImportDossiers(models.Model):
    """Un tableau déposé au nom d'une structure, et où il en est.

    ``entetes`` : les titres du fichier. ``colonnes`` : ``{champ: rang de la colonne}``.
    ``reglages`` : ce que le tableau ne dit pas (nature par défaut). ``reponses`` :
    ``{champ: {texte lu: valeur}}``, ce que la personne a précisé. ``comptes`` : les lignes par état.

    Pas de donnée personnelle hors ``reponses`` et ``questions``, des textes de cases : un mois après
    l'import, ils sont vidés.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    nom_fichier = models.CharField("fichier", max_length=120)
    etat = models.CharField(
        "état", max_length=12, choices=EtatImport.choices, default=EtatImport.DEPOSE
    )
    entetes = models.JSONField(default=list)
    colonnes = models.JSONField(default=dict)
    reglages = models.JSONField(default=dict)
    reponses = models.JSONField(default=dict)
    # Les valeurs qu'on n'a pas comprises, chacune une fois, avec ce qu'on peut y répondre.
    questions = models.JSONField(default=list)
    avertissements = models.JSONField(default=list)
    comptes = models.JSONField(default=dict)
    # La phrase du dernier refus, à lire sur la page.
    message = models.CharField(max_length=1000, blank=True)
    total = models.PositiveIntegerField(default=0)
    traitees = models.PositiveIntegerField("lignes traitées", default=0)
    depose_le = models.DateTimeField("déposé le", default=timezone.now)
    # La dernière fois qu'une tâche en a donné signe : au silence, une autre reprend.
    signe_le = models.DateTimeField(default=timezone.now)
    importe_le = models.DateTimeField("importé le", null=True, blank=True)
    annule_le = models.DateTimeField("défait le", null=True, blank=True)
    annule_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Les personnes à noter informées : la date, le moyen, qui l'a demandé ; vide, rien à faire.
    informer_le = models.DateField(null=True, blank=True)
    informer_mode = models.CharField(max_length=10, blank=True)
    informer_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ImportDossiersQuerySet.as_manager()

    class Meta:
        verbose_name = "import de dossiers"
        verbose_name_plural = "imports de dossiers"
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat__in=ACHEVES) | Q(importe_le__isnull=False),
                name="import_dossiers_date",
                violation_error_message="Un import achevé a une date.",
            ),
            models.CheckConstraint(
                condition=Q(traitees__lte=F("total")),
                name="import_dossiers_traitees",
                violation_error_message="On ne traite pas plus de lignes qu’il n’y en a.",
            ),
        ]
        indexes = [
            models.Index(fields=["reseau", "-depose_le"], name="import_dossiers_par_date"),
            models.Index(
                fields=["signe_le"], condition=Q(etat__in=EN_COURS), name="import_dossiers_en_cours"
            ),
        ]

    def __str__(self):
        return f"import de {self.nom_fichier} par {self.structure_id}"

    @property
    def en_cours(self) -> bool:
        return self.etat in EN_COURS

    @property
    def acheve(self) -> bool:
        return self.etat in ACHEVES

    @property
    def annulable(self) -> bool:
        return (
            self.etat == EtatImport.TERMINE and timezone.now() - self.importe_le < GARDE_ANNULATION
        )


class LigneImport(models.Model):
    """Une ligne du tableau. Données personnelles : ``saisie``, ``valeurs`` et ``avant``.

    Une fois importée, ``saisie`` et ``valeurs`` sont vidés ; ``avant`` (ce que l'import a remplacé)
    et ``empreinte`` ne servent qu'à le défaire et disparaissent au bout d'un mois, avec la ligne.
    L'effacement d'une personne supprime les lignes de ses dossiers.
    """

    import_dossiers = models.ForeignKey(
        ImportDossiers, on_delete=models.CASCADE, related_name="lignes"
    )
    # Celui que la personne voit dans son tableur.
    numero = models.PositiveIntegerField()
    saisie = models.JSONField(default=list)
    etat = models.CharField(max_length=10, choices=EtatLigne.choices, default=EtatLigne.ATTENTE)
    # Ce qui est compris : {champ: valeur} ; ce qui empêche, et ce qui est à savoir : {champ: phrase}.
    valeurs = models.JSONField(default=dict)
    erreurs = models.JSONField(default=dict)
    remarques = models.JSONField(default=dict)
    # De quoi retrouver deux lignes pour un même dossier : la référence, sinon la personne et le projet.
    repere = models.CharField(max_length=400, blank=True)
    dossier = models.ForeignKey(
        "porteurs.Dossier", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    avant = models.JSONField(default=dict)
    empreinte = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = "ligne d’un import"
        verbose_name_plural = "lignes des imports"
        constraints = [
            models.UniqueConstraint(
                fields=["import_dossiers", "numero"], name="ligne_import_numero"
            )
        ]
        indexes = [
            models.Index(fields=["import_dossiers", "etat", "numero"], name="ligne_import_etat"),
            models.Index(
                fields=["import_dossiers", "repere"],
                condition=~Q(repere=""),
                name="ligne_import_repere",
            ),
        ]

    def __str__(self):
        return f"ligne {self.numero} de {self.import_dossiers_id}"


class CorrespondanceImport(models.Model):
    """Comment une structure nomme ses colonnes, dans un réseau : on ne le lui demande qu'une fois.

    ``reponses`` porte des textes de cases, parfois un nom : un mois sans servir et elles s'oublient.
    """

    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.CASCADE, related_name="+")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.CASCADE, related_name="+"
    )
    # L'empreinte des titres, quel que soit leur ordre.
    empreinte = models.CharField(max_length=64)
    # {champ: titre}
    colonnes = models.JSONField(default=dict)
    reglages = models.JSONField(default=dict)
    reponses = models.JSONField(default=dict)
    modifiee_le = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "correspondance de colonnes"
        verbose_name_plural = "correspondances de colonnes"
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "structure", "empreinte"], name="correspondance_import_unique"
            )
        ]

    def __str__(self):
        return f"correspondance de la structure {self.structure_id}"
