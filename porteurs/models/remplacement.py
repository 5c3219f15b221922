from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q

from partenaires.enums import Fonction
from partenaires.models.mandat import intervalle_d_une_valeur


class RemplacementQuerySet(models.QuerySet):
    def en_cours(self, jour):
        return self.filter(periode__contains=jour)

    def visible_par(self, acteur):
        """Celles des structures pour lesquelles on agit comme technicien, collègues compris."""
        condition = Q(pk=None)
        for mandat in acteur.mandats:
            if mandat.fonction == Fonction.TECHNICIEN:
                condition |= Q(reseau=mandat.reseau_id, structure=mandat.structure_id)
        return self.filter(condition)


class Remplacement(models.Model):
    """Une absence, et la personne de la même structure qui prend la suite le temps qu'elle dure.

    Elle voit déjà les dossiers par sa structure : ce qui change de mains, ce sont les rappels.
    """

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    reseau = models.ForeignKey("partenaires.Reseau", on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(
        "partenaires.Structure", on_delete=models.PROTECT, related_name="+"
    )
    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences"
    )
    remplacant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # [premier jour d'absence, jour du retour)
    periode = DateRangeField("période")
    mot = models.CharField("un mot pour qui remplace", max_length=300, blank=True)

    objects = RemplacementQuerySet.as_manager()

    class Meta:
        verbose_name = "remplacement"
        constraints = [
            models.CheckConstraint(
                condition=Q(periode__isempty=False, periode__upper_inf=False),
                name="remplacement_borne",
                violation_error_message="Une absence a un premier jour et un retour.",
            ),
            models.CheckConstraint(
                condition=Q(remplacant=None) | ~Q(absent=F("remplacant")),
                name="remplacement_par_une_autre",
                violation_error_message="On ne se remplace pas soi-même.",
            ),
            ExclusionConstraint(
                name="remplacement_sans_chevauchement",
                index_type="gist",
                expressions=[
                    (intervalle_d_une_valeur(F("absent")), RangeOperators.OVERLAPS),
                    (intervalle_d_une_valeur(F("structure")), RangeOperators.OVERLAPS),
                    (intervalle_d_une_valeur(F("reseau")), RangeOperators.OVERLAPS),
                    ("periode", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une autre absence couvre déjà une partie de ces dates.",
            ),
        ]

    def __str__(self):
        return f"absence de {self.absent_id}"

    @property
    def dernier_jour(self):
        return self.periode.upper - timedelta(days=1)
