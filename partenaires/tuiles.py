"""Ce que les partenaires apportent à « Mon tableau » : ce qu'il reste à régler dans un réseau."""

from partenaires.enums import Fonction
from partenaires.models import Reseau
from socle.tuiles import Tuile


def partage_a_ouvrir(acteur) -> Tuile | None:
    """Pour l'animation : les réseaux dont les dossiers ne se partagent pas encore."""
    reseaux = list(
        Reseau.objects.de_l_acteur(acteur, Fonction.ANIMATEUR)
        .filter(partage_ouvert_le=None)
        .order_by("nom")
    )
    if not reseaux:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_partage.html",
        contexte={"reseaux": reseaux},
        place="cote",
        attentes=len(reseaux),
    )
