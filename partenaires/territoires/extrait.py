"""L'extrait livré avec le projet : ce qu'il contient, comment il s'écrit et se relit.

Une table par fichier ``.csv.xz``, et ``empreintes.sha256`` qui les tient ensemble : un extrait
dont un seul octet a changé est refusé. Mêmes tables, mêmes octets.
"""

import csv
import hashlib
import io
import lzma
from pathlib import Path

from django.core.management.base import CommandError

DOSSIER = Path(__file__).resolve().parent.parent / "donnees"
EMPREINTES = "empreintes.sha256"
COLONNES = {
    "regions": ("code", "nom"),
    "departements": ("code", "nom", "region"),
    "epci": ("code", "nom", "type"),
    "communes": (
        "code",
        "nom",
        "departement",
        "epci",
        "codes_postaux",
        "population",
        "latitude",
        "longitude",
    ),
    # Une colonne par année suit : la table large se comprime quatre fois mieux que la longue.
    "populations": ("code",),
    # Cadre : gauche, haut, droite, bas ; en unités du plan, comme le tracé (``reperes``, ``traces``).
    "contours": ("code", "repere", "cadre", "trace"),
    # Un code d'avant, un nom d'avant (vide s'il est perdu), et le code d'aujourd'hui où ils mènent.
    "communes_anciennes": ("code", "nom", "commune"),
}

Tables = dict[str, list[tuple[str, ...]]]


class ExtraitInvalide(CommandError):
    """L'extrait manque ou n'est pas celui qui a été livré ; la phrase dit quoi faire."""

    def __init__(self, cause: str):
        super().__init__(
            f"L’extrait des territoires {cause} : reconstruisez-le avec « make donnees »."
        )


def ecrire(tables: Tables, dossier: Path = DOSSIER) -> None:
    """Écrit l'extrait ; la première ligne de chaque table en nomme les colonnes."""
    dossier.mkdir(parents=True, exist_ok=True)
    empreintes = []
    for nom in COLONNES:
        sortie = io.StringIO()
        csv.writer(sortie, lineterminator="\n").writerows(tables[nom])
        octets = lzma.compress(
            sortie.getvalue().encode(), format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME
        )
        (dossier / _fichier(nom)).write_bytes(octets)
        empreintes.append(f"{hashlib.sha256(octets).hexdigest()}  {_fichier(nom)}\n")
    (dossier / EMPREINTES).write_text("".join(empreintes))


def lire(dossier: Path = DOSSIER) -> Tables:
    """Relit l'extrait, empreintes vérifiées ; lève ``ExtraitInvalide``."""
    attendues = _empreintes(dossier)
    tables = {}
    for nom, colonnes in COLONNES.items():
        octets = _octets(dossier / _fichier(nom))
        if hashlib.sha256(octets).hexdigest() != attendues.get(_fichier(nom)):
            raise ExtraitInvalide(f"est abîmé ({_fichier(nom)})")
        try:
            texte = lzma.decompress(octets).decode()
        except (lzma.LZMAError, UnicodeDecodeError) as erreur:
            raise ExtraitInvalide(f"est illisible ({_fichier(nom)})") from erreur
        lignes = [tuple(ligne) for ligne in csv.reader(io.StringIO(texte))]
        if not lignes or lignes[0][: len(colonnes)] != colonnes:
            raise ExtraitInvalide(f"n’a pas les colonnes attendues ({_fichier(nom)})")
        tables[nom] = lignes
    return tables


def signature(dossier: Path = DOSSIER) -> str:
    """Ce qui distingue un extrait d'un autre, sans le décompresser."""
    return hashlib.sha256(_octets(dossier / EMPREINTES)).hexdigest()


def _fichier(nom: str) -> str:
    return f"{nom}.csv.xz"


def _octets(chemin: Path) -> bytes:
    try:
        return chemin.read_bytes()
    except OSError as erreur:
        raise ExtraitInvalide(f"est incomplet ({chemin.name} manque)") from erreur


def _empreintes(dossier: Path) -> dict[str, str]:
    texte = _octets(dossier / EMPREINTES).decode("ascii", errors="replace")
    couples = (ligne.split() for ligne in texte.splitlines())
    return {couple[1]: couple[0] for couple in couples if len(couple) == 2}
