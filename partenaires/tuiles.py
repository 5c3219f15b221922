"""Ce que les partenaires apportent à « Mon tableau » : ce qu'il reste à régler dans un réseau."""

from partenaires.enums import Fonction
from partenaires.models import Reseau
from partenaires.services.lancement import avancements
from socle.tuiles import Tuile


def lancement(acteur) -> Tuile | None:
    """Pour l'animation : le guide des réseaux qui commencent, jusqu'à ce qu'il soit fini ou rangé."""
    if not acteur.reseaux(Fonction.ANIMATEUR):
        return None
    reseaux = Reseau.objects.de_l_acteur(acteur, Fonction.ANIMATEUR).filter(lance_le=None)
    en_cours = [a for a in avancements(reseaux.order_by("nom", "pk")) if not a.fini]
    if not en_cours:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_lancement.html",
        contexte={"avancements": en_cours},
        attentes=len(en_cours),
    )


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
