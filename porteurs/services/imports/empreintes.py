"""Ce qu'un dossier est, en une empreinte : deux fois la même, rien ne s'y est passé entre-temps."""

import hashlib
from functools import cache

from django.db import connection

from porteurs.models import Acces, Dossier, DoublonSignale, LigneImport
from socle.fusion_lignes import cles_vers

# Ce qui se recalcule, ou vient d'ailleurs sans rien changer au dossier.
HORS = (Acces, LigneImport, DoublonSignale)
DU_DOSSIER = """
SELECT t.id, md5((to_jsonb(t) - 'vecteur_fiche' - 'vecteur_suivi')::text)
  FROM porteurs_dossier t WHERE t.id = ANY(%s)
"""
DES_PERSONNES = """
SELECT q.dossier_id,
       md5(string_agg(p::text || coalesce(a.parts, ''), '|' ORDER BY q.id))
  FROM porteurs_participation q JOIN porteurs_porteur p ON p.id = q.porteur_id
  LEFT JOIN LATERAL (
    SELECT string_agg(autre.dossier_id::text, ',' ORDER BY autre.id) AS parts
      FROM porteurs_participation autre WHERE autre.porteur_id = p.id
  ) a ON true
 WHERE q.dossier_id = ANY(%s) GROUP BY q.dossier_id
"""


@cache
def _liens() -> list[tuple[str, str]]:
    """Chaque table qui se rattache à un dossier, et la colonne par où ; les nouvelles y viennent seules."""
    return sorted(
        (cle.model._meta.db_table, cle.column)
        for cle in cles_vers(Dossier)
        if cle.model not in HORS
    )


def empreintes(ids: list[int]) -> dict[int, str]:
    """L'empreinte de chacun de ces dossiers, de ses personnes et de tout ce qui s'y rattache."""
    morceaux: dict[int, list[str]] = {pk: [] for pk in ids}
    requetes = [DU_DOSSIER, DES_PERSONNES] + [
        f"SELECT t.{colonne}, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
        f" WHERE t.{colonne} = ANY(%s) GROUP BY t.{colonne}"
        for table, colonne in _liens()
    ]
    with connection.cursor() as curseur:
        for rang, requete in enumerate(requetes):
            curseur.execute(requete, [ids])
            for pk, empreinte in curseur.fetchall():
                morceaux[pk].append(f"{rang}:{empreinte}")
    return {
        pk: hashlib.md5(" ".join(siens).encode(), usedforsecurity=False).hexdigest()
        for pk, siens in morceaux.items()
    }
