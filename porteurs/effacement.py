"""Ce que les dossiers gardent d'une personne, et ce qu'un effacement en fait."""

from django.db.models.functions import Lower

from porteurs.models import Demande, EntreeEspace
from porteurs.services import demandes_delais
from socle.effacement import Memoire
from socle.models import LienSigne

AVEC = "part avec le dossier"


def _oublier_les_demandes(adresses: list[str]) -> int:
    demandes = Demande.objects.alias(adresse=Lower("email")).filter(adresse__in=adresses)
    return demandes_delais.effacer(list(demandes.values_list("pk", flat=True)))


def _montrer_les_demandes(adresses: list[str]) -> list[dict]:
    demandes = Demande.objects.alias(adresse=Lower("email")).filter(adresse__in=adresses)
    return list(demandes.order_by("pk").values("recue_le", *Demande.PERSONNELLES))


def _oublier_les_entrees(adresses: list[str]) -> int:
    entrees = EntreeEspace.objects.alias(cle=Lower("adresse")).filter(cle__in=adresses)
    return LienSigne.objects.filter(pk__in=entrees.values("lien")).delete()[0]


MEMOIRES = [
    Memoire(
        "porteurs.Porteur", "effacée\u00a0; sans nom ni coordonnées si le dossier d’autrui la cite"
    ),
    Memoire("porteurs.Participation", AVEC),
    Memoire(
        "porteurs.Dossier", "effacé, ses comptes figés\u00a0; gardé si quelqu’un d’autre le porte"
    ),
    Memoire("porteurs.EtapeDossier", AVEC),
    Memoire("porteurs.Echange", f"{AVEC} ; ses propres messages avec elle"),
    Memoire("porteurs.Piece", f"{AVEC}, fichier compris"),
    Memoire("porteurs.Action", AVEC),
    Memoire("porteurs.Affectation", AVEC),
    Memoire("porteurs.Relais", AVEC),
    Memoire("porteurs.VoletProfessionnel", AVEC),
    Memoire("porteurs.VoletPrive", AVEC),
    Memoire("porteurs.PartAdulte", "part avec la personne"),
    Memoire("porteurs.DemandeAcces", AVEC),
    Memoire("porteurs.Besoin", AVEC),
    Memoire("porteurs.Orientation", AVEC),
    Memoire("porteurs.Financement", f"{AVEC}, ses comptes figés"),
    Memoire(
        "porteurs.Candidature", f"{AVEC}, ses comptes figés\u00a0; le palmarès ne la nomme plus"
    ),
    Memoire("porteurs.SuiviInstallation", AVEC),
    Memoire("porteurs.PointReunion", AVEC),
    Memoire("porteurs.LectureMotivee", AVEC),
    Memoire("porteurs.ArchiveRestreinte", AVEC),
    Memoire("porteurs.DemandeDroit", "part avec la personne"),
    Memoire("porteurs.FusionDossiers", "les lignes d’avant et le motif vidés"),
    Memoire("porteurs.LigneImport", AVEC),
    Memoire(
        "porteurs.Export", "le fichier qui la contient est effacé\u00a0; le motif ne nomme personne"
    ),
    Memoire("porteurs.Export", "le fichier retiré, la recherche vidée"),
    Memoire(
        "porteurs.Demande",
        "vidée de la personne\u00a0; la ligne reste pour les délais",
        _oublier_les_demandes,
        _montrer_les_demandes,
    ),
    Memoire("porteurs.TransmissionDemande", "le motif vidé avec la demande"),
    Memoire("porteurs.EntreeEspace", "effacée", _oublier_les_entrees),
]
