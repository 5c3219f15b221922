"""Ctrl-C, TERM et HUP : retenus ici, examinés là où l'on attend."""

import signal
import time
from collections.abc import Callable

from socle.embarque.erreurs import ArretDemande, Refus

SIGNAUX = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signaux:
    """Compte les demandes d'arrêt. Une seconde demande presse l'arrêt en cours."""

    def __init__(self) -> None:
        self.demandes = 0
        self.dernier: int | None = None

    def installer(self) -> "Signaux":
        for numero in SIGNAUX:
            # « nohup » ignore HUP exprès : on le laisse faire.
            if numero == signal.SIGHUP and signal.getsignal(numero) == signal.SIG_IGN:
                continue
            signal.signal(numero, self._noter)
        return self

    def _noter(self, numero: int, _cadre: object) -> None:
        self.demandes += 1
        self.dernier = numero

    def verifier(self) -> None:
        if self.demandes:
            raise ArretDemande


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
