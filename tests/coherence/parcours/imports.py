"""Les tableaux repris, de leur dépôt à l'information des personnes."""

from django.core.files.uploadedfile import SimpleUploadedFile

from porteurs.models import ImportDossiers
from porteurs.services.imports import lecture, travaux
from socle.acteur import acteur_de
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours, marqueur
from tests.coherence.scene import Scene

TITRES = "Réf;Prénom;Nom;Projet;Commune;Courriel\n"
COLONNES = ("reference", "prenom", "nom", "intitule", "commune", "email")


def _tableau(scene: Scene, commune: str, adresse: str) -> bytes:
    return f"{TITRES}R1;Zoé;Durand;Projet {scene.marqueur};{commune};{adresse}\n".encode()


def _depose(scene: Scene, commune: str = "Ambert", adresse: str = "") -> ImportDossiers:
    return lecture.deposer(
        acteur=acteur_de(scene.d.auteur),
        reseau=scene.d.reseau,
        structure=scene.d.s1,
        fichier=_tableau(scene, commune, adresse),
        nom=f"{scene.marqueur}.csv",
    )


def _lu(scene: Scene, commune: str = "Ambert", adresse: str = "") -> ImportDossiers:
    import_dossiers = _depose(scene, commune, adresse)
    lecture.associer_colonnes(
        acteur=acteur_de(scene.d.auteur),
        import_dossiers=import_dossiers,
        colonnes=import_dossiers.colonnes,
        nature="creation",
    )
    travaux.mener(import_dossiers.pk)
    import_dossiers.refresh_from_db()
    return import_dossiers


def _ecrit(scene: Scene, adresse: str = "") -> ImportDossiers:
    import_dossiers = _lu(scene, adresse=adresse)
    travaux.demander_l_ecriture(acteur=acteur_de(scene.d.auteur), import_dossiers=import_dossiers)
    travaux.mener(import_dossiers.pk)
    return import_dossiers


def _un(faire, *precisions):
    """Les arguments d'adresse de l'import qu'on fait une seule fois par scène."""

    def adresse(scene: Scene) -> dict:
        if not hasattr(scene, "import_repris"):
            scene.import_repris = faire(scene, *precisions)
        return scene.de(scene.import_repris)

    return adresse


IMPORTS = [
    Parcours(
        "porteurs:imports",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=marqueur,
        prepare=_depose,
    ),
    Parcours(
        "porteurs:import_nouveau",
        "auteur",
        "animatrice",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"fichier": SimpleUploadedFile("suivi.csv", _tableau(s, "Ambert", ""))},
        attendu=302,
    ),
    Parcours("porteurs:import_modele", "auteur", "animatrice", INTERDIT, lambda s: s.reseau),
    Parcours("porteurs:import", "auteur", "voisine", ABSENT, _un(_lu), montre=marqueur),
    Parcours(
        "porteurs:import_associer",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_depose),
        donnees=lambda s: (
            {f"colonne{rang}": code for rang, code in enumerate(COLONNES)} | {"nature": "creation"}
        ),
        attendu=302,
    ),
    Parcours(
        "porteurs:import_preciser",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_lu, "Saint-Germain"),
        donnees=lambda s: {"reponse0": s.import_repris.questions[0]["choix"][0][0]},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:import_fautives", "auteur", "animatrice", INTERDIT, _un(_lu, "Saint-Germain")
    ),
    Parcours(
        "porteurs:import_ecrire",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_lu),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:import_abandonner",
        "auteur",
        "voisine",
        ABSENT,
        _un(_lu),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:import_annuler",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_ecrit),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:import_information",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_ecrit),
        montre=lambda s: "Durand",
    ),
    Parcours("porteurs:import_lettres", "auteur", "animatrice", INTERDIT, _un(_ecrit)),
    Parcours(
        "porteurs:import_envoyer",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_ecrit, "zoe@essai.test"),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "porteurs:import_informer",
        "auteur",
        "animatrice",
        INTERDIT,
        _un(_ecrit),
        donnees=lambda s: {"mode": "courrier", "le": s.jour},
        bouton=True,
        attendu=302,
    ),
]
