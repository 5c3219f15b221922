"""Les pièces d'un dossier, les modèles d'échange d'un réseau."""

from django.core.files.uploadedfile import SimpleUploadedFile

from porteurs.models import ModeleEchange
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours
from tests.coherence.scene import Scene
from tests.fabriques.porteurs import PieceFabrique


def _depot(scene: Scene) -> dict:
    return {
        "fichier": SimpleUploadedFile("devis.txt", b"Un devis, deux lignes."),
        "intitule": "Devis du four",
        "audience": "equipe",
    }


def _piece(scene: Scene) -> dict:
    return scene.de(PieceFabrique(dossier=scene.dossier, intitule=f"Plan {scene.marqueur}"))


def _modele(scene: Scene) -> dict:
    modele, _ = ModeleEchange.objects.get_or_create(
        reseau=scene.d.reseau,
        titre=f"Premier appel {scene.marqueur}",
        nature="appel",
        texte="Qui, où, quand ?",
    )
    return scene.de(modele)


def _texte(scene: Scene) -> dict:
    return {"titre": "Visite d’un local", "nature": "visite", "texte": "État, surface, loyer."}


PIECES = [
    Parcours(
        "porteurs:dossier_fiche",
        "auteur",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.dossier),
        dossier=True,
    ),
    Parcours(
        "porteurs:piece_joindre",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_depot,
        attendu=302,
        dossier=True,
        clos=403,
    ),
    Parcours("porteurs:piece", "auteur", "voisine", ABSENT, _piece),
    Parcours(
        "porteurs:piece_retirer",
        "auteur",
        "voisine",
        ABSENT,
        _piece,
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:modeles",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: (_modele(s), s.reseau)[1],
        montre=lambda s: f"Premier appel {s.marqueur}",
    ),
    Parcours(
        "porteurs:modele_nouveau",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_texte,
        attendu=302,
    ),
    Parcours(
        "porteurs:modele",
        "animatrice",
        "auteur",
        INTERDIT,
        _modele,
        donnees=_texte,
        attendu=302,
    ),
    Parcours(
        "porteurs:modele_retirer",
        "animatrice",
        "auteur",
        INTERDIT,
        _modele,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]
