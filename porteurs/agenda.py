"""L'ordre du jour d'une réunion, calculé : pourquoi en parler, de quels dossiers, et à qui.

Une ``Raison`` choisit des dossiers ; la liste MAILLON_AGENDA dit lesquelles, de la plus
pressante à la moins pressante. Un dossier n'apparaît qu'une fois, sous sa première raison,
avec toutes les autres. Chacun n'y lit que les dossiers qu'il voit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import IntegerField, Q, QuerySet, Value

from partenaires.enums import Fonction
from porteurs.enums import EtatReunion, NatureReunion, RoleAffectation, Volet
from porteurs.models import Acces, Affectation, Dossier, PointReunion, Reunion
from porteurs.models.acces import cles
from socle.listes import contributions

# Sans réunion technique avant celle-ci, « nouveau » veut dire : ouvert depuis un mois.
FENETRE_NOUVEAUX = timedelta(days=31)
# Ce qu'une section montre ; le reste est compté, et se lit dans la liste des dossiers.
MONTRES = 12


@dataclass(frozen=True)
class Raison:
    """Pourquoi parler d'un dossier. ``selectionner`` garde, parmi ces dossiers, ceux qu'elle vise.

    ``liste`` : les paramètres qui retrouvent ces dossiers dans la liste du réseau.
    """

    code: str
    titre: str
    mot: str
    selectionner: Callable[[QuerySet, Reunion], QuerySet]
    liste: str = ""


@dataclass
class Ligne:
    """Un dossier à l'ordre du jour, avec toutes ses raisons ; ``point`` s'il a été ajouté."""

    dossier_id: int
    raisons: tuple[Raison, ...]
    a_vous: bool
    dossier: Dossier | None = None
    point: PointReunion | None = None


@dataclass
class Section:
    """Les dossiers d'une même raison principale ; ``total`` compte aussi ceux qu'on ne montre pas."""

    raison: Raison
    total: int
    lignes: list[Ligne] = field(default_factory=list)

    @property
    def autres(self) -> int:
        return self.total - len(self.lignes)


@dataclass(frozen=True)
class Compte:
    total: int
    a_vous: int

    @property
    def phrase(self) -> str:
        """« 11 dossiers, dont 3 à vous »."""
        mot = "dossier" if self.total < 2 else "dossiers"
        if not self.a_vous:
            return f"{self.total} {mot}"
        if self.a_vous == self.total:
            return f"{self.total} {mot}, {'à vous' if self.total == 1 else 'tous à vous'}"
        return f"{self.total} {mot}, dont {self.a_vous} à vous"


@dataclass(frozen=True)
class Candidat:
    """Un dossier que l'ordre du jour appelle, avant de savoir qui le lira."""

    dossier_id: int
    structure_id: int
    raisons: tuple[Raison, ...]


# --- Les raisons ---------------------------------------------------------------------------


def jour_de(reunion: Reunion) -> date:
    """Le jour de la réunion, dans le fuseau du réseau."""
    return reunion.debut.astimezone(reunion.reseau.tz).date()


def _ajoutes(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.filter(pk__in=PointReunion.objects.filter(reunion=reunion).values("dossier"))


def _relais(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.ouverts().relais_en_attente()


def _nouveaux(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    """Ouverts depuis la réunion technique précédente, le jour même compris."""
    precedente = (
        Reunion.objects.filter(
            reseau=reunion.reseau_id, nature=NatureReunion.TECHNIQUE, debut__lt=reunion.debut
        )
        .exclude(etat=EtatReunion.ANNULEE)
        .exclude(pk=reunion.pk)
        .order_by("-debut")
        .values_list("debut", flat=True)
        .first()
    )
    if precedente:
        depuis = precedente.astimezone(reunion.reseau.tz).date()
    else:
        depuis = jour_de(reunion) - FENETRE_NOUVEAUX
    return dossiers.ouverts().filter(ouvert_le__gte=depuis)


def _actions_dues(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.ouverts().avec_action_due(jour_de(reunion))


def _sans_referent(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.ouverts().sans_referent()


def _dormants(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.dormants(reunion.reseau.aujourd_hui())


RAISONS = [
    Raison("ajoute", "Ajoutés par les membres", "ajouté à l’ordre du jour", _ajoutes),
    Raison(
        "relais", "Relais en attente de réponse", "relais en attente", _relais, "situation=relais"
    ),
    Raison("nouveau", "Nouveaux dossiers", "nouveau", _nouveaux),
    Raison("action", "Actions à échéance", "action à échéance", _actions_dues),
    Raison(
        "dormant", "Sans nouvelle depuis 30 jours", "sans nouvelle", _dormants, "situation=dormants"
    ),
    # Un état normal, et souvent le plus nombreux : les autres raisons disent mieux pourquoi en parler.
    Raison("sans_referent", "Sans référent", "sans référent", _sans_referent, "referent=aucun"),
]


# --- Choisir -------------------------------------------------------------------------------


def candidats(reunion: Reunion, dossiers: QuerySet) -> list[Candidat]:
    """Parmi ces dossiers, ceux qu'une raison appelle, du moins récemment actif au plus récent.

    Une requête pour toutes les raisons, plus celle qui date la réunion précédente.
    """
    raisons: tuple[Raison, ...] = contributions("MAILLON_AGENDA")
    parties = [
        raison.selectionner(dossiers, reunion)
        .order_by()
        .annotate(rang=Value(rang, IntegerField()))
        .values_list("pk", "structure_responsable_id", "activite_le", "rang")
        for rang, raison in enumerate(raisons)
    ]
    trouves: dict[int, tuple[int, datetime, list[int]]] = {}
    for pk, structure_id, activite_le, rang in parties[0].union(*parties[1:], all=True):
        trouves.setdefault(pk, (structure_id, activite_le, []))[2].append(rang)
    return [
        Candidat(pk, structure_id, tuple(raisons[r] for r in sorted(rangs)))
        for pk, (structure_id, _, rangs) in sorted(
            trouves.items(), key=lambda trouve: (trouve[1][1], trouve[0])
        )
    ]


def references(utilisateur_ids: Iterable[int], reseau_id: int) -> dict[int, set[int]]:
    """Par personne, les dossiers du réseau dont elle est référente aujourd'hui."""
    par_personne: dict[int, set[int]] = {}
    lignes = Affectation.objects.en_cours().filter(
        role=RoleAffectation.REFERENT,
        utilisateur__in=list(utilisateur_ids),
        dossier__reseau=reseau_id,
    )
    for utilisateur_id, dossier_id in lignes.values_list("utilisateur_id", "dossier_id"):
        par_personne.setdefault(utilisateur_id, set()).add(dossier_id)
    return par_personne


def lignes_de(
    acteur, reseau_id: int, visibles: Iterable[Candidat], referent_de: set[int]
) -> list[Ligne]:
    """Les lignes de cet acteur, dans l'ordre des candidats, les siennes d'abord.

    « À vous » : vous en êtes référent, ou votre structure en répond.
    """
    structures = set(acteur.structures(reseau_id, Fonction.TECHNICIEN))
    siennes, autres = [], []
    for c in visibles:
        a_vous = c.dossier_id in referent_de or c.structure_id in structures
        (siennes if a_vous else autres).append(Ligne(c.dossier_id, c.raisons, a_vous))
    return siennes + autres


def grouper(lignes: Iterable[Ligne], montres: int = MONTRES) -> list[Section]:
    """Une section par raison principale, dans l'ordre des raisons ; vide, elle n'existe pas."""
    sections: dict[str, Section] = {}
    for ligne in lignes:
        raison = ligne.raisons[0]
        section = sections.setdefault(raison.code, Section(raison, 0))
        section.total += 1
        if len(section.lignes) < montres:
            section.lignes.append(ligne)
    ordre = [raison.code for raison in contributions("MAILLON_AGENDA")]
    return sorted(sections.values(), key=lambda s: ordre.index(s.raison.code))


def compte_de(lignes: Sequence[Ligne]) -> Compte:
    return Compte(len(lignes), sum(ligne.a_vous for ligne in lignes))


# --- Pour une personne ---------------------------------------------------------------------


def lignes_visibles(reunion: Reunion, acteur) -> list[Ligne]:
    """Toutes les lignes de l'acteur, sans rien charger des dossiers."""
    visibles = Dossier.objects.filter(reseau=reunion.reseau_id).visible_par(acteur)
    referent_de = references([acteur.utilisateur_id], reunion.reseau_id)
    return lignes_de(
        acteur,
        reunion.reseau_id,
        candidats(reunion, visibles),
        referent_de.get(acteur.utilisateur_id, set()),
    )


def compter(reunion: Reunion, acteur) -> Compte:
    return compte_de(lignes_visibles(reunion, acteur))


def ordre_du_jour(reunion: Reunion, acteur, lignes: Sequence[Ligne] | None = None) -> list[Section]:
    """Les sections que l'acteur peut lire, dossiers chargés ; nombre de requêtes constant.

    Un comité n'a pas de dossier à son ordre du jour, seulement des nombres (``chiffres``).
    """
    if reunion.nature != NatureReunion.TECHNIQUE:
        return []
    if lignes is None:
        lignes = lignes_visibles(reunion, acteur)
    sections = grouper(lignes)
    montrees = [ligne for section in sections for ligne in section.lignes]
    ids = [ligne.dossier_id for ligne in montrees]
    dossiers = Dossier.objects.avec_volet(acteur).pour_liste().in_bulk(ids)
    points = {
        p.dossier_id: p
        for p in PointReunion.objects.filter(reunion=reunion, dossier__in=ids).select_related(
            "ajoute_par"
        )
    }
    for ligne in montrees:
        ligne.dossier = dossiers[ligne.dossier_id]
        ligne.point = points.get(ligne.dossier_id)
    return sections


def chiffres(reunion: Reunion, acteur) -> list[tuple[Raison, int | None]]:
    """Combien de dossiers par raison, pour un comité ; jamais un nom, jamais un dossier.

    Qui suit des dossiers compte ceux qu'il voit. Un élu compte ceux du réseau, et un nombre
    sous le seuil de masquage vaut ``None``. Aucun total : la différence trahirait un masqué.
    """
    dossiers = Dossier.objects.filter(reseau=reunion.reseau_id)
    suit = acteur.fonctions(reunion.reseau_id) & {Fonction.TECHNICIEN, Fonction.ANIMATEUR}
    seuil = 0 if suit else reunion.reseau.seuil_masquage
    nombres: dict[str, int] = {}
    for candidat in candidats(reunion, dossiers.visible_par(acteur) if suit else dossiers):
        for raison in candidat.raisons:
            nombres[raison.code] = nombres.get(raison.code, 0) + 1
    return [
        (raison, nombre if (nombre := nombres.get(raison.code, 0)) >= seuil else None)
        for raison in contributions("MAILLON_AGENDA")
        if raison.code != "ajoute"
    ]


# --- Pour un lot de personnes --------------------------------------------------------------


@dataclass
class Lecture:
    """Ce qu'une personne du lot lira : ses lignes, et les dossiers qu'elle suit parmi elles."""

    lignes: list[Ligne]
    suivis: set[int]


def lectures(reunion: Reunion, acteurs: Sequence) -> dict[int, Lecture]:
    """L'ordre du jour de tout un lot d'acteurs, en trois requêtes ; par identifiant de personne.

    Les candidats du réseau sont lus une fois. Qui les voit se lit dans la table ``acces``, la
    même que ``visible_par``, avec les clés de chaque acteur : la réponse ne peut pas différer,
    et un essai compare les deux.
    """
    tous = candidats(reunion, Dossier.objects.filter(reseau=reunion.reseau_id))
    cles_par_acteur = {acteur.utilisateur_id: cles(acteur) for acteur in acteurs}
    volets = _volets(
        [c.dossier_id for c in tous],
        {cle for portees in cles_par_acteur.values() for cle in portees},
        max((acteur.jour for acteur in acteurs), default=None),
    )
    referents = references(cles_par_acteur, reunion.reseau_id)
    resultat = {}
    for acteur in acteurs:
        visibles: set[int] = set()
        suivis: set[int] = set()
        for cle in cles_par_acteur[acteur.utilisateur_id]:
            for volet, ids in volets.get(cle, {}).items():
                visibles |= ids
                if volet == Volet.PROFESSIONNEL:
                    suivis |= ids
        resultat[acteur.utilisateur_id] = Lecture(
            lignes_de(
                acteur,
                reunion.reseau_id,
                (c for c in tous if c.dossier_id in visibles),
                referents.get(acteur.utilisateur_id, set()),
            ),
            suivis,
        )
    return resultat


def _volets(
    dossier_ids: list[int], beneficiaires: set[str], jour: date | None
) -> dict[str, dict[str, set[int]]]:
    """Par bénéficiaire puis par volet, les dossiers ouverts par les droits en cours ce jour-là."""
    lignes = Acces.objects.filter(
        Q(jusqua=None) | Q(jusqua__gt=jour),
        dossier__in=dossier_ids,
        beneficiaire__in=beneficiaires,
    ).values_list("beneficiaire", "volet", "dossier_id")
    volets: dict[str, dict[str, set[int]]] = {}
    for beneficiaire, volet, dossier_id in lignes:
        volets.setdefault(beneficiaire, {}).setdefault(volet, set()).add(dossier_id)
    return volets
