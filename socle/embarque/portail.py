"""« make run » : les services, la préparation de la base, puis le portail, jusqu'au signal."""

import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from socle.embarque.erreurs import ArretDemande, Refus
from socle.embarque.processus import Enfant
from socle.embarque.programmes import (
    Programme,
    Programmes,
    commande_ouvrier,
    commande_planificateur,
    commande_preparation,
    commande_web,
)
from socle.embarque.services import Services
from socle.embarque.signaux import Signaux, attendre

BASE_DIR = Path(__file__).resolve().parents[2]
HOTE = "127.0.0.1"
DELAI_ARRET = 20.0
# Le serveur web a le droit de mourir une fois au démarrage, pas trois.
MORTS_TOLEREES = 3
# Ce qui, en changeant, demande une préparation avant d'ouvrir le portail.
SURVEILLES = ("requirements.lock", "accueil/settings.py", "static", "donnees")
SURVEILLES_DES_APPLICATIONS = ("*/migrations", "*/donnees", "*/management/commands")


class Portail:
    def __init__(self, racine: Path, signaux: Signaux) -> None:
        self.signaux = signaux
        self.services = Services(racine, verifier=signaux.verifier)
        self.dossier = self.services.dossier
        self.programmes = Programmes(self.dossier.journaux, BASE_DIR, self._noter)
        self.prise: socket.socket | None = None
        self.temoin = self.dossier.racine / "preparation"
        self.comptes = self.dossier.racine / "comptes-demo.txt"

    def tourner(self) -> int:
        """Démarre tout, reste, et arrête tout dans l'ordre inverse."""
        try:
            self.services.preparer()
            self.prise = ouvrir_port(self.services.port)
            self.services.demarrer()
            self._demarrer()
            while True:
                self.signaux.verifier()
                self.services.surveiller()
                self.programmes.surveiller()
                time.sleep(0.2)
        except ArretDemande:
            print("\nMaillon s’arrête : ce qui est en cours se termine…", flush=True)
            return 0
        finally:
            self._arreter()

    # --- Démarrage ---------------------------------------------------------------------------

    def _demarrer(self) -> None:
        environnement = self.services.environnement() | {"PYTHONUNBUFFERED": "1"}
        empreinte = self._empreinte(environnement)
        a_jour = (
            self.temoin.exists()
            and self.temoin.read_text() == empreinte
            and (self.dossier.racine / "static" / "staticfiles.json").exists()
        )
        if a_jour:
            # Rien n'a changé depuis la dernière préparation : le serveur démarre à côté.
            self._lancer_web(environnement)
        self._preparer(environnement)
        self.temoin.write_text(empreinte)
        if not a_jour:
            self._lancer_web(environnement)
        self._attendre_pret()
        self._lancer_taches(environnement)
        print(f"\nMaillon est prêt : http://localhost:{self.services.port}", flush=True)
        if comptes := self.comptes.read_text("utf-8").rstrip():
            print(comptes, flush=True)

    def _preparer(self, environnement: Mapping[str, str]) -> None:
        self.comptes.unlink(missing_ok=True)
        self.comptes.touch(mode=0o600)
        preparation = subprocess.Popen(
            commande_preparation(sys.executable, self.comptes),
            cwd=BASE_DIR,
            # Charger une France entière dépasse les délais d'une page.
            env=environnement | {"DELAI_REQUETE_MS": "0", "DELAI_VERROU_MS": "60000"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while preparation.poll() is None:
                self.signaux.verifier()
                self.services.surveiller()
                time.sleep(0.02)
        finally:
            if preparation.poll() is None:
                preparation.terminate()
                preparation.wait()
        if preparation.returncode == 2:
            # La commande a déjà dit sa phrase.
            raise Refus("")
        if preparation.returncode != 0:
            raise Refus("La base n’a pas pu être préparée : l’erreur est écrite ci-dessus.")

    def _lancer_web(self, environnement: Mapping[str, str]) -> None:
        descripteur = self.prise.fileno()
        commande = tuple(commande_web(sys.executable, descripteur))
        self.programmes.lancer(Programme("web", commande, environnement, (descripteur,)))

    def _lancer_taches(self, environnement: Mapping[str, str]) -> None:
        longues = environnement | {"DELAI_REQUETE_MS": "300000", "DELAI_VERROU_MS": "30000"}
        horaire = self.dossier.racine / "celerybeat-schedule"
        ouvrier = tuple(commande_ouvrier(sys.executable))
        planificateur = tuple(commande_planificateur(sys.executable, horaire))
        self.programmes.lancer(Programme("ouvrier", ouvrier, longues))
        self.programmes.lancer(Programme("planificateur", planificateur, longues))

    def _attendre_pret(self) -> None:
        # Le portail ne répond qu'aux noms qu'il connaît : le premier de ALLOWED_HOSTS.
        hotes = self.services.recu.get("ALLOWED_HOSTS", "").split(",")
        hote = hotes[0].strip().lstrip(".").replace("*", "") or "localhost"

        def pret() -> bool:
            self.programmes.surveiller()
            if self.programmes.morts.get("web", 0) >= MORTS_TOLEREES:
                raise Refus(
                    "Le serveur web ne démarre pas : l’erreur est écrite ci-dessus et dans"
                    f" {self.dossier.journaux / 'web.log'}."
                )
            return est_pret(self.services.port, hote)

        attendre(
            pret,
            60,
            sinon=f"Le portail ne répond pas : lisez {self.dossier.journaux / 'web.log'}.",
            verifier=self.signaux.verifier,
            pas=0.05,
        )

    def _empreinte(self, environnement: Mapping[str, str]) -> str:
        """Un résumé de ce dont dépend la préparation : fichiers suivis, base visée, réglages."""
        resume = hashlib.sha256()
        for nom in ("MAILLON_DEMO", "SITE_URL", "MAILLON_PG_VERSION"):
            resume.update(f"{nom}={environnement.get(nom, '')}\n".encode())
        resume.update(self.services.recu.get("DATABASE_URL", "").encode())
        resume.update(str(BASE_DIR).encode())
        for motif in SURVEILLES + SURVEILLES_DES_APPLICATIONS:
            for depart in sorted(BASE_DIR.glob(motif)):
                chemins = [depart] if depart.is_file() else sorted(depart.rglob("*"))
                for chemin in chemins:
                    if chemin.is_file() and chemin.suffix != ".pyc":
                        etat = chemin.stat()
                        resume.update(f"{chemin}:{etat.st_size}:{etat.st_mtime_ns}\n".encode())
        return resume.hexdigest()

    # --- Arrêt -------------------------------------------------------------------------------

    def _noter(self, enfants: list[Enfant]) -> None:
        self.services.autres = {enfant.nom: enfant.trace for enfant in enfants}
        self.services.noter()

    def _arreter(self) -> None:
        demandes = self.signaux.demandes
        self.services.annoncer_arret()
        if self.prise:
            self.prise.close()
        self.programmes.arreter(
            DELAI_ARRET, presser=lambda: self.signaux.demandes > max(demandes, 1)
        )
        self.services.arreter()


def ouvrir_port(port: int) -> socket.socket:
    """La prise d'écoute du portail, sur cette machine seulement."""
    prise = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        prise.bind((HOTE, port))
        prise.listen(128)
    except PermissionError as erreur:
        prise.close()
        raise Refus(
            f"Le port {port} est réservé au système : choisissez-en un au-dessus de 1024, par"
            " exemple « make run PORT=8001 »."
        ) from erreur
    except OSError as erreur:
        prise.close()
        raise Refus(
            f"Le port {port} est déjà pris sur cette machine : arrêtez ce qui l’occupe, ou"
            f" choisissez-en un autre, par exemple « make run PORT={port % 65535 + 1} »."
        ) from erreur
    return prise


def est_pret(port: int, hote: str = "localhost") -> bool:
    try:
        connexion = http.client.HTTPConnection(HOTE, port, timeout=1)
        connexion.request("GET", "/sante/pret", headers={"Host": hote})
        return connexion.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def relayer(processus: subprocess.Popen, signaux: Signaux) -> int:
    """Attend une commande en lui transmettant les signaux reçus ; rend son code de sortie."""
    transmis = 0
    while processus.poll() is None:
        if signaux.relever() > transmis:
            transmis = signaux.demandes
            # Au terminal, Ctrl-C a déjà atteint la commande : elle est dans le même groupe.
            if not (signaux.dernier == signal.SIGINT and os.isatty(0)):
                processus.send_signal(signaux.dernier)
        time.sleep(0.05)
    code = processus.returncode
    return code if code >= 0 else 128 - code
