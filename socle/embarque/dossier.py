"""Le dossier de données : verrou, secrets, état du superviseur, dossiers de sockets."""

import fcntl
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from socle.embarque.erreurs import Refus
from socle.embarque.processus import Trace

PREFIXE_SOCKETS = "maillon-"
# Au-delà de 104 octets (macOS) le système refuse, ou coupe, le chemin d'une socket.
LONGUEUR_MAXIMALE = 100
FIN = " s'arrête"
PLUS_LONGUE_SOCKET = ".s.PGSQL.5432.lock"


def ecrire_prive(chemin: Path, texte: str) -> None:
    """Écrit un fichier lisible de nous seuls, d'un coup : jamais à moitié."""
    provisoire = chemin.with_name(chemin.name + ".tmp")
    with open(os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as fichier:
        fichier.write(texte)
    os.replace(provisoire, chemin)


def base_des_sockets() -> Path:
    """Un dossier temporaire assez court, et sans caractère à échapper dans une adresse."""
    for candidat in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 — un mkdtemp 0700 y sera fait
        longueur = len(f"{candidat}/{PREFIXE_SOCKETS}12345678/{PLUS_LONGUE_SOCKET}")
        if longueur < LONGUEUR_MAXIMALE and re.fullmatch(r"[A-Za-z0-9._/-]+", candidat):
            return Path(candidat)
    raise Refus("Aucun dossier temporaire assez court : définissez TMPDIR=/tmp et relancez.")


class Dossier:
    """``var/`` ou ``var/tests/`` : tout ce que le superviseur y range."""

    def __init__(self, racine: Path) -> None:
        self.racine = Path(os.path.abspath(racine))
        self.verrou = self.racine / "verrou"
        self.usages = self.racine / "usages"
        self.etat = self.racine / "superviseur.json"
        self.secrets = self.racine / "secrets.json"
        self.services_env = self.racine / "services.env"
        self.journaux = self.racine / "journaux"
        self.redis = self.racine / "redis"
        self._verrou = None
        self._usages = None

    def creer(self) -> None:
        try:
            self.racine.mkdir(mode=0o700, parents=True, exist_ok=True)
            for dossier in (self.journaux, self.redis):
                dossier.mkdir(mode=0o700, exist_ok=True)
            if not os.access(self.racine, os.W_OK | os.X_OK):
                raise PermissionError
        except (PermissionError, FileExistsError, NotADirectoryError) as erreur:
            raise Refus(
                f"Impossible d’écrire dans {self.racine} : rendez ce dossier à votre compte, ou"
                " choisissez-en un autre avec MAILLON_VAR."
            ) from erreur

    # --- Un seul superviseur par dossier ---------------------------------------------------

    def verrouiller(self) -> bool:
        """Prend le verrou du dossier. Le noyau le rend à la mort du processus, même brutale."""
        self.creer()
        fichier = self._ouvrir(self.verrou)
        try:
            fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fichier.close()
            return False
        self._verrou = fichier
        self.ecrire_tenant(str(os.getpid()))
        return True

    def ecrire_tenant(self, texte: str) -> None:
        self._verrou.seek(0)
        self._verrou.truncate()
        self._verrou.write(texte)
        self._verrou.flush()

    @property
    def tenu(self) -> bool:
        """Vrai quand c'est nous qui tenons le verrou."""
        return self._verrou is not None

    def tenant(self) -> tuple[str, bool]:
        """Le numéro de processus écrit dans le verrou, et s'il est en train de s'arrêter."""
        try:
            numero, fin, _ = self.verrou.read_text().partition(FIN)
        except OSError:
            return "?", False
        return numero.strip() or "?", bool(fin)

    def deverrouiller(self) -> None:
        if self._verrou:
            self._verrou.close()
            self._verrou = None

    def s_en_servir(self) -> None:
        """Note, par un verrou partagé, qu'on emploie des services démarrés par un autre."""
        self._usages = self._ouvrir(self.usages)
        fcntl.flock(self._usages, fcntl.LOCK_SH)

    def liberer_usage(self) -> None:
        if self._usages:
            self._usages.close()
            self._usages = None

    def employe_ailleurs(self) -> bool:
        with self._ouvrir(self.usages) as fichier:
            try:
                fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _ouvrir(self, chemin: Path):
        try:
            return open(os.open(chemin, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except PermissionError as erreur:
            raise Refus(
                f"{chemin} appartient à un autre compte : relancez avec le compte qui a créé ce"
                " dossier, ou choisissez-en un autre avec MAILLON_VAR."
            ) from erreur

    # --- Secrets ---------------------------------------------------------------------------

    def lire_secrets(self) -> dict[str, str]:
        """Les mots de passe et la clé, tirés une fois pour toutes."""
        connus = json.loads(self.secrets.read_text()) if self.secrets.exists() else {}
        complets = {
            "maitre": secrets.token_urlsafe(32),
            "maillon": secrets.token_urlsafe(32),
            "secret_key": secrets.token_urlsafe(50),
        } | connus
        if complets != connus:
            ecrire_prive(self.secrets, json.dumps(complets, indent=1))
        return complets

    # --- État : de quoi réparer après un superviseur tué -------------------------------------

    def lire_etat(self) -> tuple[list[Path], list[Trace]]:
        try:
            lu = json.loads(self.etat.read_text())
        except (OSError, ValueError):
            return [], []
        return (
            [Path(chemin) for chemin in lu.get("sockets", [])],
            [Trace(**trace) for trace in lu.get("processus", [])],
        )

    def ecrire_etat(self, sockets: Iterable[Path], traces: Iterable[Trace]) -> None:
        ecrire_prive(
            self.etat,
            json.dumps(
                {
                    "sockets": [str(chemin) for chemin in sockets],
                    "processus": [vars(trace) for trace in traces],
                },
                indent=1,
            ),
        )

    def creer_sockets(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=PREFIXE_SOCKETS, dir=base_des_sockets()))

    @staticmethod
    def effacer_sockets(chemins: Iterable[Path]) -> None:
        for chemin in chemins:
            # Le chemin vient d'un fichier : on n'efface que ce qui a la forme d'un des nôtres.
            if chemin.name.startswith(PREFIXE_SOCKETS) and not chemin.is_symlink():
                shutil.rmtree(chemin, ignore_errors=True)
