"""Sceller un fichier par une phrase : AES-256-GCM par morceaux, clé tirée de la phrase par scrypt.

Chaque morceau porte son rang et dit s’il est le dernier : un fichier tronqué, réordonné ou retouché
ne s’ouvre pas (construction STREAM, Hoang, Reyhanitabar, Rogaway et Vizár, 2015).
"""

import secrets
import struct
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from socle.refus import Refus

SIGNATURE = b"MAILLON1"
MORCEAU = 1 << 20
ETIQUETTE = 16
# Sans les caractères que l'on confond à la lecture.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def phrase_neuve() -> str:
    """Six groupes de cinq signes, environ 148 bits : elle se recopie à la main."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(6))


def sceller(clair: Path, scelle: Path, phrase: str) -> None:
    sel, prefixe = secrets.token_bytes(16), secrets.token_bytes(7)
    chiffre = AESGCM(_cle(phrase, sel))
    with clair.open("rb") as entree, scelle.open("wb") as sortie:
        sortie.write(SIGNATURE + sel + prefixe)
        rang, morceau = 0, entree.read(MORCEAU)
        while True:
            suivant = entree.read(MORCEAU)
            sortie.write(chiffre.encrypt(_nonce(prefixe, rang, not suivant), morceau, None))
            if not suivant:
                return
            rang, morceau = rang + 1, suivant


def ouvrir(scelle: Path, clair: Path, phrase: str) -> None:
    """Lève ``Refus`` si la phrase n’est pas la bonne ou si le fichier a été touché."""
    with scelle.open("rb") as entree, clair.open("wb") as sortie:
        entete = entree.read(len(SIGNATURE) + 16 + 7)
        if len(entete) < len(SIGNATURE) + 23 or not entete.startswith(SIGNATURE):
            raise Refus("Ce n’est pas un fichier de réseau Maillon.", "fichier")
        sel, prefixe = entete[len(SIGNATURE) : -7], entete[-7:]
        chiffre = AESGCM(_cle(phrase, sel))
        rang, morceau = 0, entree.read(MORCEAU + ETIQUETTE)
        while True:
            suivant = entree.read(MORCEAU + ETIQUETTE)
            try:
                sortie.write(chiffre.decrypt(_nonce(prefixe, rang, not suivant), morceau, None))
            except (InvalidTag, ValueError):
                raise Refus(
                    "La phrase n’est pas celle de ce fichier, ou le fichier est abîmé.", "phrase"
                ) from None
            if not suivant:
                return
            rang, morceau = rang + 1, suivant


def _cle(phrase: str, sel: bytes) -> bytes:
    return Scrypt(salt=sel, length=32, n=2**15, r=8, p=1).derive("".join(phrase.split()).encode())


def _nonce(prefixe: bytes, rang: int, dernier: bool) -> bytes:
    return prefixe + struct.pack(">IB", rang, dernier)
