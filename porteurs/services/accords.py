"""Un accord pour le volet privé : le geste commun à qui le note et à qui le donne en ligne."""

from datetime import date

from partenaires.models import Structure
from porteurs.models import AccordPartage, Participation
from porteurs.models.accord import DUREE_ACCORD
from socle.models import Utilisateur


def donner(
    participation: Participation,
    structure: Structure,
    *,
    mode: str,
    donne_le: date,
    jusqua: date | None = None,
    note_par: Utilisateur | None = None,
) -> AccordPartage:
    """Un accord se renouvelle : l'ancien reste, retiré le jour où le nouveau le remplace."""
    participation.accords.filter(structure=structure).retirer()
    return AccordPartage.objects.create(
        participation=participation,
        structure=structure,
        mode=mode,
        donne_le=donne_le,
        jusqua=jusqua or donne_le + DUREE_ACCORD,
        note_par=note_par,
    )
