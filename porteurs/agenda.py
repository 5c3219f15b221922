"""L'ordre du jour d'une réunion, calculé : pourquoi en parler, de quels dossiers, et à qui.

Une ``Raison`` choisit des dossiers ; la liste MAILLON_AGENDA dit lesquelles, de la plus
pressante à la moins pressante. Un dossier n'apparaît qu'une fois, sous sa première raison,
avec toutes les autres. Chacun n'y lit que les dossiers qu'il voit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Value

from partenaires.enums import Fonction
from porteurs.enums import (
    EtatAffectation,
    EtatRelais,
    EtatReunion,
    NatureReunion,
    RoleAffectation,
    Volet,
)
from porteurs.models import (
    Acces,
    Affectation,
    Dossier,
    Orientation,
    PointReunion,
    Relais,
    Remplacement,
    Reunion,
)
from porteurs.models.acces import cles
from porteurs.models.besoin import PALIERS
from socle.listes import contributions

# Sans réunion technique avant celle-ci, « nouveau » veut dire : ouvert depuis un mois.
FENETRE_NOUVEAUX = timedelta(days=31)
# Ce qu'une section montre ; le reste est compté, et se lit dans la liste des dossiers.
MONTRES = 12


@dataclass(frozen=True)
class Raison:
    """Pourquoi parler d'un dossier. ``selectionner`` garde, parmi ces dossiers, ceux qu'elle vise.

    ``liste`` : les paramètres qui retrouvent ces dossiers dans la liste du réseau. ``resumee`` :
    un nombre et la liste suffisent ; à elle seule, cette raison n'inscrit pas de dossier.
    """

    code: str
    titre: str
    mot: str
    selectionner: Callable[[QuerySet, Reunion], QuerySet]
    liste: str = ""
    resumee: bool = False


@dataclass
class Ligne:
    """Un dossier à l'ordre du jour, avec toutes ses raisons ; ``point`` s'il a été ajouté."""

    dossier_id: int
    raisons: tuple[Raison, ...]
    a_vous: bool
    dossier: Dossier | None = None
    point: PointReunion | None = None

    @property
    def inscrite(self) -> bool:
        """Énumérée et comptée : une raison au moins ne se contente pas d'un résumé."""
        return not all(raison.resumee for raison in self.raisons)


@dataclass(frozen=True)
class Resume:
    """Une raison dite en une ligne : combien de dossiers, et la liste où les lire."""

    raison: Raison
    total: int

    @property
    def phrase(self) -> str:
        """« 160 dossiers sans référent »."""
        return f"{self.total} dossier{'s' if self.total > 1 else ''} {self.raison.mot}"


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
    # La structure dont un relais attend la réponse.
    relais_vers: int | None = None


# --- Les raisons ---------------------------------------------------------------------------


def jour_de(reunion: Reunion) -> date:
    """Le jour de la réunion, dans le fuseau du réseau."""
    return reunion.debut.astimezone(reunion.reseau.tz).date()


def _ajoutes(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.filter(pk__in=PointReunion.objects.filter(reunion=reunion).values("dossier"))


def _relais(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    return dossiers.ouverts().relais_en_attente()


def _besoins(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    """Un besoin proposé attend depuis neuf jours, sans qu'on ait choisi de le revoir plus tard."""
    jour = jour_de(reunion)
    attendent = Orientation.objects.en_attente().filter(
        besoin__dossier__reseau=reunion.reseau_id,
        envoyee_le__lt=reunion.debut - timedelta(days=PALIERS[0]),
    )
    return dossiers.ouverts().filter(
        pk__in=attendent.exclude(revoir_le__gt=jour).values("besoin__dossier")
    )


def _roles(dossiers: QuerySet, reunion: Reunion) -> QuerySet:
    proposees = Affectation.objects.proposees().filter(dossier=OuterRef("pk"))
    # Comparée à un nombre, la sous-requête se lit dossier par dossier, par son index.
    return (
        dossiers.ouverts()
        .alias(role_propose=Subquery(proposees.values("pk")[:1]))
        .filter(role_propose__gt=0)
    )


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
    return dossiers.dormants(min(reunion.reseau.aujourd_hui(), jour_de(reunion)))


RAISONS = [
    Raison("ajoute", "Ajoutés par les membres", "ajouté à l’ordre du jour", _ajoutes),
    Raison(
        "relais", "Relais en attente de réponse", "relais en attente", _relais, "situation=relais"
    ),
    Raison("besoin", "Besoins proposés, sans réponse", "besoin sans réponse", _besoins),
    Raison("role", "Rôles proposés, en attente de réponse", "rôle proposé", _roles),
    Raison("nouveau", "Nouveaux dossiers", "nouveau", _nouveaux),
    Raison("action", "Actions à échéance", "action à échéance", _actions_dues),
    Raison(
        "dormant", "Sans nouvelle depuis 30 jours", "sans nouvelle", _dormants, "situation=dormants"
    ),
    # Un état normal, et souvent le plus nombreux : il se résume, les autres raisons énumèrent.
    Raison(
        "sans_referent",
        "Sans référent",
        "sans référent",
        _sans_referent,
        "referent=aucun",
        resumee=True,
    ),
]


# --- Choisir -------------------------------------------------------------------------------


def candidats(reunion: Reunion, dossiers: QuerySet) -> list[Candidat]:
    """Parmi ces dossiers, ceux qu'une raison appelle, du moins récemment actif au plus récent.

    Une requête pour toutes les raisons, plus celle qui date la réunion précédente.
    """
    raisons: tuple[Raison, ...] = contributions("MAILLON_AGENDA")
    relais = Relais.objects.filter(dossier=OuterRef("pk"), etat=EtatRelais.PROPOSE)
    parties = [
        raison.selectionner(dossiers, reunion)
        .order_by()
        .annotate(rang=Value(rang, IntegerField()), relais_vers=Subquery(relais.values("vers")))
        .values_list("pk", "structure_responsable_id", "relais_vers", "activite_le", "rang")
        for rang, raison in enumerate(raisons)
    ]
    trouves: dict[int, tuple[int, int | None, datetime, list[int]]] = {}
    for pk, structure_id, vers, activite_le, rang in parties[0].union(*parties[1:], all=True):
        trouves.setdefault(pk, (structure_id, vers, activite_le, []))[3].append(rang)
    return [
        Candidat(pk, structure_id, tuple(raisons[r] for r in sorted(rangs)), vers)
        for pk, (structure_id, vers, _, rangs) in sorted(
            trouves.items(), key=lambda trouve: (trouve[1][2], trouve[0])
        )
    ]


def attendus(utilisateur_ids: Iterable[int], reseau_id: int, jour: date) -> dict[int, set[int]]:
    """Par personne, les dossiers du réseau dont elle est référente, ou qui attendent sa réponse.

    Ceux d'une personne absente sont aussi à qui la remplace ce jour-là. Une requête.
    """
    par_personne: dict[int, set[int]] = {}
    ids = list(utilisateur_ids)
    siens = Affectation.objects.filter(
        _roles_a_suivre(""), utilisateur__in=ids, dossier__reseau=reseau_id
    )
    a_la_place = Remplacement.objects.en_cours(jour).filter(
        _roles_a_suivre("absent__affectations__"),
        remplacant__in=ids,
        reseau=reseau_id,
        absent__affectations__dossier__reseau=reseau_id,
    )
    lignes = siens.values_list("utilisateur_id", "dossier_id").union(
        a_la_place.values_list("remplacant_id", "absent__affectations__dossier_id")
    )
    for utilisateur_id, dossier_id in lignes:
        par_personne.setdefault(utilisateur_id, set()).add(dossier_id)
    return par_personne


def _roles_a_suivre(prefixe: str) -> Q:
    """Référente en cours, ou pressentie pour un rôle."""
    en_cours = {
        "etat": EtatAffectation.ACCEPTEE,
        "periode__upper_inf": True,
        "role": RoleAffectation.REFERENT,
    }
    return Q(**{f"{prefixe}{champ}": valeur for champ, valeur in en_cours.items()}) | Q(
        **{f"{prefixe}etat": EtatAffectation.PROPOSEE}
    )


def lignes_de(
    acteur, reseau_id: int, visibles: Iterable[Candidat], attendu_de: set[int]
) -> list[Ligne]:
    """Les lignes de cet acteur, dans l'ordre des candidats, les siennes d'abord.

    « À vous » : vous en êtes référent, votre structure en répond, ou une réponse est attendue de
    vous (un rôle proposé) ou d'elle (un relais).
    """
    structures = set(acteur.structures(reseau_id, Fonction.TECHNICIEN))
    siennes, autres = [], []
    for c in visibles:
        a_vous = c.dossier_id in attendu_de or not structures.isdisjoint(
            (c.structure_id, c.relais_vers)
        )
        (siennes if a_vous else autres).append(Ligne(c.dossier_id, c.raisons, a_vous))
    return siennes + autres


def grouper(lignes: Iterable[Ligne], montres: int = MONTRES) -> list[Section]:
    """Une section par raison principale, dans l'ordre des raisons ; vide, elle n'existe pas."""
    sections: dict[str, Section] = {}
    for ligne in lignes:
        if not ligne.inscrite:
            continue
        raison = ligne.raisons[0]
        section = sections.setdefault(raison.code, Section(raison, 0))
        section.total += 1
        if len(section.lignes) < montres:
            section.lignes.append(ligne)
    ordre = [raison.code for raison in contributions("MAILLON_AGENDA")]
    return sorted(sections.values(), key=lambda s: ordre.index(s.raison.code))


def resumer(lignes: Sequence[Ligne]) -> list[Resume]:
    """Les raisons résumées : tous leurs dossiers, ceux aussi qu'une autre raison énumère."""
    return [
        Resume(raison, total)
        for raison in contributions("MAILLON_AGENDA")
        if raison.resumee and (total := sum(raison in ligne.raisons for ligne in lignes))
    ]


def compte_de(lignes: Iterable[Ligne]) -> Compte:
    inscrites = [ligne for ligne in lignes if ligne.inscrite]
    return Compte(len(inscrites), sum(ligne.a_vous for ligne in inscrites))


# --- Pour une personne ---------------------------------------------------------------------


def lignes_visibles(reunion: Reunion, acteur) -> list[Ligne]:
    """Toutes les lignes de l'acteur, sans rien charger des dossiers."""
    visibles = Dossier.objects.filter(reseau=reunion.reseau_id).visible_par(acteur)
    attendu_de = attendus([acteur.utilisateur_id], reunion.reseau_id, acteur.jour)
    return lignes_de(
        acteur,
        reunion.reseau_id,
        candidats(reunion, visibles),
        attendu_de.get(acteur.utilisateur_id, set()),
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


def arrondi_pour(reunion: Reunion, acteur) -> int:
    """Le pas auquel cet acteur lit les nombres d'un comité ; 0 s'il les lit exacts.

    Qui suit des dossiers compte ceux qu'il voit : il n'y a rien à lui masquer.
    """
    suit = acteur.fonctions(reunion.reseau_id) & {Fonction.TECHNICIEN, Fonction.ANIMATEUR}
    return 0 if suit else reunion.reseau.seuil_masquage


def arrondir(nombre: int, pas: int) -> int | None:
    """Au multiple inférieur de ``pas``, et ``None`` sous le seuil.

    Deux nombres montrés sont égaux ou distants d'un seuil au moins : comparer deux comités, ou
    deux jours, n'isole jamais moins de personnes que le seuil.
    """
    if pas <= 1:
        return nombre
    return nombre - nombre % pas or None


def chiffres(reunion: Reunion, acteur) -> list[tuple[Raison, int | None]]:
    """Combien de dossiers par raison, pour un comité ; jamais un nom, jamais un dossier.

    Qui suit des dossiers compte ceux qu'il voit, à la date du comité. Un élu compte ceux du
    réseau, arrondis, à une même date pour tous les comités. Aucun total : la différence
    trahirait un masqué.
    """
    dossiers = Dossier.objects.filter(reseau=reunion.reseau_id)
    if pas := arrondi_pour(reunion, acteur):
        trouves = candidats(_repere(reunion), dossiers)
    else:
        trouves = candidats(reunion, dossiers.visible_par(acteur))
    nombres: dict[str, int] = {}
    for candidat in trouves:
        for raison in candidat.raisons:
            nombres[raison.code] = nombres.get(raison.code, 0) + 1
    return [
        (raison, arrondir(nombres.get(raison.code, 0), pas))
        for raison in contributions("MAILLON_AGENDA")
        if raison.code != "ajoute"
    ]


def _repere(reunion: Reunion) -> Reunion:
    """Une réunion fictive au premier du mois courant : tous les comités du réseau y comptent."""
    premier = reunion.reseau.aujourd_hui().replace(day=1)
    debut = datetime.combine(premier, time.min, tzinfo=reunion.reseau.tz)
    # La clé 0 n'est celle d'aucune réunion : aucun dossier ne lui est ajouté.
    return Reunion(pk=0, reseau=reunion.reseau, debut=debut)


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
    reponses = attendus(cles_par_acteur, reunion.reseau_id, reunion.reseau.aujourd_hui())
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
                reponses.get(acteur.utilisateur_id, set()),
            ),
            suivis,
        )
    return resultat


def _volets(
    dossier_ids: list[int], beneficiaires: set[str], jour: date | None
) -> dict[str, dict[str, set[int]]]:
    """Par bénéficiaire puis par volet, les dossiers ouverts par les droits en cours ce jour-là."""
    lignes = (
        Acces.objects.en_cours(jour)
        .filter(
            dossier__in=dossier_ids,
            beneficiaire__in=beneficiaires,
        )
        .values_list("beneficiaire", "volet", "dossier_id")
    )
    volets: dict[str, dict[str, set[int]]] = {}
    for beneficiaire, volet, dossier_id in lignes:
        volets.setdefault(beneficiaire, {}).setdefault(volet, set()).add(dossier_id)
    return volets
