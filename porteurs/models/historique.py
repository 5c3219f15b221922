"""L'historique des tables d'un dossier : une table d'évènements par table suivie.

Données personnelles : chaque ligne recopie celle qu'elle suit, noms et notes compris. L'effacement
et l'anonymisation effacent ces lignes (``services.historique.effacer``) ; rien d'autre ne le peut.
"""

import pghistory
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from porteurs.models.accord import AccordPartage, DemandeAcces
from porteurs.models.besoin import Besoin, Orientation
from porteurs.models.concours import Candidature
from porteurs.models.dossier import Dossier, EtapeDossier
from porteurs.models.financement import Financement
from porteurs.models.piece import Piece
from porteurs.models.porteur import Participation, Porteur
from porteurs.models.suivi import Action, Affectation, Echange, Relais
from porteurs.models.suivi_installation import Installation, SuiviInstallation
from porteurs.models.volets import PartAdulte, VoletPrive, VoletProfessionnel
from socle.historique import sans_retouche

# Clés de tri, compteurs et horodatages de la saisie : les toucher n'est pas un fait à raconter.
CLES_DE_TRI = {"activite_le", "revision", "cree_le", "cle_nom", "suspendu", "palier"}

# Chaque table suivie, et la colonne par où ses évènements se retrouvent.
SUIVIS = {
    Dossier: "pgh_obj",
    Porteur: "pgh_obj",
    Participation: "dossier",
    EtapeDossier: "dossier",
    Affectation: "dossier",
    Relais: "dossier",
    Echange: "dossier",
    Action: "dossier",
    Financement: "dossier",
    Candidature: "dossier",
    Installation: "dossier",
    SuiviInstallation: "installation",
    VoletProfessionnel: "dossier",
    VoletPrive: "dossier",
    PartAdulte: "participation",
    AccordPartage: "participation",
    DemandeAcces: "dossier",
    Besoin: "dossier",
    Orientation: "besoin",
    Piece: "dossier",
}

AJOUT, CHANGEMENT, SUPPRESSION = "ajout", "changement", "suppression"


def _exclus(modele) -> list[str]:
    return [
        champ.name
        for champ in modele._meta.local_fields
        if champ.name in CLES_DE_TRI
        or isinstance(champ, (SearchVectorField, models.GeneratedField))
    ]


def _suivre(modele, colonne: str):
    return pghistory.create_event_model(
        modele,
        pghistory.InsertEvent(AJOUT),
        pghistory.UpdateEvent(CHANGEMENT),
        pghistory.DeleteEvent(SUPPRESSION),
        exclude=_exclus(modele),
        model_name=f"Historique{modele.__name__}",
        abstract=False,
        meta={
            "verbose_name": f"historique ({modele._meta.verbose_name})",
            "verbose_name_plural": f"historiques ({modele._meta.verbose_name_plural})",
            "indexes": [models.Index(fields=[colonne], name=f"hist_{modele.__name__.lower()}")],
            "triggers": sans_retouche("historique"),
        },
    )


HISTORIQUES = {modele: _suivre(modele, colonne) for modele, colonne in SUIVIS.items()}
