"""La charte de fonctionnement : une version s'écrit, se publie, s'accepte structure par structure."""

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from partenaires.enums import EtatCharte
from partenaires.models import AcceptationCharte, CharteFonctionnement, Mandat, Reseau, Structure
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.mandats import verrouiller
from socle.courriels import Depot, deposer
from socle.refus import Refus

GENRE = "charte_a_accepter"
DEPASSEE = (
    "Quelqu’un a enregistré un autre texte pendant que vous écriviez. Le sien est à côté du "
    "vôtre : vérifiez, puis enregistrez de nouveau."
)


def charte_en_vigueur(reseau: Reseau) -> CharteFonctionnement | None:
    return CharteFonctionnement.objects.filter(reseau=reseau).en_vigueur().first()


@transaction.atomic
def ecrire_charte(*, reseau: Reseau, texte: str, revision: int) -> CharteFonctionnement:
    """Crée le brouillon de la version suivante (``revision`` 0), ou le change s'il n'a pas bougé."""
    brouillons = CharteFonctionnement.objects.filter(reseau=reseau, etat=EtatCharte.BROUILLON)
    if revision:
        if not brouillons.filter(revision=revision).update(texte=texte, revision=F("revision") + 1):
            raise Refus(DEPASSEE)
        return brouillons.get()
    verrouiller(reseau.pk)
    dernier = CharteFonctionnement.objects.filter(reseau=reseau).aggregate(n=Max("numero"))["n"]
    try:
        with transaction.atomic():
            return CharteFonctionnement.objects.create(
                reseau=reseau, numero=(dernier or 0) + 1, texte=texte
            )
    except IntegrityError:
        raise Refus(DEPASSEE) from None


@transaction.atomic
def publier_charte(*, acteur, charte: CharteFonctionnement, revision: int) -> int:
    """La version est figée ; chaque structure membre est invitée à l'accepter. Rend les courriels."""
    change = CharteFonctionnement.objects.filter(
        pk=charte.pk, etat=EtatCharte.BROUILLON, revision=revision
    ).update(
        etat=EtatCharte.PUBLIEE, publiee_le=timezone.now(), publiee_par_id=acteur.utilisateur_id
    )
    if not change:
        raise Refus("Ce texte a changé ou est déjà publié : relisez-le avant de le publier.")
    charte.refresh_from_db()
    return demander_les_acceptations(charte, "publication")


def demander_les_acceptations(charte: CharteFonctionnement, occasion: str) -> int:
    """Un courriel à qui administre une structure qui n'a pas accepté ; rend combien partent."""
    jour = charte.reseau.aujourd_hui()
    mandats = (
        Mandat.objects.administrent(jour, LECTEURS)
        .filter(reseau=charte.reseau, structure__in=restent_a_accepter(charte))
        .select_related("utilisateur")
        .order_by("utilisateur_id", "pk")
    )
    personnes = {m.utilisateur_id: m.utilisateur for m in mandats}
    return deposer(
        [
            Depot(
                GENRE,
                f"charte {charte.pk} {occasion}",
                utilisateur=personne,
                contexte={"charte": charte.pk},
            )
            for personne in personnes.values()
        ]
    )


def rappeler_la_charte(*, reseau: Reseau) -> int:
    """À la demande de l'animation, un rappel par jour au plus."""
    charte = charte_en_vigueur(reseau)
    if charte is None:
        raise Refus("Aucune charte n’est publiée : il n’y a rien à rappeler.")
    return demander_les_acceptations(charte, f"rappel {reseau.aujourd_hui():%Y-%m-%d}")


def restent_a_accepter(charte: CharteFonctionnement):
    """Les structures membres aujourd'hui qui n'ont pas accepté cette version."""
    membres = Structure.objects.membres(charte.reseau_id, charte.reseau.aujourd_hui())
    return membres.exclude(pk__in=charte.acceptations.values("structure")).order_by("cle_tri", "pk")


@transaction.atomic
def accepter_charte(
    *, acteur, charte: CharteFonctionnement, structure: Structure
) -> AcceptationCharte:
    """La structure accepte la version en vigueur. Une seconde fois, c'est la première qui compte."""
    verrouiller(charte.reseau_id)
    if charte_en_vigueur(charte.reseau) != charte:
        raise Refus("Une version plus récente est parue : c’est elle qu’il faut lire et accepter.")
    acceptation, _ = AcceptationCharte.objects.get_or_create(
        charte=charte,
        structure=structure,
        defaults={"acceptee_par_id": acteur.utilisateur_id},
    )
    return acceptation
