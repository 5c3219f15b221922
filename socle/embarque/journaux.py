"""Les journaux des processus fils : un fichier chacun, borné, et les erreurs à l'écran."""

import os
import shutil
import sys
from pathlib import Path

TAILLE_MAXIMALE = 5_000_000


def ouvrir(dossier: Path, nom: str) -> Path:
    """Le journal de ``nom``, neuf ; celui de la fois précédente devient ``<nom>.log.1``."""
    chemin = dossier / f"{nom}.log"
    if chemin.exists():
        os.replace(chemin, dossier / f"{nom}.log.1")
    os.close(os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    return chemin


def borner(chemin: Path) -> None:
    """Vide un journal trop gros après l'avoir copié ; ceux qui écrivent continuent à la fin."""
    if chemin.exists() and chemin.stat().st_size > TAILLE_MAXIMALE:
        shutil.copyfile(chemin, chemin.with_name(chemin.name + ".1"))
        os.truncate(chemin, 0)


def fin(chemin: Path, lignes: int = 15) -> str:
    """Les dernières lignes d'un journal, pour dire pourquoi un service n'a pas démarré."""
    try:
        return "\n".join(chemin.read_text("utf-8", "replace").splitlines()[-lignes:])
    except OSError:
        return ""


class Relais:
    """Montre à l'écran ce qui s'ajoute à un journal, précédé du nom du processus."""

    def __init__(self, chemin: Path, nom: str) -> None:
        self.chemin = chemin
        self.nom = nom
        self.lu = chemin.stat().st_size if chemin.exists() else 0

    def montrer(self) -> None:
        try:
            taille = self.chemin.stat().st_size
        except OSError:
            return
        if taille < self.lu:
            self.lu = 0
        if taille == self.lu:
            return
        with open(self.chemin, "rb") as fichier:
            fichier.seek(self.lu)
            morceau = fichier.read(200_000)
        # Une ligne encore incomplète attend le passage suivant, sauf si elle est démesurée.
        complet = morceau.rfind(b"\n") + 1 or (len(morceau) if len(morceau) > 50_000 else 0)
        self.lu += complet
        for ligne in morceau[:complet].decode("utf-8", "replace").splitlines():
            if ligne.strip():
                print(f"{self.nom} | {ligne}", file=sys.stderr, flush=True)
