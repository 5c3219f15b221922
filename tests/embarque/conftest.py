"""Ces essais démarrent de vrais services, chacun dans son dossier : aucun n'emploie la base."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

RACINE = Path(__file__).resolve().parents[2]
# Ce que « exec » pose pour les essais eux-mêmes, et qui ne doit pas passer à ceux d'ici.
POSEES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "MAILLON_VAR", "MAILLON_PG_VERSION")


@pytest.fixture
def propre() -> dict[str, str]:
    """L'environnement sans aucune adresse de service."""
    return {nom: valeur for nom, valeur in os.environ.items() if nom not in POSEES}


class Superviseur:
    """Un ``python -m socle.embarque …`` lancé à part, dont on lit la sortie."""

    def __init__(self, commande: list[str], environnement: dict[str, str], sortie: Path) -> None:
        self.sortie = sortie
        with open(sortie, "wb") as fichier:
            self.popen = subprocess.Popen(
                commande,
                cwd=RACINE,
                env=environnement,
                stdin=subprocess.DEVNULL,
                stdout=fichier,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def texte(self) -> str:
        return self.sortie.read_text("utf-8", "replace")

    def attendre(self, attendu: str, delai: float = 30) -> None:
        jusqua(lambda: attendu in self.texte() or self.popen.poll() is not None, delai)
        assert attendu in self.texte(), self.texte()

    def finir_seul(self, delai: float = 40) -> int:
        return self.popen.wait(delai)

    def finir(self, numero: int = signal.SIGTERM, delai: float = 40) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(numero)
        return self.popen.wait(delai)


def jusqua(condition, delai: float = 10) -> None:
    limite = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < limite, "attente dépassée"
        time.sleep(0.03)


def vivant(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def superviseur(propre, tmp_path):
    """Lance un superviseur ; ce qui tourne encore à la fin de l'essai est arrêté."""
    lances: list[Superviseur] = []

    def lancer(*arguments, script: str = "", programme: str = "", **variables) -> Superviseur:
        python = [sys.executable, script] if script else [sys.executable, "-m", "socle.embarque"]
        lances.append(
            Superviseur(
                [*([programme] if programme else python), *map(str, arguments)],
                propre | {"PYTHONPATH": str(RACINE)} | {n: str(v) for n, v in variables.items()},
                tmp_path / f"sortie-{len(lances)}.txt",
            )
        )
        return lances[-1]

    yield lancer
    for lance in lances:
        lance.finir()


@pytest.fixture
def port_libre() -> int:
    import socket

    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]
