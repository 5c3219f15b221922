"""Les contours des communes, chargés de l'extrait que livre le projet : nul ne les saisit."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ContourCommune(models.Model):
    """Le dessin d'une commune, en hectomètres entiers, l'ordonnée vers le bas.

    ``repere`` : « 93 » (Lambert-93) pour la métropole et la Corse, sinon le département d'outre-mer ; deux
    repères ne se dessinent pas ensemble. ``cadre`` : gauche, haut, droite, bas. ``trace`` : l'attribut « d »
    d'un path (``partenaires.territoires.traces``). Une commune sans ligne se montre par son point.
    """

    commune = models.OneToOneField(
        "partenaires.Commune", on_delete=models.CASCADE, related_name="contour"
    )
    repere = models.CharField("repère", max_length=3)
    cadre = ArrayField(models.SmallIntegerField(), size=4)
    trace = models.TextField("tracé")

    class Meta:
        verbose_name = "contour d’une commune"
        verbose_name_plural = "contours des communes"

    def __str__(self):
        return f"contour de {self.commune_id}"
