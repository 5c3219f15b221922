import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from socle.enums import Operation


class AccesJournal(models.Model):
    """Qui a ouvert quoi, quand : une référence, jamais un contenu. Gardé douze mois.

    La base refuse toute retouche : une ligne ne se modifie pas, et ne s'efface qu'au bout
    de douze mois (délibération CNIL 2021-122).
    """

    le = models.DateTimeField(db_default=Now())
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    operation = models.CharField(max_length=20, choices=Operation.choices)
    objet = models.CharField("type d’objet ou route", max_length=80)
    reference = models.CharField(max_length=120, blank=True)
    motif = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "accès journalisé"
        indexes = [
            # « Qui a consulté ce dossier » se lit par sa référence, quel que soit le geste.
            models.Index(fields=["reference", "-le"], name="journal_par_reference"),
            models.Index(fields=["le"], name="journal_par_date"),
        ]
        triggers = [
            pgtrigger.Protect(name="journal_sans_retouche", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="journal_garde_douze_mois",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.le > now() - interval '12 months'"),
            ),
            # TRUNCATE n'éveille aucun déclencheur de ligne : il lui faut le sien.
            pgtrigger.Trigger(
                name="journal_sans_vidage",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self):
        return f"{self.operation} {self.objet} {self.reference}"
