"""Deux dossiers pour une même personne : montrer ce qui est visible, signaler le reste.

On rapproche par le nom (accents, ordre, trait d'union, une faute de frappe), le courriel, le
téléphone, et le foyer : même numéro, même adresse, ou même nom de famille dans la même commune.
Ce qui rapproche ne dit jamais plus que ce que l'acteur lit déjà : d'une simple fiche, seul le nom
entier compte ; le reste ne vaut qu'entre dossiers qu'il suit.
"""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from rapidfuzz.distance import OSA

from porteurs.coordonnees import cle_nom
from porteurs.models import Dossier, DoublonSignale, Participation, Porteur
from porteurs.models.porteur import mots_du_nom
from socle.coordonnees import telephone_international
from socle.permissions import peut
from socle.refus import Refus
from socle.texte import cle

# Plus court, une lettre de différence fait un autre nom : « Luc Roy » n'est pas « Lou Roy ».
LETTRES_MINIMUM = 9
# Un prénom répandu ramène beaucoup de monde ; au-delà, on regarde les plus récents.
CANDIDATS = 1500
# Ce que la page des doublons montre, et les dernières personnes dont on cherche les presque-jumelles.
PAIRES, RECENTES = 40, 60


@dataclass(frozen=True)
class PaireAReunir:
    """Deux dossiers, dans cet ordre : celui qu'on garde, l'autre ; l'objet des droits."""

    garde: Dossier
    absorbe: Dossier

    @property
    def reseau_id(self) -> int:
        return self.garde.reseau_id


# --- Comparer deux personnes -----------------------------------------------------------------


def _formes(prenom: str, nom: str) -> tuple[str, str]:
    """Le nom d'un seul tenant, dans les deux ordres : ni espace, ni trait d'union, ni accent."""
    un, autre = (cle(partie).replace(" ", "") for partie in (prenom, nom))
    return un + autre, autre + un


def presque_le_meme_nom(un: tuple[str, str], autre: tuple[str, str]) -> bool:
    """Le même nom à une faute de frappe près : une lettre de trop, de moins, autre, ou deux inversées."""
    reference = _formes(*un)[0]
    if len(reference) < LETTRES_MINIMUM:
        return False
    return any(OSA.distance(reference, forme, score_cutoff=1) <= 1 for forme in _formes(*autre))


def meme_personne(un: Porteur, autre: Porteur) -> bool:
    """Sans doute la même : même nom à une faute près, ou même adresse, ou même numéro et prénom."""
    if un.cle_nom == autre.cle_nom:
        return True
    if presque_le_meme_nom((un.prenom, un.nom), (autre.prenom, autre.nom)):
        return True
    meme_prenom = cle(un.prenom) == cle(autre.prenom)
    meme_contact = (un.email and un.email == autre.email) or (
        un.telephone and un.telephone == autre.telephone
    )
    return bool(meme_prenom and meme_contact)


# --- Chercher --------------------------------------------------------------------------------


def presque_jumelles(reseau, prenom: str, nom: str) -> list[int]:
    """Les personnes du réseau au nom presque pareil, cherchées par leurs mots restés justes."""
    mots = cle_nom(prenom, nom).split()
    if not mots:
        return []
    candidates = (
        Porteur.objects.alias(mots=mots_du_nom())
        .filter(reseau=reseau, mots__overlap=mots)
        .exclude(cle_nom=cle_nom(prenom, nom))
        .order_by("-pk")
        .values_list("pk", "prenom", "nom")[:CANDIDATS]
    )
    return [pk for pk, p, n in candidates if presque_le_meme_nom((prenom, nom), (p, n))]


def ressemblants(reseau, *, prenom: str, nom: str, email: str, telephone: str) -> QuerySet[Dossier]:
    """Les dossiers du réseau dont un adulte a ce nom (à une faute près), ce courriel ou ce téléphone.

    Annote ``meme_nom`` : la ressemblance se voit sur le nom entier, que la fiche laisse deviner ;
    le courriel, le téléphone et les fautes de frappe n'y sont pas.
    """
    par_nom = Q(cle_nom=cle_nom(prenom, nom))
    autrement = Q(pk__in=presque_jumelles(reseau, prenom, nom))
    if email:
        autrement |= Q(email=email.lower())
    if numero := telephone_international(telephone):
        autrement |= Q(telephone=numero)

    def parts(condition: Q):
        personnes = Porteur.objects.filter(condition, reseau=reseau)
        return Participation.objects.filter(porteur__in=personnes)

    # D'une fiche, un adulte du foyer qui n'y est pas nommé ne rapproche rien.
    nommees = parts(par_nom).nommees()
    return Dossier.objects.filter(pk__in=parts(par_nom | autrement).values("dossier")).annotate(
        meme_nom=Case(
            When(pk__in=nommees.values("dossier"), then=True),
            default=False,
            output_field=BooleanField(),
        )
    )


def montrables(acteur, reseau, **identite) -> QuerySet[Dossier]:
    """Ceux que l'acteur peut rapprocher sans rien apprendre de caché.

    D'une simple fiche, le nom entier suffit ; courriel et téléphone ne rapprochent que des
    dossiers que l'on suit, sinon les taper dirait à qui ils sont.
    """
    return (
        ressemblants(reseau, **identite)
        .visible_par(acteur)
        .avec_volet(acteur)
        .filter(Q(meme_nom=True) | Q(suivi=True))
    )


def visibles(acteur, reseau, **identite) -> list[Dossier]:
    """Les plus récents d'abord, cinq au plus, prêts à montrer."""
    dossiers = montrables(acteur, reseau, **identite)
    return list(dossiers.pour_liste().order_by("-activite_le", "-pk")[:5])


def signaler_les_invisibles(dossier: Dossier, porteur: Porteur, acteur) -> int:
    """Signale à l'animation les ressemblances qu'on n'a pas montrées ; la personne n'en sait rien."""
    identite = {
        "prenom": porteur.prenom,
        "nom": porteur.nom,
        "email": porteur.email,
        "telephone": porteur.telephone_saisi,
    }
    autres = (
        ressemblants(dossier.reseau, **identite)
        .exclude(pk=dossier.pk)
        .exclude(pk__in=montrables(acteur, dossier.reseau, **identite).values("pk"))
    )
    signalements = [DoublonSignale(dossier=dossier, autre=autre) for autre in autres]
    DoublonSignale.objects.bulk_create(signalements, ignore_conflicts=True)
    return len(signalements)


# --- Les paires à regarder -------------------------------------------------------------------

# Du plus sûr au moins sûr ; la première raison trouvée place la paire.
RAISONS = {
    "nom": "même nom",
    "nom_tu": "même nom",
    "courriel": "même adresse de courriel",
    "telephone": "même téléphone",
    "presque": "même nom, à une lettre près",
    "foyer": "même nom de famille et même commune\u00a0: peut-être le même foyer",
}
# Ce qu'une simple fiche laisse lire.
RAISONS_DE_FICHE = {"nom"}

# D'une fiche, un adulte du foyer qui n'y est pas nommé ne rapproche rien : « nom_tu ».
NOMMEE = "({0}.rang = 1 OR ({0}.informe_le IS NOT NULL AND {0}.opposition_le IS NULL))"
JUMELLES = f"""
SELECT a.dossier_id, b.dossier_id,
       CASE WHEN r.raison <> 'nom' OR ({NOMMEE.format("a")} AND {NOMMEE.format("b")}) THEN r.raison
            ELSE 'nom_tu' END
  FROM (
    SELECT p.id AS un, q.id AS autre, 'nom' AS raison
      FROM porteurs_porteur p JOIN porteurs_porteur q
        ON q.reseau_id = p.reseau_id AND q.cle_nom = p.cle_nom AND q.id <> p.id
     WHERE p.id = ANY(%(ids)s)
    UNION ALL
    SELECT p.id, q.id, 'courriel'
      FROM porteurs_porteur p JOIN porteurs_porteur q
        ON q.reseau_id = p.reseau_id AND q.email = p.email AND q.email <> '' AND q.id <> p.id
     WHERE p.id = ANY(%(ids)s)
    UNION ALL
    SELECT p.id, q.id, 'telephone'
      FROM porteurs_porteur p JOIN porteurs_porteur q
        ON q.reseau_id = p.reseau_id AND q.telephone = p.telephone AND q.telephone <> ''
           AND q.id <> p.id
     WHERE p.id = ANY(%(ids)s)
    UNION ALL
    SELECT un, autre, raison
      FROM unnest(%(uns)s::bigint[], %(autres)s::bigint[], %(raisons)s::text[])
           AS x(un, autre, raison)
  ) r
  JOIN porteurs_participation a ON a.porteur_id = r.un
  JOIN porteurs_participation b ON b.porteur_id = r.autre
  JOIN porteurs_dossier d ON d.id = a.dossier_id
  JOIN porteurs_dossier e ON e.id = b.dossier_id
 WHERE a.dossier_id <> b.dossier_id
   AND (r.raison <> 'foyer' OR d.commune_id = e.commune_id)
   -- Quelqu'un a déjà dit que ce sont deux personnes.
   AND NOT EXISTS (
     SELECT 1 FROM porteurs_doublonsignale s
      WHERE s.distincts AND (s.dossier_id, s.autre_id) IN
            ((a.dossier_id, b.dossier_id), (b.dossier_id, a.dossier_id)))
"""  # noqa: S608 — assemblage de constantes, les valeurs restent des paramètres

# Qui partage un mot du nom avec l'une de ces personnes : la suite se compare en mémoire.
VOISINES = """
SELECT p.id, p.prenom, p.nom, q.id, q.prenom, q.nom
  FROM porteurs_porteur p JOIN porteurs_porteur q
    ON q.reseau_id = p.reseau_id AND q.id <> p.id AND q.cle_nom <> p.cle_nom
       AND string_to_array(q.cle_nom, ' ') && string_to_array(p.cle_nom, ' ')
 WHERE p.id = ANY(%(ids)s)
 ORDER BY q.id DESC LIMIT %(limite)s
"""
VOISINES_LUES = 20_000


@dataclass
class PaireDeDossiers:
    """Deux dossiers visibles qui se ressemblent ; le plus ancien est celui qu'on propose de garder."""

    ancien: Dossier
    recent: Dossier
    raisons: list[str] = field(default_factory=list)

    @property
    def rang(self) -> int:
        return min(list(RAISONS).index(raison) for raison in self.raisons)

    @property
    def phrases(self) -> list[str]:
        lues = [RAISONS[raison] for raison in RAISONS if raison in self.raisons]
        return list(dict.fromkeys(lues))

    @property
    def suivie(self) -> bool:
        return self.ancien.suivi and self.recent.suivi


def _rapprochements(porteur_ids: list[int]) -> dict[tuple[int, int], set[str]]:
    """``{(plus petit, plus grand): {raisons}}`` des dossiers qui ressemblent à ceux de ces personnes.

    Deux requêtes. Même nom de famille et même commune : trop commun pour arrêter une ouverture,
    utile à l'œil.
    """
    paires: dict[tuple[int, int], set[str]] = {}
    with connection.cursor() as curseur:
        curseur.execute(VOISINES, {"ids": porteur_ids, "limite": VOISINES_LUES})
        proches = []
        for un, prenom, nom, autre, autre_prenom, autre_nom in curseur.fetchall():
            if presque_le_meme_nom((prenom, nom), (autre_prenom, autre_nom)):
                proches.append((un, autre, "presque"))
            elif cle(nom) == cle(autre_nom):
                proches.append((un, autre, "foyer"))
        valeurs = {
            nom: [ligne[rang] for ligne in proches]
            for rang, nom in enumerate(("uns", "autres", "raisons"))
        }
        curseur.execute(JUMELLES, valeurs | {"ids": porteur_ids})
        for un, autre, raison in curseur.fetchall():
            paires.setdefault((min(un, autre), max(un, autre)), set()).add(raison)
    return paires


def _montrer(acteur, paires: dict[tuple[int, int], set[str]]) -> list[PaireDeDossiers]:
    """Les paires dont l'acteur voit les deux dossiers, avec les raisons qu'il peut lire."""
    if not paires:
        return []
    ids = {pk for paire in paires for pk in paire}
    dossiers = {
        d.pk: d
        for d in Dossier.objects.filter(pk__in=ids)
        .visible_par(acteur)
        .avec_volet(acteur)
        .pour_liste()
    }
    montrees = []
    for (un, autre), raisons in paires.items():
        if un not in dossiers or autre not in dossiers:
            continue
        paire = PaireDeDossiers(dossiers[un], dossiers[autre])
        lisibles = raisons if paire.suivie else raisons & RAISONS_DE_FICHE
        if lisibles:
            paire.raisons = sorted(lisibles)
            montrees.append(paire)
    return sorted(montrees, key=lambda p: (p.rang, -p.recent.pk, -p.ancien.pk))


def a_regarder(acteur, reseau) -> list[PaireDeDossiers]:
    """Les paires du réseau que l'acteur voit, les plus sûres d'abord.

    Un doublon vient d'être saisi : on part des dernières personnes entrées dans ce qu'il voit.
    """
    visibles_ici = Dossier.objects.filter(reseau=reseau).visible_par(acteur)
    recentes = Porteur.objects.filter(
        Exists(
            Participation.objects.filter(
                porteur=OuterRef("pk"), dossier__in=visibles_ici.order_by().values("pk")
            )
        ),
        reseau=reseau,
    ).order_by("-pk")
    ids = list(recentes.values_list("pk", flat=True)[:RECENTES])
    return _montrer(acteur, _rapprochements(ids))[:PAIRES]


def semblables(acteur, dossier: Dossier) -> list[PaireDeDossiers]:
    """Les dossiers qui ressemblent à celui-ci, pour sa page ; rien de ce que l'acteur ne voit pas."""
    ids = list(dossier.participations.values_list("porteur", flat=True))
    paires = _rapprochements(ids)
    return _montrer(acteur, {p: r for p, r in paires.items() if dossier.pk in p})[:PAIRES]


def signales(reseau) -> QuerySet[DoublonSignale]:
    """Ce qui attend l'animation : des références et des structures, jamais un nom."""
    return (
        DoublonSignale.objects.filter(dossier__reseau=reseau, traite_le=None)
        .select_related("dossier__structure_responsable", "autre__structure_responsable")
        .order_by("signale_le", "pk")
    )


@transaction.atomic
def dire_distincts(*, acteur, dossier: Dossier, autre: Dossier) -> None:
    """Ce sont deux personnes : la paire ne se montre plus, et son signalement est classé."""
    if dossier.pk == autre.pk:
        raise Refus("C’est deux fois le même dossier.")
    deux = [dossier.pk, autre.pk]
    list(Dossier.objects.select_for_update().filter(pk__in=deux).order_by("pk").only("pk"))
    lus = Dossier.objects.in_bulk(deux)
    if len(lus) != 2 or not peut(
        acteur, "porteurs.doublon.distinguer", PaireAReunir(lus[deux[0]], lus[deux[1]])
    ):
        raise Refus("Vous ne suivez plus ces deux dossiers\u00a0: rien n’est enregistré.")
    maintenant = timezone.now()
    valeurs = {"distincts": True, "traite_par": acteur.utilisateur}
    lignes = DoublonSignale.objects.filter(dossier__in=deux, autre__in=deux)
    lignes.filter(traite_le=None).update(traite_le=maintenant)
    if not lignes.update(**valeurs):
        DoublonSignale.objects.create(dossier=dossier, autre=autre, traite_le=maintenant, **valeurs)
