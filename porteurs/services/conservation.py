"""Le temps qui passe sur les dossiers : prévenir, attendre, anonymiser (EXIGENCES Vie privée 1).

Deux ans après le dernier contact, un dossier ne sert plus la mission. À vingt-trois mois, la
structure et la personne sont prévenues ; un contact, quel qu'il soit, remet tout à zéro. Tout se
déduit de la base : chaque passage se rejoue sans rien doubler, et reprend où il s'était arrêté.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from partenaires.models import Reseau
from porteurs.journal import consigner_dossier
from porteurs.models import (
    ArchiveRestreinte,
    AvertissementConservation,
    Dossier,
    Participation,
)
from porteurs.services.anonymisation import anonymiser
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from porteurs.services.historique import a_prevenir
from socle import liens
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.models import LienSigne
from socle.refus import Refus

MOIS_AVERTIR, MOIS_ANONYMISER = 23, 24
DELAI_DE_GRACE = timedelta(days=30)
# Un lien reçu un vendredi d'été sert encore à la rentrée ; au-delà, le dossier n'est plus là.
DUREE_LIEN = timedelta(days=60)
ARCHIVE_AU_PLUS = timedelta(days=5 * 366)
BUT_RESTER = "conservation.rester"
GENRE_STRUCTURE = "conservation_structure"
GENRE_PERSONNE = "conservation_personne"
LOT = 50


@dataclass
class Bilan:
    """Ce qu'un passage a fait, ou ferait."""

    avertis: int = 0
    anonymises: int = 0
    archives: int = 0


def il_y_a(jour: date, mois: int) -> date:
    """Le même quantième, ce nombre de mois plus tôt, ou le dernier jour du mois."""
    rang = jour.year * 12 + jour.month - 1 - mois
    annee, mois_du = rang // 12, rang % 12 + 1
    return date(annee, mois_du, min(jour.day, monthrange(annee, mois_du)[1]))


def fin_prevue(dossier: Dossier) -> date:
    """Le jour où ce dossier s'anonymise si plus personne ne donne de nouvelles.

    Deux ans après le dernier contact, jamais moins de trente jours après l'avertissement ; une
    archive décidée repousse jusqu'à son terme.
    """
    contact = dossier.dernier_contact_le
    averti = (
        AvertissementConservation.objects.filter(dossier=dossier, dernier_contact_le=contact)
        .values_list("averti_le", flat=True)
        .first()
    )
    archive = (
        ArchiveRestreinte.objects.filter(dossier=dossier).values_list("jusqua", flat=True).first()
    )
    return max(
        il_y_a(contact, -MOIS_ANONYMISER),
        (averti or il_y_a(contact, -MOIS_AVERTIR)) + DELAI_DE_GRACE,
        archive or contact,
    )


def _sans_archive(jour: date) -> QuerySet[Dossier]:
    archives = ArchiveRestreinte.objects.filter(dossier=OuterRef("pk"), jusqua__gt=jour)
    return Dossier.objects.sans_vecteurs().filter(~Exists(archives))


def a_avertir(jour: date) -> QuerySet[Dossier]:
    """Vingt-trois mois sans contact, et personne de prévenu depuis ce contact."""
    avertis = AvertissementConservation.objects.filter(
        dossier=OuterRef("pk"), dernier_contact_le=OuterRef("dernier_contact_le")
    )
    return _sans_archive(jour).filter(
        ~Exists(avertis), dernier_contact_le__lte=il_y_a(jour, MOIS_AVERTIR)
    )


def a_anonymiser(jour: date) -> QuerySet[Dossier]:
    """Deux ans sans contact, et trente jours depuis l'avertissement de ce silence-là."""
    avertis = AvertissementConservation.objects.filter(
        dossier=OuterRef("pk"),
        dernier_contact_le=OuterRef("dernier_contact_le"),
        averti_le__lte=jour - DELAI_DE_GRACE,
    )
    return _sans_archive(jour).filter(
        Exists(avertis), dernier_contact_le__lte=il_y_a(jour, MOIS_ANONYMISER)
    )


def passer(*, jour: date | None = None, pour_de_vrai: bool = False, lot: int = LOT) -> Bilan:
    """Un passage entier, réseau par réseau ; à blanc, il compte sans rien écrire."""
    bilan = Bilan()
    for reseau in Reseau.objects.order_by("pk"):
        aujourd_hui = jour or reseau.aujourd_hui()
        bilan.archives += ArchiveRestreinte.objects.filter(
            dossier__reseau=reseau, jusqua__gt=aujourd_hui
        ).count()
        if pour_de_vrai:
            bilan.avertis += _par_lots(a_avertir, reseau, aujourd_hui, lot, avertir)
            bilan.anonymises += _par_lots(
                a_anonymiser, reseau, aujourd_hui, lot, lambda r, ids, _: anonymiser(r, ids)
            )
        else:
            bilan.avertis += a_avertir(aujourd_hui).filter(reseau=reseau).count()
            bilan.anonymises += a_anonymiser(aujourd_hui).filter(reseau=reseau).count()
    return bilan


def _par_lots(choisir, reseau: Reseau, jour: date, lot: int, agir) -> int:
    """Un lot, une transaction : une coupure ne perd que le lot en cours, que le passage reprend."""
    total = 0
    while ids := list(
        choisir(jour).filter(reseau=reseau).order_by("pk").values_list("pk", flat=True)[:lot]
    ):
        fait = agir(reseau, ids, jour)
        total += fait
        if not fait:
            break
    return total


# --- Prévenir --------------------------------------------------------------------------------


@transaction.atomic
def avertir(reseau: Reseau, dossiers: list[int], jour: date) -> int:
    """Prévient la structure et chaque personne de ces dossiers, une fois par silence."""
    lignes = list(
        a_avertir(jour)
        .filter(reseau=reseau, pk__in=dossiers)
        .select_related("reseau")
        .select_for_update(of=("self",))
    )
    AvertissementConservation.objects.bulk_create(
        [
            AvertissementConservation(
                dossier=d, dernier_contact_le=d.dernier_contact_le, averti_le=jour
            )
            for d in lignes
        ]
    )
    deposer([depot for d in lignes for depot in (*_a_la_structure(d), *_aux_personnes(d))])
    return len(lignes)


def _a_la_structure(dossier: Dossier) -> list[Depot]:
    periode = f"{dossier.uuid}:{dossier.dernier_contact_le}"
    return [
        Depot(GENRE_STRUCTURE, periode, personne, contexte={"dossier": dossier.pk})
        for personne in a_prevenir(dossier)
    ]


def _aux_personnes(dossier: Dossier) -> list[Depot]:
    depots = []
    parts = Participation.objects.filter(dossier=dossier).select_related("porteur")
    for part in parts.exclude(porteur__email="").order_by("rang"):
        lien = liens.creer(
            BUT_RESTER, DUREE_LIEN, contexte={"dossier": dossier.pk, "porteur": part.porteur_id}
        )
        depots.append(
            Depot(
                GENRE_PERSONNE,
                f"{dossier.uuid}:{part.porteur_id}:{dossier.dernier_contact_le}",
                adresse=part.porteur.email.lower(),
                contexte={"dossier": dossier.pk, "porteur": part.porteur_id, "lien": lien.pk},
            )
        )
    return depots


# --- Rester ----------------------------------------------------------------------------------


@transaction.atomic
def rester_suivi(lien: LienSigne) -> Dossier:
    """« Je souhaite rester suivi » : un contact, qui fait repartir les deux ans."""
    dossier = Dossier.objects.filter(pk=lien.contexte["dossier"]).first()
    if dossier is None:
        raise Refus(
            "Votre dossier n’est plus gardé\u00a0: écrivez au réseau pour en ouvrir un autre."
        )
    if not liens.consommer(lien):
        raise Refus("Ce lien a déjà servi\u00a0: vous restez suivi.")
    dossier = verrouiller(dossier)
    toucher(dossier, contact_le=dossier.reseau.aujourd_hui())
    return dossier


# --- Garder au-delà --------------------------------------------------------------------------


@transaction.atomic
def archiver(*, acteur, dossier: Dossier, motif: str, jusqua: date) -> ArchiveRestreinte:
    """Garde un dossier au-delà de deux ans, pour une raison écrite et jusqu'à une date."""
    dossier = verrouiller_pour(acteur, "porteurs.conservation.archiver", dossier)
    jour = dossier.reseau.aujourd_hui()
    if len(motif.strip()) < 20:
        raise Refus("Écrivez la raison en une phrase\u00a0: un contentieux, une garantie…", "motif")
    if not jour < jusqua <= jour + ARCHIVE_AU_PLUS:
        raise Refus("Cette date doit venir après aujourd’hui, et dans les cinq ans.", "jusqua")
    archive, _ = ArchiveRestreinte.objects.update_or_create(
        dossier=dossier,
        defaults={
            "motif": motif.strip(),
            "jusqua": jusqua,
            "decidee_par": acteur.utilisateur,
            "decidee_le": timezone.now(),
        },
    )
    consigner_dossier(acteur, Operation.MODIFICATION, dossier, "archive")
    return archive


def silences(reseau: Reseau, jour: date) -> QuerySet[Dossier]:
    """Ceux dont le temps approche, pour l'écran de l'animation : le plus ancien d'abord."""
    averti = AvertissementConservation.objects.filter(
        dossier=OuterRef("pk"), dernier_contact_le=OuterRef("dernier_contact_le")
    )
    return (
        _sans_archive(jour)
        .filter(reseau=reseau, dernier_contact_le__lte=il_y_a(jour, MOIS_AVERTIR))
        .annotate(averti=Exists(averti), depuis=F("dernier_contact_le"))
        .order_by("dernier_contact_le", "pk")
    )
