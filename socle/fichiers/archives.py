"""Les documents de bureautique : des archives zip, ouvertes sous des plafonds et sans macro."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable

from socle.refus import Refus

ENTREES_MAXIMALES = 3000
DEPLIE_MAXIMAL = 200 * 1024 * 1024
# Un texte se réduit rarement au-delà de trente fois ; une bombe, de mille.
RAPPORT_MAXIMAL = 150
# En deçà, un grand rapport ne menace rien (une feuille vide répétée).
RAPPORT_A_PARTIR_DE = 5 * 1024 * 1024
MORCEAU = 256 * 1024

ILLISIBLE = (
    "Ce document ne s’ouvre pas : il est abîmé ou incomplet. Enregistrez-le de nouveau, puis "
    "réessayez."
)
TROP_GROS = "Ce document devient démesuré une fois ouvert : il n’est pas accepté."
PROTEGE = (
    "Ce document est protégé par un mot de passe : enregistrez-en une copie sans protection, "
    "puis réessayez."
)
MACROS = (
    "Ce document contient des macros : enregistrez-en une copie sans macros (.docx, .xlsx, "
    ".odt…), puis réessayez."
)
AUTRE_SORTE = (
    "Le contenu de ce document ne correspond pas à son extension : enregistrez-le de nouveau "
    "depuis votre logiciel."
)

MACRO = re.compile(r"vbaproject|(^|/)(basic|scripts)/|macrosheets/|activex/", re.IGNORECASE)
NOM_DANGEREUX = re.compile(r"(^|/)\.\.(/|$)|^/|\\|^[a-z]:", re.IGNORECASE)
SOMMAIRE_OOXML = "[Content_Types].xml"


def lecteur(type_mime: str) -> Callable[[bytes], bytes]:
    """De quoi vérifier un document de ce type ; le contenu est gardé tel quel."""

    def lire(contenu: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
                _verifier_les_entrees(archive)
                _verifier_le_type(archive, type_mime)
                _tout_lire(archive, len(contenu))
        except (
            zipfile.BadZipFile,
            zlib.error,
            # Une méthode de compression rare, une entrée chiffrée, un sommaire absent.
            NotImplementedError,
            RuntimeError,
            LookupError,
            ValueError,
            OSError,
        ) as erreur:
            raise Refus(ILLISIBLE) from erreur
        return contenu

    return lire


def _verifier_les_entrees(archive: zipfile.ZipFile) -> None:
    entrees = archive.infolist()
    if len(entrees) > ENTREES_MAXIMALES:
        raise Refus(TROP_GROS)
    if sum(e.file_size for e in entrees) > DEPLIE_MAXIMAL:
        raise Refus(TROP_GROS)
    noms = [e.filename for e in entrees]
    if len(set(noms)) != len(noms) or any(NOM_DANGEREUX.search(nom) for nom in noms):
        raise Refus(ILLISIBLE)
    if any(e.flag_bits & 1 for e in entrees):
        raise Refus(PROTEGE)
    if any(MACRO.search(nom) for nom in noms):
        raise Refus(MACROS)


def _verifier_le_type(archive: zipfile.ZipFile, type_mime: str) -> None:
    """Ce que le document dit être, là où sa norme le lui fait dire."""
    if type_mime.startswith("application/vnd.oasis."):
        if _debut(archive, "mimetype").decode("ascii", "replace").strip() != type_mime:
            raise Refus(AUTRE_SORTE)
        if b"encryption-data" in _debut(archive, "META-INF/manifest.xml"):
            raise Refus(PROTEGE)
        return
    sommaire = _debut(archive, SOMMAIRE_OOXML).decode("utf-8", "replace")
    if "macroEnabled" in sommaire or "vbaProject" in sommaire:
        raise Refus(MACROS)
    if f"{type_mime}.main+xml" not in sommaire:
        raise Refus(AUTRE_SORTE)


def _debut(archive: zipfile.ZipFile, nom: str) -> bytes:
    with archive.open(nom) as entree:
        return entree.read(1024 * 1024)


def _tout_lire(archive: zipfile.ZipFile, compresse: int) -> None:
    """Déplie tout, morceau par morceau : ce que l'archive annonce de ses tailles peut mentir."""
    total = 0
    for entree in archive.infolist():
        with archive.open(entree) as flux:
            while morceau := flux.read(MORCEAU):
                total += len(morceau)
                if total > DEPLIE_MAXIMAL or (
                    total > RAPPORT_A_PARTIR_DE and total > RAPPORT_MAXIMAL * compresse
                ):
                    raise Refus(TROP_GROS)
                if b"<!ENTITY" in morceau and entree.filename.endswith((".xml", ".rels")):
                    raise Refus(ILLISIBLE)
