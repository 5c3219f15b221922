"""Les bases des essais : un modèle chargé une fois, cloné pour chaque ouvrier.

Deux modèles se suivent : ``modele_t_<empreinte>`` (migrations et territoires) et
``modele_d_<empreinte>`` (le même, plus la démonstration du jour). L'empreinte vient de ce qui les
fabrique : un modèle périmé n'est jamais repris. Les suites d'un même serveur se les partagent ; un
verrou consultatif fait attendre le second ouvrier pendant que le premier construit, et le ménage
garde les derniers modèles, qu'une autre suite emploie peut-être encore.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

RACINE = Path(__file__).resolve().parents[1]
TERRITOIRES = ("*/migrations/*.py", "partenaires/donnees/*", "partenaires/territoires/*.py")
DEMONSTRATION = ("*/demonstration/**/*.py", "*/demonstration*.py", "*/services/**/*.py")
DEMONSTRATION += (
    "*/models/**/*.py",
    "*/invariants*",
    "*/management/commands/demo.py",
    "accueil/settings.py",
)
EMPREINTES = "MAILLON_MODELES_D_ESSAI"
# Les modèles périmés qu'une autre suite, lancée un peu plus tôt, clone peut-être encore.
MODELES_GARDES = 8
# Une base reste occupée un court instant après la fermeture de sa dernière connexion.
# Le ménage automatique tient parfois la base au nom du serveur : on n’a pas le droit de l’arrêter,
# mais il s’en va de lui-même.
OCCUPEE = (psycopg2.errors.ObjectInUse, psycopg2.errors.InsufficientPrivilege)


def figer_les_empreintes() -> None:
    """Jour et empreintes, une fois par suite : ses ouvriers, lancés ensuite, lisent les mêmes."""
    # Le jour de Paris, comme les réseaux de la démonstration.
    jour = timezone.localdate(timezone=ZoneInfo("Europe/Paris")).isoformat()
    territoires = empreinte(TERRITOIRES)
    demonstration = empreinte(DEMONSTRATION, territoires, jour)
    os.environ.setdefault(EMPREINTES, f"{jour} {territoires} {demonstration}")


def empreinte(motifs: tuple[str, ...], *suite: str) -> str:
    """Douze caractères tirés du contenu des fichiers que désignent ces motifs."""
    resume = hashlib.sha256()
    for chemin in sorted({c for motif in motifs for c in RACINE.glob(motif) if c.is_file()}):
        if "__pycache__" not in chemin.parts:
            resume.update(str(chemin.relative_to(RACINE)).encode())
            resume.update(chemin.read_bytes())
    for texte in suite:
        resume.update(texte.encode())
    return resume.hexdigest()[:12]


class Bases:
    """Ouvre, construit et supprime les bases d'essai à côté de celle que nomme DATABASE_URL."""

    def __init__(self):
        self.origine = connection.settings_dict["NAME"]
        self.parametres = connection.get_connection_params()
        self.parametres["options"] = "-c statement_timeout=0"

    @contextmanager
    def maintenance(self):
        """Une connexion à la base commune du serveur, où le verrou vaut pour toutes les suites."""
        ouverte = psycopg2.connect(**self.parametres | {"dbname": "postgres"})
        ouverte.autocommit = True
        try:
            with ouverte.cursor() as curseur:
                yield curseur
        finally:
            ouverte.close()

    # --- Modèles -----------------------------------------------------------------------------

    def modeles(self) -> tuple[str, str]:
        """Les noms du modèle des territoires et de celui de la démonstration, construits."""
        jour, territoires, demonstration = os.environ[EMPREINTES].split()
        noms = (f"modele_t_{territoires}", f"modele_d_{demonstration}")
        with self.maintenance() as curseur:
            curseur.execute("SELECT pg_advisory_lock(hashtext('maillon.modeles'))")
            self._nettoyer(curseur, noms)
            if not self._existe(curseur, noms[0]):
                migrer = ["manage.py", "migrate", "--skip-checks"]
                charger = ["manage.py", "charger_territoires", "--skip-checks"]
                self._construire(curseur, noms[0], None, migrer, charger)
            if not self._existe(curseur, noms[1]):
                demo = ["manage.py", "demo", "--skip-checks", f"--date={jour}"]
                self._construire(curseur, noms[1], noms[0], demo)
        return noms

    def _construire(self, curseur, nom: str, modele: str | None, *commandes: list[str]) -> None:
        """Bâtit sous un nom de chantier : un nom définitif désigne toujours un modèle entier."""
        chantier = f"{nom}_chantier"
        self.supprimer(chantier, curseur)
        self._creer(curseur, chantier, modele)
        for commande in commandes:
            resultat = subprocess.run(
                [sys.executable, *commande],
                cwd=RACINE,
                env=os.environ | {"DATABASE_URL": self.adresse(chantier), "DELAI_REQUETE_MS": "0"},
                capture_output=True,
                text=True,
            )
            if resultat.returncode:
                raise RuntimeError(
                    f"Le modèle des essais ne se construit pas ({' '.join(commande)}) :\n"
                    f"{resultat.stdout}{resultat.stderr}"
                )
        curseur.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(chantier), sql.Identifier(nom)
            )
        )

    def _nettoyer(self, curseur, gardes: tuple[str, ...]) -> None:
        """Supprime les modèles périmés, et les clones des essais dont le processus est mort."""
        curseur.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s OR datname LIKE %s"
            " ORDER BY oid DESC",
            ["modele\\_%", f"essai\\_{self.origine}\\_%"],
        )
        modele = re.compile(r"modele_[td]_[0-9a-f]{12}(_chantier)?")
        clone = re.compile(rf"essai_{re.escape(self.origine)}_(\d+)_[a-z0-9]+")
        anciens = 0
        for (nom,) in curseur.fetchall():
            if pid := clone.fullmatch(nom):
                perime = not _vivant(int(pid[1]))
            elif modele.fullmatch(nom) and nom not in gardes:
                anciens += 1
                perime = anciens > MODELES_GARDES
            else:
                perime = False
            if perime:
                self.supprimer(nom, curseur)

    # --- Clones ------------------------------------------------------------------------------

    def cloner(self, modele: str, suffixe: str) -> str:
        nom = f"essai_{self.origine}_{os.getpid()}_{suffixe}"
        with self.maintenance() as curseur:
            self.supprimer(nom, curseur)
            self._creer(curseur, nom, modele)
        return nom

    def jeter(self, nom: str) -> None:
        with self.maintenance() as curseur:
            self.supprimer(nom, curseur)

    def adresse(self, nom: str) -> str:
        """L'adresse d'une base voisine, au format de DATABASE_URL."""
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{nom}"))

    # --- Ordres SQL --------------------------------------------------------------------------

    def supprimer(self, nom: str, curseur) -> None:
        self._insister(
            curseur,
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(nom)),
        )

    def _creer(self, curseur, nom: str, modele: str | None) -> None:
        ordre = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE {}").format(
            sql.Identifier(nom), sql.Identifier(modele or "template0")
        )
        self._insister(curseur, ordre)

    def _insister(self, curseur, ordre: sql.Composed) -> None:
        """Un autre ouvrier, ou le ménage automatique, peut tenir la base un instant."""
        for essai in range(50):
            try:
                curseur.execute(ordre)
                return
            except OCCUPEE:
                if essai == 49:
                    raise
                time.sleep(0.1)

    def _existe(self, curseur, nom: str) -> bool:
        curseur.execute("SELECT 1 FROM pg_database WHERE datname = %s", [nom])
        return curseur.fetchone() is not None


def _vivant(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def employer(nom: str):
    """Tourne Django vers cette base, et l'en détourne à la sortie, connexion fermée."""
    avant = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = nom
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = avant
