from socle.models.brouillon import Brouillon
from socle.models.compte import Utilisateur
from socle.models.courriel import Courriel
from socle.models.fichier import Fichier
from socle.models.journal import AccesJournal
from socle.models.lien import LienSigne
from socle.models.preference import PreferenceCourriel
from socle.models.technique import Battement, Debit, EnvoiUnique

__all__ = [
    "AccesJournal",
    "Battement",
    "Brouillon",
    "Courriel",
    "Debit",
    "EnvoiUnique",
    "Fichier",
    "LienSigne",
    "PreferenceCourriel",
    "Utilisateur",
]
