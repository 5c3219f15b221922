"""Un vrai Chromium sur un vrai portail."""

import os
import uuid
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import sync_playwright

from porteurs.espace import session
from tests import bases as bases_d_essai
from tests.fabriques.distribution import distribuer
from tests.navigateur.pile import Portail
from tests.porteurs.espace import espace_de

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
OPTIONS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NOMMEES_PAR_EMPREINTE = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
TELEPHONE, BUREAU = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navigateur)
            item.add_marker(pytest.mark.xdist_group(f"navigateur-{item.path.stem}"))


@pytest.fixture(scope="session")
def navigateur():
    """Chromium ; absent, l'essai est passé en disant pourquoi, sauf en intégration continue."""
    if not CHROMIUM.exists():
        raison = f"{CHROMIUM} est absent : « apt-get install chromium » pour jouer ces essais."
        if os.environ.get("CI") == "true":
            pytest.fail(raison)
        pytest.skip(raison)
    # L'API de Playwright fait tourner une boucle dans ce fil, que Django prendrait pour la sienne.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def var_du_portail(tmp_path_factory):
    """Le dossier ``var`` du portail, fichiers statiques rassemblés.

    Les noms portent l'empreinte du contenu, comme en production ; la compression, longue et
    sans effet sur ce que voit un navigateur, est laissée de côté.
    """
    var = tmp_path_factory.mktemp("var")
    stockages = settings.STORAGES | {"staticfiles": {"BACKEND": NOMMEES_PAR_EMPREINTE}}
    with override_settings(STATIC_ROOT=var / "static", STORAGES=stockages):
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
    return var


@pytest.fixture(scope="module")
def portail(navigateur, modeles, django_db_setup, django_db_blocker, var_du_portail):
    """Le portail d'un module d'essais, sur un clone à lui : les territoires et la distribution.

    Sans la démonstration, dont l'ouvrier enverrait aussi tous les courriels.
    """
    bases, territoires, _ = modeles
    nom = bases.cloner(territoires, uuid.uuid4().hex[:8])
    try:
        with (
            django_db_blocker.unblock(),
            bases_d_essai.employer(nom),
            Portail(bases.adresse(nom), var_du_portail) as ouvert,
        ):
            ouvert.distribution = distribuer()
            yield ouvert
    finally:
        bases.jeter(nom)


@pytest.fixture(scope="module")
def distribution(portail):
    """La même pour tous les essais du module : leurs gestes s'y ajoutent."""
    return portail.distribution


@pytest.fixture
def ouvrir_page(navigateur, portail):
    """``ouvrir_page(personne=None, taille=BUREAU)`` : une page à elle, dans sa propre session.

    ``mot_de_passe_redonne`` : elle vient de le saisir de nouveau, pour un geste sensible.
    ``espace`` : l'adresse de la personne accompagnée dont l'espace est ouvert.

    À la fin de l'essai, une erreur de script ou un refus de la politique de sécurité le fait
    échouer, de même qu'une requête qui serait partie ailleurs que vers le portail.
    """
    contextes, ennuis = [], []

    def ouvrir(personne=None, taille=BUREAU, mot_de_passe_redonne=False, espace=""):
        contexte = navigateur.new_context(
            base_url=portail.adresse, locale="fr-FR", timezone_id="Europe/Paris", viewport=taille
        )
        contextes.append(contexte)
        if personne is not None:
            contexte.add_cookies([portail.temoin(personne, mot_de_passe_redonne)])
        if espace:
            valeur = espace_de(espace).cookies[session.TEMOIN].value
            contexte.add_cookies(
                [{"name": session.TEMOIN, "value": valeur, "url": portail.adresse}]
            )
        page = contexte.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda erreur: ennuis.append(f"script : {erreur}"))
        page.on("console", lambda m: _ecouter(m, ennuis))
        page.on("request", lambda r: _suivre(r, portail, ennuis))
        return page

    yield ouvrir
    for contexte in contextes:
        contexte.close()
    assert ennuis == []


def _ecouter(message, ennuis: list[str]) -> None:
    # Une réponse 403 ou 404 attendue s'écrit aussi à la console : elle n'est pas un ennui.
    if message.type == "error" and "Failed to load resource" not in message.text:
        ennuis.append(f"console : {message.text}")


def _suivre(requete, portail, ennuis: list[str]) -> None:
    if not requete.url.startswith((portail.adresse, "data:", "blob:")):
        ennuis.append(f"requête vers un tiers : {requete.url}")


@pytest.fixture
def page(ouvrir_page):
    return ouvrir_page()


@pytest.fixture(scope="session")
def verifier_axe():
    """``verifier_axe(page)`` échoue sur le moindre défaut, quelle que soit sa gravité."""
    axe = Axe()

    def verifier(page) -> None:
        defauts = [
            f"{d['id']} ({d['impact']}) : {d['help']}\n"
            + "\n".join(f"    {n['target']} {n['failureSummary']}" for n in d["nodes"][:5])
            for d in axe.run(page).response["violations"]
        ]
        taille = page.viewport_size["width"]
        assert not defauts, f"{page.url} à {taille} px :\n" + "\n".join(defauts)

    return verifier
