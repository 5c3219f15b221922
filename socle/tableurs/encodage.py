"""Retrouver l'encodage d'un fichier français : UTF-8, UTF-16, Windows, Mac ou DOS."""

import codecs

from charset_normalizer import from_bytes

from socle.refus import Refus

# Assez pour juger ; un fichier entier de dix mégaoctets n'apprendrait rien de plus.
ECHANTILLON = 200_000

NOMS = {
    "cp1252": "Windows (1252)",
    "cp850": "DOS (850)",
    "mac_roman": "Macintosh",
}
_FRANCAIS = set("àâäçéèêëîïôöùûüœæÿÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ’‘“”«»–—…€°²·\u00a0\u202f")
_MAJUSCULES = set("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ")


def decoder(octets: bytes) -> tuple[str, str]:
    """Le texte et le nom de son encodage. Lève ``Refus`` si ce n'est pas du texte."""
    if octets.startswith(codecs.BOM_UTF8):
        return _strict(octets[3:], "utf-8"), "utf-8"
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(octets, "utf-16"), "utf-16"
    if b"\0" in octets[:ECHANTILLON]:
        return _sans_marque(octets)
    try:
        return octets.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _huit_bits(octets)


def _strict(octets: bytes, encodage: str) -> str:
    try:
        return octets.decode(encodage)
    except UnicodeDecodeError as erreur:
        ligne = octets[: erreur.start].count(b"\n") + 1
        raise Refus(
            f"Ce fichier s’annonce en {encodage.upper()} mais ne l’est plus à la ligne {ligne}\u00a0: "
            "il a été coupé ou recollé. Refaites l’export."
        ) from None


def _sans_marque(octets: bytes) -> tuple[str, str]:
    """De l'UTF-16 sans marque d'ordre : un octet nul sur deux, toujours du même côté."""
    echantillon = octets[:ECHANTILLON]
    pairs, impairs = echantillon[::2].count(0), echantillon[1::2].count(0)
    moitie = len(echantillon) // 2
    if len(octets) % 2 == 0 and max(pairs, impairs) > moitie * 0.6 and min(pairs, impairs) == 0:
        encodage = "utf-16-be" if pairs else "utf-16-le"
        return _strict(octets, encodage), encodage
    raise Refus(
        "Ce fichier n’est ni un classeur (.xlsx, .ods) ni un texte (.csv). Ouvrez-le dans votre "
        "tableur, puis «\u00a0Enregistrer sous\u00a0» et choisissez «\u00a0Classeur Excel (.xlsx)\u00a0»."
    )


def _huit_bits(octets: bytes) -> tuple[str, str]:
    """L'encodage où les accents font du français. À égalité, celui de Windows, le plus courant."""
    echantillon = octets[:ECHANTILLON]
    meilleur, score = None, None
    for encodage in ("cp1252", "mac_roman", "cp850"):
        try:
            texte = echantillon.decode(encodage)
        except UnicodeDecodeError:
            continue
        note = _francais(texte)
        if score is None or note > score:
            meilleur, score = encodage, note
    if score is None or score < 0:
        # Rien de français : un autre alphabet, que la bibliothèque reconnaît peut-être.
        trouve = from_bytes(echantillon).best()
        meilleur = trouve.encoding if trouve else meilleur or "latin-1"
    try:
        return octets.decode(meilleur), meilleur
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace"), "cp1252"


def _francais(texte: str) -> int:
    note, avant = 0, ""
    for lettre in texte:
        if not lettre.isascii():
            # Une capitale accentuée au milieu d'un mot en minuscules trahit le mauvais encodage.
            mal_placee = lettre in _MAJUSCULES and avant.islower()
            note += 1 if lettre in _FRANCAIS and not mal_placee else -2
        avant = lettre
    return note
