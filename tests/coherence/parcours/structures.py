"""Les fiches des structures, leur import, leur réunion, l’annuaire de tous."""

from partenaires.models import ImportStructures
from partenaires.services.fusions import reunir
from socle.acteur import acteur_de
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours
from tests.coherence.scene import Scene
from tests.fabriques import ConventionFabrique, StructureFabrique


def _fiche(scene: Scene) -> dict:
    return {"nom": scene.d.s1.nom, "type": scene.d.s1.type, "jour0": "9h-12h"}


def _liste(scene: Scene) -> ImportStructures:
    saisie = {
        "nom": f"Coopérative {scene.marqueur}",
        "type": "CAE",
        "commune": "Ambert",
        "siret": "",
        "telephone": "",
        "email": "",
    }
    return ImportStructures.objects.get_or_create(
        reseau=scene.d.reseau,
        utilisateur=scene.d.animatrice,
        defaults={"lignes": [{"n": 2, "saisie": saisie, "connue": "", "ecarter": False}]},
    )[0]


def _nouveau_double(scene: Scene):
    double = StructureFabrique(nom=f"Chambre {scene.marqueur}")
    ConventionFabrique(reseau=scene.d.reseau, structures=[double])
    return double


def _double(scene: Scene):
    if not hasattr(scene, "double_de_s1"):
        scene.double_de_s1 = _nouveau_double(scene)
    return scene.double_de_s1


def _paire(scene: Scene) -> dict:
    return {"uuid": scene.d.s1.uuid, "autre": _double(scene).uuid}


def _fusion(scene: Scene) -> dict:
    if not hasattr(scene, "fusion_de_s1"):
        scene.fusion_de_s1 = reunir(
            acteur=acteur_de(scene.d.animatrice),
            gardee=scene.d.s1,
            absorbee=_nouveau_double(scene),
        )
    return {"uuid": scene.fusion_de_s1.uuid}


def _au_public(scene: Scene) -> None:
    scene.d.s1.description = f"Description {scene.marqueur}"
    scene.d.s1.annuaire_public = True
    scene.d.s1.save()


STRUCTURES = [
    Parcours(
        "partenaires:structure_modifier",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.d.s1),
        donnees=_fiche,
        attendu=302,
    ),
    Parcours(
        "partenaires:structures_import",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"liste": "Coopérative neuve;CAE;Ambert"},
        attendu=302,
    ),
    Parcours(
        "partenaires:structures_import_modele",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
    ),
    Parcours(
        "partenaires:structures_import_relire",
        "animatrice",
        "animatrice_b",
        ABSENT,
        lambda s: s.de(_liste(s)),
        donnees=lambda s: {"importer": ""},
        attendu=302,
    ),
    Parcours(
        "partenaires:doublons",
        "animatrice",
        "auteur",
        INTERDIT,
        prepare=_fusion,
        montre=lambda s: _double(s).nom,
    ),
    Parcours(
        "partenaires:structures_reunir",
        "animatrice",
        "auteur",
        INTERDIT,
        _paire,
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "partenaires:fusion_annuler",
        "animatrice",
        "auteur",
        INTERDIT,
        _fusion,
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "partenaires:annuaire_public",
        "visiteur",
        None,
        None,
        lambda s: s.reseau,
        prepare=_au_public,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "partenaires:annuaire_public_donnees",
        "visiteur",
        None,
        None,
        lambda s: s.reseau,
        prepare=_au_public,
        montre=lambda s: s.marqueur,
    ),
]
