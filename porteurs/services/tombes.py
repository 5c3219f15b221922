"""Se souvenir de ce qu'il faut ré-effacer après une restauration, sans se souvenir de qui.

Une sauvegarde d'hier contient encore la personne effacée ce matin. Les empreintes de ce qui a été
effacé sont gardées à côté de la base, hors de ses sauvegardes : après une restauration, on les
compare à ce qui est revenu, et on l'efface de nouveau.
"""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from porteurs.models import Dossier, Porteur

SEL = "maillon.tombes"
LOT = 2000


def fichier() -> Path:
    """Une ligne par effacement : le jour, et l'empreinte à clé de ce qui a été effacé."""
    return settings.VAR / "effacements.txt"


def empreinte(genre: str, uuid) -> str:
    """Sans la clé de l'installation, elle ne dit rien, et ne se devine pas d'un numéro."""
    return salted_hmac(SEL, f"{genre}:{uuid}", algorithm="sha256").hexdigest()


def inscrire(jour: date, empreintes: Iterable[str]) -> None:
    """Inscrit quand l'effacement est validé : ce qui n'a pas eu lieu ne se rejoue jamais."""
    lignes = "".join(f"{jour.isoformat()} {e}\n" for e in empreintes)
    if lignes:
        transaction.on_commit(lambda: _ecrire(lignes))


def _ecrire(lignes: str) -> None:
    fichier().parent.mkdir(parents=True, exist_ok=True)
    descripteur = os.open(fichier(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descripteur, lignes.encode())
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def inscrites() -> set[str]:
    if not fichier().exists():
        return set()
    return {ligne.split()[1] for ligne in fichier().read_text("ascii").splitlines() if ligne}


def revenus() -> tuple[list[int], list[int]]:
    """Les dossiers et les personnes présents dont l'effacement est inscrit."""
    connues = inscrites()
    if not connues:
        return [], []
    return _revenus(Dossier, "dossier", connues), _revenus(Porteur, "porteur", connues)


def _revenus(modele, genre: str, connues: set[str]) -> list[int]:
    lignes = modele.objects.order_by("pk").values_list("pk", "uuid").iterator(chunk_size=LOT)
    return [pk for pk, uuid in lignes if empreinte(genre, uuid) in connues]
