"""Rien n'a changé : ce qu'un refus doit laisser derrière lui.

PostgreSQL compte, dans la transaction de l'essai, les lignes insérées, modifiées et effacées de
chaque table, y compris celles d'un point de sauvegarde défait : un refus qui écrit puis se
ravise se voit donc aussi.
"""

from contextlib import contextmanager

from django.db import connection

from tests.gardes.lecture_seule import TABLES_PERMISES

# Une session anonyme peut garder la saisie envoyée après l'expiration : c'est sa table.
COMPTEURS = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


def tables_ecrites() -> dict[str, int]:
    """Le nombre d'écritures de la transaction en cours, par table, traces du socle exclues."""
    if not connection.in_atomic_block:
        raise RuntimeError("Les écritures se comptent dans la transaction d'un essai « db ».")
    with connection.cursor() as curseur:
        curseur.execute("SELECT current_setting('track_counts')::bool")
        if not curseur.fetchone()[0]:
            raise RuntimeError("track_counts est coupé : PostgreSQL ne compte pas les écritures.")
        curseur.execute(COMPTEURS)
        return {table: n for table, n in curseur.fetchall() if table not in TABLES_PERMISES}


def ecrites_depuis(avant: dict[str, int]) -> set[str]:
    return {table for table, n in tables_ecrites().items() if n != avant.get(table, 0)}


@contextmanager
def rien_ne_change(quoi: str):
    """Fait échouer l'essai si ce bloc a touché une table métier."""
    avant = tables_ecrites()
    yield
    touchees = ecrites_depuis(avant)
    assert not touchees, f"{quoi} a écrit dans {', '.join(sorted(touchees))}"
