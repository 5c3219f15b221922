"""La grille d'une structure : la lire, l'enregistrer d'un bloc, préciser un thème ; les thèmes locaux.

Une structure membre de plusieurs réseaux n'a qu'une grille. Qui l'écrit depuis un réseau n'en voit
qu'une partie (ses thèmes, ses communes, ses personnes) : le reste n'est jamais touché.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from partenaires.enums import CONVENTION_EN_VIGUEUR, Fonction
from partenaires.models import (
    Commune,
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    GrilleCompetences,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
    StructureCommune,
    Theme,
)
from socle.refus import Refus
from socle.texte import cle

Cle = tuple[int, str]
RIEN: frozenset = frozenset()


@dataclass(frozen=True)
class Precision:
    """Ce qui borne une compétence. Vide : tous les secteurs, tous les lieux, d'une seule voix."""

    sections: frozenset[str] = RIEN
    communes: frozenset[int] = RIEN
    personnes: frozenset[int] = RIEN


@dataclass(frozen=True)
class Etat:
    """Tout ce qu'une structure a déclaré, tous réseaux ensemble. ``communes`` : où elle va."""

    cases: dict[Cle, Precision]
    communes: frozenset[int] = RIEN

    @property
    def empreinte(self) -> str:
        """Ce qui prouve qu'on a vu cette version, quel que soit celui qui l'a écrite."""
        texte = repr(
            (
                sorted(self.communes),
                sorted(
                    (cle_, sorted(p.sections), sorted(p.communes), sorted(p.personnes))
                    for cle_, p in self.cases.items()
                ),
            )
        )
        return hashlib.sha256(texte.encode()).hexdigest()[:32]

    def courante(self, nom: str, themes=None) -> frozenset:
        """La valeur la plus partagée d'une précision, d'un thème à l'autre : celle de la grille."""
        votes = Counter()
        for theme in sorted({t for t, _ in self.cases if themes is None or t in themes}):
            du_theme = Counter(getattr(p, nom) for (t, _), p in self.cases.items() if t == theme)
            votes[du_theme.most_common(1)[0][0]] += 1
        return votes.most_common(1)[0][0] if votes else RIEN

    def du_theme(self, theme_id: int) -> Precision | None:
        """Les précisions d'un thème, ou rien si la structure ne le traite pas."""
        if not any(t == theme_id for t, _ in self.cases):
            return None
        return Precision(
            **{nom: self.courante(nom, {theme_id}) for nom in Precision.__dataclass_fields__}
        )


class GrilleModifiee(Refus):
    """Quelqu'un a enregistré entre-temps ; ``etat`` est ce qui est enregistré."""

    def __init__(self, etat: Etat, grille: GrilleCompetences | None):
        super().__init__("Quelqu’un a enregistré une autre version pendant que vous écriviez.")
        self.etat = etat
        self.grille = grille


def lire_etat(structure: Structure) -> Etat:
    """Quatre requêtes, quel que soit le nombre de compétences."""
    cases = {
        pk: (theme_id, etape, frozenset(sections))
        for pk, theme_id, etape, sections in Competence.objects.filter(
            structure=structure
        ).values_list("pk", "theme_id", "etape", "sections")
    }
    communes: dict[int, set] = {pk: set() for pk in cases}
    personnes: dict[int, set] = {pk: set() for pk in cases}
    for pk, commune_id in _liens(CompetenceCommune, structure, "commune_id"):
        communes[pk].add(commune_id)
    for pk, utilisateur_id in _liens(CompetencePersonne, structure, "utilisateur_id"):
        personnes[pk].add(utilisateur_id)
    return Etat(
        cases={
            (theme_id, etape): Precision(
                sections, frozenset(communes[pk]), frozenset(personnes[pk])
            )
            for pk, (theme_id, etape, sections) in cases.items()
        },
        communes=frozenset(
            StructureCommune.objects.filter(structure=structure).values_list(
                "commune_id", flat=True
            )
        ),
    )


def _liens(modele, structure, champ):
    return modele.objects.filter(competence__structure=structure).values_list(
        "competence_id", champ
    )


# --- Ce que l'on voit d'un réseau ---------------------------------------------------------------


@dataclass(frozen=True)
class Vue:
    """Ce qu'un réseau montre d'une structure : le reste de sa grille lui est étranger."""

    themes: tuple[Theme, ...]
    communes: tuple[Commune, ...]
    personnes: tuple

    @property
    def themes_ids(self) -> frozenset[int]:
        return frozenset(t.pk for t in self.themes)

    @property
    def communes_ids(self) -> frozenset[int]:
        return frozenset(c.pk for c in self.communes)

    @property
    def personnes_ids(self) -> frozenset[int]:
        return frozenset(p.pk for p in self.personnes)


def vue_du_reseau(reseau: Reseau, structure: Structure) -> Vue:
    """Les thèmes du réseau, ses communes par intercommunalité, et qui y agit pour la structure."""
    jour = reseau.aujourd_hui()
    mandats = (
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau, structure=structure, utilisateur__is_active=True)
        .exclude(fonction=Fonction.AUDITEUR)
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "utilisateur__prenom", "utilisateur_id")
    )
    return Vue(
        themes=tuple(Theme.objects.du_reseau(reseau)),
        communes=tuple(
            Commune.objects.filter(couvertures__reseau=reseau)
            .select_related("epci")
            .only("nom", "epci__nom", "epci__code")
            .order_by("epci__nom", "epci__code", "cle_tri", "code")
        ),
        personnes=tuple({m.utilisateur_id: m.utilisateur for m in mandats}.values()),
    )


def _territoire_entier(structure: Structure) -> frozenset[int]:
    """Les communes de tous les réseaux dont la structure est membre aujourd'hui."""
    jour = timezone.localdate()
    return frozenset(
        ReseauCommune.objects.filter(
            reseau__conventions__parties__structure=structure,
            reseau__conventions__etat__in=CONVENTION_EN_VIGUEUR,
            reseau__conventions__periode__contains=jour,
        ).values_list("commune_id", flat=True)
    )


def _combiner(choisies, vues: frozenset, avant: frozenset, repli: frozenset) -> frozenset:
    """Les communes à écrire quand on n'en voit qu'une partie.

    ``choisies`` parmi les ``vues`` (``None`` : comme le repli) ; hors de vue, rien ne change.
    Rien à écrire si le tout revient au ``repli``, qui suivra ainsi le territoire s'il grandit.
    """
    dehors = (avant or repli) - vues
    dedans = (repli if choisies is None else choisies) & vues
    tout = dedans | dehors
    return RIEN if tout == repli else tout


def _nommer(choisies: frozenset, vue: Vue, avant: frozenset) -> frozenset:
    """Les personnes choisies, et celles d'ailleurs, qu'on ne voit pas d'ici."""
    return (choisies & vue.personnes_ids) | (avant - vue.personnes_ids)


# --- Enregistrer ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saisie:
    """Ce que dit la grille. ``communes`` : ``None`` pour tout le territoire."""

    cases: frozenset[Cle]
    sections: frozenset[str]
    communes: frozenset[int] | None
    personnes: frozenset[int]


def apres_la_grille(etat: Etat, saisie: Saisie, vue: Vue, territoire: frozenset) -> Etat:
    """L'état qu'aurait la structure. Un thème qui a ses propres précisions les garde."""
    sections = etat.courante("sections", vue.themes_ids)
    personnes = etat.courante("personnes", vue.themes_ids)
    cases = {c: p for c, p in etat.cases.items() if c[0] not in vue.themes_ids}
    for case in saisie.cases:
        if case[0] not in vue.themes_ids:
            continue
        avant = (
            etat.cases.get(case) or etat.du_theme(case[0]) or Precision(sections, RIEN, personnes)
        )
        cases[case] = Precision(
            sections=saisie.sections if avant.sections == sections else avant.sections,
            communes=avant.communes,
            personnes=(
                _nommer(saisie.personnes, vue, avant.personnes)
                if avant.personnes == personnes
                else avant.personnes
            ),
        )
    communes = _combiner(saisie.communes, vue.communes_ids, etat.communes, territoire)
    return Etat(cases, communes)


@transaction.atomic
def enregistrer_grille(
    *, acteur, reseau: Reseau, structure: Structure, saisie: Saisie, empreinte: str
) -> int:
    """Enregistre la grille entière et rend le nombre de cases. Lève ``GrilleModifiee``."""
    etat, vue = _ouvrir(structure, reseau, empreinte)
    nouveau = apres_la_grille(etat, saisie, vue, _territoire_entier(structure))
    _ecrire(acteur, structure, etat, nouveau)
    return sum(1 for theme, _ in nouveau.cases if theme in vue.themes_ids)


@transaction.atomic
def preciser_theme(
    *,
    acteur,
    reseau: Reseau,
    structure: Structure,
    theme: Theme,
    sections: frozenset[str],
    communes: frozenset[int] | None,
    personnes: frozenset[int],
    empreinte: str,
) -> None:
    """Donne à un thème ses secteurs, ses communes, ses personnes, à toutes ses étapes."""
    etat, vue = _ouvrir(structure, reseau, empreinte)
    repli = etat.communes or _territoire_entier(structure)
    cases = dict(etat.cases)
    for case, avant in etat.cases.items():
        if case[0] == theme.pk:
            cases[case] = Precision(
                sections,
                _combiner(communes, vue.communes_ids, avant.communes, repli),
                _nommer(personnes, vue, avant.personnes),
            )
    _ecrire(acteur, structure, etat, replace(etat, cases=cases))


def _ouvrir(structure: Structure, reseau: Reseau, empreinte: str) -> tuple[Etat, Vue]:
    """Prend la grille pour soi jusqu'à la fin de la transaction, si elle est celle qu'on a lue."""
    Structure.objects.select_for_update(of=("self",), no_key=True).get(pk=structure.pk)
    etat = lire_etat(structure)
    if etat.empreinte != empreinte:
        grille = (
            GrilleCompetences.objects.select_related("modifiee_par")
            .filter(structure=structure)
            .first()
        )
        raise GrilleModifiee(etat, grille)
    return etat, vue_du_reseau(reseau, structure)


def _ecrire(acteur, structure: Structure, avant: Etat, apres: Etat) -> None:
    """Ne touche que ce qui change, par ensembles : le nombre de requêtes est constant."""
    existantes = {(c.theme_id, c.etape): c for c in Competence.objects.filter(structure=structure)}
    parties = [c.pk for cle_, c in existantes.items() if cle_ not in apres.cases]
    Competence.objects.filter(pk__in=parties).delete()
    changees = []
    for cle_, competence in existantes.items():
        if cle_ in apres.cases and frozenset(competence.sections) != apres.cases[cle_].sections:
            competence.sections = sorted(apres.cases[cle_].sections)
            changees.append(competence)
    Competence.objects.bulk_update(changees, ["sections"])
    neuves = Competence.objects.bulk_create(
        Competence(structure=structure, theme_id=t, etape=e, sections=sorted(p.sections))
        for (t, e), p in sorted(apres.cases.items(), key=lambda ligne: ligne[0])
        if (t, e) not in existantes
    )
    existantes |= {(c.theme_id, c.etape): c for c in neuves}
    for modele, champ, nom in (
        (CompetenceCommune, "commune_id", "communes"),
        (CompetencePersonne, "utilisateur_id", "personnes"),
    ):
        _relier(modele, champ, nom, existantes, avant, apres)
    StructureCommune.objects.filter(
        structure=structure, commune__in=avant.communes - apres.communes
    ).delete()
    StructureCommune.objects.bulk_create(
        StructureCommune(structure=structure, commune_id=pk)
        for pk in sorted(apres.communes - avant.communes)
    )
    GrilleCompetences.objects.update_or_create(
        structure=structure,
        defaults={"modifiee_le": timezone.now(), "modifiee_par": acteur.utilisateur},
    )


def _relier(modele, champ: str, nom: str, competences: dict, avant: Etat, apres: Etat) -> None:
    """Ajoute et retire les liens d'un modèle : ceux des compétences parties le sont déjà."""
    de_trop, manquants = set(), []
    for cle_, precision in apres.cases.items():
        connus = getattr(avant.cases.get(cle_, Precision()), nom)
        voulus = getattr(precision, nom)
        pk = competences[cle_].pk
        de_trop |= {(pk, valeur) for valeur in connus - voulus}
        manquants += [modele(competence_id=pk, **{champ: v}) for v in sorted(voulus - connus)]
    if de_trop:
        lignes = modele.objects.filter(competence__in={pk for pk, _ in de_trop}).values_list(
            "pk", "competence_id", champ
        )
        modele.objects.filter(
            pk__in=[pk for pk, *lien in lignes if tuple(lien) in de_trop]
        ).delete()
    modele.objects.bulk_create(manquants)


# --- Les thèmes du réseau -----------------------------------------------------------------------


@transaction.atomic
def ajouter_theme(*, reseau: Reseau, libelle: str, cote: str) -> Theme:
    """Un thème de plus pour ce réseau et ses enfants. Retiré naguère, il revient avec ce qu'il avait."""
    Reseau.objects.select_for_update(of=("self",), no_key=True).get(pk=reseau.pk)
    code = slugify(cle(libelle))[:40]
    if not code:
        raise Refus("Ce thème a besoin d’un nom qui se lise.", "libelle")
    if any(cle(t.libelle) == cle(libelle) for t in Theme.objects.du_reseau(reseau)):
        raise Refus("Ce thème existe déjà dans le réseau.", "libelle")
    ancien = Theme.objects.filter(reseau=reseau, code=code).first()
    if ancien is not None and ancien.retire_le is None:
        raise Refus("Un thème au nom presque identique existe déjà dans le réseau.", "libelle")
    if ancien is not None:
        ancien.libelle, ancien.cote, ancien.retire_le = libelle, cote, None
        ancien.save(update_fields=["libelle", "cote", "retire_le"])
        return ancien
    dernier = Theme.objects.du_reseau(reseau).filter(cote=cote).aggregate(m=Max("ordre"))["m"] or 0
    return Theme.objects.create(
        reseau=reseau, code=code, libelle=libelle, cote=cote, ordre=dernier + 10
    )


@transaction.atomic
def retirer_theme(*, reseau: Reseau, theme: Theme) -> None:
    """Le thème quitte les grilles et la matrice. Ce qui y était déclaré reste, s'il revient."""
    Theme.objects.filter(pk=theme.pk, reseau=reseau, retire_le=None).update(
        retire_le=reseau.aujourd_hui()
    )
