"""Déplacer les lignes d'un objet vers un autre en notant tout, et tout remonter.

Rien ici ne sait ce qu'est une structure ou un dossier : on suit les clés étrangères de tous les
modèles de l'installation, ceux des applications du dessus compris. L'historique tenu par
déclencheurs n'est pas suivi : il dit ce qui fut, et le geste même s'y inscrit. Chaque geste est
noté dans l'ordre, tel qu'il faut le défaire :

- ``cle`` : une clé étrangère de ces lignes est passée d'une valeur à une autre ;
- ``maj`` : ces colonnes d'une ligne valaient ``avant``, elles valent ``apres`` ;
- ``suppr`` : cette ligne, écrite en entier, faisait double et n'existe plus ;
- ``ajout`` : cette ligne est née du geste, et s'en va avec lui.

Les valeurs sont celles que PostgreSQL écrit lui-même (``to_jsonb``) et relit
(``jsonb_populate_record``) : intervalles, tableaux et dates reviennent à l'identique.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable

import pghistory.models
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import IntegrityError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import Range
from django.db.models import F

from socle.refus import Refus

CONTRAINTE_DE_LIGNE = "23514"
LOOKUPS = {RangeOperators.OVERLAPS: "overlap", RangeOperators.EQUAL: "exact"}


def cles_vers(modele) -> list[models.ForeignKey]:
    """Toutes les clés étrangères de l'installation qui désignent ce modèle, sans exception cachée."""
    return [
        champ
        for autre in apps.get_models(include_auto_created=True)
        if autre._meta.managed
        and not autre._meta.proxy
        and not issubclass(autre, pghistory.models.Event)
        for champ in autre._meta.local_fields
        if isinstance(champ, models.ForeignKey) and champ.related_model is modele
    ]


def lire_ligne(modele, pk) -> dict | None:
    """La ligne telle que PostgreSQL l'écrit, ou rien si elle n'existe pas."""
    with connection.cursor() as curseur:
        curseur.execute(
            f'SELECT to_jsonb(t)::text FROM "{modele._meta.db_table}" t'  # noqa: S608 — nom de table
            f' WHERE "{modele._meta.pk.column}" = %s',
            [pk],
        )
        ligne = curseur.fetchone()
    return json.loads(ligne[0]) if ligne else None


class Deplacement:
    """Un déplacement en cours : ses ``changements`` dans l'ordre, et ses comptes par nature.

    ``complements`` dit, par modèle, ce que la ligne gardée reprend de son double avant qu'il ne
    disparaisse : ``{modele: complement(deplacement, double, gardee)}``.
    """

    def __init__(self, complements: dict[type, Callable] | None = None, ignorer: Iterable = ()):
        self.complements = complements or {}
        self.ignorer = set(ignorer)
        self.changements: list[dict] = []
        self.deplacees: Counter = Counter()
        self.reunies: Counter = Counter()
        self.laissees: Counter = Counter()

    # --- Les gestes notés --------------------------------------------------------------

    def modifier(self, modele, pk, **valeurs) -> None:
        avant = lire_ligne(modele, pk)
        modele._base_manager.filter(pk=pk).update(**valeurs)
        apres = lire_ligne(modele, pk)
        calculees = {c.column for c in modele._meta.local_concrete_fields if c.generated}
        touchees = [c for c in avant if c not in calculees and avant[c] != apres[c]]
        if touchees:
            self._noter(
                "maj",
                modele,
                pk=pk,
                avant={c: avant[c] for c in touchees},
                apres={c: apres[c] for c in touchees},
            )

    def supprimer(self, modele, pk) -> None:
        """Ôte la ligne seule : ce qui la désignait a déjà été déplacé."""
        self._noter("suppr", modele, ligne=lire_ligne(modele, pk))
        lignes = modele._base_manager.filter(pk=pk)
        lignes._raw_delete(lignes.db)

    def ajouter(self, objet) -> None:
        """Note une ligne que le geste vient de créer."""
        self._noter("ajout", type(objet), pk=objet.pk)

    def deplacer(self, champ: models.ForeignKey, ancien, nouveau) -> None:
        """Fait désigner ``nouveau`` à toutes les lignes qui désignaient ``ancien``."""
        lignes = champ.model._base_manager.filter(**{champ.attname: ancien})
        self._deplacer_lot(
            champ, ancien, nouveau, list(lignes.order_by("pk").values_list("pk", flat=True))
        )

    def _deplacer_lot(self, champ, ancien, nouveau, pks: list) -> None:
        """Tout le lot d'un coup ; s'il gêne, ses deux moitiés, jusqu'à la ligne qui gêne."""
        if not pks:
            return
        modele = champ.model
        try:
            with transaction.atomic():
                modele._base_manager.filter(pk__in=pks).update(**{champ.attname: nouveau})
        except IntegrityError as erreur:
            if len(pks) == 1:
                self._resoudre(champ, nouveau, pks[0], erreur)
                return
            milieu = len(pks) // 2
            self._deplacer_lot(champ, ancien, nouveau, pks[:milieu])
            self._deplacer_lot(champ, ancien, nouveau, pks[milieu:])
        else:
            self.deplacees[modele] += len(pks)
            self._noter("cle", modele, c=champ.column, pks=pks, avant=ancien, apres=nouveau)

    def _noter(self, op: str, modele, **reste) -> None:
        self.changements.append({"op": op, "m": modele._meta.label_lower, **reste})

    # --- Quand les deux ont la même chose ----------------------------------------------------

    def _resoudre(self, champ, nouveau, pk, erreur: IntegrityError) -> None:
        diagnostic = erreur.__cause__.diag
        if diagnostic.sqlstate == CONTRAINTE_DE_LIGNE:
            # « De A vers B » n'aurait plus de sens : la ligne garde le nom qu'elle avait.
            self.laissees[champ.model] += 1
            return
        contrainte = _contrainte(champ.model, diagnostic.constraint_name)
        if contrainte is None:
            raise erreur
        jumelles = _jumelles(champ, nouveau, pk, contrainte)
        if not jumelles:
            raise erreur
        premiere, *autres = jumelles
        periode = _champ_de_periode(contrainte)
        hull = _enveloppe(champ.model, [pk, *jumelles], periode) if periode else None
        for double in [*autres, pk]:
            self.fondre(champ.model, double, premiere)
        if periode:
            self.modifier(champ.model, premiere, **{periode: hull})

    def fondre(self, modele, double, gardee) -> None:
        """Réunit une ligne à son double : ce qui la désignait désigne l'autre, puis elle s'efface."""
        if modele in self.complements:
            self.complements[modele](self, double, gardee)
        for champ in cles_vers(modele):
            if champ in self.ignorer:
                continue
            avant = self.laissees[champ.model]
            self.deplacer(champ, double, gardee)
            if self.laissees[champ.model] > avant:
                nom = champ.model._meta.verbose_name_plural
                raise Refus(f"Ces deux fiches ont en commun des {nom} qu’on ne sait pas réunir.")
        self.supprimer(modele, double)
        self.reunies[modele] += 1

    def comptes(self) -> list[dict]:
        """Ce qui s'est passé, par nature, pour les gens."""
        modeles = {*self.deplacees, *self.reunies, *self.laissees}
        return sorted(
            (
                {
                    "nature": str(modele._meta.verbose_name_plural),
                    "deplacees": self.deplacees[modele],
                    "reunies": self.reunies[modele],
                    "laissees": self.laissees[modele],
                }
                for modele in modeles
            ),
            key=lambda compte: compte["nature"],
        )


def compter(cles: Iterable[models.ForeignKey], pk) -> list[tuple[str, int]]:
    """Ce qui désigne cet objet par ces clés : ``(nature, nombre)``, sans les natures vides."""
    comptes: Counter = Counter()
    for champ in cles:
        comptes[champ.model] += champ.model._base_manager.filter(**{champ.attname: pk}).count()
    return sorted(
        (str(modele._meta.verbose_name_plural if n > 1 else modele._meta.verbose_name), n)
        for modele, n in comptes.items()
        if n
    )


def verifier_les_cles() -> None:
    """Les clés étrangères se vérifient d'ordinaire à la validation : les éprouver dès maintenant."""
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute("SET CONSTRAINTS ALL DEFERRED")


class _ColonnesUniques:
    """Une unicité posée sur un champ, sans nom dans le modèle : celle d'une clé « un à un »."""

    condition, expressions = None, ()

    def __init__(self, fields):
        self.fields = fields


def _contrainte(modele, nom: str):
    for contrainte in modele._meta.constraints:
        if contrainte.name == nom:
            return contrainte
    with connection.cursor() as curseur:
        connues = connection.introspection.get_constraints(curseur, modele._meta.db_table)
    colonnes = connues.get(nom, {}).get("columns") or []
    champs = {c.column: c.name for c in modele._meta.local_concrete_fields}
    return _ColonnesUniques([champs[c] for c in colonnes]) if colonnes else None


def _criteres(contrainte) -> list[tuple]:
    """Les expressions comparées et la façon de les comparer."""
    if isinstance(contrainte, ExclusionConstraint):
        return [
            (F(expression) if isinstance(expression, str) else expression, LOOKUPS[operateur])
            for expression, operateur in contrainte.expressions
        ]
    return [(F(nom), "exact") for nom in contrainte.fields] + [
        (expression, "exact") for expression in contrainte.expressions
    ]


def _cite(expression, nom: str) -> bool:
    if isinstance(expression, F):
        return expression.name == nom
    return any(_cite(source, nom) for source in expression.get_source_expressions() if source)


def _jumelles(champ, nouveau, pk, contrainte) -> list:
    """Les lignes déjà chez ``nouveau`` que celle-ci gênerait, de la plus ancienne à la plus récente."""
    modele = champ.model
    criteres = {
        f"critere{rang}": critere
        for rang, critere in enumerate(_criteres(contrainte))
        if not _cite(critere[0], champ.name)
    }
    expressions = {nom: expression for nom, (expression, _) in criteres.items()}
    lignes = modele._base_manager.annotate(**expressions)
    valeurs = lignes.filter(pk=pk).values(*criteres).get()
    filtre = {
        (f"{nom}__isnull" if valeurs[nom] is None else f"{nom}__{lookup}"): (
            True if valeurs[nom] is None else valeurs[nom]
        )
        for nom, (_, lookup) in criteres.items()
    }
    jumelles = lignes.filter(**{champ.attname: nouveau}, **filtre).exclude(pk=pk)
    if contrainte.condition is not None:
        jumelles = jumelles.filter(contrainte.condition)
    return list(jumelles.order_by("pk").values_list("pk", flat=True))


def _champ_de_periode(contrainte) -> str:
    """Le champ dont les périodes ne peuvent se chevaucher, s'il y en a un."""
    if not isinstance(contrainte, ExclusionConstraint):
        return ""
    return next(
        (
            e if isinstance(e, str) else e.name
            for e, operateur in contrainte.expressions
            if operateur == RangeOperators.OVERLAPS and isinstance(e, str | F)
        ),
        "",
    )


def _enveloppe(modele, pks: list, periode: str) -> Range:
    """La période qui les couvre toutes. Elles se chevauchent : il n'y a pas de trou à combler."""
    periodes = list(modele._base_manager.filter(pk__in=pks).values_list(periode, flat=True))
    debuts = [p.lower for p in periodes]
    fins = [p.upper for p in periodes]
    return type(periodes[0])(
        None if None in debuts else min(debuts), None if None in fins else max(fins)
    )


# --- Défaire ---------------------------------------------------------------------------------


def remonter(changements: list[dict], vivantes: dict[str, set[str]] | None = None) -> list[str]:
    """Défait les changements, du dernier au premier. Rend une phrase par chose changée depuis.

    ``vivantes`` : par modèle, les colonnes qui bougent d'elles-mêmes à chaque geste ; changées
    depuis, elles gardent leur valeur au lieu de tout empêcher. À appeler dans une transaction,
    défaite s'il revient la moindre phrase.
    """
    vivantes = vivantes or {}
    ecarts: Counter = Counter()
    for changement in reversed(changements):
        modele = apps.get_model(changement["m"])
        try:
            with transaction.atomic():
                intacte = _DEFAIRE[changement["op"]](
                    modele, changement, vivantes.get(changement["m"], frozenset())
                )
        except IntegrityError:
            intacte = False
        if not intacte:
            ecarts[modele._meta.verbose_name] += 1
    return [f"{nom} ({nombre})" for nom, nombre in sorted(ecarts.items())]


def _defaire_cle(modele, changement, vivantes) -> bool:
    table, colonne, cle = modele._meta.db_table, changement["c"], modele._meta.pk.column
    with connection.cursor() as curseur:
        curseur.execute(
            f'UPDATE "{table}" SET "{colonne}" = %s'  # noqa: S608 — noms du modèle
            f' WHERE "{cle}" = ANY(%s) AND "{colonne}" = %s',
            [changement["avant"], changement["pks"], changement["apres"]],
        )
        return curseur.rowcount == len(changement["pks"])


def _defaire_maj(modele, changement, vivantes) -> bool:
    table, cle, pk = modele._meta.db_table, modele._meta.pk.column, changement["pk"]
    ligne = lire_ligne(modele, pk)
    if ligne is None:
        return False
    bougees = {c for c, v in changement["apres"].items() if ligne[c] != v}
    if bougees - vivantes:
        return False
    a_remettre = [c for c in changement["avant"] if c not in bougees]
    if not a_remettre:
        return True
    colonnes = ", ".join(f'"{c}"' for c in a_remettre)
    with connection.cursor() as curseur:
        curseur.execute(
            f'UPDATE "{table}" SET ({colonnes}) = (SELECT {colonnes}'  # noqa: S608 — noms du modèle
            f' FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)) WHERE "{cle}" = %s',
            [json.dumps(changement["avant"]), pk],
        )
        return curseur.rowcount == 1


def _defaire_suppr(modele, changement, vivantes) -> bool:
    table = modele._meta.db_table
    colonnes = ", ".join(
        f'"{c.column}"' for c in modele._meta.local_concrete_fields if not c.generated
    )
    with connection.cursor() as curseur:
        curseur.execute(
            f'INSERT INTO "{table}" ({colonnes}) SELECT {colonnes}'  # noqa: S608 — noms du modèle
            f' FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)',
            [json.dumps(changement["ligne"])],
        )
        return curseur.rowcount == 1


def _defaire_ajout(modele, changement, vivantes) -> bool:
    lignes = modele._base_manager.filter(pk=changement["pk"])
    return bool(lignes._raw_delete(lignes.db))


_DEFAIRE = {
    "cle": _defaire_cle,
    "maj": _defaire_maj,
    "suppr": _defaire_suppr,
    "ajout": _defaire_ajout,
}
