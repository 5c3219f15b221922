"""Ce qui empêche de démarrer tient en une phrase qui dit quoi faire, et le code 2."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from socle.embarque import droits, externes, redis_local
from socle.embarque import postgres as module_postgres
from socle.embarque.erreurs import Refus
from socle.embarque.services import Services, lire_port
from tests.embarque.conftest import RACINE, jusqua


def refus(superviseur, *arguments: str, **variables: str) -> str:
    """La phrase dite par la commande, vérifiée : une seule, et vite."""
    debut = time.monotonic()
    lance = superviseur(*arguments, **variables)
    assert lance.finir_seul() == 2, lance.texte()
    assert time.monotonic() - debut < 10
    # Les espaces insécables d'une phrase française se lisent ici comme les autres.
    phrase = lance.texte().strip().replace("\xa0", " ")
    assert len(phrase.splitlines()) == 1, phrase
    assert "Traceback" not in phrase
    return phrase


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "80a", "²"])
def test_un_port_qui_n_en_est_pas_un(port):
    with pytest.raises(Refus, match="entre 1 et 65535"):
        lire_port({"PORT": port})


def test_un_port_illisible_est_dit(superviseur, tmp_path):
    assert "PORT vaut « abc »" in refus(
        superviseur, "run", PORT="abc", MAILLON_VAR=tmp_path / "var"
    )


def test_un_port_occupe(superviseur, tmp_path):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        phrase = refus(superviseur, "run", PORT=port, MAILLON_VAR=tmp_path / "var")
    assert f"Le port {port} est déjà pris" in phrase
    assert f"make run PORT={port + 1}" in phrase


def test_une_base_injoignable(superviseur, tmp_path, port_libre):
    phrase = refus(
        superviseur,
        "run",
        PORT=port_libre,
        MAILLON_VAR=tmp_path / "var",
        DATABASE_URL="postgresql://maillon:tressecret@127.0.0.1:1/maillon",
    )
    assert "injoignable" in phrase
    assert "DATABASE_URL" in phrase
    assert "tressecret" not in phrase


def test_une_adresse_de_base_qui_n_en_est_pas_une(superviseur, tmp_path, port_libre):
    phrase = refus(
        *(superviseur, "run"),
        PORT=port_libre,
        MAILLON_VAR=tmp_path / "var",
        DATABASE_URL="n’importe quoi",
    )
    assert "vérifiez DATABASE_URL" in phrase


@pytest.mark.parametrize("adresse", ["redis://127.0.0.1:1/0", "pasredis"])
def test_un_redis_injoignable(superviseur, tmp_path, port_libre, adresse):
    phrase = refus(
        superviseur, "run", PORT=port_libre, MAILLON_VAR=tmp_path / "var", REDIS_URL=adresse
    )
    assert "vérifiez REDIS_URL" in phrase


def test_un_postgresql_trop_ancien(monkeypatch):
    vieux = SimpleNamespace(server_version=140_012, close=lambda: None)
    monkeypatch.setattr(externes.psycopg2, "connect", lambda *_, **__: vieux)
    with pytest.raises(Refus, match="version 14 .*il faut 15"):
        externes.verifier_postgres("postgresql://m:secret@serveur/base")


@pytest.fixture
def faux_redis():
    """Un serveur qui parle juste assez de RESP pour dire sa version."""
    prise = socket.create_server(("127.0.0.1", 0))

    def servir(connexion: socket.socket) -> None:
        with connexion:
            while recu := connexion.recv(4096):
                # Plusieurs commandes peuvent arriver ensemble : une réponse à chacune.
                for commande in recu.upper().split(b"*")[1:]:
                    texte = b"redis_version:5.0.7\r\n"
                    if b"INFO" in commande:
                        connexion.sendall(b"$%d\r\n%s\r\n" % (len(texte), texte))
                    else:
                        connexion.sendall(b"-ERR unknown command\r\n")

    def accepter() -> None:
        while True:
            try:
                connexion, _ = prise.accept()
            except OSError:
                return
            threading.Thread(target=servir, args=(connexion,), daemon=True).start()

    threading.Thread(target=accepter, daemon=True).start()
    yield f"redis://127.0.0.1:{prise.getsockname()[1]}/0?protocol=2"
    prise.close()


def test_un_redis_trop_ancien(faux_redis):
    with pytest.raises(Refus, match="version 5.0.7, il faut 6.2"):
        externes.verifier_redis(faux_redis)


def test_pas_de_redis_pour_cette_machine(monkeypatch):
    monkeypatch.setattr(redis_local.importlib.util, "find_spec", lambda nom: None)
    monkeypatch.setenv("PATH", "/nulle/part")
    with pytest.raises(Refus, match="apt install redis-server"):
        redis_local.trouver_binaire()


@pytest.mark.parametrize(("version", "convient"), [("5.0.7", False), ("7.2.4", True)])
def test_le_redis_de_la_machine_a_defaut(monkeypatch, tmp_path, version, convient):
    binaire = tmp_path / "redis-server"
    binaire.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0 malloc=libc bits=64'\n")
    binaire.chmod(0o755)
    monkeypatch.setattr(redis_local.importlib.util, "find_spec", lambda nom: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if convient:
        assert redis_local.trouver_binaire() == binaire
    else:
        with pytest.raises(Refus, match="version 5.0.7, il faut 6.2"):
            redis_local.trouver_binaire()


def test_pas_de_postgresql_pour_cette_machine(monkeypatch):
    monkeypatch.setattr(module_postgres.importlib.util, "find_spec", lambda nom: None)
    with pytest.raises(Refus, match="DATABASE_URL"):
        module_postgres.trouver_binaires("18")


def test_un_dossier_ou_l_on_ne_peut_pas_ecrire(propre, tmp_path):
    (tmp_path / "fichier").write_text("")
    with pytest.raises(Refus, match="MAILLON_VAR"):
        Services(tmp_path / "fichier" / "var", environnement=propre).demarrer()


def test_un_refus_laisse_le_dossier_libre(propre, tmp_path, monkeypatch):
    """Corrigé, ce qui empêchait de démarrer n'empêche plus rien."""
    with monkeypatch.context() as panne:
        panne.setattr(redis_local.importlib.util, "find_spec", lambda nom: None)
        panne.setenv("PATH", "/nulle/part")
        with pytest.raises(Refus):
            Services(tmp_path / "var", environnement=propre | {"DATABASE_URL": "x"}).demarrer()
    with Services(tmp_path / "var", essais=True, environnement=propre) as services:
        assert services.dossier.tenu
    assert not services.dossier.tenu


def test_une_base_externe_refusee_arrete_ce_qui_etait_demarre(propre, tmp_path):
    environnement = propre | {"DATABASE_URL": "postgresql://m@127.0.0.1:1/m"}
    services = Services(tmp_path / "var", environnement=environnement)
    with pytest.raises(Refus, match="injoignable"):
        services.demarrer()
    assert not services.redis.enfant.vivant()
    assert services.sockets == []


# --- resetdb --------------------------------------------------------------------------------


def test_resetdb_refuse_pendant_que_maillon_tourne(superviseur, tmp_path):
    tenu = superviseur("services", MAILLON_VAR=tmp_path / "var")
    tenu.attendre("Services prêts")
    assert "tourne déjà" in refus(superviseur, "resetdb", "--oui", MAILLON_VAR=tmp_path / "var")


def test_resetdb_refuse_une_base_externe(superviseur, tmp_path):
    phrase = refus(
        *(superviseur, "resetdb", "--oui"),
        MAILLON_VAR=tmp_path / "var",
        DATABASE_URL="postgresql://m@ailleurs/m",
    )
    assert "DATABASE_URL en désigne une autre" in phrase


def test_resetdb_demande_puis_vide(superviseur, propre, tmp_path):
    racine = tmp_path / "var"
    with Services(racine, environnement=propre) as services:
        _creer_table(services)
    (racine / "fichiers").mkdir()
    (racine / "preparation").write_text("empreinte")

    sans_reponse = superviseur("resetdb", MAILLON_VAR=racine)
    assert sans_reponse.finir_seul() == 1
    assert "Rien n’a été effacé" in sans_reponse.texte()
    with Services(racine, environnement=propre) as services:
        assert _tables(services) == 1

    oui = superviseur("resetdb", "--oui", MAILLON_VAR=racine)
    assert oui.finir_seul() == 0
    assert not (racine / "fichiers").exists()
    assert not (racine / "preparation").exists()
    with Services(racine, environnement=propre) as services:
        assert _tables(services) == 0


def _creer_table(services: Services) -> None:
    connexion = services.postgres.connecter("maillon", "maillon")
    connexion.cursor().execute("CREATE TABLE t (n int)")
    connexion.close()


def _tables(services: Services) -> int:
    connexion = services.postgres.connecter("maillon", "maillon")
    try:
        with connexion.cursor() as curseur:
            curseur.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            return curseur.fetchone()[0]
    finally:
        connexion.close()


def test_une_commande_inconnue_de_exec(superviseur, tmp_path):
    phrase = refus(superviseur, "exec", "--racine", tmp_path / "var", "--", "/pas/de/commande")
    assert "/pas/de/commande" in phrase


@pytest.mark.skipif(os.geteuid() != 0, reason="il faut être root pour prêter des droits")
def test_root_sans_compte_a_qui_confier_postgresql(propre, tmp_path, monkeypatch):
    monkeypatch.setattr(droits, "COMPTES", ("compte-qui-n-existe-pas",))
    with pytest.raises(Refus, match="compte ordinaire"):
        Services(tmp_path / "var", environnement=propre).demarrer()


@pytest.mark.skipif(os.geteuid() != 0, reason="il faut être root pour changer de compte")
def test_un_compte_ordinaire(propre):
    """Le même superviseur, lancé par un compte sans privilège : tout tourne en son nom."""
    with tempfile.TemporaryDirectory(dir="/tmp") as maison:
        # Le dépôt peut être sous un home fermé : on prête de quoi l'y lire, rien d'autre.
        compte = droits.choisir(Path(maison, "postgres"), Path(sys.executable))
        os.chmod(maison, 0o700)
        os.chown(maison, compte.uid, compte.gid)
        lance = subprocess.Popen(
            compte.commande(
                *(sys.executable, "-m", "socle.embarque", "services"),
                *("--racine", f"{maison}/var"),
            ),
            cwd=RACINE,
            env=propre | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
        )
        try:
            jusqua(lambda: os.path.exists(f"{maison}/var/services.env"), 30)
            fils = psutil.Process(lance.pid).children()
            assert {f.uids().effective for f in fils} == {compte.uid}
            assert {f.name() for f in fils} == {"postgres", "redis-server"}
        finally:
            lance.terminate()
            assert lance.wait(20) == 0
