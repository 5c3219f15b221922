"""Pagination par clé : la centième page coûte le prix de la première.

Le curseur porte l'instant et l'identifiant de la dernière ligne lue ; il ne sert qu'à
reprendre la même liste, dans le même sens.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

# Au-delà, compter coûterait plus que ce que le nombre apprend.
COMPTE_MAXIMAL = 1000


@dataclass(frozen=True)
class Page:
    """Une page de résultats. ``suivante`` : le curseur de la page d'après, ou vide."""

    lignes: list
    suivante: str
    premiere: bool
    total: int | None

    def __iter__(self):
        return iter(self.lignes)

    def __len__(self):
        return len(self.lignes)

    @property
    def au_dela(self) -> bool:
        """Vrai quand le total dépasse ce que l'on compte."""
        return self.total is not None and self.total > COMPTE_MAXIMAL


def paginer(
    lignes: QuerySet, champ: str, curseur: str | None, taille: int = 25, *, croissant: bool = False
) -> Page:
    """La page qui suit ``curseur`` dans ``lignes``, triées par ``-champ`` puis ``-pk``.

    ``croissant`` : du plus ancien au plus récent, pour ce qui attend depuis le plus longtemps.

    Le total n'est compté que sur la première page, et jusqu'à ``COMPTE_MAXIMAL``. Un curseur
    qui ne se lit pas ramène au début.
    """
    repere = _lire(curseur)
    signe, apres = ("", "gt") if croissant else ("-", "lt")
    triees = lignes.order_by(f"{signe}{champ}", f"{signe}pk")
    if repere:
        instant, pk = repere
        triees = triees.filter(
            Q(**{f"{champ}__{apres}": instant}) | Q(**{champ: instant, f"pk__{apres}": pk})
        )
        # Redite de la première borne : elle permet de partir du bon endroit de l'index.
        triees = triees.filter(**{f"{champ}__{apres}e": instant})
    page = list(triees[: taille + 1])
    reste = len(page) > taille
    page = page[:taille]
    total = None
    if repere is None:
        total = lignes.order_by().values("pk")[: COMPTE_MAXIMAL + 1].count() if reste else len(page)
    suivante = _ecrire(getattr(page[-1], champ), page[-1].pk) if reste else ""
    return Page(lignes=page, suivante=suivante, premiere=repere is None, total=total)


def _ecrire(instant: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{instant.isoformat()}|{pk}".encode()).decode().rstrip("=")


def _lire(curseur: str | None) -> tuple[datetime, int] | None:
    if not curseur:
        return None
    try:
        texte = base64.urlsafe_b64decode(curseur + "=" * (-len(curseur) % 4)).decode()
        instant, _, pk = texte.partition("|")
        moment = datetime.fromisoformat(instant)
        return (moment, int(pk)) if moment.tzinfo else None
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
