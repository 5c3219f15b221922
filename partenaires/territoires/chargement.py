"""Mettre la base à l'heure de l'extrait : idempotent, en une transaction, sans rien perdre.

COPY dans des tables provisoires, puis trois pas par table : corriger ce qui diffère, ajouter ce
qui manque, retirer ce que l'extrait ne connaît plus — sauf ce qu'une donnée désigne encore, qui
reste et qui est nommé dans le bilan.
"""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, models, transaction
from django.db.models import OuterRef

from partenaires.models import (
    Commune,
    CommuneAncienne,
    ContourCommune,
    Departement,
    Epci,
    PopulationCommune,
    Region,
)
from partenaires.models.territoire import cle_de_nom
from partenaires.territoires import extrait
from socle.texte import cle

VERROU = "SELECT pg_advisory_xact_lock(hashtext('maillon.territoires'))"
DELAI = "SET LOCAL statement_timeout = '60s'"
# À changer aussi quand change la façon d'écrire l'extrait dans la base.
MARQUE = "extrait typographié, noms d’avant "

# Tous les noms de tables et de colonnes qui composent le SQL sont écrits dans ce fichier ou pris aux
# modèles ; les valeurs passent par COPY.
# ruff: noqa: S608

# Une table provisoire par modèle, ce qui l'emplit, et comment une colonne de la vraie table s'en
# déduit. Les codes deviennent des clés par jointure : COPY ignore les clés internes.
PROVISOIRES = {
    "t_region": "code text PRIMARY KEY, nom text",
    "t_departement": "code text PRIMARY KEY, nom text, region text",
    "t_epci": "code text PRIMARY KEY, nom text, type text",
    "t_commune": "code text PRIMARY KEY, nom text, cle_tri text, departement text, epci text,"
    " codes_postaux text, population integer, latitude float8, longitude float8",
    "t_population": "code text, annee smallint, population integer, PRIMARY KEY (code, annee)",
    "t_contour": "code text PRIMARY KEY, repere text, cadre text, trace text",
    "t_ancienne": "code text, nom text, cle_tri text, commune text, PRIMARY KEY (code, nom)",
}


# Vide non cité vaut NULL : une liste vide de codes postaux, un nom perdu restent des textes vides.
NON_NULS = {"t_commune": "codes_postaux", "t_ancienne": "nom, cle_tri"}


@dataclass(frozen=True)
class Cible:
    """Une vraie table : sa clé naturelle et la requête qui dit ce qu'elle doit contenir."""

    modele: type[models.Model]
    cle: tuple[str, ...]
    voulu: str
    nom: str  # au pluriel, dans le bilan

    @property
    def table(self) -> str:
        return self.modele._meta.db_table

    @property
    def colonnes(self) -> list[str]:
        return [c.column for c in self.modele._meta.local_concrete_fields if not c.primary_key]


CIBLES = (
    Cible(Region, ("code",), "SELECT code, nom FROM t_region", "régions"),
    Cible(
        Departement,
        ("code",),
        "SELECT t.code, t.nom, r.id AS region_id"
        " FROM t_departement t LEFT JOIN partenaires_region r ON r.code = t.region",
        "départements",
    ),
    Cible(Epci, ("code",), "SELECT code, nom, type FROM t_epci", "EPCI"),
    Cible(
        Commune,
        ("code",),
        "SELECT t.code, t.nom, t.cle_tri, d.id AS departement_id, e.id AS epci_id,"
        " string_to_array(t.codes_postaux, ' ')::varchar(5)[] AS codes_postaux,"
        " t.population, t.latitude, t.longitude FROM t_commune t"
        " LEFT JOIN partenaires_departement d ON d.code = t.departement"
        " LEFT JOIN partenaires_epci e ON e.code = t.epci",
        "communes",
    ),
    Cible(
        PopulationCommune,
        ("commune_id", "annee"),
        "SELECT c.id AS commune_id, t.annee, t.population"
        " FROM t_population t JOIN partenaires_commune c ON c.code = t.code",
        "populations",
    ),
    Cible(
        ContourCommune,
        ("commune_id",),
        "SELECT c.id AS commune_id, t.repere, string_to_array(t.cadre, ' ')::smallint[] AS cadre,"
        " t.trace FROM t_contour t JOIN partenaires_commune c ON c.code = t.code",
        "contours",
    ),
    Cible(
        CommuneAncienne,
        ("code", "nom"),
        "SELECT t.code, t.nom, t.cle_tri, c.id AS commune_id"
        " FROM t_ancienne t JOIN partenaires_commune c ON c.code = t.commune",
        "anciennes communes",
    ),
)
# Ce qui tient à une commune et part avec elle : nul ne la désigne par là.
DEPENDANCES = (PopulationCommune, ContourCommune, CommuneAncienne)


@dataclass
class Bilan:
    """Ce que le chargement a changé, table par table (``Cible.nom``)."""

    ajouts: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    retraits: dict[str, int] = field(default_factory=dict)
    # Disparus de l'extrait mais encore désignés : « 15141 Neussargues… ».
    gardes: list[str] = field(default_factory=list)

    @property
    def vide(self) -> bool:
        comptes = (self.ajouts, self.corrections, self.retraits)
        return not any(sum(compte.values()) for compte in comptes)


def territoires_charges() -> bool:
    """La base est-elle à l'heure de l'extrait livré ? Deux lectures d'une ligne.

    La signature de l'extrait est gardée en commentaire de la table : elle suit un clone, une
    sauvegarde et une restauration, et s'écrit dans la même transaction que les communes.
    """
    with connection.cursor() as curseur:
        curseur.execute("SELECT obj_description(%s::regclass)", [Commune._meta.db_table])
        (marque,) = curseur.fetchone()
    return marque == MARQUE + extrait.signature() and Commune.objects.exists()


def charger(dossier: Path = extrait.DOSSIER) -> Bilan:
    """Charge l'extrait ; lève ``ExtraitInvalide`` (une ``CommandError``) s'il n'est pas intact."""
    tables = extrait.lire(dossier)
    signature = extrait.signature(dossier)
    bilan = Bilan()
    with transaction.atomic(), connection.cursor() as curseur:
        curseur.execute(DELAI)
        # Deux processus qui démarrent ensemble : le second attend, puis ne trouve rien à faire.
        curseur.execute(VERROU)
        _emplir(curseur, tables)
        for cible in CIBLES:
            _accorder(curseur, cible, bilan)
        *parents, populations, contours, anciennes = CIBLES
        for cible in (populations, contours, anciennes):
            _oublier(curseur, cible, bilan)
        # À rebours : une commune d'abord, puis l'EPCI ou le département qu'elle laisse vide.
        for cible in reversed(parents):
            _retirer(curseur, cible, bilan)
        for nom in PROVISOIRES:
            curseur.execute(f"DROP TABLE {nom}")
        for cible in CIBLES:
            curseur.execute(f"ANALYZE {cible.table}")
        curseur.execute(f"COMMENT ON TABLE {Commune._meta.db_table} IS %s", [MARQUE + signature])
    return bilan


def _emplir(curseur, tables: extrait.Tables) -> None:
    lignes = {
        "t_region": _typographies(tables["regions"]),
        "t_departement": _typographies(tables["departements"]),
        "t_epci": _typographies(tables["epci"]),
        "t_commune": (
            (code, nom, cle(nom), *suite) for code, nom, *suite in _typographies(tables["communes"])
        ),
        "t_population": _populations(tables["populations"]),
        "t_contour": tables["contours"][1:],
        "t_ancienne": (
            (code, nom, cle_de_nom(nom), commune)
            for code, nom, commune in _typographies(tables["communes_anciennes"])
        ),
    }
    for nom, colonnes in PROVISOIRES.items():
        curseur.execute(f"CREATE TEMP TABLE {nom} ({colonnes}) ON COMMIT DROP")
        flux = io.StringIO()
        csv.writer(flux, lineterminator="\n").writerows(lignes[nom])
        flux.seek(0)
        requis = NON_NULS.get(nom)
        force = f", FORCE_NOT_NULL ({requis})" if requis else ""
        curseur.copy_expert(f"COPY {nom} FROM STDIN (FORMAT csv{force})", flux)
        curseur.execute(f"ANALYZE {nom}")


def _typographies(table: list[tuple[str, ...]]):
    """Les lignes d'une table de noms, l'apostrophe écrite comme partout ailleurs : « Dore-l’Église »."""
    for code, nom, *suite in table[1:]:
        yield code, nom.replace("'", "’"), *suite


def _populations(table: list[tuple[str, ...]]):
    """De la table large de l'extrait (une colonne par année) à une ligne par année."""
    annees = table[0][1:]
    for code, *valeurs in table[1:]:
        for annee, valeur in zip(annees, valeurs, strict=True):
            if valeur:
                yield code, annee, valeur


def _accorder(curseur, cible: Cible, bilan: Bilan) -> None:
    """Corrige les lignes qui diffèrent, ajoute celles qui manquent ; les autres ne bougent pas."""
    meme = " AND ".join(f"a.{c} = v.{c}" for c in cible.cle)
    valeurs = [c for c in cible.colonnes if c not in cible.cle]
    curseur.execute(
        f"UPDATE {cible.table} a SET {', '.join(f'{c} = v.{c}' for c in valeurs)}"
        f" FROM ({cible.voulu}) v WHERE {meme}"
        f" AND ({_liste('a', valeurs)}) IS DISTINCT FROM ({_liste('v', valeurs)})"
    )
    bilan.corrections[cible.nom] = curseur.rowcount
    curseur.execute(
        f"INSERT INTO {cible.table} ({', '.join(cible.colonnes)})"
        f" SELECT {_liste('v', cible.colonnes)} FROM ({cible.voulu}) v"
        f" WHERE NOT EXISTS (SELECT 1 FROM {cible.table} a WHERE {meme})"
        f" ORDER BY {_liste('v', cible.cle)}"
    )
    bilan.ajouts[cible.nom] = curseur.rowcount


def _liste(alias: str, colonnes) -> str:
    return ", ".join(f"{alias}.{c}" for c in colonnes)


def _oublier(curseur, cible: Cible, bilan: Bilan) -> None:
    """Une année, un contour qui n'ont plus de sens pour une commune connue (son territoire a changé)."""
    meme = " AND ".join(f"a.{c} = v.{c}" for c in cible.cle)
    curseur.execute(
        f"DELETE FROM {cible.table} a USING partenaires_commune c, t_commune tc"
        " WHERE c.id = a.commune_id AND tc.code = c.code AND NOT EXISTS"
        f" (SELECT 1 FROM ({cible.voulu}) v WHERE {meme})"
    )
    bilan.retraits[cible.nom] = curseur.rowcount


def _retirer(curseur, cible: Cible, bilan: Bilan) -> None:
    """Retire ce que l'extrait ne connaît plus et que rien ne désigne ; nomme ce qui reste."""
    curseur.execute(f"SELECT code FROM {cible.table} EXCEPT SELECT code FROM ({cible.voulu}) v")
    disparus = cible.modele.objects.filter(code__in=[code for (code,) in curseur.fetchall()])
    _, par_modele = _sans_lien(disparus).delete()
    bilan.retraits[cible.nom] = par_modele.get(cible.modele._meta.label, 0)
    bilan.gardes += [f"{reste.code} {reste.nom}" for reste in disparus.order_by("code")]


def _sans_lien(objets: models.QuerySet) -> models.QuerySet:
    """Ceux que ne désigne aucune ligne d'aucune table, hormis leurs populations et leur contour."""
    for lien in objets.model._meta.get_fields(include_hidden=True):
        if not (lien.auto_created and lien.is_relation) or lien.many_to_many:
            continue
        if lien.related_model in DEPENDANCES:
            continue
        lignes = lien.related_model._base_manager.filter(**{lien.field.name: OuterRef("pk")})
        objets = objets.filter(~models.Exists(lignes))
    return objets
