"""Un PDF reçu : il doit s'ouvrir sans mot de passe et avoir des pages."""

import io
import logging

import pypdf

from socle.refus import Refus

PAGES_MAXIMALES = 2000
ILLISIBLE = (
    "Ce PDF ne s’ouvre pas : il est abîmé ou incomplet. Enregistrez-le de nouveau, puis réessayez."
)
PROTEGE = (
    "Ce PDF est protégé par un mot de passe ou des restrictions : enregistrez-en une copie sans "
    "protection, puis réessayez."
)

# Les fichiers imparfaits sont courants ; pypdf le raconte, et cela n'intéresse pas l'exploitant.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def lire_pdf(contenu: bytes) -> bytes:
    """Le contenu tel quel, pour ne pas casser une signature électronique."""
    try:
        lecteur = pypdf.PdfReader(io.BytesIO(contenu), strict=False)
        protege = lecteur.is_encrypted
        pages = 0 if protege else len(lecteur.pages)
        if pages:
            lecteur.pages[0].mediabox  # noqa: B018 — la lire prouve que la page existe
    # pypdf laisse passer toutes sortes d'erreurs sur un fichier forgé, débordement de pile compris.
    except Exception as erreur:
        raise Refus(ILLISIBLE) from erreur
    if protege:
        raise Refus(PROTEGE)
    if not pages:
        raise Refus(ILLISIBLE)
    if pages > PAGES_MAXIMALES:
        raise Refus(f"Ce PDF a {pages} pages : {PAGES_MAXIMALES} au plus.")
    return contenu
