"""Un vrai gunicorn, une vraie session, et des pages chronométrées en alternance avec la vue nue.

Tout se dit en multiples de la vue nue, mesurée dans la même minute derrière le même serveur et les
mêmes intergiciels : la machine et ses voisins n'y changent presque rien.
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

RACINE = Path(__file__).resolve().parents[1]
NUE = "/bench/nue/?groupe={}"
REFERENCE = """
CREATE UNLOGGED TABLE IF NOT EXISTS bench_reference (id bigserial PRIMARY KEY, groupe int, texte text);
INSERT INTO bench_reference (groupe, texte)
  SELECT 1 + n / 25, 'une ligne de référence, la ' || n FROM generate_series(0, 999999) n
   WHERE NOT EXISTS (SELECT 1 FROM bench_reference);
CREATE INDEX IF NOT EXISTS bench_reference_groupe ON bench_reference (groupe);
ANALYZE bench_reference;
"""


@dataclass(frozen=True)
class Page:
    """``budget`` : en multiples de la vue nue, à la médiane."""

    nom: str
    adresse: str
    budget: float


@contextmanager
def serveur():
    """Un gunicorn sur une adresse à lui, arrêté à la fin ; rend son port."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    processus = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "accueil.wsgi:application"),
            *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--preload"),
            *("--workers", "2", "--threads", "4", "--keep-alive", "30"),
            *("--log-level", "warning", "--no-control-socket"),
        ],
        cwd=RACINE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "bench.reglages"},
    )
    try:
        limite = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > limite or processus.poll() is not None:
                    raise SystemExit("gunicorn n'a pas démarré.") from None
                time.sleep(0.1)
        yield port
    finally:
        processus.send_signal(signal.SIGTERM)
        processus.wait(30)


class Visite:
    """Une connexion gardée ouverte, à une session."""

    def __init__(self, port: int, temoin: str):
        self.connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.entetes = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={temoin}", "Host": "localhost"}

    def close(self) -> None:
        self.connexion.close()

    def temps(self, adresse: str) -> tuple[float, int]:
        """Les millisecondes et les octets d'une page, qui doit répondre 200."""
        debut = time.perf_counter()
        self.connexion.request("GET", adresse, headers=self.entetes)
        reponse = self.connexion.getresponse()
        corps = reponse.read()
        duree = 1000 * (time.perf_counter() - debut)
        if reponse.status != 200:
            raise SystemExit(f"{adresse} répond {reponse.status}.")
        return duree, len(corps)


def p95(temps: list[float]) -> float:
    return statistics.quantiles(temps, n=20)[-1]


def cadence(port: int, temoin: str, adresses: list[str]) -> float:
    """Pages par seconde, à quatre à la fois."""

    def suite(les_siennes: list[str]) -> None:
        with closing(Visite(port, temoin)) as visite:
            for adresse in les_siennes:
                visite.temps(adresse)

    debut = time.perf_counter()
    with ThreadPoolExecutor(4) as quatre:
        list(quatre.map(suite, [adresses[n::4] for n in range(4)]))
    return len(adresses) / (time.perf_counter() - debut)


def mesurer(personne, pages: list[Page], tours: int) -> None:
    """Imprime une ligne par page : temps, multiples de la vue nue, requêtes, poids."""
    with connection.cursor() as curseur:
        curseur.execute(REFERENCE)
    client = Client(headers={"host": "localhost"})
    client.force_login(personne)
    temoin = client.cookies[settings.SESSION_COOKIE_NAME].value
    print("| page | p50 | × nue | budget | p95 × nue | débit ÷ | requêtes SQL | Ko |")
    print("|---|---|---|---|---|---|---|---|")
    with serveur() as port, closing(Visite(port, temoin)) as visite:
        for page in pages:
            nues, temps, octets = [], [], 0
            for tour in range(-10, tours):
                nue, _ = visite.temps(NUE.format(1 + (tour * 7919) % 40_000))
                duree, octets = visite.temps(page.adresse)
                if tour >= 0:
                    nues.append(nue)
                    temps.append(duree)
            debit_nu = cadence(port, temoin, [NUE.format(n + 1) for n in range(2 * tours)])
            debit = cadence(port, temoin, [page.adresse] * tours)
            with CaptureQueriesContext(connection) as requetes:
                client.get(page.adresse)
            print(
                f"| {page.nom} | {statistics.median(temps):.1f} ms "
                f"| {statistics.median(temps) / statistics.median(nues):.1f} | {page.budget:g} "
                f"| {p95(temps) / p95(nues):.1f} | {debit_nu / debit:.1f} | {len(requetes)} "
                f"| {octets / 1000:.0f} |"
            )
        print(f"| vue nue | {statistics.median(nues):.1f} ms | 1 | | | {debit_nu:.0f}/s | | |")
