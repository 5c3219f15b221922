"""L'espace en anglais : par l'adresse seule, sans un mot oublié, et le catalogue compilé à jour."""

import gettext
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from porteurs.models import Porteur
from tests.fabriques import DossierFabrique
from tests.porteurs.espace import courriel_recu, espace_de, lien_de

ZOE = "zoe@porteur.test"
CATALOGUE = settings.BASE_DIR / "locale/en/LC_MESSAGES/django.po"
PAGES = {
    "": ("Who follows me", "The idea"),
    "messages/": ("Write at least", "Your message"),
    "documents/": ("Add a document",),
    "sharing/": ("Who looked, and when", "You decide."),
    "my-rights/": ("Ask for a copy, or for erasure", "I wish to stay in touch"),
}
# Ce qui trahirait une phrase restée en français.
RESTES = (" vous ", "Votre ", " le ", "qui me suit", "Besoins")


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule="A workshop",
        informe=True,
        porteur__email=ZOE,
        avec_referent=distribution.mandats["auteur"],
    )


@pytest.mark.parametrize("suite", PAGES)
def test_la_page_est_toute_en_anglais(suite, dossier):
    adresse = f"/en/my-project/projects/{dossier.uuid}/{suite}"
    zoe = espace_de(ZOE)
    vide = {"texte": ""} if suite == "messages/" else None
    reponse = zoe.post(adresse, vide) if vide else zoe.get(adresse)
    texte = reponse.content.decode()
    assert '<html lang="en">' in texte
    for attendu in PAGES[suite]:
        assert attendu in texte
    # Les noms du réseau et de ses structures restent les leurs.
    for nom in ("Réseau de la vallée", "Chambre de la vallée", "Cette page en français"):
        texte = texte.replace(nom, "")
    assert [reste for reste in RESTES if reste in texte] == []


def test_la_langue_vient_de_l_adresse_jamais_d_un_entete(dossier):
    client = Client(headers={"accept-language": "en"})
    francais = client.get("/mon-projet/").content.decode()
    assert "Suivre mon projet" in francais
    assert 'href="/en/my-project/"' in francais
    anglais = Client(headers={"accept-language": "fr"}).get("/en/my-project/").content.decode()
    assert "Follow my project" in anglais
    assert 'href="/mon-projet/"' in anglais


def test_le_courriel_suit_la_langue_de_la_page_ou_de_la_personne(dossier, distribution, connecter):
    Client().post("/en/my-project/", {"adresse": ZOE})
    demande = courriel_recu(ZOE)
    assert demande.sujet == "Your link to open your space"
    assert lien_de(demande).startswith("/en/my-project/enter/")
    Porteur.objects.filter(email=ZOE).update(langue="en")
    [part] = dossier.participations.select_related("porteur")
    connecter(distribution.auteur).post(
        f"/r/vallee/dossiers/{dossier.uuid}/personnes/{part.porteur.uuid}/inviter/"
    )
    assert courriel_recu(ZOE, "espace_invitation").sujet.startswith("Your project")


def test_chaque_phrase_a_sa_traduction_et_le_catalogue_est_compile():
    source = _lire(CATALOGUE)
    assert len(source) > 200
    assert [phrase for phrase, anglais in source.items() if not anglais] == []
    with Path(CATALOGUE).with_suffix(".mo").open("rb") as compile_:
        catalogue = gettext.GNUTranslations(compile_)
    assert {p: catalogue.gettext(p) for p in source} == source


def test_une_phrase_des_gabarits_absente_du_catalogue_se_verrait(tmp_path):
    """Les phrases que « makemessages » trouverait aujourd'hui y sont déjà toutes."""
    gabarits = settings.BASE_DIR / "templates/porteurs"
    connues = _lire(CATALOGUE)
    citees = subprocess.run(
        ["grep", "-rhoP", r'{% translate "\K[^"]+', str(gabarits)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert len(citees) > 80
    assert sorted(set(citees) - set(connues)) == []


def _lire(chemin: Path) -> dict[str, str]:
    """Le catalogue : chaque phrase sur une ligne, sa traduction sur la suivante."""
    lignes = chemin.read_text("utf-8").splitlines()
    return {
        lignes[n][7:-1]: lignes[n + 1][8:-1]
        for n in range(len(lignes) - 1)
        if lignes[n].startswith('msgid "') and lignes[n] != 'msgid ""'
    }
