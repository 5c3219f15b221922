"""Le portail entier pour de vrai : gunicorn, ouvrier Celery, Redis, et un serveur SMTP qui garde.

Tout écoute sur la boucle locale, sur des ports libres, et travaille dans un clone de la base
modèle. Chaque processus est arrêté par son identifiant.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from django.test import Client

from socle.embarque.programmes import commande_ouvrier, commande_planificateur
from tests import redis as redis_d_essai
from tests.fabriques.distribution import redonner_le_mot_de_passe

RACINE = Path(__file__).resolve().parents[2]


def attendre(condition, delai: float, sinon: str):
    """La première valeur vraie de ``condition`` ; échoue avec ``sinon`` passé le délai."""
    limite = time.monotonic() + delai
    while not (valeur := condition()):
        assert time.monotonic() < limite, sinon() if callable(sinon) else sinon
        time.sleep(0.1)
    return valeur


class Boite:
    """Le serveur SMTP : il accepte tout et garde chaque message."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, serveur, session, enveloppe):  # noqa: N802 — nom imposé
        message = message_from_bytes(enveloppe.content, policy=policy.default)
        self.messages.append((enveloppe.rcpt_tos, message))
        return "250 gardé"

    def recus_par(self, adresse: str) -> list:
        return [message for adresses, message in self.messages if adresse in adresses]


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


class Portail:
    """``adresse_base`` : celle du clone. Les programmes lisent l'environnement, comme ailleurs."""

    def __init__(self, adresse_base: str, var: Path):
        self.adresse_base, self.var = adresse_base, var
        self.boite = Boite()
        self.pile = ExitStack()
        self.programmes: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        try:
            self._demarrer()
        except BaseException:
            self.pile.close()
            raise
        return self

    def __exit__(self, *erreur):
        self.pile.close()

    def _demarrer(self):
        redis = self.pile.enter_context(redis_d_essai.demarrer())
        smtp = Controller(self.boite, hostname="127.0.0.1", port=port_libre())
        smtp.start()
        self.pile.callback(smtp.stop)
        prise = self.pile.enter_context(socket.socket())
        prise.bind(("127.0.0.1", 0))
        prise.listen(64)
        self.port = prise.getsockname()[1]
        self.adresse = f"http://localhost:{self.port}"
        self.environnement = os.environ | {
            "DATABASE_URL": self.adresse_base,
            "REDIS_URL": redis,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
            "PORT": str(self.port),
            "MAILLON_VAR": str(self.var),
            "MAILLON_DEMO": "1",
        }
        self.lancer(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "accueil.wsgi:application"),
                *("--bind", f"fd://{prise.fileno()}", "--worker-class", "gthread"),
                *("--threads", "4", "--log-level", "warning", "--no-control-socket"),
            ],
            transmis=(prise.fileno(),),
        )
        self.lancer("ouvrier", list(commande_ouvrier(sys.executable)))
        attendre(self._pret, 30, lambda: f"Le portail ne répond pas :\n{self.journal('web')}")

    def lancer(self, nom: str, commande: list[str], transmis: tuple[int, ...] = ()):
        """Lance un programme du portail ; il est arrêté avec lui."""
        journal = open(self.var / f"{nom}.log", "wb")  # noqa: SIM115 — fermé avec la pile
        self.pile.callback(journal.close)
        programme = subprocess.Popen(
            commande,
            cwd=RACINE,
            env=self.environnement,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=subprocess.STDOUT,
            pass_fds=transmis,
        )
        self.programmes[nom] = programme
        self.pile.callback(self._arreter, programme)

    def planifier(self):
        """Ajoute le planificateur, qui dépose et balaie à l'heure dite."""
        horaire = self.var / "celerybeat-schedule"
        self.lancer("planificateur", list(commande_planificateur(sys.executable, horaire)))

    def _arreter(self, programme: subprocess.Popen):
        programme.terminate()
        try:
            programme.wait(15)
        except subprocess.TimeoutExpired:
            programme.kill()
            programme.wait()

    def _pret(self) -> bool:
        assert self.programmes["web"].poll() is None, self.journal("web")
        connexion = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connexion.request("GET", "/sante/pret", headers={"Host": "localhost"})
            return connexion.getresponse().status == 200
        except OSError:
            return False
        finally:
            connexion.close()

    def journal(self, nom: str) -> str:
        return (self.var / f"{nom}.log").read_text("utf-8", "replace")

    def celery(self, tache: str) -> None:
        """Confie une tâche à l'ouvrier, par Redis, comme le ferait le planificateur."""
        commande = [sys.executable, "-m", "celery", "--quiet", "-A", "accueil", "call", tache]
        subprocess.run(
            commande, cwd=RACINE, env=self.environnement, check=True, capture_output=True
        )

    def temoin(self, personne, mot_de_passe_redonne: bool = False) -> dict:
        """Le cookie d'une session de cette personne, pour un navigateur déjà connecté."""
        client = Client()
        if mot_de_passe_redonne:
            redonner_le_mot_de_passe(client, personne)
        else:
            client.force_login(personne)
        return {"name": "session", "value": client.cookies["session"].value, "url": self.adresse}
