"""« run » : prêt, surveillé, arrêté sans rien perdre, et relancé après une mort brutale."""

import http.client
import json
import signal
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.embarque.conftest import jusqua, vivant

FACTICE = str(Path(__file__).with_name("portail_factice.py"))
PRET = "Maillon est prêt : http://localhost:{}"


def demander(port: int, chemin: str = "/") -> str:
    connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connexion.request("GET", chemin)
    reponse = connexion.getresponse()
    assert reponse.status == 200
    return reponse.read().decode()


def etat(racine: Path) -> dict[str, int]:
    lu = json.loads((racine / "superviseur.json").read_text())
    return {trace["nom"]: trace["pid"] for trace in lu["processus"]}


@pytest.fixture
def portail(superviseur, tmp_path, port_libre):
    def lancer(**variables: str):
        lance = superviseur(
            script=FACTICE, MAILLON_VAR=tmp_path / "var", PORT=port_libre, **variables
        )
        lance.port, lance.racine = port_libre, tmp_path / "var"
        return lance

    return lancer


def test_il_annonce_son_adresse_et_les_comptes(portail):
    preparation = "import sys; open(sys.argv[1], 'w').write('animatrice@exemple.fr')"
    lance = portail(FACTICE_PREPARATION=preparation)
    lance.attendre(PRET.format(lance.port))
    assert "animatrice@exemple.fr" in lance.texte()
    assert set(etat(lance.racine)) == {"postgres", "redis", "web", "ouvrier", "planificateur"}
    assert "/bonjour" in demander(lance.port, "/bonjour")
    # Sur cette machine seulement.
    ecoutes = psutil.Process(lance.popen.pid).net_connections("inet")
    assert {ecoute.laddr.ip for ecoute in ecoutes} == {"127.0.0.1"}


@pytest.mark.parametrize("numero", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_un_signal_laisse_finir_ce_qui_est_en_cours(portail, numero):
    lance = portail()
    lance.attendre(PRET.format(lance.port))
    processus = etat(lance.racine)
    reponses: list[str] = []
    requete = threading.Thread(target=lambda: reponses.append(demander(lance.port, "/lent")))
    requete.start()
    # La requête est entre les mains d'un ouvrier de gunicorn quand le signal arrive.
    threading.Event().wait(0.4)
    assert lance.finir(numero) == 0
    requete.join()
    assert reponses
    assert "/lent" in reponses[0]
    assert (lance.racine / "journaux" / "ouvrier.log").read_text() == "tâche finie\n"
    assert not any(vivant(pid) for pid in processus.values())
    assert etat(lance.racine) == {}
    # PostgreSQL s'est arrêté de lui-même, en ordre, après tout le monde.
    assert "database system is shut down" in (lance.racine / "journaux/postgres.log").read_text()


def test_un_programme_tue_est_relance(portail):
    lance = portail()
    lance.attendre(PRET.format(lance.port))
    avant = etat(lance.racine)
    for nom in ("web", "ouvrier"):
        psutil.Process(avant[nom]).kill()
    # La prise d'écoute reste ouverte : une requête attend le nouveau serveur, sans refus.
    jusqua(lambda: etat(lance.racine).get("web") not in (None, avant["web"]), 15)
    assert str(etat(lance.racine)["web"]) in demander(lance.port).split()[:2]
    jusqua(lambda: etat(lance.racine).get("ouvrier") not in (None, avant["ouvrier"]), 15)
    assert "il est relancé" in lance.texte()


def test_apres_un_superviseur_tue_on_relance(portail):
    premier = portail()
    premier.attendre(PRET.format(premier.port))
    orphelins = etat(premier.racine)
    premier.finir(signal.SIGKILL)
    assert all(vivant(pid) for pid in orphelins.values())

    second = portail()
    second.attendre(PRET.format(second.port))
    assert not any(vivant(pid) for pid in orphelins.values())
    assert set(etat(second.racine)) == set(orphelins)


def test_une_seconde_fois_dit_qu_il_tourne_deja(portail):
    premier = portail()
    premier.attendre(PRET.format(premier.port))
    second = portail()
    assert second.finir_seul() == 2
    assert "tourne déjà" in second.texte()
    assert demander(premier.port)


def test_une_preparation_refusee_ne_montre_que_sa_phrase(portail):
    phrase = "L’extrait des communes manque."
    lance = portail(FACTICE_PREPARATION=f"import sys; print({phrase!r}); sys.exit(2)")
    assert lance.finir_seul() == 2
    assert lance.texte().strip() == phrase
    assert etat(lance.racine) == {}


@pytest.mark.lent
def test_un_serveur_web_qui_ne_demarre_pas_est_dit(portail):
    lance = portail(GUNICORN_CMD_ARGS="--chdir /dossier/absent")
    assert lance.finir_seul() == 2
    assert "Le serveur web ne démarre pas" in lance.texte()
    assert "web | " in lance.texte()


@pytest.mark.parametrize("numero", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_un_signal_a_make_seul_arrete_tout(superviseur, tmp_path, port_libre, numero):
    """make ne transmet pas ces signaux ; et relancer aussitôt attend la fin de l'arrêt."""
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} {FACTICE}\n")
    variables = {"MAILLON_VAR": tmp_path / "var", "PORT": port_libre}
    make = superviseur("-f", makefile, "run", programme="make", **variables)
    make.attendre(PRET.format(port_libre))
    premiers = etat(tmp_path / "var")
    make.popen.send_signal(numero)
    second = superviseur(script=FACTICE, **variables)
    second.attendre(PRET.format(port_libre))
    assert not any(vivant(pid) for pid in premiers.values())
    make.popen.wait(10)
