"""Lancer des processus, les reconnaître plus tard, et ne jamais en arrêter un autre.

Un numéro de processus est réemployé par le système : on note avec lui l'heure de création,
et l'on ne touche qu'à celui qui porte les deux.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from socle.embarque.signaux import attendre

# psutil déduit l'heure de création de l'heure de démarrage de la machine, arrondie.
TOLERANCE = 2.0


@dataclass(frozen=True)
class Trace:
    """Ce qu'on note d'un processus pour le retrouver après la mort du superviseur."""

    nom: str
    pid: int
    cree: float

    def processus(self) -> psutil.Process | None:
        try:
            trouve = psutil.Process(self.pid)
            meme = abs(trouve.create_time() - self.cree) <= TOLERANCE
            return trouve if meme and trouve.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def groupe_vivant(self) -> bool:
        """Vrai tant qu'un membre du groupe de ce processus vit, lui compris.

        Le système ne réemploie pas un numéro tant qu'un groupe le porte : si le meneur n'est
        plus là, les membres qui restent sont bien les siens.
        """
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return self.processus() is not None
        try:
            meneur = psutil.Process(self.pid)
            return abs(meneur.create_time() - self.cree) <= TOLERANCE and (
                meneur.status() != psutil.STATUS_ZOMBIE or _autres_membres(self.pid)
            )
        except psutil.NoSuchProcess:
            return True

    def signaler(self, numero: int) -> None:
        if trouve := self.processus():
            with suppress(psutil.Error):
                trouve.send_signal(numero)

    def signaler_groupe(self, numero: int) -> None:
        if self.groupe_vivant():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, numero)


def _autres_membres(pgid: int) -> bool:
    for autre in psutil.process_iter(["pid", "status"]):
        if autre.pid == pgid or autre.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(autre.pid) == pgid:
                return True
    return False


class Enfant:
    """Un processus fils, dans sa propre session : le Ctrl-C du terminal ne l'atteint pas."""

    def __init__(
        self,
        nom: str,
        commande: Sequence[str],
        *,
        journal: Path,
        environnement: Mapping[str, str],
        dossier: Path | str = "/",
        transmis: Sequence[int] = (),
        identite: Mapping[str, object] | None = None,
    ) -> None:
        with open(journal, "ab") as sortie:
            self.popen = subprocess.Popen(
                list(commande),
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                cwd=dossier,
                env=dict(environnement),
                start_new_session=True,
                pass_fds=tuple(transmis),
                **(identite or {}),
            )
        self.nom = nom
        self.journal = journal
        self.depuis = time.monotonic()
        try:
            cree = psutil.Process(self.popen.pid).create_time()
        except psutil.Error:
            cree = time.time()
        self.trace = Trace(nom, self.popen.pid, cree)

    def vivant(self) -> bool:
        return self.popen.poll() is None

    def signaler(self, numero: int) -> None:
        if self.vivant():
            self.popen.send_signal(numero)

    def achever(self) -> None:
        """Tue ce qui reste de son groupe, et recueille le processus."""
        if self.vivant():
            self.popen.kill()
        self.popen.wait()
        self.trace.signaler_groupe(signal.SIGKILL)


def arreter_orphelins(traces: Iterable[Trace], numero: int, delai: float) -> None:
    """Arrête en douceur les processus d'un superviseur mort, puis sans douceur."""
    restants = [trace for trace in traces if trace.groupe_vivant()]
    for trace in restants:
        if trace.processus():
            trace.signaler(numero)
        else:
            trace.signaler_groupe(signal.SIGTERM)
    attendre(lambda: not any(t.groupe_vivant() for t in restants), delai, pas=0.05)
    for trace in restants:
        trace.signaler_groupe(signal.SIGKILL)
    attendre(lambda: not any(t.groupe_vivant() for t in restants), 5, pas=0.05)


def occupants(dossier: Path, programme: str) -> list[psutil.Process]:
    """Les processus de ce nom dont le dossier de travail est ``dossier``."""
    trouves = []
    for candidat in psutil.process_iter(["name"]):
        if candidat.info["name"] != programme:
            continue
        with suppress(psutil.Error, OSError):
            if candidat.status() != psutil.STATUS_ZOMBIE and os.path.samefile(
                candidat.cwd(), dossier
            ):
                trouves.append(candidat)
    return trouves
