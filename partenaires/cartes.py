"""Les cartes : un dessin composé ici, lisible sans script, sans tiers ni fond de carte.

``carte`` dessine des communes, ``carte_des_epci`` des intercommunalités, ``carte_de_choix`` équipe des
cases à cocher. Chaque classe a une couleur et un motif (la couleur seule ne dit rien), et ce que montre
une carte se lit aussi dans un tableau. Tout se rend par ``{% include "partenaires/_carte.html" %}``.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from partenaires.models import Commune, ContourCommune
from partenaires.territoires import traces
from partenaires.territoires.reperes import Sommet, projeter, repere
from partenaires.territoires.simplification import ECART, alleger, sommets_gardes

# Le motif de chaque classe ; ``None`` : un aplat. Les couleurs sont dans static/css/carte.css.
CLASSES = {
    "assure": None,
    "fragile": "hachures",
    "vide": "croisillons",
    "double": "points",
    "neutre": None,
    "g1": None,
    "g2": "hachures",
    "g3": "points",
    "g4": "contre",
    "g5": None,
    "g6": "croisillons",
    "g7": "traits",
    "g8": "grains",
    # Par-dessus une autre classe, sans la cacher.
    "partage": "larges",
}
# Le dessin de chaque motif, dans un carreau de 8 sur 8.
MOTIFS = {
    "hachures": "M-2 2l4-4M0 8l8-8M6 10l4-4",
    "contre": "M-2 6l4 4M0 0l8 8M6-2l4 4",
    "croisillons": "M0 0l8 8M8 0l-8 8",
    "points": "M2 2h0M6 6h0",
    "grains": "M4 4h0",
    "traits": "M0 4h8",
    "larges": "M0 8l8-8",
}
CATEGORIES = [classe for classe in CLASSES if classe.startswith("g")]
# Part du plus grand côté laissée libre autour du dessin.
MARGE = 0.03
# Le plus grand côté de la carte vaut cela de fois un carreau de motif, un rayon, un caractère.
CARREAUX, RAYONS, CARACTERES = 75, 110, 52
# Le plus grand côté vaut cela de fois ce qu'une simplification a le droit de déplacer.
FINESSE = 450
# Davantage de noms se chevaucheraient : le tableau et le survol les donnent.
NOMS = 16
# Au moins trois kilomètres : une commune sans contour est seule, et n'a pas d'étendue.
COTE_MINIMUM = 30


@dataclass(frozen=True)
class Point:
    """Un lieu à marquer ; plusieurs au même endroit n'en font qu'un, qui les nomme tous."""

    longitude: float
    latitude: float
    titre: str
    lien: str = ""


@dataclass
class Forme:
    """Ce qui se dessine d'un trait : une commune, ou une intercommunalité entière."""

    nom: str
    trace: str  # vide quand on n'en connaît que le point
    cadre: tuple[int, int, int, int]
    classe: str
    texte: str = ""
    lien: str = ""
    surcouche: str = ""

    @property
    def titre(self) -> str:
        return f"{self.nom} · {self.texte}" if self.texte else self.nom

    @property
    def ici(self) -> dict[str, str]:
        return {"x": str(self.cadre[0]), "y": str(self.cadre[1])}


@dataclass
class _Dessin:
    """Ce que la base connaît d'un groupe de communes, dans le repère du plus grand nombre."""

    repere: str = ""
    contours: dict[int, tuple[tuple[int, ...], str]] = field(default_factory=dict)
    # Sans contour : le point de leur mairie.
    places: dict[int, Sommet] = field(default_factory=dict)
    absentes: list[Commune] = field(default_factory=list)


def categories(cles: Iterable) -> dict:
    """Une classe par clé, dans l'ordre donné : les huit premières se distinguent toutes."""
    return {cle: CATEGORIES[n % len(CATEGORIES)] for n, cle in enumerate(cles)}


def carte(
    communes: Iterable[Commune],
    *,
    classes: dict[int, str],
    titres: dict[int, str] | None = None,
    liens: dict[int, str] | None = None,
    points: Iterable[Point] = (),
    legende: Iterable[tuple[str, str]] = (),
    surcouches: dict[int, str] | None = None,
    epcis: dict[int, str] | None = None,
    nom: str = "Carte des communes",
    tableau: bool = True,
    identifiant: str = "carte",
) -> dict:
    """Le contexte de ``partenaires/_carte.html``, en une requête. Clés : celles des communes.

    ``titres`` : ce qui se dit de chacune, sans son nom. ``surcouches`` : une seconde classe, par-dessus.
    ``epcis`` (clé → nom) trace les limites des intercommunalités et les nomme. ``legende`` : (classe,
    libellé), réduite aux classes présentes. Au-delà de 400 communes,
    préférez ``carte_des_epci`` : la page ne serait plus légère.
    """
    communes = list(communes)
    titres, liens, surcouches = titres or {}, liens or {}, surcouches or {}
    dessin = _dessin(communes)
    formes = []
    for c in communes:
        if c.pk in dessin.contours or c.pk in dessin.places:
            bornes, trace = dessin.contours.get(c.pk) or (dessin.places[c.pk] * 2, "")
            forme = Forme(c.nom, trace, bornes, classes.get(c.pk, "neutre"))
            forme.texte, forme.lien = titres.get(c.pk, ""), liens.get(c.pk, "")
            forme.surcouche = surcouches.get(c.pk, "")
            formes.append(forme)
    lignes = [(c.nom, titres.get(c.pk, ""), liens.get(c.pk, "")) for c in communes]
    tours = _tours(communes, dessin, epcis) if epcis else []
    contexte = _contexte(dessin, formes, points, legende, tours)
    return contexte | {
        "id": identifiant,
        "nom": nom,
        "lignes": lignes if tableau else [],
        "entete": "Commune",
        "tours": [tour["trace"] for tour in tours],
    }


def carte_des_epci(
    communes: Iterable[Commune],
    *,
    epcis: dict[int, str],
    classes: dict[int, str],
    titres: dict[int, str] | None = None,
    liens: dict[int, str] | None = None,
    points: Iterable[Point] = (),
    legende: Iterable[tuple[str, str]] = (),
    nom: str = "Carte des intercommunalités",
    tableau: bool = True,
    identifiant: str = "carte",
) -> dict:
    """Comme ``carte``, une forme par intercommunalité : ses communes données, fondues.

    Toutes les clés sont celles des EPCI (``epcis`` : clé → nom).
    """
    communes = list(communes)
    titres, liens = titres or {}, liens or {}
    dessin = _dessin(communes)
    tours = _tours(communes, dessin, epcis)
    allegees = _alleges(tuple(tour["trace"] for tour in tours))
    formes = []
    for tour, trace in zip(tours, allegees, strict=True):
        pk = tour["pk"]
        forme = Forme(tour["nom"], trace, tour["cadre"], classes.get(pk, "neutre"))
        forme.texte, forme.lien = titres.get(pk, ""), liens.get(pk, "")
        formes.append(forme)
    lignes = [(libelle, titres.get(pk, ""), liens.get(pk, "")) for pk, libelle in epcis.items()]
    return _contexte(dessin, formes, points, legende, tours) | {
        "id": identifiant,
        "nom": nom,
        "lignes": lignes if tableau else [],
        "entete": "Intercommunalité",
        "tours": [],
    }


def carte_de_choix(
    departements: Iterable[str],
    *,
    deja: Iterable[str] = (),
    communes: str = "communes",
    epcis: str = "epcis",
) -> dict:
    """Le contexte de ``partenaires/_carte_choix.html``, à inclure dans le formulaire des cases.

    ``departements`` : leurs codes. ``communes`` et ``epcis`` : les noms (``name``) des cases à cocher, dont
    la valeur est le code officiel de la commune ou le SIREN de l'intercommunalité. La carte coche ces
    cases et suit leur état ; pour un lieu qui n'a pas la sienne elle en ajoute une, du même nom, qu'on
    peut décocher. ``deja`` : les codes des communes déjà dans le réseau. Sans script rien ne paraît.
    """
    return {
        "departements": " ".join(departements),
        "deja": " ".join(deja),
        "communes": communes,
        "epcis": epcis,
    }


def contours_du_departement(code: str) -> dict:
    """Ce qu'il faut à la carte de choix : les communes d'un département, en une requête."""
    lignes = ContourCommune.objects.filter(commune__departement__code=code).order_by("commune_id")
    champs = ("commune__code", "commune__nom", "commune__epci__code", "commune__epci__nom")
    noms: dict[str, str] = {}
    communes = []
    nom_repere = ""
    for ligne in lignes.values_list("repere", "cadre", "trace", *champs):
        nom_repere, bornes, trace, code_commune, nom, epci, nom_epci = ligne
        if epci:
            noms[epci] = nom_epci
        communes.append([code_commune, nom, epci or "", bornes, trace])
    return {"repere": nom_repere, "epcis": noms, "communes": communes}


# --- La composition ------------------------------------------------------------------------------


def _dessin(communes: list[Commune]) -> _Dessin:
    lus = {
        pk: (nom, tuple(cadre), trace)
        for pk, nom, cadre, trace in ContourCommune.objects.filter(
            commune__in=[c.pk for c in communes]
        ).values_list("commune_id", "repere", "cadre", "trace")
    }
    # Un même dessin n'a qu'un plan : celui du plus grand nombre ; les autres se lisent au tableau.
    reperes = Counter(repere(c.code) for c in communes)
    del reperes[""]
    dessin = _Dessin(repere=max(reperes, key=reperes.__getitem__, default=""))
    for c in communes:
        if c.pk in lus and lus[c.pk][0] == dessin.repere:
            dessin.contours[c.pk] = lus[c.pk][1:]
        elif c.longitude is not None and dessin.repere and repere(c.code) == dessin.repere:
            dessin.places[c.pk] = projeter(c.longitude, c.latitude, dessin.repere)
        else:
            dessin.absentes.append(c)
    return dessin


def _tours(communes: list[Commune], dessin: _Dessin, epcis: dict[int, str]) -> list[dict]:
    """Le tour de chaque intercommunalité, réduite aux communes dessinées."""
    groupes: dict[int, list[str]] = {}
    for c in communes:
        if c.epci_id in epcis and c.pk in dessin.contours:
            groupes.setdefault(c.epci_id, []).append(dessin.contours[c.pk][1])
    tours = []
    for pk, libelle in epcis.items():
        if pk in groupes:
            trace, bornes = _fondus(tuple(groupes[pk]))
            tours.append({"pk": pk, "nom": libelle, "trace": trace, "cadre": bornes})
    return tours


@lru_cache(maxsize=1024)
def _fondus(tracees: tuple[str, ...]) -> tuple[str, tuple[int, int, int, int]]:
    """Le tour d'un groupe de tracés : le même groupe donne toujours le même, on le garde."""
    tour = traces.fondre(anneau for trace in tracees for anneau in traces.lire(trace))
    return traces.ecrire(tour), traces.cadre(tour)


@lru_cache(maxsize=64)
def _alleges(tracees: tuple[str, ...]) -> list[str]:
    """Les mêmes tours, dessinés à la finesse de l'écran : une région n'a pas besoin d'hectomètres."""
    lus = [traces.lire(trace) for trace in tracees]
    if not lus:
        return []
    gauche, haut, droite, bas = traces.cadre(anneau for tour in lus for anneau in tour)
    ecart = max(droite - gauche, bas - haut) / FINESSE
    if ecart <= ECART:
        return list(tracees)
    gardes = sommets_gardes((anneau for tour in lus for anneau in tour), ecart)
    return [traces.ecrire(alleger(tour, gardes)) for tour in lus]


def _contexte(dessin: _Dessin, formes: list[Forme], points, legende, tours: list[dict]) -> dict:
    """Ce que les deux cartes ont en commun ; les nombres sont déjà écrits, la langue n'y touche pas."""
    marques = _marques(points, dessin.repere)
    gauche, haut, droite, bas = _etendue([f.cadre for f in formes] + [m["cadre"] for m in marques])
    cote = max(droite - gauche, bas - haut)
    employees = {f.classe for f in formes} | {f.surcouche for f in formes}
    legende = [
        {"classe": classe, "libelle": libelle, "trait": MOTIFS.get(CLASSES[classe], "")}
        for classe, libelle in legende
        if classe in employees
    ]
    return {
        "cadre": f"{gauche} {haut} {droite - gauche} {bas - haut}",
        "echelle": f"scale({cote / CARREAUX / 8:.3f})",
        "rayon": f"{cote / RAYONS:.1f}",
        "rayon_multiple": f"{1.5 * cote / RAYONS:.1f}",
        "corps": f"{cote / CARACTERES:.1f}",
        "motifs": [
            {"classe": classe, "trait": MOTIFS[motif]}
            for classe, motif in CLASSES.items()
            if motif and classe in employees
        ],
        "groupes": _groupes([f for f in formes if f.trace]),
        "surcouches": [f for f in formes if f.surcouche and f.trace],
        "isolees": [f for f in formes if not f.trace],
        "etiquettes": [_etiquette(tour) for tour in tours] if len(tours) <= NOMS else [],
        "marques": marques,
        "legende": legende,
        "cliquable": any(f.lien for f in formes),
        "absentes": [c.nom for c in dessin.absentes],
        "vide": not formes,
    }


def _groupes(formes: list[Forme]) -> list[dict]:
    """Les formes par classe : le remplissage s'écrit une fois par groupe, non par commune."""
    par_classe: dict[str, list[Forme]] = {}
    for forme in formes:
        par_classe.setdefault(forme.classe, []).append(forme)
    return [
        {"classe": classe, "motif": bool(CLASSES[classe]), "formes": par_classe[classe]}
        for classe in CLASSES
        if classe in par_classe
    ]


def _marques(points: Iterable[Point], nom_repere: str) -> list[dict]:
    par_lieu: dict[tuple[int, int], list[Point]] = {}
    if nom_repere:
        for point in points:
            ici = projeter(point.longitude, point.latitude, nom_repere)
            par_lieu.setdefault(ici, []).append(point)
    return [
        {
            "x": str(x),
            "y": str(y),
            "cadre": (x, y, x, y),
            "titre": ", ".join(p.titre for p in ici),
            "nombre": len(ici),
            "lien": ici[0].lien if len(ici) == 1 else "",
        }
        for (x, y), ici in par_lieu.items()
    ]


def _etendue(cadres) -> tuple[int, int, int, int]:
    if not cadres:
        return 0, 0, COTE_MINIMUM, COTE_MINIMUM
    gauche, haut = min(c[0] for c in cadres), min(c[1] for c in cadres)
    droite, bas = max(c[2] for c in cadres), max(c[3] for c in cadres)
    marge = max(1, round(max(droite - gauche, bas - haut) * MARGE))
    if max(droite - gauche, bas - haut) < COTE_MINIMUM:
        marge = COTE_MINIMUM // 2
    return gauche - marge, haut - marge, droite + marge, bas + marge


def _etiquette(tour: dict) -> dict:
    """Le nom d'une intercommunalité au milieu de son cadre, sur deux lignes s'il est long."""
    gauche, haut, droite, bas = tour["cadre"]
    mots = tour["nom"].split()
    if mots and mots[0] in {"CC", "CA", "CU"}:
        mots = mots[1:]
    lignes = [""]
    moitie = max(12, sum(map(len, mots)) // 2)
    for mot in mots:
        if lignes[-1] and len(lignes) == 1 and len(lignes[0]) + len(mot) > moitie:
            lignes.append(mot)
        else:
            lignes[-1] = f"{lignes[-1]} {mot}".strip()
    return {"x": str((gauche + droite) // 2), "y": str((haut + bas) // 2), "lignes": lignes}
