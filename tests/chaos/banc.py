"""Le banc : PostgreSQL, Redis, ouvrier et planificateur véritables, et un serveur d'envoi docile.

Rien n'est simulé de ce que l'on éprouve ; seul le serveur d'envoi obéit : il accepte, refuse
pour l'instant (451), se tait, ou prévient l'essai à l'instant choisi.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

from socle.embarque.services import Services

RACINE = Path(__file__).resolve().parents[2]
# Ce que « exec » pose pour les essais eux-mêmes, et qui ne doit pas passer au banc.
POSEES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "MAILLON_VAR", "EMAIL_URL")


def jusqua(condition: Callable[[], bool], delai: float = 60, quoi: str = "") -> None:
    limite = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < limite, f"attente dépassée : {quoi}"
        time.sleep(0.05)


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


class ServeurDEnvoi:
    """Range les Message-ID acceptés. ``a_chaque(n)`` est appelé au n-ième message, avant d'y répondre."""

    def __init__(self) -> None:
        self.recus: Counter[str] = Counter()
        self.presentes = 0
        self.refuser = 0
        self.se_taire = threading.Event()
        self.a_chaque: Callable[[int], None] = lambda n: None
        self.port = port_libre()
        self._controleur = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — nom imposé
        self.presentes += 1
        identifiant = message_from_bytes(envelope.content)["Message-ID"]
        await asyncio.to_thread(self.a_chaque, self.presentes)
        while self.se_taire.is_set():
            await asyncio.sleep(0.05)
        if self.refuser > 0:
            self.refuser -= 1
            return "451 4.3.0 Revenez plus tard"
        self.recus[identifiant] += 1
        return "250 OK"

    def demarrer(self) -> None:
        self._controleur.start()

    def arreter(self) -> None:
        self.se_taire.clear()
        self._controleur.stop()


class Banc:
    """Les services d'un dossier, et ce qu'on y lance."""

    def __init__(self, racine: Path, **variables: str) -> None:
        self.racine = racine
        self.serveur = ServeurDEnvoi()
        self.processus: list[subprocess.Popen] = []
        propre = {nom: v for nom, v in os.environ.items() if nom not in POSEES}
        self.services = Services(racine / "var", essais=True, environnement=propre)
        self.variables = variables

    def __enter__(self) -> "Banc":
        self.serveur.demarrer()
        self.services.demarrer()
        self.environnement = self.services.environnement() | {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.serveur.port}",
            "DJANGO_SETTINGS_MODULE": "tests.chaos.reglages",
            "COURRIEL_ABANDON_S": "3",
            "PYTHONPATH": str(RACINE),
            **self.variables,
        }
        self.lancer("manage.py", "migrate", "--verbosity=0")
        return self

    def __exit__(self, *erreur: object) -> None:
        for processus in self.processus:
            self.tuer(processus)
        self.serveur.arreter()
        self.services.arreter()

    # --- Ce qu'on y lance --------------------------------------------------------------------

    def lancer(self, *commande: str) -> None:
        fait = subprocess.run(
            [sys.executable, *commande],
            cwd=RACINE,
            env=self.environnement,
            capture_output=True,
            text=True,
        )
        assert fait.returncode == 0, fait.stdout + fait.stderr

    def geste(self, nom: str, *arguments: int) -> None:
        self.lancer("-m", "tests.chaos.gestes", nom, *map(str, arguments))

    def celery(self, *arguments: str) -> subprocess.Popen:
        """Un vrai processus Celery, meneur de son groupe : le tuer emporte ses enfants."""
        with open(self.racine / f"celery-{len(self.processus)}.txt", "wb") as journal:
            processus = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "accueil.celery", *arguments],
                cwd=RACINE,
                env=self.environnement,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processus.append(processus)
        return processus

    def ouvrier(self, concurrence: int = 2) -> subprocess.Popen:
        return self.celery("worker", f"--concurrency={concurrence}", "--loglevel=warning")

    def planificateur(self) -> subprocess.Popen:
        horaire = self.racine / f"horaire-{len(self.processus)}"
        return self.celery("beat", "--loglevel=warning", f"--schedule={horaire}")

    def tuer(self, processus: subprocess.Popen) -> None:
        """SIGKILL à tout le groupe : ni ménage, ni adieu."""
        with suppress(ProcessLookupError):
            os.killpg(processus.pid, signal.SIGKILL)
        processus.wait()

    def redemarrer_postgres(self) -> None:
        postgres = self.services.postgres
        postgres.arreter()
        postgres.lancer(postgres.sockets)
        postgres.attendre()

    # --- Ce qu'on y lit ----------------------------------------------------------------------

    def sql(self, requete: str, *parametres) -> list[tuple]:
        connexion = self.services.postgres.connecter("maillon", "maillon")
        try:
            with connexion.cursor() as curseur:
                curseur.execute(requete, parametres or None)
                return curseur.fetchall() if curseur.description else []
        finally:
            connexion.close()

    def etats(self) -> Counter[str]:
        return Counter(dict(self.sql("SELECT etat, count(*) FROM socle_courriel GROUP BY etat")))

    def le_temps_passe(self) -> None:
        """Ce qui attend son prochain essai est à l'heure."""
        self.sql("UPDATE socle_courriel SET a_partir_de = now() WHERE etat = 'attente'")

    def finir(self, delai: float = 60) -> None:
        """Balaye comme le ferait le planificateur, jusqu'à ce que plus rien n'attende."""
        limite = time.monotonic() + delai
        while set(self.etats()) - {"envoye", "incertain", "echec", "sans_objet"}:
            assert time.monotonic() < limite, self.etats()
            self.geste("balayer")
            time.sleep(0.5)
