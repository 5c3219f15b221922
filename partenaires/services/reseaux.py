"""Créer un réseau, et y ouvrir le partage des dossiers."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.enums import EtatConvention, Fonction
from partenaires.models import (
    Commune,
    Convention,
    ConventionStructure,
    Epci,
    Reseau,
    ReseauCommune,
    Structure,
)
from partenaires.services.invitations import inviter
from partenaires.services.mandats import verrouiller
from partenaires.signals import partage_ouvert
from socle.refus import Refus
from socle.texte import cle

# Ce que répond la personne quand une structure du même nom existe déjà.
MEME, AUTRE = "meme", "autre"


@transaction.atomic
def creer_reseau(
    *,
    acteur,
    nom: str,
    slug: str,
    epcis: Iterable[Epci],
    structure_nom: str,
    structure_type: str,
    homonyme: str = "",
    email: str,
    prenom: str,
    nom_personne: str,
) -> Reseau:
    """Un réseau, ses communes, sa structure coordinatrice et la personne invitée à l'animer.

    La structure s'engage par une convention de principe qui court dès aujourd'hui, sans laquelle
    aucun mandat ne donnerait de droit. ``homonyme`` dit si elle est celle, du même nom et de la
    même nature, que l'installation connaît déjà : « meme » ou « autre ».
    """
    try:
        with transaction.atomic():
            reseau = Reseau.objects.create(nom=nom, slug=slug)
    except IntegrityError:
        raise Refus("Cette adresse est déjà celle d’un autre réseau.", "slug") from None
    communes = Commune.objects.filter(epci__in=[e.pk for e in epcis]).values_list("pk", flat=True)
    couvertures = ReseauCommune.objects.bulk_create(
        ReseauCommune(reseau=reseau, commune_id=pk) for pk in communes
    )
    if not couvertures:
        raise Refus("Choisissez au moins une intercommunalité.", "epcis")
    structure = _structure(structure_nom, structure_type, homonyme)
    convention = Convention.objects.create(
        reseau=reseau,
        intitule=f"Engagement de principe, {nom}"[:160],
        etat=EtatConvention.PRINCIPE,
        periode=DateRange(reseau.aujourd_hui(), None),
    )
    ConventionStructure.objects.create(convention=convention, structure=structure)
    reseau.structure_coordinatrice = structure
    reseau.save(update_fields=["structure_coordinatrice"])
    inviter(
        acteur=acteur,
        reseau=reseau,
        structure=structure,
        fonction=Fonction.ANIMATEUR,
        email=email,
        prenom=prenom,
        nom=nom_personne,
        administre=True,
    )
    return reseau


def _structure(nom: str, type_: str, homonyme: str) -> Structure:
    connue = Structure.objects.filter(cle_tri=cle(nom)[:160], type=type_).order_by("pk").first()
    if connue and not homonyme:
        raise Refus("Est-ce la même ? Choisissez l’une des deux réponses.", "homonyme")
    if connue and homonyme == MEME:
        return connue
    return Structure.objects.create(nom=nom, type=type_)


@transaction.atomic
def ouvrir_partage(*, reseau: Reseau, aipd_le: date, accord_conjoint_le: date) -> Reseau:
    """Ouvre le partage des dossiers dès aujourd'hui ; ``partage_ouvert`` l'annonce après validation.

    Lève ``Refus`` si une date est à venir ou si le partage est déjà ouvert.
    """
    reseau = verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    if reseau.partage_ouvert_le:
        raise Refus("Le partage est déjà ouvert dans ce réseau.")
    for champ, le in (("aipd_le", aipd_le), ("accord_conjoint_le", accord_conjoint_le)):
        if le > jour:
            raise Refus("Cette date est dans l’avenir : revenez quand ce sera fait.", champ)
    reseau.aipd_le = aipd_le
    reseau.accord_conjoint_le = accord_conjoint_le
    reseau.partage_ouvert_le = jour
    reseau.save(update_fields=["aipd_le", "accord_conjoint_le", "partage_ouvert_le"])
    transaction.on_commit(lambda: partage_ouvert.send(sender=Reseau, reseau=reseau))
    return reseau
