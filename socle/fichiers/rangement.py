"""Le rangement sur le disque : un nom au hasard, écrit en entier ou pas du tout."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

NOM = re.compile(r"[0-9a-f]{32}")
EN_COURS = re.compile(r"[0-9a-f]{32}\.en-cours")


MORCEAU = 1 << 20


class Range(NamedTuple):
    """Un contenu sur le disque : son nom, sa taille, son empreinte."""

    nom: str
    taille: int
    sha256: str


def ranger(contenu: BinaryIO) -> Range:
    """Écrit le contenu par morceaux ; il est sur le disque quand cette fonction revient."""
    nom = secrets.token_hex(16)
    dossier = Path(settings.MEDIA_ROOT) / nom[:2]
    dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    provisoire = dossier / f"{nom}.en-cours"
    with open(os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sortie:
        taille, empreinte = 0, hashlib.sha256()
        while morceau := contenu.read(MORCEAU):
            taille += sortie.write(morceau)
            empreinte.update(morceau)
        sortie.flush()
        os.fsync(sortie.fileno())
    provisoire.rename(dossier / nom)
    _confirmer(dossier)
    return Range(nom, taille, empreinte.hexdigest())


def _confirmer(dossier: Path) -> None:
    """Le nom aussi doit survivre à une coupure : il vit dans le dossier."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def ranges_avant(age_minimal: float) -> Iterator[Path]:
    """Les contenus rangés depuis plus de ``age_minimal`` secondes, entiers ou interrompus."""
    limite = time.time() - age_minimal
    racine = Path(settings.MEDIA_ROOT)
    for dossier in sorted(racine.glob("[0-9a-f][0-9a-f]")):
        for chemin in dossier.iterdir():
            if not (NOM.fullmatch(chemin.name) or EN_COURS.fullmatch(chemin.name)):
                continue
            try:
                if chemin.stat().st_mtime < limite:
                    yield chemin
            except FileNotFoundError:
                continue
