"""Une ligne comprise, et comment on garde ce qu'on en a compris."""

import json
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count
from psycopg2.extras import execute_values

from porteurs.models import ImportDossiers, LigneImport
from porteurs.models.imports import EtatLigne

LOT = 1000
ECRIRE = """
UPDATE porteurs_ligneimport l SET etat = v.etat, valeurs = v.valeurs::jsonb,
       erreurs = v.erreurs::jsonb, remarques = v.remarques::jsonb, repere = v.repere,
       dossier_id = v.dossier::bigint
  FROM (VALUES %s) AS v (id, etat, valeurs, erreurs, remarques, repere, dossier)
 WHERE l.id = v.id
"""
DOUBLES = """
UPDATE porteurs_ligneimport l SET etat = 'fautive',
       erreurs = l.erreurs || jsonb_build_object(
         CASE WHEN l.repere LIKE 'r:%%' THEN 'reference' ELSE 'nom' END,
         CASE WHEN l.repere LIKE 'r:%%' THEN 'Cette référence est déjà à la ligne '
              ELSE 'C’est la même personne et le même projet qu’à la ligne ' END
         || premiere.numero || '.')
  FROM (SELECT repere, min(numero) AS numero FROM porteurs_ligneimport
         WHERE import_dossiers_id = %(pk)s AND repere <> '' GROUP BY repere
        HAVING count(*) > 1) premiere
 WHERE l.import_dossiers_id = %(pk)s AND l.repere = premiere.repere AND l.numero > premiere.numero
"""


ECRITES = """
UPDATE porteurs_ligneimport l
   SET saisie = '[]', valeurs = '{}', remarques = '{}', repere = '', dossier_id = v.dossier,
       avant = v.avant::jsonb
  FROM (VALUES %s) AS v (id, dossier, avant) WHERE l.id = v.id
"""
EMPREINTES = """
UPDATE porteurs_ligneimport l SET empreinte = v.empreinte
  FROM (VALUES %s) AS v (id, empreinte) WHERE l.id = v.id
"""


@dataclass
class Lecture:
    """Une ligne comprise. ``valeurs`` n'a que ce que le tableau dit, prêt à garder en JSON."""

    ligne: LigneImport
    cases: dict[str, str]
    valeurs: dict = field(default_factory=dict)
    erreurs: dict[str, str] = field(default_factory=dict)
    remarques: dict[str, str] = field(default_factory=dict)
    etat: str = EtatLigne.NOUVELLE
    dossier: int | None = None
    repere: str = ""


def garder(lectures: list[Lecture]) -> None:
    _poser(
        ECRIRE,
        [
            (
                x.ligne.pk,
                str(x.etat),
                json.dumps(x.valeurs, ensure_ascii=False),
                json.dumps(x.erreurs, ensure_ascii=False),
                json.dumps(x.remarques, ensure_ascii=False),
                x.repere,
                x.dossier,
            )
            for x in lectures
        ],
    )


def marquer_les_doubles(import_dossiers: ImportDossiers) -> None:
    """Deux lignes du tableau pour un même dossier : la seconde est en faute."""
    with connection.cursor() as curseur:
        # La base croit encore la table vide : elle croiserait chaque ligne avec toutes les autres.
        curseur.execute("ANALYZE porteurs_ligneimport")
        curseur.execute(DOUBLES, {"pk": import_dossiers.pk})


def compter(import_dossiers: ImportDossiers) -> dict[str, int]:
    comptes = (
        LigneImport.objects.filter(import_dossiers=import_dossiers)
        .values_list("etat")
        .annotate(nombre=Count("pk"))
        .order_by("etat")
    )
    return dict(comptes)


def depouiller(lignes: list[LigneImport]) -> None:
    """Une ligne écrite ne garde que son dossier, et de quoi le rendre tel qu'il était."""
    _poser(ECRITES, [(x.pk, x.dossier_id, json.dumps(x.avant, ensure_ascii=False)) for x in lignes])


def marquer(lignes: list[LigneImport], empreintes: dict[int, str]) -> None:
    _poser(EMPREINTES, [(x.pk, empreintes[x.dossier_id]) for x in lignes])


def _poser(requete: str, valeurs: list[tuple]) -> None:
    with connection.cursor() as curseur:
        execute_values(curseur.cursor, requete, valeurs, page_size=LOT)


def remettre(table: str, colonnes: tuple[str, ...], lignes: list[dict]) -> None:
    """Donne à ces colonnes les valeurs dites, ``id`` compris dans chaque ligne."""
    egales = ", ".join(f"{c} = r.{c}" for c in colonnes)
    with connection.cursor() as curseur:
        curseur.execute(
            f"UPDATE {table} t SET {egales}"  # noqa: S608 — noms écrits dans ces modules
            f" FROM jsonb_array_elements(%s::jsonb) x, jsonb_populate_record(NULL::{table}, x) r"
            " WHERE t.id = r.id",
            [json.dumps(lignes, ensure_ascii=False, default=str)],
        )
