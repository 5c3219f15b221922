"""Le vrai portail, par « make run », depuis un clone malcommode : home fermé, espaces, longueur."""

import os
import shutil
import signal
import stat
import subprocess

import psutil
import pytest

from tests.embarque.conftest import RACINE, Superviseur, jusqua
from tests.embarque.test_portail import demander, etat

pytestmark = pytest.mark.lent


@pytest.fixture
def clone(tmp_path):
    """Les fichiers du dépôt, sans données, sous un dossier 0700 au nom long et à espaces."""
    maison = tmp_path / "maison"
    maison.mkdir(mode=0o700)
    cible = maison / ("un dossier à espaces " * 8).strip()
    suivis = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=RACINE,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for nom in filter(None, suivis.split("\0")):
        if (RACINE / nom).is_file():
            (cible / nom).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(RACINE / nom, cible / nom)
    (cible / ".venv").symlink_to(RACINE / ".venv")
    assert len(str(cible)) > 150
    yield cible
    assert stat.S_IMODE(maison.stat().st_mode) == 0o700


def test_make_run_depuis_un_clone(clone, propre, tmp_path, port_libre):
    environnement = propre | {"PORT": str(port_libre), "MAILLON_DEMO": "0"}
    pret = f"Maillon est prêt : http://localhost:{port_libre}"

    def lancer(nom: str) -> Superviseur:
        return Superviseur(["make", "-C", str(clone), "run"], environnement, tmp_path / nom)

    premier = lancer("premier.txt")
    premier.attendre(pret, 300)
    racine = clone / "var"
    assert "prêt" in demander(port_libre, "/sante/pret")
    premiers = etat(racine)
    # Chacun est tué à son tour ; tous reviennent, et le portail avec eux.
    for nom, pid in premiers.items():
        psutil.Process(pid).send_signal(signal.SIGKILL)
        jusqua(lambda nom=nom, pid=pid: etat(racine).get(nom) not in (None, pid), 30)
    jusqua(lambda: _est_pret(port_libre), 30)
    os.killpg(premier.popen.pid, signal.SIGINT)
    premier.popen.wait(60)
    assert etat(racine) == {}

    second = lancer("second.txt")
    second.attendre(pret, 60)
    assert _est_pret(port_libre)
    os.killpg(second.popen.pid, signal.SIGTERM)
    second.popen.wait(60)
    assert etat(racine) == {}


def _est_pret(port: int) -> bool:
    try:
        return "prêt" in demander(port, "/sante/pret")
    except (OSError, AssertionError):
        return False
