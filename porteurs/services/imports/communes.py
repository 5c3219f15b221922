"""Retrouver la commune qu'un tableau désigne : bien écrite, mal écrite, ou sous son nom d'avant.

Une ressemblance ne suffit que si elle est seule : dès que deux communes répondent, la personne
choisit. On ne cherche ce qui ressemble que dans les départements du réseau.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from partenaires.champs import CODE, detail
from partenaires.models import Commune, CommuneAncienne, Reseau, ReseauCommune
from partenaires.models.territoire import cle_de_nom

# En pour cent de ressemblance : assez pour lire une faute de frappe, assez pour la proposer.
SURE, POSSIBLE = 88, 70
# Plus court, une lettre de travers en ferait trop d'autres.
COURT = 5
# La suivante doit être nettement moins bonne.
ECART = 6
PROPOSEES = 8
# L'écart au réseau : dedans, dans ses départements, ailleurs.
DEDANS, PROCHE, LOIN = range(3)
# Devant un code pris dans une colonne de codes officiels : le même nombre est postal ailleurs.
OFFICIEL = "insee "
LOT = 500


@dataclass
class Trouvaille:
    """``commune`` : son identifiant ; sinon ``phrase`` dit pourquoi, et ``choix`` ce qu'on propose."""

    commune: int | None = None
    remarque: str = ""
    phrase: str = ""
    choix: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Nom:
    """Un nom sous lequel une commune est connue, et l'écart au territoire du réseau (0 : dedans)."""

    cle: str
    nom: str
    code: str
    commune: Commune
    ancien: bool
    rang: int


class Communes:
    """Les communes, telles que les lignes les nomment. Chaque texte n'est cherché qu'une fois."""

    def __init__(self, reseau: Reseau):
        self.du_reseau = set(
            ReseauCommune.objects.filter(reseau=reseau).values_list("commune", flat=True)
        )
        self.departements = set(
            Commune.objects.filter(pk__in=self.du_reseau).values_list("departement", flat=True)
        )
        self.connues: dict[str, Trouvaille] = {}
        self._voisines: list[_Nom] | None = None

    def preparer(self, textes: Iterable[str]) -> None:
        """Cherche d'un coup les textes qu'on n'a pas encore vus."""
        neufs = sorted(set(textes) - self.connues.keys() - {""})
        for debut in range(0, len(neufs), LOT):
            self._preparer(neufs[debut : debut + LOT])

    def trouver(self, texte: str) -> Trouvaille:
        if texte not in self.connues:
            self.preparer([texte])
        return self.connues[texte]

    def _preparer(self, textes: list[str]) -> None:
        decoupes = {texte: _decouper(texte) for texte in textes}
        noms = {nom for nom, _ in decoupes.values()} - {""}
        codes = {code for _, siens in decoupes.values() for code in siens}
        exacts = self._exacts(noms, codes)
        for texte, (nom, siens) in decoupes.items():
            self.connues[texte] = self._juger(texte, nom, siens, exacts)

    def _exacts(self, noms: set[str], codes: set[str]) -> list[_Nom]:
        condition = Q(cle_tri__in=noms)
        if codes:
            condition |= Q(code__in=codes) | Q(codes_postaux__overlap=sorted(codes))
        actuelles = Commune.objects.filter(condition).select_related("departement")
        anciennes = CommuneAncienne.objects.filter(
            Q(cle_tri__in=noms) | Q(code__in=codes)
        ).select_related("commune__departement")
        return [self._nom(c.cle_tri, c.nom, c, c.code) for c in actuelles.order_by("code")] + [
            self._nom(a.cle_tri, a.nom, a.commune, a.code, ancien=True)
            for a in anciennes.order_by("code", "nom")
        ]

    def _nom(self, cle, nom, commune, code, ancien=False) -> _Nom:
        rang = LOIN
        if commune.pk in self.du_reseau:
            rang = DEDANS
        elif commune.departement_id in self.departements:
            rang = PROCHE
        # Le code d'avant mène aussi bien que le nom.
        return _Nom(cle_de_nom(cle), nom or code, code, commune, ancien, rang)

    def _juger(self, texte: str, nom: str, codes: list[str], exacts: list[_Nom]) -> Trouvaille:
        trouves = [n for n in exacts if nom and n.cle == nom]
        if codes:
            officiel = texte.startswith(OFFICIEL)
            designes = [n for n in (trouves or exacts) if _porte(n, codes, officiel)]
            trouves = designes or trouves if nom else designes
        if not trouves and nom:
            return self._ressembler(texte, nom, codes)
        if not trouves:
            return Trouvaille(phrase=f"Aucune commune ne porte le code «\u00a0{texte}\u00a0».")
        proches = [n for n in trouves if n.rang == min(m.rang for m in trouves)]
        proches = [n for n in proches if not n.ancien] or proches
        if len({n.commune.pk for n in proches}) > 1:
            # Aucune n'est d'ici : un bout de nom d'une commune du pays vaut bien un homonyme lointain.
            voisins = self._bouts(nom) if proches[0].rang == LOIN and nom else []
            return Trouvaille(
                phrase=f"Plusieurs communes répondent à «\u00a0{texte}\u00a0»\u00a0: dites laquelle.",
                choix=_choix([*voisins, *proches]),
            )
        return Trouvaille(proches[0].commune.pk, _remarque(proches[0], codes))

    def _ressembler(self, texte: str, nom: str, codes: list[str]) -> Trouvaille:
        voisines = self._du_departement()
        if codes:
            voisines = [n for n in voisines if _porte(n, codes)] or voisines
        meilleurs = [
            (score, voisines[rang])
            for _, score, rang in process.extract(
                nom,
                [n.cle for n in voisines],
                scorer=fuzz.ratio,
                limit=PROPOSEES * 2,
                score_cutoff=POSSIBLE,
            )
        ]
        if sure := _seule(nom, meilleurs):
            return Trouvaille(sure.commune.pk, f"lu «\u00a0{sure.nom}\u00a0»")
        proposes = [n for _, n in meilleurs] + self._bouts(nom)
        if not proposes:
            return Trouvaille(
                phrase=f"Nous ne connaissons pas de commune «\u00a0{texte}\u00a0»\u00a0: corrigez le nom, "
                "ou ajoutez le code postal."
            )
        return Trouvaille(
            phrase=f"Nous ne connaissons pas de commune «\u00a0{texte}\u00a0»\u00a0: est-ce l’une de "
            "celles-ci\u00a0?",
            choix=_choix(proposes),
        )

    def _bouts(self, nom: str) -> list[_Nom]:
        """Celles dont le nom contient ce qui est écrit : à proposer, sans jamais suffire."""
        voisines = self._du_departement()
        bouts = process.extract(
            nom,
            [n.cle for n in voisines],
            scorer=fuzz.partial_ratio,
            limit=PROPOSEES // 2,
            score_cutoff=95,
        )
        return [voisines[rang] for _, _, rang in bouts]

    def _du_departement(self) -> list[_Nom]:
        """Tous les noms, d'hier et d'aujourd'hui, des départements du réseau ; lus une fois."""
        if self._voisines is None:
            ou = {"departement__in": self.departements}
            actuelles = Commune.objects.filter(**ou).select_related("departement")
            anciennes = CommuneAncienne.objects.exclude(nom="").filter(
                commune__departement__in=self.departements
            )
            self._voisines = [
                self._nom(c.cle_tri, c.nom, c, c.code) for c in actuelles.order_by("code")
            ] + [
                self._nom(a.cle_tri, a.nom, a.commune, a.code, ancien=True)
                for a in anciennes.select_related("commune__departement").order_by("code", "nom")
            ]
        return self._voisines


def _decouper(texte: str) -> tuple[str, list[str]]:
    texte = texte.removeprefix(OFFICIEL)
    return cle_de_nom(CODE.sub(" ", texte)), [code.upper() for code in CODE.findall(texte)]


def _porte(nom: _Nom, codes: list[str], officiel: bool = False) -> bool:
    """L'un de ces codes est le sien : postal ou officiel, ou seulement officiel."""
    if nom.code in codes:
        return True
    return not officiel and bool({nom.commune.code, *nom.commune.codes_postaux} & set(codes))


def _seule(nom: str, meilleurs: list[tuple[float, _Nom]]) -> _Nom | None:
    """La seule commune qu'une faute de frappe sépare de ce texte, ou la seule qui lui ressemble bien."""
    if not meilleurs:
        return None
    une_faute = {
        n.commune.pk: n
        for _, n in meilleurs
        if len(nom) >= COURT and DamerauLevenshtein.distance(nom, n.cle) == 1
    }
    if une_faute:
        return next(iter(une_faute.values())) if len(une_faute) == 1 else None
    score, premier = meilleurs[0]
    autres = [s for s, n in meilleurs if n.commune.pk != premier.commune.pk]
    nette = not autres or autres[0] <= score - ECART
    return premier if score >= SURE and nette else None


def _remarque(nom: _Nom, codes: list[str]) -> str:
    if nom.ancien:
        return f"aujourd’hui {nom.commune.nom}"
    if codes and not _porte(nom, codes):
        return f"le code {codes[0]} n’est pas celui de {nom.commune.nom}"
    return f"loin du réseau\u00a0: {detail(nom.commune)}" if nom.rang == LOIN else ""


def _choix(noms: list[_Nom]) -> list[tuple[str, str]]:
    """``(code officiel, libellé)``, chaque commune une fois, les plus proches du réseau d'abord."""
    vus: dict[str, str] = {}
    for nom in sorted(noms, key=lambda n: n.rang):
        avant = f" (pour {nom.nom})" if nom.ancien else ""
        vus.setdefault(nom.commune.code, f"{nom.commune.nom}{avant}, {detail(nom.commune)}")
    return list(vus.items())[:PROPOSEES]
