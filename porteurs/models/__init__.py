from porteurs.models.acces import Acces
from porteurs.models.cession import LienDossiers
from porteurs.models.concours import Candidature, Concours
from porteurs.models.dossier import Dossier, EtapeDossier, Participation, Porteur
from porteurs.models.doublon import DoublonSignale
from porteurs.models.financement import Financement
from porteurs.models.reunion import PointReunion, Reunion
from porteurs.models.suivi import Action, Affectation, Echange, Relais
from porteurs.models.suivi_installation import Installation, SuiviInstallation

__all__ = [
    "Acces",
    "Action",
    "Affectation",
    "Candidature",
    "Concours",
    "Dossier",
    "DoublonSignale",
    "Echange",
    "EtapeDossier",
    "Financement",
    "Installation",
    "LienDossiers",
    "Participation",
    "PointReunion",
    "Porteur",
    "Relais",
    "Reunion",
    "SuiviInstallation",
]
