"""L'antivirus, s'il y en a un : clamd, par son protocole INSTREAM.

``MAILLON_CLAMD`` vaut ``unix:/chemin/de/la/prise`` ou ``hôte:port`` ; vide, il n'y en a pas.
"""

import logging
import socket
import struct
from enum import Enum

from django.conf import settings

traces = logging.getLogger(__name__)

DELAI_CONNEXION = 2
DELAI_REPONSE = 30
MORCEAU = 64 * 1024


class Verdict(Enum):
    SAIN = "sain"
    INFECTE = "infecte"
    # Pas de réponse, ou une réponse qui n'en est pas une : le fichier attend.
    SANS_REPONSE = "sans_reponse"


def branche() -> bool:
    return bool(settings.MAILLON_CLAMD)


def examiner(contenu: bytes) -> Verdict:
    """Le verdict sur ce contenu ; sans antivirus, tout est tenu pour sain."""
    if not branche():
        return Verdict.SAIN
    try:
        reponse = _demander(b"zINSTREAM\0", contenu)
    except OSError as erreur:
        traces.warning("L'antivirus ne répond pas : %s", erreur)
        return Verdict.SANS_REPONSE
    if reponse == "stream: OK":
        return Verdict.SAIN
    if reponse.endswith(" FOUND"):
        traces.warning("Fichier refusé par l'antivirus : %s", reponse)
        return Verdict.INFECTE
    traces.error("Réponse inattendue de l'antivirus : %s", reponse)
    return Verdict.SANS_REPONSE


def repond() -> bool:
    try:
        return _demander(b"zPING\0") == "PONG"
    except OSError:
        return False


def _ouvrir() -> socket.socket:
    adresse = settings.MAILLON_CLAMD
    if adresse.startswith("unix:"):
        prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        prise.settimeout(DELAI_CONNEXION)
        try:
            prise.connect(adresse.removeprefix("unix:"))
        except OSError:
            prise.close()
            raise
        return prise
    hote, _, port = adresse.rpartition(":")
    return socket.create_connection((hote.strip("[]"), int(port)), timeout=DELAI_CONNEXION)


def _demander(ordre: bytes, contenu: bytes | None = None) -> str:
    with _ouvrir() as prise:
        prise.settimeout(DELAI_REPONSE)
        prise.sendall(ordre)
        if contenu is not None:
            for debut in range(0, len(contenu), MORCEAU):
                morceau = contenu[debut : debut + MORCEAU]
                prise.sendall(struct.pack("!L", len(morceau)) + morceau)
            prise.sendall(struct.pack("!L", 0))
        recu = b""
        while not recu.endswith(b"\0") and len(recu) < 4096:
            suite = prise.recv(1024)
            if not suite:
                break
            recu += suite
    return recu.rstrip(b"\0").decode("utf-8", "replace").strip()
