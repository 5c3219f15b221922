"""Ce qui arrive : signaler, lire, répondre, tenir les permanences."""

from partenaires.models import ReseauCommune
from porteurs.forms.demandes import tampon
from porteurs.views.signalement import jeton_du_depot
from tests.coherence.parcours.base import (
    ABSENT,
    INTERDIT,
    PERIME,
    VISITEUR,
    Parcours,
    jeton_forge,
)
from tests.fabriques import DossierFabrique, commune
from tests.fabriques.demandes import DemandeFabrique
from tests.fabriques.partenaires import aujourd_hui


def _demande(s):
    """Une demande confiée à S1, créée une fois par scène."""
    if not hasattr(s, "demande_recue"):
        s.demande_recue = DemandeFabrique(
            reseau=s.d.reseau, structure=s.d.s1, projet=f"Projet {s.marqueur}"
        )
    return s.demande_recue


def _un_seul_reseau(s):
    ReseauCommune.objects.filter(commune=commune()).exclude(reseau=s.d.reseau).delete()


def _signalement(s) -> dict:
    return {
        "prenom": "Zoé",
        "nom": "Signalée",
        "telephone": "06 39 98 00 42",
        "commune": "Ambert (63600)",
        "projet": "Reprendre une boulangerie",
        "accord": "on",
        "accord_le": aujourd_hui().isoformat(),
        "signalant_nom": "Nadia Mairie",
        "ouverte": tampon(60),
    }


def _jeton_recu(s) -> dict:
    return {"jeton": jeton_du_depot(_demande(s).depot)}


def _signalee_par_l_accueil(s):
    DemandeFabrique(
        reseau=s.d.reseau,
        structure=s.d.s2,
        projet=f"Projet {s.marqueur}",
        signalant=s.d.accueil,
        signalant_structure=s.d.s1,
    )


def _suivi(s) -> dict:
    if not hasattr(s, "dossier_de_la_personne"):
        s.dossier_de_la_personne = DossierFabrique(reseau=s.d.reseau, structure_responsable=s.d.s1)
    return s.de(_demande(s)) | {"dossier": s.dossier_de_la_personne.uuid}


def _fiche(s) -> dict:
    return {
        "prenom": "Zoé",
        "nom": "Prise",
        "intitule": "Reprise d’une boulangerie",
        "nature": "reprise",
        "commune": "Ambert (63600)",
        "informe": "non",
    }


def _du_projet(s):
    return _demande(s).projet


DEMANDES = [
    Parcours(
        "porteurs:signaler",
        VISITEUR,
        donnees=_signalement,
        attendu=302,
        prepare=_un_seul_reseau,
        montre=lambda s: "Signaler quelqu’un",
    ),
    Parcours(
        "porteurs:signaler_reseau",
        VISITEUR,
        adresse=lambda s: s.reseau,
        donnees=_signalement,
        attendu=302,
        prepare=_un_seul_reseau,
        montre=lambda s: "Réseau de la vallée",
    ),
    Parcours(
        "porteurs:signaler_recu",
        VISITEUR,
        VISITEUR,
        PERIME,
        _jeton_recu,
        adresse_refusee=jeton_forge,
        montre=lambda s: s.d.s1.nom,
    ),
    Parcours(
        "porteurs:signalements",
        "accueil",
        "auditrice",
        INTERDIT,
        prepare=_signalee_par_l_accueil,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "porteurs:demandes",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        prepare=_demande,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "porteurs:demande",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(_demande(s)),
        montre=_du_projet,
    ),
    Parcours(
        "porteurs:demande_prendre",
        "collegue",
        "animatrice",
        INTERDIT,
        lambda s: s.de(_demande(s)),
        donnees=_fiche,
        attendu=302,
        montre=_du_projet,
    ),
    Parcours(
        "porteurs:demande_rattacher",
        "auteur",
        "voisine",
        ABSENT,
        _suivi,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:demande_clore",
        "auteur",
        "animatrice",
        INTERDIT,
        lambda s: s.de(_demande(s)),
        donnees=lambda s: {"motif": "injoignable"},
        attendu=302,
        montre=_du_projet,
    ),
    Parcours(
        "porteurs:demande_transmettre",
        "animatrice",
        "elue",
        ABSENT,
        lambda s: s.de(_demande(s)),
        donnees=lambda s: {"vers": f"s{s.d.s2.pk}", "motif": "Son secteur."},
        attendu=302,
        montre=_du_projet,
    ),
    Parcours(
        "porteurs:permanences",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"delai": "8", "alerte": "4"},
        attendu=302,
        montre=lambda s: commune().epci.nom,
    ),
    Parcours(
        "porteurs:permanence",
        "animatrice",
        "etrangere",
        ABSENT,
        lambda s: s.reseau | {"epci": commune().epci.code},
        donnees=lambda s: {"place_1": s.d.s1.pk},
        attendu=302,
        montre=lambda s: commune().epci.nom,
    ),
]
