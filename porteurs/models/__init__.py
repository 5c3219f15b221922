from porteurs.models.acces import Acces
from porteurs.models.dossier import Dossier, EtapeDossier, Participation, Porteur
from porteurs.models.doublon import DoublonSignale
from porteurs.models.financement import Financement, Installation
from porteurs.models.reunion import PointReunion, Reunion
from porteurs.models.suivi import Action, Affectation, Echange, Relais

__all__ = [
    "Acces",
    "Action",
    "Affectation",
    "Dossier",
    "DoublonSignale",
    "Echange",
    "EtapeDossier",
    "Financement",
    "Installation",
    "Participation",
    "PointReunion",
    "Porteur",
    "Relais",
    "Reunion",
]
