"""Qui couvre quoi : la règle, en clair, et la matrice d'un réseau, calculée par ensembles.

La matrice ne compare jamais une compétence à une commune. Les compétences d'une structure qui ont
les mêmes communes et les mêmes personnes forment un *profil* ; chaque profil est un bit, chaque
commune en est un autre. Une case (thème × étape) est un entier, les profils présents ; ce qu'un
profil dessert en est un aussi, les communes ; le reste n'est que « et », « ou » et des bits comptés.
Un essai compare le tout à ``couvre``.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Prefetch

from partenaires.enums import CHAINE, Cote, SectionNaf
from partenaires.models import (
    Competence,
    CompetencePersonne,
    Mandat,
    ReseauCommune,
    Structure,
    Theme,
)
from socle.lectures import Lecture

# À partir d'autant de structures pour une même commune, on se recouvre : autant en parler entre soi.
# ``Couverture._desservies`` compte jusque-là, et pas plus loin.
RECOUVREMENT = 4
SANS_EPCI = "Communes sans intercommunalité"
PAR_ENDROITS = "une seule structure par endroits"


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
    de communes sont servies par l'une d'elles. ``recouvrement`` : l'une d'elles l'est par
    ``RECOUVREMENT`` structures ou plus. ``seules`` : combien de communes ne le sont que par une
    structure ; une seule suffit à rendre la case fragile, si nombreuses que soient les structures
    ailleurs. ``seule_personne`` : tout y repose sur une personne nommée, quel que soit le nombre de
    structures.
    """

    structures: int
    servies: int
    communes: int
    recouvrement: bool
    seules: int
    seule_personne: bool

    @property
    def manque(self) -> bool:
        return self.structures == 0

    @property
    def fragile(self) -> bool:
        return self.seules > 0 or self.seule_personne

    @property
    def par_endroits(self) -> bool:
        """Plusieurs structures en tout, mais une seule dans une partie des communes."""
        return self.structures > 1 and self.seules > 0

    @property
    def partielle(self) -> bool:
        return 0 < self.servies < self.communes

    @property
    def etat(self) -> str:
        """L'état en mots ; il se lit sans couleur, à l'écran, sur papier et dans l'export."""
        if self.manque:
            return "manque"
        if self.fragile:
            if self.structures == 1:
                return "une seule structure"
            return "une seule personne" if self.seule_personne else PAR_ENDROITS
        return "recouvrement" if self.recouvrement else "assuré"


class Lieu(NamedTuple):
    """Ce que le détail d'une case et sa carte ont besoin de savoir d'une commune."""

    pk: int
    nom: str
    code: str
    epci_id: int | None
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True)
class Zone:
    """Une intercommunalité et ses communes du réseau, par ordre alphabétique ; celles qui n'en ont
    pas (quelques îles) vont ensemble."""

    code: str
    nom: str
    epci_id: int | None
    communes: tuple[int, ...]


class Membre(NamedTuple):
    """Une structure membre, telle que la matrice la nomme."""

    pk: int
    uuid: UUID
    nom: str
    telephone: str
    email: str
    # Elle a enregistré sa grille, fût-elle vide.
    grille: bool


class ThemeLu(NamedTuple):
    pk: int
    uuid: UUID
    libelle: str
    cote: str


class Personne(NamedTuple):
    """Une personne en poste, et comment la joindre."""

    prenom: str
    nom: str
    email: str
    telephone: str

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()


class Profil(NamedTuple):
    """Ce qu'ont en commun des compétences d'une structure : ses communes et ses personnes, en bits."""

    structure_id: int
    lieux: int
    personnes: int


@dataclass
class Couverture:
    """Un réseau un jour donné : ses zones, ses membres, et pour chaque case les profils présents."""

    reseau_id: int
    jour: date
    themes: list[ThemeLu]
    zones: list[Zone]
    structures: dict[int, Membre]
    # Par structure et par personne : qui est en poste aujourd'hui.
    en_poste: set[tuple[int, int]]
    # Par structure, son résumé (ResumeCompetences) ; absente, elle n'a rien dit.
    resumes: dict[int, dict]
    profils: list[Profil] = field(default_factory=list)
    presents: dict[tuple[int, str], int] = field(default_factory=dict)
    memoire: dict = field(default_factory=dict)

    @cached_property
    def communes(self) -> tuple[int, ...]:
        return tuple(pk for zone in self.zones for pk in zone.communes)

    @cached_property
    def sans_grille(self) -> list[Membre]:
        """Les membres qui n'ont encore rien dit : un manque n'en est peut-être pas un."""
        return [m for pk, m in self.structures.items() if not m.grille and pk not in self.resumes]

    @cached_property
    def bits(self) -> dict[int, int]:
        """Par commune du réseau, son bit."""
        return {commune: 1 << rang for rang, commune in enumerate(self.communes)}

    @cached_property
    def lieux(self) -> dict[int, Lieu]:
        """Les communes du réseau, que seul le détail d'une case nomme. Une requête."""
        lignes = LIEUX(reseau=self.reseau_id)
        return {ligne[0]: Lieu(*ligne) for ligne in lignes}

    @cached_property
    def personnes(self) -> dict[tuple[int, int], Personne]:
        """Par structure et par personne, qui est en poste ; pour le détail d'une case. Une requête."""
        personnes: dict[tuple[int, int], Personne] = {}
        for structure_id, utilisateur_id, *fiche in PERSONNES(
            reseau=self.reseau_id, jour=self.jour
        ):
            # Plusieurs mandats au même endroit : le premier a un téléphone si l'un d'eux en a un.
            personnes.setdefault((structure_id, utilisateur_id), Personne(*fiche))
        return personnes

    @cached_property
    def bits_des_personnes(self) -> dict[int, int]:
        """Par personne en poste, son bit : le même dans toutes ses structures."""
        return {pk: 1 << rang for rang, pk in enumerate({qui for _, qui in self.en_poste})}

    def masque(self, communes) -> int:
        """Les bits de ces communes ; celles d'un autre réseau n'en ont pas."""
        bits, masque = self.bits, 0
        for commune in communes:
            masque |= bits.get(commune, 0)
        return masque

    @cached_property
    def sans_nom(self) -> int:
        """Les profils qui ne nomment personne : la structure répond d'une seule voix."""
        return sum(1 << rang for rang, p in enumerate(self.profils) if not p.personnes)

    def communes_de(self, zone: Zone | None) -> tuple[int, ...]:
        return zone.communes if zone else self.communes

    def lieux_de(self, zone: Zone | None) -> dict[int, Lieu]:
        return {commune: self.lieux[commune] for commune in self.communes_de(zone)}

    def _zone(self, zone: Zone | None) -> tuple[int, int, int]:
        """Les communes de la zone, leur nombre, et les profils qui en desservent au moins une."""
        cle = zone and zone.code
        if cle not in self.memoire:
            communes = self.communes_de(zone)
            masque, presents = self.masque(communes), 0
            for rang, profil in enumerate(self.profils):
                if profil.lieux & masque:
                    presents |= 1 << rang
            self.memoire[cle] = masque, len(communes), presents
        return self.memoire[cle]

    def _desservies(self, presents: int) -> tuple[int, int, int]:
        """Les communes que ces profils desservent, celles qu'un seul sert, celles que quatre servent."""
        if presents not in self.memoire:
            une = deux = trois = quatre = 0
            for rang in _rangs(presents):
                lieux = self.profils[rang].lieux
                quatre |= trois & lieux
                trois |= deux & lieux
                deux |= une & lieux
                une |= lieux
            self.memoire[presents] = une, une & ~deux, quatre
        return self.memoire[presents]

    def case(self, theme_id: int, etape: str, zone: Zone | None = None) -> Case:
        presents = self.presents.get((theme_id, etape), 0)
        masque, communes, de_la_zone = self._zone(zone)
        desservies, fragiles, partagees = self._desservies(presents)
        ici = presents & de_la_zone
        return Case(
            # Une structure n'a qu'une compétence par case : un bit présent, une structure.
            ici.bit_count(),
            (desservies & masque).bit_count(),
            communes,
            bool(partagees & masque),
            (fragiles & masque).bit_count(),
            self._repose_sur_une_personne(ici),
        )

    def _repose_sur_une_personne(self, presents: int) -> bool:
        if not presents or presents & self.sans_nom:
            return False
        personnes = 0
        for profil in self.profils_de(presents):
            personnes |= profil.personnes
        return personnes.bit_count() == 1

    def profils_de(self, presents: int):
        return (self.profils[rang] for rang in _rangs(presents))

    def noms_des_structures(self, presents: int, zone: Zone | None = None) -> list[str]:
        """Les structures de ces profils qui servent la zone, par ordre alphabétique."""
        ici = {p.structure_id for p in self.profils_de(presents & self._zone(zone)[2])}
        return [structure.nom for pk, structure in self.structures.items() if pk in ici]

    def sections_de(self, structure_id: int, theme_id: int, etape: str) -> str:
        """Les secteurs que sert la structure à cette case, une lettre chacun ; vide : tous."""
        case = theme_id * len(CHAINE) + CHAINE.index(etape)
        profils = self.resumes[structure_id]["profils"]
        return next(sections for sections, _, _, cases in profils if case in cases)

    def servies(self, theme_id: int, etape: str, zone: Zone | None = None) -> dict[int, int]:
        """Par commune de la zone, le nombre de structures qui la servent ; 0 quand personne."""
        lieux = [p.lieux for p in self.profils_de(self.presents.get((theme_id, etape), 0))]
        return {
            commune: sum(1 for masque in lieux if masque & self.bits[commune])
            for commune in self.communes_de(zone)
        }


def _rangs(bits: int) -> list[int]:
    """Les rangs des bits levés, du plus petit au plus grand."""
    rangs = []
    while bits:
        bit = bits & -bits
        rangs.append(bit.bit_length() - 1)
        bits ^= bit
    return rangs


# Ces lectures servent à toute page de la matrice ; la règle est dans les QuerySet.
MEMBRES = Lecture(
    lambda reseau, jour: (
        Structure.objects.membres(reseau, jour)
        .order_by("cle_tri", "pk")
        .values_list(
            "pk",
            "uuid",
            "nom",
            "telephone",
            "email",
            "grille_competences",
            "resume_competences__contenu",
        )
    ),
    reseau=int,
    jour=date,
)
THEMES = Lecture(
    lambda reseau, parent: Theme.objects.des_reseaux(reseau, parent).values_list(
        "pk", "uuid", "libelle", "cote"
    ),
    reseau=int,
    parent=int,
)
ZONES = Lecture(
    lambda reseau: (
        ReseauCommune.objects.filter(reseau=reseau)
        .values("commune__epci__code", "commune__epci__nom", "commune__epci_id")
        .annotate(
            communes=ArrayAgg("commune_id", order_by=("commune__cle_tri", "commune__code")),
        )
        .order_by("commune__epci__nom", "commune__epci__code")
        .values_list("commune__epci__code", "commune__epci__nom", "commune__epci_id", "communes")
    ),
    reseau=int,
)
LIEUX = Lecture(
    lambda reseau: ReseauCommune.objects.filter(reseau=reseau).values_list(
        "commune_id",
        "commune__nom",
        "commune__code",
        "commune__epci_id",
        "commune__longitude",
        "commune__latitude",
    ),
    reseau=int,
)


def _en_poste(reseau, jour):
    return Mandat.objects.actifs(jour).filter(reseau=reseau, utilisateur__is_active=True)


EN_POSTE = Lecture(
    lambda reseau, jour: _en_poste(reseau, jour).values_list("structure_id", "utilisateur_id"),
    reseau=int,
    jour=date,
)
PERSONNES = Lecture(
    lambda reseau, jour: (
        _en_poste(reseau, jour)
        .order_by("utilisateur__nom", "utilisateur__prenom", "utilisateur_id", "-telephone")
        .values_list(
            "structure_id",
            "utilisateur_id",
            "utilisateur__prenom",
            "utilisateur__nom",
            "utilisateur__email",
            "telephone",
        )
    ),
    reseau=int,
    jour=date,
)


def lire_couverture(reseau, *, section: str = "") -> Couverture:
    """La couverture du réseau aujourd'hui, pour un secteur ou pour tous, en quatre requêtes.

    Ne comptent que les structures qu'une convention en vigueur lie au réseau, et les personnes
    dont un mandat y court aujourd'hui.
    """
    jour = reseau.aujourd_hui()
    membres = MEMBRES(reseau=reseau.pk, jour=jour)
    couverture = Couverture(
        reseau_id=reseau.pk,
        jour=jour,
        themes=[
            ThemeLu(*ligne)
            for ligne in THEMES(reseau=reseau.pk, parent=reseau.parent_id or reseau.pk)
        ],
        zones=[
            Zone(code or "sans", nom or SANS_EPCI, epci_id, tuple(communes))
            for code, nom, epci_id, communes in ZONES(reseau=reseau.pk)
        ],
        structures={
            pk: Membre(pk, *fiche, grille is not None) for pk, *fiche, grille, _ in membres
        },
        en_poste=set(EN_POSTE(reseau=reseau.pk, jour=jour)),
        resumes={pk: json.loads(resume) for pk, *_, resume in membres if resume},
    )
    _ranger_par_profil(couverture, section)
    return couverture


def _ranger_par_profil(couverture: Couverture, section: str) -> None:
    """Remplit ``profils`` et ``presents`` à partir du résumé de chaque membre."""
    tout = couverture.masque(couverture.communes)
    en_poste, bits_des_personnes = couverture.en_poste, couverture.bits_des_personnes
    profils: dict[Profil, int] = {}
    par_rang: dict[int, int] = {}
    for structure_id, resume in couverture.resumes.items():
        dessertes = resume["dessertes"]
        partout = couverture.masque(dessertes) if dessertes else tout
        for sections, communes, personnes, cases in resume["profils"]:
            if section and sections and section not in sections:
                continue
            # Une commune d'un autre réseau n'a pas de bit, mais la compétence y est bornée.
            lieux = couverture.masque(communes) if communes else partout
            nommees = 0
            for qui in personnes:
                # Un mandat dans une autre structure ne suffit pas : on s'en charge pour celle-ci.
                if (structure_id, qui) in en_poste:
                    nommees |= bits_des_personnes[qui]
            bit = 1 << profils.setdefault(Profil(structure_id, lieux, nommees), len(profils))
            for case in cases:
                par_rang[case] = par_rang.get(case, 0) | bit
    couverture.profils = list(profils)
    couverture.presents = {
        (case // len(CHAINE), CHAINE[case % len(CHAINE)]): bits for case, bits in par_rang.items()
    }


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
