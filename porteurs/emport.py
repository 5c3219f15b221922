"""Ce qu’un réseau emporte de ses dossiers ; les accès et l’index se refont à l’arrivée."""

from porteurs.models import Dossier
from porteurs.services.acces import indexer, recalculer_reseau
from socle.emport.table import Table

TABLES = [
    Table("porteurs.Porteur", chemin="reseau"),
    Table("porteurs.Dossier", chemin="reseau", sauf=("vecteur_fiche", "vecteur_suivi")),
    Table("porteurs.Participation", chemin="dossier__reseau"),
    Table("porteurs.VoletProfessionnel", chemin="dossier__reseau", sauf=("vecteur",)),
    Table("porteurs.VoletPrive", chemin="dossier__reseau", sauf=("vecteur",)),
    Table("porteurs.PartAdulte", chemin="participation__dossier__reseau", sauf=("vecteur",)),
    Table("porteurs.AccordPartage", chemin="participation__dossier__reseau"),
    Table("porteurs.DemandeAcces", chemin="dossier__reseau"),
    Table("porteurs.Besoin", chemin="dossier__reseau"),
    Table("porteurs.Orientation", chemin="besoin__dossier__reseau"),
    Table("porteurs.Remplacement", chemin="reseau"),
    Table("porteurs.ArchiveRestreinte", chemin="dossier__reseau"),
    Table("porteurs.DossierAnonyme", chemin="reseau"),
    Table("porteurs.FaitFige", chemin="reseau"),
    Table("porteurs.EtapeDossier", chemin="dossier__reseau"),
    Table("porteurs.Affectation", chemin="dossier__reseau"),
    Table("porteurs.Relais", chemin="dossier__reseau"),
    Table("porteurs.Echange", chemin="dossier__reseau"),
    Table("porteurs.Piece", chemin="dossier__reseau"),
    Table("porteurs.ModeleEchange", chemin="reseau"),
    Table("porteurs.Action", chemin="dossier__reseau"),
    Table("porteurs.DemandeDroit", chemin="dossier__reseau"),
    Table("porteurs.Concours", chemin="reseau"),
    Table("porteurs.Candidature", chemin="concours__reseau"),
    Table("porteurs.Financement", chemin="dossier__reseau"),
    Table("porteurs.Installation", chemin="dossier__reseau"),
    Table("porteurs.SuiviInstallation", chemin="installation__dossier__reseau"),
    Table("porteurs.LienDossiers", chemin="cedant__reseau"),
    Table("porteurs.Demande", chemin="reseau"),
    Table("porteurs.TransmissionDemande", chemin="demande__reseau"),
    Table("porteurs.Rapprochement", chemin="demande__reseau"),
    Table("porteurs.ReglageDemandes", chemin="reseau"),
    Table("porteurs.PermanenceEpci", chemin="reseau"),
    Table("porteurs.TourPermanence", chemin="permanence__reseau"),
    Table("porteurs.Reunion", chemin="reseau"),
    Table("porteurs.PointReunion", chemin="reunion__reseau"),
    Table("porteurs.DoublonSignale", chemin="dossier__reseau"),
    # Les lignes d’avant ne valent qu’ici : à l’arrivée, une fusion se lit mais ne se défait plus.
    Table("porteurs.FusionDossiers", chemin="reseau", sauf=("changements",)),
]


def apres(reseau, relecture) -> None:
    """Les droits et la recherche d’un réseau qu’on vient de relire."""
    recalculer_reseau(reseau)
    indexer(relecture.crees(Dossier))
