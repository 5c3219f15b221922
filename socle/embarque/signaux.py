"""Ctrl-C, TERM et HUP : retenus ici, examinés là où l'on attend."""

import os
import signal
import time
from collections.abc import Callable

import psutil

from socle.embarque.erreurs import ArretDemande, Refus

SIGNAUX = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signaux:
    """Compte les demandes d'arrêt. Une seconde demande presse l'arrêt en cours."""

    def __init__(self) -> None:
        self.demandes = 0
        self.dernier: int | None = None
        self._make: Make | None = None

    def installer(self) -> "Signaux":
        for numero in SIGNAUX:
            # « nohup » ignore HUP exprès : on le laisse faire.
            if numero == signal.SIGHUP and signal.getsignal(numero) == signal.SIG_IGN:
                continue
            signal.signal(numero, self._noter)
        self._make = Make.parent()
        return self

    def _noter(self, numero: int, _cadre: object = None) -> None:
        self.demandes += 1
        self.dernier = numero

    def relever(self) -> int:
        """Le nombre de demandes, celles que make a gardées pour lui comprises."""
        if self._make and (numero := self._make.signal_recu()):
            self._make = None
            self._noter(numero)
        return self.demandes

    def verifier(self) -> None:
        if self.relever():
            raise ArretDemande


class Make:
    """Le make qui nous a lancés. Il transmet TERM ; INT et HUP, il les garde et nous attend.

    Au terminal tout le groupe reçoit le signal. Mais « kill -HUP » sur make seul laisserait
    Maillon tourner : make qui a reçu un signal cesse de l'intercepter, et cela se lit.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.interceptes = _interceptes(pid)

    @classmethod
    def parent(cls) -> "Make | None":
        try:
            pere = psutil.Process(os.getppid())
            return cls(pere.pid) if pere.name() in ("make", "gmake") else None
        except psutil.Error:
            return None

    def signal_recu(self) -> int | None:
        if os.getppid() != self.pid:
            return signal.SIGTERM
        perdus = self.interceptes & ~_interceptes(self.pid)
        for numero in (signal.SIGINT, signal.SIGHUP):
            if perdus & 1 << (numero - 1):
                return numero
        return None


def _interceptes(pid: int) -> int:
    """Le masque des signaux qu'un processus intercepte ; zéro là où il ne se lit pas."""
    try:
        with open(f"/proc/{pid}/status") as etat:
            return next(int(ligne[7:], 16) for ligne in etat if ligne.startswith("SigCgt:"))
    except (OSError, StopIteration, ValueError):
        return 0


def attendre(
    condition: Callable[[], bool],
    delai: float,
    *,
    sinon: str | None = None,
    verifier: Callable[[], None] = lambda: None,
    pas: float = 0.02,
) -> bool:
    """Attend que ``condition`` soit vraie, ``delai`` secondes au plus.

    Au-delà, rend False, ou lève Refus avec la phrase ``sinon``. ``verifier`` peut interrompre.
    """
    limite = time.monotonic() + delai
    while not condition():
        verifier()
        if time.monotonic() > limite:
            if sinon:
                raise Refus(sinon)
            return False
        time.sleep(pas)
    return True
