"""Ce que tous les essais partagent : leur base, leurs gardes, leur distribution.

Les essais ordinaires (``db``) tournent dans une transaction défaite à la fin ; ils ne vident
jamais la base, que les territoires et la démonstration occupent. Un essai qui a besoin de
vraies validations prend ``base_clonee`` : un clone neuf, pour lui seul.
"""

import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests import bases as bases_d_essai
from tests import redis as redis_d_essai
from tests.fabriques.distribution import ROLES, distribuer
from tests.gardes import gabarits, lecture_seule

PLATE = "django.contrib.staticfiles.storage.StaticFilesStorage"
VIDENT_LA_BASE = {
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
}
CLONENT = {"base_clonee", "base_sans_demonstration", "portail"}


def pytest_configure(config):
    bases_d_essai.figer_les_empreintes()
    # Les essais d'un même portail restent sur un même ouvrier.
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadgroup"
    # Les pages nomment leurs fichiers sans attendre « collectstatic », que le portail des essais
    # de navigateur joue pour de vrai.
    settings.STORAGES["staticfiles"]["BACKEND"] = PLATE
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_make_parametrize_id(val, argname):
    """Un contenu binaire ne nomme pas un essai : il peut porter l'heure, et les ouvriers différer."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items):
    """Refuse ce qui viderait la base, et les essais qui mêlent clone et transaction défaite."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        marque = item.get_closest_marker("django_db")
        if fixtures & VIDENT_LA_BASE or (marque and marque.kwargs.get("transaction")):
            raise pytest.UsageError(
                f"{item.nodeid} viderait les territoires : employez la fixture « base_clonee »."
            )
        if fixtures & CLONENT and (marque or "db" in fixtures):
            raise pytest.UsageError(f"{item.nodeid} mêle une base clonée et « db » : choisissez.")


# --- La base -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def modeles(django_db_blocker) -> tuple[bases_d_essai.Bases, str, str]:
    """Les bases modèles : avec les territoires seuls, puis avec la démonstration."""
    bases = bases_d_essai.Bases()
    return bases, *bases.modeles()


@pytest.fixture(scope="session")
def django_db_setup(modeles, django_db_blocker):
    """Remplace celle de pytest-django : le clone de cet ouvrier, et non une base migrée ici."""
    bases, _, demonstration = modeles
    nom = bases.cloner(demonstration, "commune")
    with django_db_blocker.unblock(), bases_d_essai.employer(nom):
        yield
    bases.jeter(nom)


def _clone(modeles, blocker, modele):
    bases = modeles[0]
    nom = bases.cloner(modele, uuid.uuid4().hex[:8])
    try:
        with blocker.unblock(), bases_d_essai.employer(nom):
            yield bases.adresse(nom)
    finally:
        bases.jeter(nom)


@pytest.fixture
def base_clonee(modeles, django_db_setup, django_db_blocker):
    """Un clone neuf, où les transactions se valident vraiment. Rend son adresse."""
    yield from _clone(modeles, django_db_blocker, modeles[2])


@pytest.fixture
def base_sans_demonstration(modeles, django_db_setup, django_db_blocker):
    """Comme ``base_clonee``, avec les seuls territoires : une installation toute neuve."""
    yield from _clone(modeles, django_db_blocker, modeles[1])


@pytest.fixture
def base(request):
    """La base de l'essai, quelle qu'elle soit : son clone s'il en demande un, ou ``db``."""
    for nom in CLONENT:
        if nom in request.fixturenames:
            return request.getfixturevalue(nom)
    return request.getfixturevalue("db")


@pytest.fixture(scope="session")
def redis():
    """L'adresse d'un vrai Redis : celui de l'environnement, ou un autre, arrêté à la fin."""
    with redis_d_essai.assurer() as adresse:
        settings.REDIS_URL = adresse
        yield adresse


# --- Les gardes ------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def gardes():
    """Variables inconnues et lectures qui écrivent : refusées dans toute la suite."""
    defaire = [gabarits.installer(), lecture_seule.installer()]
    yield
    for etape in defaire:
        etape()


# --- La distribution -------------------------------------------------------------------------


@pytest.fixture
def distribution(base):
    return distribuer()


def _personne(nom):
    @pytest.fixture(name=nom)
    def personne(distribution):
        return getattr(distribution, nom)

    return personne


for _nom in [role[0] for role in ROLES] + ["administratrice"]:
    globals()[f"fixture_{_nom}"] = _personne(_nom)


@pytest.fixture
def connecter(base):
    """``connecter(personne)`` : un client à son nom ; sans personne, un visiteur."""

    def ouvrir(personne=None) -> Client:
        client = Client()
        if personne is not None:
            client.force_login(personne)
        return client

    return ouvrir


@pytest.fixture
def marqueur() -> str:
    """Un mot introuvable ailleurs : qui a le droit le lit, nul autre ne doit le recevoir."""
    return f"marqueur{uuid.uuid4().hex}"


@pytest.fixture
def nombre_de_requetes(django_assert_num_queries):
    """``with nombre_de_requetes(7): …``"""
    return django_assert_num_queries


@pytest.fixture
def valider(django_capture_on_commit_callbacks):
    """``with valider(): …`` : joue à la sortie ce qui attend la validation de la transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def pytest_sessionfinish():
    connection.close()
