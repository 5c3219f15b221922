"""Qui couvre quoi : la règle, en clair, et la matrice d'un réseau, calculée par ensembles.

La matrice ne compare jamais une compétence à une commune. Les compétences d'une structure qui ont
les mêmes communes et les mêmes personnes forment un *profil* ; chaque profil est un bit. Une case
(thème × étape) est alors un entier, une commune aussi (les profils qui la desservent), et les
communes qui ont le même entier se comptent ensemble. Un essai compare le tout à ``couvre``.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.db.models import Prefetch

from partenaires.enums import CHAINE, Cote, SectionNaf
from partenaires.models import (
    Competence,
    CompetencePersonne,
    Mandat,
    ReseauCommune,
    Structure,
    StructureCommune,
    Theme,
)

# À partir d'autant de structures pour une même commune, on se recouvre : autant en parler entre soi.
RECOUVREMENT = 4
SANS_EPCI = "Communes sans intercommunalité"


def couvre(competence: Competence, commune_id: int, communes_reseau, *, section: str = "") -> bool:
    """La règle : cette compétence sert-elle cette commune, pour ce secteur, dans ce réseau ?

    Sans communes à elle, une compétence va où va sa structure ; sans communes à elle, une
    structure va dans tout le réseau. Jamais hors du réseau. Sans secteur, tous. La structure doit
    être membre du réseau, ce que vérifie celui qui appelle. ``communes_reseau`` : leurs clés.
    """
    if section and competence.sections and section not in competence.sections:
        return False
    if commune_id not in communes_reseau:
        return False
    lieux = {lieu.commune_id for lieu in competence.lieux.all()}
    lieux = lieux or {d.commune_id for d in competence.structure.dessertes.all()}
    return not lieux or commune_id in lieux


class Case(NamedTuple):
    """Un thème à une étape, dans une zone.

    ``structures`` : combien y servent au moins une commune. ``servies`` sur ``communes`` : combien
    de communes sont servies par l'une d'elles. ``au_plus`` : le plus grand nombre de structures
    qui servent une même commune. ``seule_personne`` : tout y repose sur une personne nommée, quel
    que soit le nombre de structures.
    """

    structures: int
    servies: int
    communes: int
    au_plus: int
    seule_personne: bool

    @property
    def manque(self) -> bool:
        return self.structures == 0

    @property
    def fragile(self) -> bool:
        return self.structures == 1 or self.seule_personne

    @property
    def partielle(self) -> bool:
        return 0 < self.servies < self.communes

    @property
    def recouvrement(self) -> bool:
        return self.au_plus >= RECOUVREMENT

    @property
    def etat(self) -> str:
        """L'état en mots ; il se lit sans couleur, à l'écran, sur papier et dans l'export."""
        if self.manque:
            return "manque"
        if self.fragile:
            return "une seule personne" if self.structures > 1 else "une seule structure"
        return "recouvrement" if self.recouvrement else "assuré"


class Lieu(NamedTuple):
    """Ce que la matrice et sa carte ont besoin de savoir d'une commune."""

    pk: int
    nom: str
    code: str
    epci_id: int | None
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True)
class Zone:
    """Une intercommunalité et ses communes du réseau ; celles qui n'en ont pas (quelques îles)
    vont ensemble."""

    code: str
    nom: str
    epci_id: int | None
    communes: dict[int, Lieu]


class Personne(NamedTuple):
    """Une personne en poste, et comment la joindre."""

    prenom: str
    nom: str
    email: str
    telephone: str

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()


@dataclass(frozen=True)
class Profil:
    """Ce qu'ont en commun des compétences d'une structure. ``lieux`` vide : ceux de la structure."""

    structure_id: int
    lieux: frozenset[int]
    personnes: frozenset[int]


@dataclass
class Couverture:
    """Un réseau un jour donné : ses zones, ses membres, et pour chaque case les profils présents."""

    themes: list[Theme]
    zones: list[Zone]
    structures: dict[int, Structure]
    dessertes: dict[int, frozenset[int]]
    profils: list[Profil]
    presents: dict[tuple[int, str], int]
    # Par structure et par personne : qui est en poste aujourd'hui.
    personnes: dict[tuple[int, int], Personne]
    memoire: dict = field(default_factory=dict)

    @cached_property
    def communes(self) -> dict[int, Lieu]:
        return {pk: lieu for zone in self.zones for pk, lieu in zone.communes.items()}

    @cached_property
    def par_commune(self) -> dict[int, int]:
        """Par commune du réseau, les profils qui la desservent."""
        partout, desservies = 0, dict.fromkeys(self.communes, 0)
        for rang, profil in enumerate(self.profils):
            lieux = profil.lieux or self.dessertes.get(profil.structure_id)
            if not lieux:
                partout |= 1 << rang
                continue
            for commune in lieux & self.communes.keys():
                desservies[commune] |= 1 << rang
        return {commune: masque | partout for commune, masque in desservies.items()}

    @cached_property
    def sans_nom(self) -> int:
        """Les profils qui ne nomment personne : la structure répond d'une seule voix."""
        return sum(1 << rang for rang, p in enumerate(self.profils) if not p.personnes)

    def communes_de(self, zone: Zone | None) -> dict[int, Lieu]:
        return zone.communes if zone else self.communes

    def _classes(self, zone: Zone | None) -> tuple[int, Counter, int]:
        """Les profils présents dans la zone, et combien de communes ont les mêmes."""
        cle = zone and zone.code
        if cle not in self.memoire:
            communes = self.communes_de(zone)
            classes = Counter(self.par_commune[c] for c in communes)
            tous = 0
            for masque in classes:
                tous |= masque
            self.memoire[cle] = tous, classes, {}
        return self.memoire[cle]

    def case(self, theme_id: int, etape: str, zone: Zone | None = None) -> Case:
        tous, classes, connues = self._classes(zone)
        presents = self.presents.get((theme_id, etape), 0) & tous
        if presents not in connues:
            servies = au_plus = 0
            for masque, nombre in classes.items():
                if ici := (masque & presents).bit_count():
                    servies += nombre
                    au_plus = max(au_plus, ici)
            connues[presents] = Case(
                # Une structure n'a qu'une compétence par case : un bit présent, une structure.
                presents.bit_count(),
                servies,
                len(self.communes_de(zone)),
                au_plus,
                self._repose_sur_une_personne(presents),
            )
        return connues[presents]

    def _repose_sur_une_personne(self, presents: int) -> bool:
        if not presents or presents & self.sans_nom:
            return False
        personnes: set[int] = set()
        for profil in self.profils_de(presents):
            personnes |= profil.personnes
            if len(personnes) > 1:
                return False
        return True

    def profils_de(self, presents: int):
        while presents:
            bit = presents & -presents
            yield self.profils[bit.bit_length() - 1]
            presents ^= bit

    def noms_des_structures(self, presents: int, zone: Zone | None = None) -> list[str]:
        """Les structures de ces profils qui servent la zone, par ordre alphabétique."""
        ici = {p.structure_id for p in self.profils_de(presents & self._classes(zone)[0])}
        return [structure.nom for pk, structure in self.structures.items() if pk in ici]

    def servies(self, theme_id: int, etape: str, zone: Zone | None = None) -> dict[int, int]:
        """Par commune de la zone, le nombre de structures qui la servent ; 0 quand personne."""
        presents = self.presents.get((theme_id, etape), 0)
        return {c: (self.par_commune[c] & presents).bit_count() for c in self.communes_de(zone)}


def lire_couverture(reseau, *, section: str = "") -> Couverture:
    """La couverture du réseau aujourd'hui, pour un secteur ou pour tous, en six requêtes.

    Ne comptent que les structures qu'une convention en vigueur lie au réseau, et les personnes
    dont un mandat y court aujourd'hui.
    """
    jour = reseau.aujourd_hui()
    structures = {
        s.pk: s
        for s in Structure.objects.membres(reseau.pk, jour)
        .only("uuid", "nom", "type", "cle_tri")
        .order_by("cle_tri", "pk")
    }
    themes = list(Theme.objects.du_reseau(reseau))
    dessertes: dict[int, set[int]] = {}
    for structure_id, commune_id in StructureCommune.objects.filter(
        structure__in=list(structures)
    ).values_list("structure_id", "commune_id"):
        dessertes.setdefault(structure_id, set()).add(commune_id)
    personnes = _en_poste(reseau, jour)
    profils, presents = _profils(list(structures), [t.pk for t in themes], personnes, section)
    return Couverture(
        themes=themes,
        zones=_zones(reseau),
        structures=structures,
        dessertes={pk: frozenset(communes) for pk, communes in dessertes.items()},
        profils=profils,
        presents=presents,
        personnes=personnes,
    )


def _zones(reseau) -> list[Zone]:
    """Les intercommunalités du réseau, par ordre alphabétique, avec ses seules communes."""
    lignes = (
        ReseauCommune.objects.filter(reseau=reseau)
        .order_by("commune__epci__nom", "commune__epci__code", "commune__cle_tri", "commune__code")
        .values_list(
            "commune__epci__code",
            "commune__epci__nom",
            "commune_id",
            "commune__nom",
            "commune__code",
            "commune__epci_id",
            "commune__longitude",
            "commune__latitude",
        )
    )
    zones = []
    for (code, nom), groupe in groupby(lignes, key=lambda ligne: ligne[:2]):
        lieux = {ligne[2]: Lieu(*ligne[2:]) for ligne in groupe}
        epci_id = next(iter(lieux.values())).epci_id
        zones.append(Zone(code or "sans", nom or SANS_EPCI, epci_id, lieux))
    return zones


def _en_poste(reseau, jour) -> dict[tuple[int, int], Personne]:
    lignes = (
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau, utilisateur__is_active=True)
        .order_by("utilisateur__nom", "utilisateur__prenom", "utilisateur_id", "-telephone")
        .values_list(
            "structure_id",
            "utilisateur_id",
            "utilisateur__prenom",
            "utilisateur__nom",
            "utilisateur__email",
            "telephone",
        )
    )
    personnes: dict[tuple[int, int], Personne] = {}
    for structure_id, utilisateur_id, *fiche in lignes:
        # Plusieurs mandats au même endroit : le premier a un téléphone si l'un d'eux en a un.
        personnes.setdefault((structure_id, utilisateur_id), Personne(*fiche))
    return personnes


# Les compétences des membres, rangées par profil : autant de lignes que de profils, et non que de
# compétences. ``cases`` : thème × 8 + rang de l'étape.
PROFILS = """
WITH retenues AS (
  SELECT c.id, c.structure_id,
         c.theme_id * 8 + array_position(%(chaine)s::text[], c.etape::text) - 1 AS rang
    FROM partenaires_competence c
   WHERE c.structure_id = ANY(%(structures)s) AND c.theme_id = ANY(%(themes)s)
     AND (%(section)s = '' OR c.sections = '{}' OR %(section)s = ANY(c.sections))
), lieux AS (
  SELECT l.competence_id, array_agg(l.commune_id ORDER BY l.commune_id) AS communes
    FROM partenaires_competencecommune l JOIN retenues r ON r.id = l.competence_id
   GROUP BY l.competence_id
), actifs AS (
  SELECT * FROM unnest(%(de)s::bigint[], %(qui)s::bigint[]) AS a (structure_id, utilisateur_id)
), noms AS (
  SELECT n.competence_id, array_agg(n.utilisateur_id ORDER BY n.utilisateur_id) AS personnes
    FROM partenaires_competencepersonne n
    JOIN retenues r ON r.id = n.competence_id
    JOIN actifs a ON a.structure_id = r.structure_id AND a.utilisateur_id = n.utilisateur_id
   GROUP BY n.competence_id
)
SELECT r.structure_id, l.communes, n.personnes, array_agg(r.rang)
  FROM retenues r
  LEFT JOIN lieux l ON l.competence_id = r.id
  LEFT JOIN noms n ON n.competence_id = r.id
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
"""


def _profils(structures, themes, personnes, section):
    with connection.cursor() as curseur:
        curseur.execute(
            PROFILS,
            {
                "chaine": [str(etape) for etape in CHAINE],
                "structures": structures,
                "themes": themes,
                "section": section,
                "de": [structure for structure, _ in personnes],
                "qui": [personne for _, personne in personnes],
            },
        )
        lignes = curseur.fetchall()
    profils, par_rang = [], {}
    for rang, (structure_id, lieux, noms, cases) in enumerate(lignes):
        profils.append(Profil(structure_id, frozenset(lieux or ()), frozenset(noms or ())))
        bit = 1 << rang
        for case in cases:
            par_rang[case] = par_rang.get(case, 0) | bit
    return profils, {(case // 8, CHAINE[case % 8]): bits for case, bits in par_rang.items()}


# --- Une structure, pour sa page --------------------------------------------------------------


@dataclass
class LigneCompetence:
    """Un thème d'une structure : ses étapes, et ce qui le précise."""

    theme: Theme
    etapes: list[bool]
    secteurs: list[str]
    # Les communes du réseau où elle s'exerce ; None : partout où va la structure.
    lieux: int | None
    personnes: list

    @property
    def etapes_en_mots(self) -> str:
        if all(self.etapes):
            return "de l’idée au développement"
        return ", ".join(e.label for e, oui in zip(CHAINE, self.etapes, strict=True) if oui)


def competences_de(structure, reseau) -> list[tuple[str, list[LigneCompetence]]]:
    """Ce que la structure fait, vu de ce réseau, par côté : ``[(« activité », [ligne, …]), …]``.

    Cinq requêtes au plus. Les lieux se comptent dans le réseau ; une personne dont le mandat est fini
    n'est plus nommée. À donner au gabarit ``partenaires/_competences.html``.
    """
    jour = reseau.aujourd_hui()
    en_poste = Mandat.objects.actifs(jour).filter(
        reseau=reseau, structure=structure, utilisateur__is_active=True
    )
    competences = (
        Competence.objects.filter(structure=structure, theme__in=Theme.objects.du_reseau(reseau))
        .select_related("theme")
        .prefetch_related(
            "lieux",
            Prefetch(
                "noms",
                CompetencePersonne.objects.filter(
                    utilisateur__in=en_poste.values("utilisateur")
                ).select_related("utilisateur"),
            ),
        )
        .order_by("theme__cote", "theme__ordre", "theme_id")
    )
    communes = set(ReseauCommune.objects.filter(reseau=reseau).values_list("commune_id", flat=True))
    cotes = {cote.value: [] for cote in Cote}
    for theme, groupe in groupby(competences, key=lambda c: c.theme):
        cotes[theme.cote].append(_ligne(theme, list(groupe), communes))
    return [(Cote(cote).label, lignes) for cote, lignes in cotes.items() if lignes]


def _ligne(theme: Theme, competences: list[Competence], communes: set) -> LigneCompetence:
    faites = {c.etape for c in competences}
    # Une étape ouverte à tous les secteurs ouvre le thème ; sinon la réunion de ce qui est dit.
    sections = [set(c.sections) for c in competences]
    dites = set() if not all(sections) else set().union(*sections)
    lieux = [{lieu.commune_id for lieu in c.lieux.all()} for c in competences]
    personnes = {n.utilisateur_id: n.utilisateur for c in competences for n in c.noms.all()}
    return LigneCompetence(
        theme=theme,
        etapes=[etape in faites for etape in CHAINE],
        secteurs=[SectionNaf(s).label for s in sorted(dites)],
        lieux=len(set().union(*lieux) & communes) if all(lieux) else None,
        personnes=sorted(personnes.values(), key=lambda u: (u.nom, u.prenom, u.pk)),
    )
