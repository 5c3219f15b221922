"""Réunir deux fiches d'une même structure, et défaire exactement ce geste."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from partenaires.models import (
    Competence,
    CompetenceCommune,
    ConfirmationAnnuelle,
    ConventionStructure,
    Fusion,
    Mandat,
    Reseau,
    ResumeCompetences,
    Structure,
    StructureCommune,
)
from partenaires.models.confirmation import PERIODE
from partenaires.signals import structures_fusionnees
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.fusion_lignes import Deplacement, cles_vers, compter, remonter, verifier_les_cles
from socle.journal import consigner
from socle.listes import contributions
from socle.refus import Refus

# Ce que la fiche gardée reprend de l'autre, là où elle-même ne disait rien.
A_COMPLETER = (
    "siret",
    "commune_id",
    "adresse",
    "site",
    "description",
    "email",
    "telephone",
    "email_public",
    "telephone_public",
)


@dataclass(frozen=True)
class Paire:
    """Deux structures à réunir, et les réseaux que cela touche ; l'objet des droits."""

    gardee: Structure
    absorbee: Structure
    reseaux: tuple[int, ...]

    @property
    def inverse(self) -> "Paire":
        return Paire(self.absorbee, self.gardee, self.reseaux)

    @property
    def reseau_id(self) -> int | None:
        return self.reseaux[0] if self.reseaux else None


def paire(gardee: Structure, absorbee: Structure) -> Paire:
    """Les deux fiches, avec tous les réseaux où l'une d'elles a ou a eu une place."""
    deux = [gardee.pk, absorbee.pk]
    reseaux = set(
        ConventionStructure.objects.filter(structure__in=deux).values_list(
            "convention__reseau_id", flat=True
        )
    )
    reseaux |= set(Mandat.objects.filter(structure__in=deux).values_list("reseau_id", flat=True))
    return Paire(gardee, absorbee, tuple(sorted(reseaux)))


def cles_a_suivre() -> list:
    """Ce qui désigne une structure, hormis l’histoire des fusions et ce que la base refait seule."""
    return [
        c for c in cles_vers(Structure) if c.model not in (Fusion, Structure, ResumeCompetences)
    ]


def apercu(absorbee: Structure) -> list[tuple[str, int]]:
    """Ce qui passera d'une fiche à l'autre : ``(nature, nombre)``, sans les natures vides."""
    return compter(cles_a_suivre(), absorbee.pk)


# Ce qui se compare d'une fiche à l'autre : le libellé, la colonne, et ce qui s'en lit.
COMPARES = (
    ("Commune", "commune_id", "commune"),
    ("SIRET", "siret", "siret_lisible"),
    ("Adresse", "adresse", "adresse"),
    ("Téléphone", "telephone", "telephone"),
    ("Courriel", "email", "email"),
    ("Téléphone du public", "telephone_public", "telephone_public"),
    ("Courriel du public", "email_public", "email_public"),
    ("Site", "site", "site"),
)


def comparer(gardee: Structure, absorbee: Structure) -> tuple[list[dict], list[dict]]:
    """Ce que dit chacune des deux fiches ; là où elles diffèrent, ``garde`` désigne ce qui reste."""
    lignes: dict[int, list[dict]] = {gardee.pk: [], absorbee.pk: []}
    for libelle, champ, lu in COMPARES:
        valeurs = [getattr(gardee, champ), getattr(absorbee, champ)]
        for fiche, valeur in zip((gardee, absorbee), valeurs, strict=True):
            if valeur:
                reste = fiche is gardee or not valeurs[0]
                garde = reste and valeurs[0] != valeurs[1]
                ligne = {"libelle": libelle, "valeur": str(getattr(fiche, lu)), "garde": garde}
                lignes[fiche.pk].append(ligne)
    return lignes[gardee.pk], lignes[absorbee.pk]


def obstacles(gardee: Structure, absorbee: Structure) -> list[str]:
    """Ce qui empêche de réunir ces deux fiches aujourd'hui, en phrases."""
    phrases = []
    if gardee.pk == absorbee.pk:
        phrases.append("Ce sont deux fois la même fiche.")
    if gardee.fusionnee_dans_id or absorbee.fusionnee_dans_id:
        phrases.append("L’une de ces fiches est déjà réunie à une autre.")
    for contribution in contributions("MAILLON_FUSION_OBSTACLES"):
        phrases += contribution(gardee, absorbee)
    return phrases


# --- Réunir ----------------------------------------------------------------------------------


@transaction.atomic
def reunir(*, acteur, gardee: Structure, absorbee: Structure) -> Fusion:
    """Tout ce qui désignait ``absorbee`` désigne ``gardee`` ; chaque ligne touchée est notée.

    Ce que les deux avaient en double est réuni. Ce que la fiche gardée ne disait pas, elle le
    reprend. Personne n'y gagne un droit : un mandat que sa convention finie n'autorisait plus
    prend fin au lieu de renaître. Lève ``Refus`` si quelque chose s'y oppose.
    """
    verrous = Structure.objects.select_for_update(of=("self",)).order_by("pk")
    deux = {s.pk: s for s in verrous.filter(pk__in=[gardee.pk, absorbee.pk])}
    gardee, absorbee = deux[gardee.pk], deux[absorbee.pk]
    if phrases := obstacles(gardee, absorbee):
        raise Refus(" ".join(phrases))
    deplacement = Deplacement(
        complements={Mandat: _mandat, Competence: _competence, ConventionStructure: _partie}
    )
    _finir_les_mandats_sans_droits(deplacement, gardee, absorbee)
    _taire_les_administrations_d_un_autre_jour(deplacement, gardee, absorbee)
    deplacement.modifier(Structure, absorbee.pk, fusionnee_dans=gardee)
    _communes_desservies(deplacement, gardee, absorbee)
    _demande_sans_objet(deplacement, gardee, absorbee)
    for champ in cles_a_suivre():
        deplacement.deplacer(champ, absorbee.pk, gardee.pk)
    _completer(deplacement, gardee, absorbee)
    verifier_les_cles()
    fusion = Fusion.objects.create(
        gardee=gardee,
        absorbee=absorbee,
        par=acteur.utilisateur,
        changements=deplacement.changements,
        comptes=deplacement.comptes(),
    )
    structures_fusionnees.send(sender=Fusion, structures=[gardee.pk, absorbee.pk])
    consigner(acteur, Operation.MODIFICATION, "fusion", fusion_reference(fusion))
    return fusion


def fusion_reference(fusion: Fusion) -> str:
    return f"{fusion.absorbee.uuid} {fusion.gardee.uuid}"


def _mandat(deplacement: Deplacement, double, gardee) -> None:
    """La même personne, au même titre : le mandat gardé a les droits que l'un des deux avait."""
    mandats = {
        m.pk: m for m in Mandat.objects.select_related("reseau").filter(pk__in=[double, gardee])
    }
    double, gardee = mandats[double], mandats[gardee]
    jour = gardee.reseau.aujourd_hui()
    valeurs = {}
    # La période de l'un prolonge celle de l'autre : un droit déjà fini ne doit pas courir avec elle.
    actifs = [m.administre for m in (double, gardee) if jour in m.periode]
    if actifs and any(actifs) != gardee.administre:
        valeurs["administre"] = any(actifs)
    if double.telephone and not gardee.telephone:
        valeurs["telephone"] = double.telephone
    if valeurs:
        deplacement.modifier(Mandat, gardee.pk, **valeurs)


def _competence(deplacement: Deplacement, double, gardee) -> None:
    """La même compétence : partout si l'une l'était, sinon tous les lieux et secteurs des deux."""
    deux = {c.pk: c for c in Competence.objects.filter(pk__in=[double, gardee])}
    sections = [set(c.sections) for c in deux.values()]
    voulues = sorted(set.union(*sections)) if all(sections) else []
    if voulues != deux[gardee].sections:
        deplacement.modifier(Competence, gardee, sections=voulues)
    lieux = CompetenceCommune.objects.filter(competence__in=[double, gardee])
    if lieux.values("competence").distinct().count() == 1:
        for pk in lieux.order_by("pk").values_list("pk", flat=True):
            deplacement.supprimer(CompetenceCommune, pk)


def _partie(deplacement: Deplacement, double, gardee) -> None:
    """La même convention : la structure y est tant que l'une des deux fiches y est."""
    deux = ConventionStructure.objects.in_bulk([double, gardee])
    double, gardee = deux[double], deux[gardee]
    entrees, retraits = {double.entree_le, gardee.entree_le}, {double.retrait_le, gardee.retrait_le}
    valeurs = {
        "entree_le": None if None in entrees else min(entrees),
        "retrait_le": None if None in retraits else max(retraits),
    }
    if valeurs != {"entree_le": gardee.entree_le, "retrait_le": gardee.retrait_le}:
        deplacement.modifier(ConventionStructure, gardee.pk, **valeurs)


def _communes_desservies(deplacement: Deplacement, gardee, absorbee) -> None:
    """Sans commune nommée, une structure va partout : celles de l'autre ne la restreignent pas."""
    if gardee.dessertes.exists():
        return
    for pk in absorbee.dessertes.order_by("pk").values_list("pk", flat=True):
        deplacement.supprimer(StructureCommune, pk)


def _demande_sans_objet(deplacement: Deplacement, gardee, absorbee) -> None:
    """Confirmée dans l'année, la fiche gardée n'a pas à répondre à la demande ouverte pour l'autre."""
    confirmations = ConfirmationAnnuelle.objects.order_by("-confirmee_le", "-pk")
    depuis = timezone.localdate() - PERIODE
    recente = confirmations.filter(structure=gardee, confirmee_le__date__gt=depuis).first()
    demande = confirmations.ouvertes().filter(structure=absorbee).first()
    if recente and demande:
        deplacement.fondre(ConfirmationAnnuelle, demande.pk, recente.pk)


def _finir_les_mandats_sans_droits(deplacement: Deplacement, gardee, absorbee) -> None:
    """Un mandat que la fin d'une convention avait éteint ne renaît pas de celle de l'autre fiche."""
    reseaux = Reseau.objects.filter(mandats__structure__in=[gardee, absorbee]).distinct()
    for reseau in reseaux.order_by("pk"):
        jour = reseau.aujourd_hui()
        membres = Structure.objects.membres(reseau.pk, jour).filter(pk__in=[gardee.pk, absorbee.pk])
        presentes = set(membres.values_list("pk", flat=True))
        if len(presentes) != 1:
            continue
        eteints = Mandat.objects.filter(
            Q(periode__endswith=None) | Q(periode__endswith__gt=jour),
            structure__in={gardee.pk, absorbee.pk} - presentes,
            reseau=reseau,
        )
        for mandat in eteints.order_by("pk"):
            if mandat.periode.lower >= jour:
                raise Refus(
                    f"Un mandat doit commencer le {date_en_mots(mandat.periode.lower)} dans "
                    f"{reseau.nom} pour une fiche qui n’y a plus de convention. Mettez-y fin d’abord."
                )
            deplacement.modifier(Mandat, mandat.pk, periode=DateRange(mandat.periode.lower, jour))


def _taire_les_administrations_d_un_autre_jour(deplacement: Deplacement, gardee, absorbee) -> None:
    """Deux périodes réunies n'ont qu'un droit : celui du jour, jamais celui d'hier ou de demain."""
    mandats = Mandat.objects.select_related("reseau").filter(
        structure__in=[gardee, absorbee], administre=True
    )
    for mandat in mandats.order_by("pk"):
        jour = mandat.reseau.aujourd_hui()
        if jour in mandat.periode:
            continue
        reuni = Mandat.objects.filter(
            structure__in=[gardee, absorbee],
            utilisateur=mandat.utilisateur_id,
            reseau=mandat.reseau_id,
            fonction=mandat.fonction,
            administre=False,
            periode__contains=jour,
        )
        if reuni.exists():
            deplacement.modifier(Mandat, mandat.pk, administre=False)


def _completer(deplacement: Deplacement, gardee: Structure, absorbee: Structure) -> None:
    valeurs = {
        champ: getattr(absorbee, champ)
        for champ in A_COMPLETER
        if not getattr(gardee, champ) and getattr(absorbee, champ)
    }
    if not gardee.horaires and absorbee.horaires:
        valeurs["horaires"] = absorbee.horaires
        valeurs["horaires_precision"] = absorbee.horaires_precision
    if valeurs:
        deplacement.modifier(Structure, gardee.pk, **valeurs)


# --- Défaire ---------------------------------------------------------------------------------


@transaction.atomic
def defaire(*, acteur, fusion: Fusion) -> Fusion:
    """Remet tout exactement comme avant. Lève ``Refus``, sans rien toucher, si ce n'est plus possible.

    Ce qui a été saisi depuis au nom de la fiche gardée lui reste.
    """
    fusion = Fusion.objects.select_for_update(of=("self",)).get(pk=fusion.pk)
    if fusion.annulee_le:
        raise Refus("Cette fusion est déjà annulée.")
    verrous = Structure.objects.select_for_update(of=("self",)).order_by("pk")
    deux = {s.pk: s for s in verrous.filter(pk__in=[fusion.gardee_id, fusion.absorbee_id])}
    gardee = deux[fusion.gardee_id]
    if gardee.fusionnee_dans_id:
        raise Refus(
            f"{gardee.nom} a depuis été réunie à {gardee.fusionnee_dans.nom}\u00a0: annulez d’abord "
            "cette fusion-là."
        )
    try:
        with transaction.atomic():
            ecarts = remonter(fusion.changements)
            verifier_les_cles()
            if ecarts:
                raise Refus(
                    "On ne peut plus remettre les deux fiches exactement comme avant, car ceci a "
                    f"changé depuis\u00a0: {', '.join(ecarts)}. Rien n’a été touché."
                )
    except IntegrityError:
        raise Refus(
            "On ne peut plus remettre les deux fiches exactement comme avant\u00a0: ce qui a été saisi "
            "depuis en occupe la place. Rien n’a été touché."
        ) from None
    fusion.annulee_le = timezone.now()
    fusion.annulee_par = acteur.utilisateur
    fusion.save(update_fields=["annulee_le", "annulee_par"])
    structures_fusionnees.send(sender=Fusion, structures=[fusion.gardee_id, fusion.absorbee_id])
    consigner(
        acteur,
        Operation.MODIFICATION,
        "fusion",
        fusion_reference(fusion),
        "fusion annulée",
    )
    return fusion
