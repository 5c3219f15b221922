"""La confirmation annuelle : la demander au bon moment, la donner en un geste, garder qui et quand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, Subquery
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import (
    Competence,
    ConfirmationAnnuelle,
    ConventionStructure,
    DepartSignale,
    Mandat,
    Reseau,
    Structure,
    Theme,
)
from partenaires.models.confirmation import DELAI_PREMIERE, PERIODE, derniere_confirmation
from partenaires.permissions.adhesion import LECTEURS, tient_la_fiche
from socle import liens
from socle.acteur import Acteur, acteur_de
from socle.courriels import Depot, deposer
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.journal import consigner
from socle.models import LienSigne, Utilisateur
from socle.refus import Refus

BUT = "confirmation"
DUREE_LIEN = timedelta(days=60)
# La demande, puis deux rappels ; ensuite, l'animation du réseau le voit et s'en charge.
RAPPELS = {1: timedelta(days=15), 2: timedelta(days=30)}
# Qui reçoit une demande reçoit avec elle celles qui viendraient dans ces jours-là : un seul courriel.
AVANCE = timedelta(days=60)
LOT = 2000


@dataclass(frozen=True)
class Corrections:
    """Ce que la personne a rectifié ; vide, tout est exact."""

    telephones: dict[int, str] = field(default_factory=dict)
    departs: dict[int, date] = field(default_factory=dict)
    email: str | None = None
    telephone: str | None = None
    competences_a_revoir: bool = False


# --- Demander ------------------------------------------------------------------------------


def structures_a_confirmer(jour: date):
    """Les structures membres dont la dernière confirmation a plus d'un an ce jour-là.

    Jamais confirmée, la structure a un mois après son entrée dans son premier réseau.
    """
    en_vigueur = ConventionStructure.objects.en_vigueur(timezone.localdate()).filter(
        structure=OuterRef("pk"),
    )
    entree = (
        en_vigueur.order_by()
        .values("structure")
        .annotate(entree=Min("convention__periode__startswith"))
        .values("entree")
    )
    return (
        Structure.objects.filter(Exists(en_vigueur), fusionnee_dans=None)
        .annotate(derniere=derniere_confirmation(), entree=Subquery(entree))
        .filter(
            Q(derniere__date__lte=jour - PERIODE)
            | Q(derniere=None, entree__lte=jour - DELAI_PREMIERE)
        )
    )


@transaction.atomic
def demander_les_confirmations(jour: date | None = None) -> int:
    """Ouvre ce qui est dû et dépose les courriels du jour ; rend le nombre de courriels.

    Tout se déduit de la base : un passage manqué est rattrapé, un second ne redit rien.
    """
    jour = jour or timezone.localdate()
    _ouvrir(structures_a_confirmer(jour), jour)
    a_dire = list(
        ConfirmationAnnuelle.objects.select_for_update(of=("self",), skip_locked=True)
        .ouvertes()
        .filter(_envoi_du(jour))
        .filter(Exists(_administrateurs(jour).filter(structure=OuterRef("structure"))))
        .order_by("demandee_le", "pk")[:LOT]
    )
    destinataires = _structures_par_personne(jour, structures=[c.structure_id for c in a_dire])
    # Leurs autres structures, dues bientôt, viennent avec : une personne, un courriel.
    toutes = _structures_par_personne(jour, personnes=destinataires)
    voisines = {s for structures in toutes.values() for s in structures}
    _ouvrir(structures_a_confirmer(jour + AVANCE).filter(pk__in=voisines), jour)
    a_dire += list(
        ConfirmationAnnuelle.objects.select_for_update(of=("self",), skip_locked=True)
        .ouvertes()
        .filter(structure__in=voisines, envois=0)
        .exclude(pk__in=[c.pk for c in a_dire])
        .order_by("pk")
    )
    par_structure = {c.structure_id: c for c in a_dire}
    destinataires = _structures_par_personne(jour, structures=list(par_structure))
    personnes = Utilisateur.objects.in_bulk(destinataires)
    depots = []
    for personne, structures in destinataires.items():
        siennes = sorted(par_structure[s].pk for s in structures)
        depots.append(
            Depot(
                "confirmation",
                f"{jour}:{siennes[0]}",
                utilisateur=personnes[personne],
                contexte={"confirmations": siennes},
            )
        )
    _noter_les_envois([c.pk for c in a_dire], jour)
    return deposer(depots)


def _ouvrir(structures, jour: date) -> None:
    deja = ConfirmationAnnuelle.objects.ouvertes().filter(structure=OuterRef("pk"))
    ConfirmationAnnuelle.objects.bulk_create(
        [
            ConfirmationAnnuelle(structure=structure, demandee_le=jour)
            for structure in structures.exclude(Exists(deja)).order_by("pk")[:LOT]
        ],
        ignore_conflicts=True,
    )


def _envoi_du(jour: date) -> Q:
    """Celles dont la demande, ou un rappel échu et pas encore parti, doit partir ce jour-là."""
    dus = Q(envois=0)
    for rang, delai in RAPPELS.items():
        dus |= Q(envois__range=(1, rang), demandee_le__lte=jour - delai)
    return dus


def _noter_les_envois(pks: list[int], jour: date) -> None:
    """Après une absence, un seul rappel part : le plus avancé de ceux qui sont échus.

    Les délais se comptent du premier courriel, qui a pu attendre que quelqu'un administre.
    """
    parties = ConfirmationAnnuelle.objects.filter(pk__in=pks)
    for rang, delai in sorted(RAPPELS.items(), reverse=True):
        parties.filter(envois__range=(1, rang), demandee_le__lte=jour - delai).update(
            envois=rang + 1
        )
    parties.filter(envois=0).update(envois=1, demandee_le=jour)


def _administrateurs(jour: date):
    return Mandat.objects.administrent(jour, LECTEURS)


def _structures_par_personne(
    jour: date, *, structures: Iterable[int] | None = None, personnes: Iterable[int] | None = None
) -> dict[int, list[int]]:
    """Qui administre quoi, restreint à ces structures ou à ces personnes."""
    mandats = _administrateurs(jour)
    if structures is not None:
        mandats = mandats.filter(structure__in=structures)
    if personnes is not None:
        mandats = mandats.filter(utilisateur__in=list(personnes))
    couples = mandats.order_by("utilisateur_id", "structure_id").values_list(
        "utilisateur_id", "structure_id"
    )
    return {
        personne: [structure for _, structure in groupe]
        for personne, groupe in groupby(couples.distinct(), key=lambda couple: couple[0])
    }


# --- Lire ce qu'il y a à confirmer ----------------------------------------------------------


def reseaux_relus(acteur: Acteur, structure_id: int, reseau: Reseau | None = None) -> set[int]:
    """Les réseaux où il administre la structure, et ``reseau``, par où il passe, s'il l'anime.

    Les personnes qu'un autre réseau y compte ne regardent pas celui-ci.
    """
    reseaux = {m.reseau_id for m in _administrations(acteur, structure_id)}
    if reseau is not None and Fonction.ANIMATEUR in acteur.fonctions(reseau.pk):
        reseaux.add(reseau.pk)
    return reseaux


def mandats_a_confirmer(structure: Structure, reseaux: Iterable[int], jour: date) -> list[Mandat]:
    """Les personnes de la structure, dans ces réseaux, avec leur départ déjà signalé."""
    signale = DepartSignale.objects.filter(mandat=OuterRef("pk"), regle_le=None)
    return list(
        Mandat.objects.actifs(jour)
        .filter(structure=structure, reseau__in=reseaux, utilisateur__is_active=True)
        .select_related("utilisateur", "reseau")
        .annotate(depart=Subquery(signale.values("depuis")[:1]))
        .order_by("utilisateur__nom", "utilisateur__prenom", "reseau__nom", "fonction", "pk")
    )


def competences_en_mots(
    structure: Structure, reseaux: Iterable[int]
) -> list[tuple[str, list[str]]]:
    """« Financement : montage, financement » : un thème que connaissent ces réseaux, ses étapes."""
    lignees = Reseau.objects.filter(pk__in=reseaux).values_list("pk", "parent")
    connus = Theme.objects.des_reseaux(*{pk for lignee in lignees for pk in lignee if pk})
    competences = (
        Competence.objects.filter(structure=structure, theme__in=connus.order_by())
        .select_related("theme")
        .order_by("theme__cote", "theme__ordre", "theme_id", "pk")
    )
    rangs = {etape: rang for rang, (etape, _) in enumerate(Competence.etape.field.choices)}
    return [
        (
            theme.libelle,
            [c.get_etape_display() for c in sorted(groupe, key=lambda c: rangs[c.etape])],
        )
        for theme, groupe in groupby(competences, key=lambda c: c.theme)
    ]


# --- Confirmer -----------------------------------------------------------------------------


def lire_lien(jeton: str) -> tuple[LienSigne, Acteur, ConfirmationAnnuelle]:
    """Le lien, qui s'en sert et ce qu'il confirme. Lève ``LienInvalide`` si ce n'est plus à faire."""
    lien = liens.lire(jeton, BUT)
    acteur = acteur_de(lien.utilisateur)
    confirmation = (
        ConfirmationAnnuelle.objects.select_related("structure", "par")
        .filter(pk=lien.contexte.get("confirmation"))
        .first()
    )
    if confirmation is None:
        raise liens.LienInvalide(
            "Cette demande n’a plus d’objet : votre structure avait deux fiches, réunies depuis."
        )
    if not administre_structure(acteur, confirmation.structure_id):
        raise liens.LienInvalide("Vous n’administrez plus cette structure : il n’y a rien à faire.")
    if confirmation.confirmee_le:
        raise liens.LienInvalide(
            f"C’est déjà fait : {confirmation.par.nom_complet} a confirmé le "
            f"{date_en_mots(timezone.localtime(confirmation.confirmee_le))}. Merci !"
        )
    return lien, acteur, confirmation


def administre_structure(acteur: Acteur, structure_id: int) -> bool:
    return bool(_administrations(acteur, structure_id))


def _administrations(acteur: Acteur, structure_id: int) -> list:
    return [
        m
        for m in acteur.mandats
        if m.administre and m.structure_id == structure_id and m.fonction in LECTEURS
    ]


def reseau_ou_agir(utilisateur: Utilisateur, structure_id: int) -> Reseau:
    """Un réseau où cette personne administre la structure : où la mener une fois connectée."""
    return Reseau.objects.filter(
        pk__in=_administrateurs(timezone.localdate())
        .filter(utilisateur=utilisateur, structure=structure_id)
        .values("reseau")
    ).order_by("nom", "pk")[0]


@transaction.atomic
def confirmer_par_lien(*, jeton: str, corrections: Corrections) -> ConfirmationAnnuelle:
    """Consomme le lien et confirme, d'un seul tenant. Lève ``LienInvalide`` ou ``Refus``."""
    lien, acteur, confirmation = lire_lien(jeton)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    return confirmer(
        acteur=acteur, structure=confirmation.structure, corrections=corrections, par_lien=True
    )


@transaction.atomic
def confirmer(
    *,
    acteur: Acteur,
    structure: Structure,
    corrections: Corrections,
    reseau: Reseau | None = None,
    par_lien: bool = False,
) -> ConfirmationAnnuelle:
    """Garde ce qui vient d'être relu ; un départ devient une demande, jamais un retrait de droits.

    Ne touche que les personnes des réseaux que l'acteur relit (``reseaux_relus``), et les
    coordonnées de la structure seulement s'il tient sa fiche. ``reseau`` : celui de la page.
    Confirmer sans qu'on l'ait demandé compte aussi : l'année repart de ce jour.
    """
    jour = timezone.localdate()
    structure = Structure.objects.select_for_update(of=("self",), no_key=True).get(pk=structure.pk)
    confirmation = (
        ConfirmationAnnuelle.objects.select_for_update(of=("self",))
        .ouvertes()
        .filter(structure=structure)
        .first()
    ) or ConfirmationAnnuelle(structure=structure, demandee_le=jour)
    reseaux = reseaux_relus(acteur, structure.pk, reseau)
    mandats = {m.pk: m for m in mandats_a_confirmer(structure, reseaux, jour)}
    confirmation.confirmee_le = timezone.now()
    confirmation.par = acteur.utilisateur
    confirmation.par_lien = par_lien
    partis = {mandats[pk].utilisateur_id for pk in corrections.departs if pk in mandats}
    confirmation.nb_personnes = len({m.utilisateur_id for m in mandats.values()} - partis)
    confirmation.nb_competences = Competence.objects.filter(structure=structure).count()
    confirmation.competences_a_revoir = corrections.competences_a_revoir
    confirmation.save()
    _corriger_les_mandats(acteur, confirmation, mandats, corrections, jour)
    if any(tient_la_fiche(acteur, pk, structure.pk) for pk in reseaux):
        _corriger_la_structure(structure, corrections)
    consigner(acteur, Operation.MODIFICATION, "confirmation", confirmation.uuid)
    return confirmation


def _corriger_les_mandats(acteur, confirmation, mandats, corrections, jour: date) -> None:
    for pk, telephone in corrections.telephones.items():
        if pk in mandats and mandats[pk].telephone != telephone:
            mandats[pk].telephone = telephone
            mandats[pk].save(update_fields=["telephone"])
    for pk, depuis in corrections.departs.items():
        if pk not in mandats:
            continue
        if depuis > jour:
            raise Refus("Ce départ est à venir : donnez-en la date une fois connecté.")
        DepartSignale.objects.get_or_create(
            mandat=mandats[pk],
            regle_le=None,
            defaults={
                "confirmation": confirmation,
                "depuis": depuis,
                "par": acteur.utilisateur,
            },
        )


def _corriger_la_structure(structure: Structure, corrections: Corrections) -> None:
    champs = []
    for champ in ("email", "telephone"):
        valeur = getattr(corrections, champ)
        if valeur is not None and valeur != getattr(structure, champ):
            setattr(structure, champ, valeur)
            champs.append(champ)
    if champs:
        structure.save(update_fields=champs)


def ecarter_depart(*, acteur: Acteur, mandat: Mandat) -> None:
    """La personne est toujours là : le départ signalé s'efface de la liste, sa trace reste."""
    regles = DepartSignale.objects.filter(mandat=mandat, regle_le=None)
    if not regles.update(regle_le=timezone.now()):
        raise Refus("Ce départ est déjà réglé.")
    consigner(acteur, Operation.MODIFICATION, "mandat", mandat.uuid)


# --- Montrer où chacun en est ---------------------------------------------------------------


def en_retard(reseau, jour: date):
    """Les structures du réseau dont la confirmation, demandée, n'est pas encore venue."""
    return (
        ConfirmationAnnuelle.objects.ouvertes()
        .filter(structure__in=Structure.objects.membres(reseau.pk, jour))
        .select_related("structure")
        .annotate(derniere=derniere_confirmation("structure"))
        .order_by("demandee_le", "structure__cle_tri", "pk")
    )
