"""Une image reçue est redessinée : rien n'en reste que ses points.

Position, appareil, commentaires et tout ce qui suivait l'image disparaissent avec l'original.
"""

import io
from collections.abc import Callable

from PIL import Image, ImageCms, ImageOps

from socle.refus import Refus

# Un appareil courant fait 50 millions de points ; au-delà, l'image occuperait trop de mémoire.
POINTS_MAXIMAUX = 60_000_000
# Assez pour une page imprimée ; plus grand ne servirait qu'à peser.
COTE_MAXIMAL = 3000
ILLISIBLE = (
    "Cette image ne s’ouvre pas : elle est abîmée ou incomplète. Enregistrez-la de nouveau, "
    "puis réessayez."
)
TROP_GRANDE = (
    "Cette image a trop de points pour être lue : réduisez-la (60 millions de points au plus), "
    "puis réessayez."
)
OPTIONS = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}


def lecteur(forme: str) -> Callable[[bytes], bytes]:
    """De quoi redessiner une image de cette forme (« JPEG », « PNG », « WEBP »)."""
    return lambda contenu: redessiner(contenu, forme)


def redessiner(contenu: bytes, forme: str) -> bytes:
    try:
        # La taille annoncée se vérifie avant que les points ne soient lus.
        image = Image.open(io.BytesIO(contenu), formats=[forme])
        if image.width * image.height > POINTS_MAXIMAUX:
            raise Refus(TROP_GRANDE)
        image.draft("RGB", (COTE_MAXIMAL, COTE_MAXIMAL))
        image.load()
        return _ecrire(_redresser(image), forme)
    except Refus:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as erreur:
        raise Refus(TROP_GRANDE) from erreur
    # Un décodeur lève des erreurs de toutes sortes sur un fichier forgé.
    except Exception as erreur:
        raise Refus(ILLISIBLE) from erreur


def _redresser(image: Image.Image) -> Image.Image:
    """L'image dans le bon sens, à la bonne taille et en couleurs courantes, sans ses à-côtés."""
    profil = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    image.thumbnail((COTE_MAXIMAL, COTE_MAXIMAL))
    transparente = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if profil and image.mode in {"RGB", "CMYK"}:
        image = _en_srgb(image, profil)
    image = image.convert("RGBA" if transparente else "RGB")
    nue = Image.new(image.mode, image.size)
    nue.paste(image)
    return nue


def _en_srgb(image: Image.Image, profil: bytes) -> Image.Image:
    """Les couleurs d'un appareil particulier, dites dans celles de tous les écrans."""
    try:
        return ImageCms.profileToProfile(
            image, io.BytesIO(profil), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _ecrire(image: Image.Image, forme: str) -> bytes:
    if forme == "JPEG" and image.mode != "RGB":
        image = image.convert("RGB")
    sortie = io.BytesIO()
    image.save(sortie, forme, **OPTIONS[forme])
    return sortie.getvalue()
