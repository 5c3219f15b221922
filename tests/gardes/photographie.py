"""L'état de toute l'installation, pour prouver qu'un geste défait n'a rien laissé."""

from collections.abc import Iterable

import pghistory.models
from django.apps import apps
from django.db import connection

SUIVIES = {"partenaires", "porteurs", "bourse", "socle"}
# Les territoires sont volumineux, et rien d'une fusion ne les touche.
TERRITOIRES = {"commune", "communeancienne", "epci", "departement", "region"}
TERRITOIRES |= {"populationcommune", "contourcommune"}
# Ce qu'un geste ajoute exprès : les traces du journal et de l'historique.
JOURNAL = {"socle_accesjournal"}
# Les accès se recalculent : les mêmes droits, sous d'autres numéros de ligne.
RECALCULES = {"porteurs_acces"}


def photographie(traces: Iterable[str] = ()) -> dict[str, tuple]:
    """Chaque table de l'installation : ses lignes, et l'empreinte de tout ce qu'elles contiennent.

    ``traces`` : les tables où le geste s'inscrit lui-même, en plus du journal et de l'historique.
    """
    ignorees = JOURNAL | set(traces)
    tables = {}
    with connection.cursor() as curseur:
        for modele in apps.get_models(include_auto_created=True):
            table, nom = modele._meta.db_table, modele._meta.model_name
            if modele._meta.app_label not in SUIVIES or not modele._meta.managed:
                continue
            if table in ignorees or issubclass(modele, pghistory.models.Event):
                continue
            if modele._meta.app_label == "partenaires" and nom in TERRITOIRES:
                continue
            ligne = "(to_jsonb(t) - 'id')::text" if table in RECALCULES else "t::text"
            curseur.execute(
                f"SELECT count(*), sum(hashtextextended({ligne}, 0)::numeric)"  # noqa: S608
                f' FROM "{table}" t'
            )
            tables[table] = curseur.fetchone()
    return tables
