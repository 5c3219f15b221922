"""Les fichiers de texte : lisibles d'un bout à l'autre, sans rien qui s'exécute."""

from socle.refus import Refus

ILLISIBLE = (
    "Ce fichier de texte contient des signes illisibles : enregistrez-le de nouveau, puis "
    "réessayez."
)
ENCODAGES = ("utf-8-sig", "cp1252")
PERMIS = set("\t\n\r\f")


def lire_texte(contenu: bytes) -> bytes:
    for encodage in ENCODAGES:
        try:
            texte = contenu.decode(encodage)
        except UnicodeDecodeError:
            continue
        if any(c < " " and c not in PERMIS for c in texte):
            raise Refus(ILLISIBLE)
        return contenu
    raise Refus(ILLISIBLE)
