from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Debit(models.Model):
    """Compteur d'une limite de débit sur une fenêtre ; en base, pour survivre à Redis."""

    cle = models.CharField(max_length=160)
    fenetre = models.BigIntegerField("numéro de la fenêtre")
    nombre = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "débit"
        constraints = [models.UniqueConstraint(fields=["cle", "fenetre"], name="debit_unique")]

    def __str__(self):
        return f"{self.cle} : {self.nombre}"


class Battement(models.Model):
    """Le dernier passage d'une tâche planifiée : un oubli devient visible sur /sante/."""

    nom = models.CharField(max_length=80, unique=True)
    dernier = models.DateTimeField()

    class Meta:
        verbose_name = "battement"

    def __str__(self):
        return self.nom


class EnvoiUnique(models.Model):
    """Un formulaire envoyé deux fois n'agit qu'une : sa clé mène au résultat du premier envoi."""

    cle = models.UUIDField(unique=True)
    # Sans personne, l'envoi d'un visiteur.
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    resultat = models.CharField("adresse du résultat", max_length=300, blank=True)
    cree_le = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "envoi unique"
        indexes = [models.Index(fields=["cree_le"], name="envoi_par_date")]

    def __str__(self):
        return str(self.cle)
