"""Ce que le code promet de lui-même : ordre d'import, suppressions, gabarits, verrous, secrets."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.template import engines

from partenaires.enums import Fonction
from porteurs.models import HISTORIQUES

RACINE = Path(__file__).resolve().parents[2]
APPLICATIONS = {"socle", "partenaires", "porteurs", "bourse", "accueil"}


def suivis(*motifs: str) -> list[Path]:
    """Les fichiers du projet, ceux que git suit ou s'apprête à suivre."""
    sortie = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *motifs],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [RACINE / ligne for ligne in sortie.splitlines() if (RACINE / ligne).is_file()]


def test_les_imports_ne_remontent_pas():
    # Dans son propre processus : dans celui-ci, il ferait taire les journaux des autres essais.
    verdict = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))",
        ],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict.returncode == 0, verdict.stdout


# --- Suppressions ----------------------------------------------------------------------------

# Ce qui disparaît avec ce qu'il décrit. Toute autre clé étrangère garde (PROTECT) ou détache
# (SET_NULL) : une cascade de plus est une décision, à écrire ici.
CASCADES = {
    "bourse.FrequentationJour.reseau",
    "partenaires.AgendaPersonnel.utilisateur",
    "partenaires.CommuneAncienne.commune",
    "partenaires.Competence.structure",
    "partenaires.CompetenceCommune.competence",
    "partenaires.CompetencePersonne.competence",
    "partenaires.Conformite.reseau",
    "partenaires.ContourCommune.commune",
    "partenaires.ConventionStructure.convention",
    "partenaires.DepartSignale.confirmation",
    "partenaires.DepartSignale.mandat",
    "partenaires.Emport.reseau",
    "partenaires.Evaluation.evenement",
    "partenaires.Exposant.evenement",
    "partenaires.GrilleCompetences.structure",
    "partenaires.ImportStructures.reseau",
    "partenaires.ImportStructures.utilisateur",
    "partenaires.Inscription.evenement",
    "partenaires.LigneBudget.evenement",
    "partenaires.PopulationCommune.commune",
    "partenaires.QuestionRessource.question",
    "partenaires.QuestionRessource.ressource",
    "partenaires.ReseauCommune.reseau",
    "partenaires.ResumeCompetences.structure",
    "partenaires.StructureCommune.structure",
    "partenaires.Theme.reseau",
    "partenaires.VersionRessource.ressource",
    "porteurs.Acces.dossier",
    "porteurs.AccordPartage.participation",
    "porteurs.Action.dossier",
    "porteurs.Affectation.dossier",
    "porteurs.ArchiveRestreinte.dossier",
    "porteurs.AvertissementConservation.dossier",
    "porteurs.Besoin.dossier",
    "porteurs.Candidature.concours",
    "porteurs.Candidature.dossier",
    "porteurs.CorrespondanceImport.reseau",
    "porteurs.CorrespondanceImport.structure",
    "porteurs.DemandeAcces.dossier",
    "porteurs.DemandeDroit.dossier",
    "porteurs.DoublonSignale.autre",
    "porteurs.DoublonSignale.dossier",
    "porteurs.Echange.dossier",
    "porteurs.EntreeEspace.lien",
    "porteurs.EtapeDossier.dossier",
    "porteurs.Financement.dossier",
    "porteurs.FusionDossiers.garde",
    "porteurs.FusionDossiers.personne",
    "porteurs.Installation.dossier",
    "porteurs.LectureMotivee.dossier",
    "porteurs.LienDossiers.cedant",
    "porteurs.LienDossiers.repreneur",
    "porteurs.LigneImport.import_dossiers",
    "porteurs.ModeleEchange.reseau",
    "porteurs.Orientation.besoin",
    "porteurs.PartAdulte.participation",
    "porteurs.Participation.dossier",
    "porteurs.PermanenceEpci.reseau",
    "porteurs.Piece.dossier",
    "porteurs.PointReunion.dossier",
    "porteurs.PointReunion.reunion",
    "porteurs.Rapprochement.autre",
    "porteurs.Rapprochement.demande",
    "porteurs.Rapprochement.dossier",
    "porteurs.ReglageDemandes.reseau",
    "porteurs.Relais.dossier",
    "porteurs.SuiviInstallation.installation",
    "porteurs.TourPermanence.permanence",
    "porteurs.TransmissionDemande.demande",
    "porteurs.VoletPrive.dossier",
    "porteurs.VoletProfessionnel.dossier",
    "socle.Brouillon.utilisateur",
    "socle.EnvoiUnique.utilisateur",
    "socle.LienSigne.utilisateur",
    "socle.PreferenceCourriel.utilisateur",
}


def test_chaque_cle_etrangere_dit_ce_qui_arrive_a_une_suppression():
    cascades, imprevues = set(), []
    for modele in apps.get_models():
        if modele._meta.app_label not in APPLICATIONS:
            continue
        for champ in modele._meta.get_fields():
            if not isinstance(champ, models.ForeignKey):
                continue
            nom = f"{modele._meta.label}.{champ.name}"
            regle = champ.remote_field.on_delete
            # Une ligne d’historique survit à ce qu’elle raconte : ses clés n’engagent personne.
            if modele in HISTORIQUES.values() and not champ.db_constraint:
                continue
            if regle is models.CASCADE:
                cascades.add(nom)
            elif regle not in (models.PROTECT, models.SET_NULL):
                imprevues.append(f"{nom} : {regle.__name__}")
    assert imprevues == []
    assert sorted(cascades) == sorted(CASCADES)


def test_deux_fonctions_n_ont_pas_le_meme_nombre(db):
    """La contrainte des mandats compare hashtext(fonction) : deux égaux se gêneraient."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT hashtext(f) FROM unnest(%s) AS f", [list(Fonction.values)])
        nombres = [n for (n,) in curseur.fetchall()]
    assert len(set(nombres)) == len(Fonction.values)


# --- Gabarits --------------------------------------------------------------------------------


def gabarits() -> list[str]:
    return [str(c.relative_to(RACINE / "templates")) for c in suivis("templates/")]


@pytest.mark.parametrize("nom", gabarits())
def test_chaque_gabarit_se_compile(nom):
    assert engines["django"].get_template(nom).template.name == nom


# Django les cherche par leur nom.
ERREURS = {"400.html", "403.html", "404.html", "500.html"}


def test_chaque_gabarit_sert():
    """Nommé par une vue ou un autre gabarit, ou mis à la place de celui d'une dépendance."""
    sources = suivis("*.py", "templates/")
    textes = {c: c.read_text("utf-8") for c in sources if "tests" not in c.parts}
    orphelins = []
    for nom in gabarits():
        court = re.sub(r"\.(html|txt)$", "", nom)
        ici = RACINE / "templates" / nom
        cite = any(nom in t or f'"{court}"' in t for c, t in textes.items() if c != ici)
        if not (cite or _remplace(nom) or nom in ERREURS):
            orphelins.append(nom)
    assert orphelins == []


def _remplace(nom: str) -> bool:
    """Une dépendance installée porte un gabarit de ce nom ; un courriel a ses deux formes."""
    noms = {nom, re.sub(r"_message\.html$", "_message.txt", nom)}
    return any(
        (Path(dossier) / candidat).exists()
        for chargeur in engines["django"].engine.template_loaders
        for dossier in chargeur.get_dirs()
        if Path(dossier) != RACINE / "templates"
        for candidat in noms
    )


# --- Verrous et secrets ----------------------------------------------------------------------


@pytest.mark.parametrize("nom", ["requirements.lock", "requirements-test.lock"])
def test_un_verrou_a_ses_empreintes_et_aucune_adresse(nom):
    texte = (RACINE / nom).read_text("utf-8")
    assert "://" not in texte
    assert "--index-url" not in texte
    paquets = re.findall(r"(?m)^[a-z0-9][^\s\\]*==[^\s\\]+", texte)
    assert len(paquets) > 10
    for bloc in re.split(r"(?m)^(?=[a-z0-9])", texte):
        if "==" in bloc:
            assert "--hash=sha256:" in bloc, bloc.splitlines()[0]


SECRETS = {
    "clé privée": re.compile("-----BEGIN (?:[A-Z]+ )?PRIVATE " + "KEY-----"),
    "clé d'accès AWS": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "jeton GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "jeton Slack": re.compile(r"\bxox[abpr]-[A-Za-z0-9-]{20,}"),
    "mot de passe dans une adresse": re.compile(
        r"\b(?:postgres(?:ql)?|redis|amqp|smtps?)://[^\s:/@{}<>$]+:[^\s/@{}<>$]{6,}@(?!localhost|127\.)"
    ),
}


def test_aucun_secret_dans_le_depot():
    trouves = []
    for chemin in suivis():
        try:
            texte = chemin.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        trouves += [
            f"{chemin.relative_to(RACINE)} : {nom}"
            for nom, motif in SECRETS.items()
            if motif.search(texte)
            # Les essais refusent des adresses inventées.
            and not (nom == "mot de passe dans une adresse" and "tests" in chemin.parts)
        ]
    assert trouves == []


# --- Pages -----------------------------------------------------------------------------------

EN_LIGNE = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\b(?:src|type=\"application/json\")=?)[^>]*>", re.IGNORECASE)


def test_ni_style_ni_script_en_ligne():
    """La politique de sécurité les refuserait ; les courriels seuls portent leurs styles."""
    fautifs = []
    for chemin in suivis("templates/"):
        if "courriels" in chemin.parts or "email" in chemin.parts:
            continue
        texte = chemin.read_text("utf-8")
        scripts = [s for s in SCRIPT.findall(texte) if "nonce" not in s]
        if EN_LIGNE.search(texte) or scripts:
            fautifs.append(str(chemin.relative_to(RACINE)))
    assert fautifs == []
