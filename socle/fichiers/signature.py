"""Ce que disent les premiers octets d'un fichier, quoi qu'en dise son nom."""

# (signature, décalage, octets). Le PDF et l'archive ne sont reconnus qu'au tout premier octet :
# un fichier à deux visages commence toujours par l'autre.
MARQUES = [
    ("pdf", 0, b"%PDF-"),
    ("zip", 0, b"PK\x03\x04"),
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("webp", 8, b"WEBP"),
    ("gif", 0, b"GIF8"),
    ("ancien", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("heic", 4, b"ftyp"),
    ("rtf", 0, b"{\\rtf"),
    ("programme", 0, b"MZ"),
    ("programme", 0, b"\x7fELF"),
    ("programme", 0, b"#!"),
]
# Une page web se cache volontiers derrière un commentaire, un prologue XML ou des blancs.
BALISES = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<body", b"<iframe", b"<!entity")

EN_CLAIR = {
    "pdf": "un PDF",
    "zip": "une archive ou un document de bureautique",
    "jpeg": "une image JPEG",
    "png": "une image PNG",
    "webp": "une image WebP",
    "gif": "une image GIF",
    "ancien": "un ancien document Office ou un document protégé par un mot de passe",
    "heic": "une photo HEIC ou une vidéo",
    "rtf": "un document RTF",
    "programme": "un programme",
    "web": "une page web ou un dessin SVG",
    "texte": "un texte",
    "inconnu": "d’une sorte que Maillon ne reconnaît pas",
}


def reconnaitre(contenu: bytes) -> str:
    """La signature du contenu : une clé d'``EN_CLAIR``."""
    for signature, decalage, octets in MARQUES:
        if contenu.startswith(octets, decalage):
            return signature
    debut = contenu[:4096].lower()
    if debut.startswith((b"\xff\xfe", b"\xfe\xff")):
        debut = debut.replace(b"\x00", b"")
    if any(balise in debut for balise in BALISES):
        return "web"
    return "inconnu" if b"\x00" in contenu[:4096] else "texte"
