"""Les sortes de fichiers admises : extension, type servi, et la lecture qui doit réussir."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from socle.fichiers import archives, images, textes
from socle.fichiers.pdf import lire_pdf


@dataclass(frozen=True)
class Genre:
    """Une sorte de fichier. ``lire`` rend le contenu à garder, ou lève ``Refus``."""

    libelle: str
    type_mime: str
    extensions: tuple[str, ...]
    # Ce que les premiers octets annoncent (voir ``signature.reconnaitre``).
    signature: str
    lire: Callable[[bytes], bytes]


Genres = tuple[Genre, ...]

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


def _bureautique(libelle: str, extension: str, type_mime: str) -> Genre:
    lire = archives.lecteur(type_mime)
    return Genre(libelle, type_mime, (extension,), "zip", lire)


PDF: Genres = (Genre("PDF", "application/pdf", (".pdf",), "pdf", lire_pdf),)
IMAGES: Genres = (
    Genre("image JPEG", "image/jpeg", (".jpg", ".jpeg"), "jpeg", images.lecteur("JPEG")),
    Genre("image PNG", "image/png", (".png",), "png", images.lecteur("PNG")),
    Genre("image WebP", "image/webp", (".webp",), "webp", images.lecteur("WEBP")),
)
_CLASSEURS: Genres = (
    _bureautique("classeur Excel", ".xlsx", f"{_OOXML}spreadsheetml.sheet"),
    _bureautique("classeur LibreOffice", ".ods", f"{_ODF}spreadsheet"),
)
BUREAUTIQUE: Genres = (
    _bureautique("document Word", ".docx", f"{_OOXML}wordprocessingml.document"),
    _bureautique("document LibreOffice", ".odt", f"{_ODF}text"),
    *_CLASSEURS,
    _bureautique("présentation PowerPoint", ".pptx", f"{_OOXML}presentationml.presentation"),
    _bureautique("présentation LibreOffice", ".odp", f"{_ODF}presentation"),
)
TEXTES: Genres = (
    Genre("texte", "text/plain", (".txt",), "texte", textes.lire_texte),
    Genre("texte CSV", "text/csv", (".csv",), "texte", textes.lire_texte),
)
# Un fichier de texte n'est admis que là où le genre le dit.
TABLEURS: Genres = (*_CLASSEURS, TEXTES[1])
DOCUMENTS: Genres = (*PDF, *BUREAUTIQUE, *IMAGES)
TOUS: Genres = (*DOCUMENTS, *TEXTES)


def extensions(genres: Iterable[Genre]) -> list[str]:
    return [extension for genre in genres for extension in genre.extensions]


def en_clair(genres: Iterable[Genre]) -> str:
    """« PDF, Word, LibreOffice ou image », pour l'aide d'un champ et les refus."""
    connus = set(genres)
    mots = [
        mot
        for mot, sortes in (
            ("PDF", PDF),
            ("Word", BUREAUTIQUE[:1]),
            ("Excel", _CLASSEURS[:1]),
            ("PowerPoint", BUREAUTIQUE[4:5]),
            ("LibreOffice", [g for g in BUREAUTIQUE if ".od" in g.extensions[0]]),
            ("CSV", TEXTES[1:]),
            ("texte", TEXTES[:1]),
            ("image (JPEG, PNG ou WebP)", IMAGES),
        )
        if connus.intersection(sortes)
    ]
    return mots[0] if len(mots) == 1 else f"{', '.join(mots[:-1])} ou {mots[-1]}"
