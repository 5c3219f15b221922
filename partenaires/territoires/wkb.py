"""Lire les points et les contours de la source, en WKB petit-boutiste hexadécimal."""

import math
import struct

Point = tuple[float, float]
# Abscisses et ordonnées des sommets ; le dernier répète le premier.
Anneau = tuple[tuple[float, ...], tuple[float, ...]]


def point(hexadecimal: str) -> Point | None:
    """Un octet d'ordre, le type 1, puis x et y (parfois NaN)."""
    x, y = struct.unpack_from("<dd", bytes.fromhex(hexadecimal), 5)
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def polygones(hexadecimal: str) -> list[list[Anneau]]:
    """Les polygones d'un multipolygone : pour chacun son contour extérieur, puis ses trous."""
    octets = bytes.fromhex(hexadecimal)
    (nombre,) = struct.unpack_from("<I", octets, 5)
    position = 9
    lus = []
    for _ in range(nombre):
        (anneaux,) = struct.unpack_from("<I", octets, position + 5)
        position += 9
        polygone = []
        for _rang in range(anneaux):
            (taille,) = struct.unpack_from("<I", octets, position)
            valeurs = struct.unpack_from(f"<{2 * taille}d", octets, position + 4)
            polygone.append((valeurs[0::2], valeurs[1::2]))
            position += 4 + 16 * taille
        lus.append(polygone)
    return lus
