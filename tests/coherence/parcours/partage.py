"""Les volets, les adultes d'un projet, les accords et les demandes d'accès."""

from porteurs.services import volets
from socle.editions import empreinte, valeurs_de
from tests.coherence.parcours.base import ABSENT, CONNEXION, INTERDIT, VISITEUR, Parcours, marqueur
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import aujourd_hui


def _professionnel(scene: Scene) -> dict:
    volet = volets.volet_professionnel(scene.dossier)
    return {
        "activite": "Un fournil",
        "budget": "12 000,50",
        "lu": empreinte(valeurs_de(volet, volets.CHAMPS_PROFESSIONNELS)),
    }


def _prive(scene: Scene) -> dict:
    volet = volets.volet_prive(scene.dossier)
    return {"logement": "Un trois-pièces", "lu": empreinte(valeurs_de(volet, volets.CHAMPS_PRIVES))}


def _part(scene: Scene) -> dict:
    part = volets.part_de(scene.dossier.participations.get(rang=1))
    return {"emploi": "À mi-temps", "lu": empreinte(valeurs_de(part, volets.CHAMPS_D_UN_ADULTE))}


def _adulte(scene: Scene) -> dict:
    return {"role": "foyer", "prenom": "Karim", "nom": "Ajouté", "langue": "fr"}


def _du_principal(scene: Scene) -> dict:
    return scene.de(scene.dossier) | {"adulte": scene.dossier.participations.get(rang=1).uuid}


def _du_conjoint(scene: Scene) -> dict:
    return scene.de(scene.dossier) | {"adulte": scene.conjoint.uuid}


def _accord(scene: Scene) -> dict:
    return {
        "structure_lectrice": scene.d.s1.pk,
        "adultes": [str(scene.dossier.participations.get(rang=1).uuid)],
        "mode": "oral",
        "donne_le": scene.jour,
        "jusqua": aujourd_hui(300).isoformat(),
    }


PARTAGE = [
    Parcours(
        "porteurs:dossier_partage",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        montre=marqueur,
        dossier=True,
    ),
    Parcours(
        "porteurs:volet_professionnel",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_professionnel,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:volet_prive",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_prive,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
        prepare=lambda s: s.accord,
    ),
    Parcours(
        "porteurs:part_adulte",
        "auteur",
        "voisine",
        INTERDIT,
        _du_principal,
        donnees=_part,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
        prepare=lambda s: s.accord,
    ),
    Parcours(
        "porteurs:adulte_ajouter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_adulte,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:adulte_retirer",
        "auteur",
        "voisine",
        INTERDIT,
        _du_conjoint,
        donnees=lambda s: {},
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:adulte_information",
        "auteur",
        "voisine",
        INTERDIT,
        _du_conjoint,
        donnees=lambda s: {"le": s.jour, "mode": "oral"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:adulte_opposition",
        "auteur",
        "voisine",
        INTERDIT,
        _du_conjoint,
        donnees=lambda s: {"le": s.jour},
        attendu=302,
        dossier=True,
        prepare=lambda s: s.conjoint_informe,
    ),
    Parcours(
        "porteurs:adresse_confirmer",
        "auteur",
        "voisine",
        INTERDIT,
        _du_conjoint,
        donnees=lambda s: {},
        attendu=302,
        dossier=True,
        prepare=lambda s: s.conjoint_sans_espace,
    ),
    Parcours(
        "porteurs:accord_noter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_accord,
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:accord_retirer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.accord),
        donnees=lambda s: {},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:acces_demander",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"motif": "Nous suivons son frère"},
        attendu=302,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:acces_repondre",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.demande_acces),
        donnees=lambda s: {"decision": "oui", "jusqua": aujourd_hui(30).isoformat()},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:acces_finir",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.acces_accorde),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:acces_retirer",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.demande_acces),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]

BROUILLONS = [
    Parcours(
        "socle:brouillon",
        "auteur",
        VISITEUR,
        CONNEXION,
        donnees=lambda s: {"brouillon": "echange_noter:essai", "texte": "En cours"},
        bouton=True,
    ),
    Parcours(
        "socle:brouillon_oublier",
        "auteur",
        VISITEUR,
        CONNEXION,
        donnees=lambda s: {"brouillon": "echange_noter:essai", "retour": "/"},
        prepare=lambda s: s.brouillon,
        bouton=True,
        attendu=302,
    ),
]
