"""Les évènements d'un dossier, toutes tables ensemble, en une requête."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection

from porteurs.models.historique import HISTORIQUES, SUIVIS
from porteurs.models.porteur import Participation, Porteur

# Un dossier de dix ans en a quelques centaines ; au-delà, les plus anciens attendent.
EVENEMENTS_LUS = 3000


@dataclass(frozen=True)
class Evenement:
    """Ce qu'un déclencheur a écrit : la ligne telle qu'elle est devenue, et telle qu'elle était."""

    modele: type
    objet: int
    verbe: str
    le: datetime
    geste: str
    contexte: dict
    ligne: dict
    avant: dict | None

    @property
    def changes(self) -> list[str]:
        """Les colonnes dont la valeur a changé."""
        if self.avant is None:
            return []
        return [c for c, valeur in self.ligne.items() if self.avant.get(c) != valeur]


def evenements(dossier_id: int) -> list[Evenement]:
    """Du plus récent au plus ancien, les écritures d'une même transaction restant ensemble."""
    with connection.cursor() as curseur:
        curseur.execute(_requete(), {"dossier": dossier_id, "limite": EVENEMENTS_LUS})
        return [_evenement(*ligne) for ligne in curseur.fetchall()]


def _evenement(rang, objet, verbe, le, geste, contexte, ligne, avant) -> Evenement:
    return Evenement(
        modele=list(HISTORIQUES)[rang],
        objet=objet,
        verbe=verbe,
        le=le,
        geste=str(geste) if geste else le.isoformat(),
        contexte=_json(contexte) or {},
        ligne=_propre(_json(ligne)),
        avant=_propre(_json(avant)) if avant else None,
    )


def _json(valeur):
    return json.loads(valeur) if isinstance(valeur, str) else valeur


def _propre(ligne: dict) -> dict:
    return {c: v for c, v in ligne.items() if not c.startswith("pgh_")}


def condition(modele) -> str:
    """La clause qui retrouve les évènements d'une table pour ``%(dossier)s``."""
    colonne = SUIVIS[modele]
    if modele is Porteur:
        siennes = f"SELECT porteur_id FROM {_table(Participation)} WHERE dossier_id = %(dossier)s"  # noqa: S608
        return f"pgh_obj_id IN ({siennes})"
    if colonne in ("pgh_obj", "dossier"):
        return f"{colonne}_id = %(dossier)s"
    parent = modele._meta.get_field(colonne).related_model
    return (
        f"{colonne}_id IN (SELECT pgh_obj_id FROM {_table(parent)} WHERE dossier_id = %(dossier)s)"  # noqa: S608
    )


def _table(modele) -> str:
    return HISTORIQUES[modele]._meta.db_table


@cache
def _requete() -> str:
    branches = [
        f"SELECT {rang} AS rang, pgh_obj_id AS objet, pgh_label, pgh_created_at, pgh_context_id,"  # noqa: S608
        " pgh_context, to_jsonb(e) AS ligne,"
        " lag(to_jsonb(e)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS avant, pgh_id"
        f" FROM {_table(modele)} e WHERE {condition(modele)}"
        for rang, modele in enumerate(HISTORIQUES)
    ]
    return (
        "SELECT rang, objet, pgh_label, pgh_created_at, pgh_context_id, pgh_context, ligne, avant"  # noqa: S608
        f" FROM ({' UNION ALL '.join(f'({b})' for b in branches)}) AS tout"
        " ORDER BY pgh_created_at DESC, pgh_context_id, rang DESC, pgh_id DESC LIMIT %(limite)s"
    )
