"""Les réunions dans l'agenda personnel : celles que la personne voit, jamais un dossier."""

from porteurs.calendrier import entree
from porteurs.models import Reunion


def reunions(lecteur) -> list:
    """Pour une personne seulement : une réunion du réseau ne se montre pas au public."""
    if lecteur.acteur is None:
        return []
    vues = Reunion.objects.visible_par(lecteur.acteur).filter(debut__gte=lecteur.depuis)
    return [entree(r) for r in vues.select_related("reseau").order_by("debut", "pk")]
