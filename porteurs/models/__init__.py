from porteurs.models.acces import Acces
from porteurs.models.accord import AccordPartage, DemandeAcces
from porteurs.models.besoin import Besoin, Orientation
from porteurs.models.cession import LienDossiers
from porteurs.models.concours import Candidature, Concours
from porteurs.models.conservation import (
    ArchiveRestreinte,
    AvertissementConservation,
    DossierAnonyme,
    FaitFige,
)
from porteurs.models.demande import (
    Demande,
    PermanenceEpci,
    Rapprochement,
    ReglageDemandes,
    TourPermanence,
    TransmissionDemande,
)
from porteurs.models.dossier import Dossier, EtapeDossier
from porteurs.models.doublon import DoublonSignale
from porteurs.models.espace import DemandeDroit, EntreeEspace
from porteurs.models.export import Export
from porteurs.models.financement import Financement
from porteurs.models.fusion import FusionDossiers
from porteurs.models.historique import HISTORIQUES
from porteurs.models.imports import CorrespondanceImport, ImportDossiers, LigneImport
from porteurs.models.lecture import LectureMotivee
from porteurs.models.piece import ModeleEchange, Piece
from porteurs.models.porteur import Participation, Porteur
from porteurs.models.remplacement import Remplacement
from porteurs.models.reunion import PointReunion, Reunion
from porteurs.models.suivi import Action, Affectation, Echange, Relais
from porteurs.models.suivi_installation import Installation, SuiviInstallation
from porteurs.models.volets import PartAdulte, VoletPrive, VoletProfessionnel

__all__ = [
    "HISTORIQUES",
    "Acces",
    "AccordPartage",
    "Action",
    "Affectation",
    "ArchiveRestreinte",
    "AvertissementConservation",
    "Candidature",
    "Concours",
    "Besoin",
    "CorrespondanceImport",
    "Demande",
    "DemandeAcces",
    "DemandeDroit",
    "Dossier",
    "DossierAnonyme",
    "DoublonSignale",
    "Echange",
    "EntreeEspace",
    "EtapeDossier",
    "Export",
    "FaitFige",
    "Financement",
    "FusionDossiers",
    "ImportDossiers",
    "Installation",
    "LectureMotivee",
    "LigneImport",
    "LienDossiers",
    "ModeleEchange",
    "Orientation",
    "PartAdulte",
    "Participation",
    "PermanenceEpci",
    "Piece",
    "PointReunion",
    "Porteur",
    "Rapprochement",
    "ReglageDemandes",
    "Relais",
    "Remplacement",
    "Reunion",
    "SuiviInstallation",
    "TourPermanence",
    "TransmissionDemande",
    "VoletPrive",
    "VoletProfessionnel",
]
