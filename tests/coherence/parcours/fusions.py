"""Les doublons, et la réunion de deux dossiers."""

from porteurs.enums import EtatFusion
from porteurs.models import FusionDossiers
from porteurs.services.fusions_comparaison import lire, paires_probables
from porteurs.services.fusions_dossiers import reunir
from socle.acteur import acteur_de
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours, marqueur
from tests.coherence.scene import NOM, Scene
from tests.fabriques import DossierFabrique


def _jumeau(scene: Scene):
    """Un second dossier de S1, pour la même personne que celui de la scène."""
    if not hasattr(scene, "jumeau"):
        scene.jumeau = DossierFabrique(
            reseau=scene.d.reseau,
            structure_responsable=scene.d.s1,
            intitule=f"Jumeau {scene.marqueur}",
            porteur__nom=NOM,
        )
    return scene.jumeau


def _garde(scene: Scene):
    """Le dossier de la scène ; un autre si un relais y attend, car cela retient la réunion."""
    if "relais" not in scene.__dict__:
        return scene.dossier
    return DossierFabrique(
        reseau=scene.d.reseau, structure_responsable=scene.d.s1, porteur__nom=NOM
    )


def _paire(scene: Scene) -> dict:
    return scene.de(_garde(scene)) | {"autre": _jumeau(scene).uuid}


def _choix(scene: Scene) -> dict:
    """Le jumeau est la même personne ; on garde tout ce que dit le dossier de la scène."""
    un, autre = lire(scene.dossier), lire(_jumeau(scene))
    paires = paires_probables(un, autre)
    champs = ("dossier.intitule", "dossier.nature", "dossier.secteur", "dossier.commune")
    (cle,) = paires
    return {
        "paires_vues": f"{cle}:{paires[cle]}",
        f"paire-{cle}": paires[cle],
        f"personne-{cle}.email": "garde",
        f"personne-{cle}.telephone_saisi": "absorbe",
        **dict.fromkeys(champs, "garde"),
    }


def _proposition(scene: Scene) -> FusionDossiers:
    """S1 propose de réunir à son dossier celui que tient S2."""
    if not hasattr(scene, "proposition_de_fusion"):
        autre = DossierFabrique(
            reseau=scene.d.reseau, structure_responsable=scene.d.s2, informe=True
        )
        scene.proposition_de_fusion = FusionDossiers.objects.create(
            reseau=scene.d.reseau,
            garde=scene.dossier,
            absorbe_uuid=autre.uuid,
            absorbe_reference=autre.reference,
            choix={"champs": {}, "paires": {}},
            proposee_par=scene.d.auteur,
            etat=EtatFusion.PROPOSEE,
        )
        scene.proposition_de_fusion.refresh_from_db()
    return scene.proposition_de_fusion


def _faite(scene: Scene) -> FusionDossiers:
    if not hasattr(scene, "fusion_faite"):
        scene.fusion_faite = reunir(
            acteur=acteur_de(scene.d.auteur),
            garde=_garde(scene),
            absorbe=DossierFabrique(reseau=scene.d.reseau, structure_responsable=scene.d.s1),
            choix={},
            paires={},
        )
        scene.fusion_faite.refresh_from_db()
    return scene.fusion_faite


FUSIONS = [
    Parcours(
        "porteurs:doublons",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=marqueur,
        prepare=_paire,
    ),
    Parcours(
        "porteurs:doublon_distinguer",
        "auteur",
        "voisine",
        ABSENT,
        _paire,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:fusion_choisir",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"reference": _jumeau(s).reference},
        attendu=302,
        montre=marqueur,
        dossier=True,
        ecrit=False,
    ),
    Parcours(
        "porteurs:dossiers_reunir",
        "auteur",
        "voisine",
        ABSENT,
        _paire,
        donnees=_choix,
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:personnes_reunir",
        "auteur",
        "voisine",
        ABSENT,
        _paire,
        donnees=_choix,
        attendu=302,
        montre=marqueur,
    ),
    Parcours(
        "porteurs:fusion_repondre",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(_proposition(s)),
        donnees=lambda s: {"reponse": "non", "motif": "Deux projets différents"},
        attendu=302,
    ),
    Parcours(
        "porteurs:fusion_retirer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(_proposition(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:fusion_annuler",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(_faite(s)),
        donnees=lambda s: {},
        attendu=302,
    ),
]
