"""Faire entrer une structure dans un réseau."""

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.enums import EtatConvention
from partenaires.models import Commune, Convention, ConventionStructure, Reseau, Structure
from partenaires.services.mandats import verrouiller
from socle.refus import Refus
from socle.texte import cle


@transaction.atomic
def ajouter_structure(
    *, reseau: Reseau, nom: str, type_: str, commune: Commune, email: str = "", telephone: str = ""
) -> Structure:
    """La structure devient membre aujourd'hui, par un engagement de principe.

    Même nom, même nature, même commune : c'est la même, que l'installation connaisse ou non son
    premier réseau. Ses coordonnées déjà connues ne sont pas touchées. Lève ``Refus`` si elle est
    déjà membre.
    """
    reseau = verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    structure = (
        Structure.objects.filter(cle_tri=cle(nom)[:160], type=type_, commune=commune)
        .order_by("pk")
        .first()
    )
    if structure is None:
        structure = Structure.objects.create(
            nom=nom, type=type_, commune=commune, email=email, telephone=telephone
        )
    elif Structure.objects.membres(reseau.pk, jour).filter(pk=structure.pk).exists():
        raise Refus("Cette structure est déjà membre du réseau.", "nom")
    convention = Convention.objects.create(
        reseau=reseau,
        intitule=f"Engagement de principe, {structure.nom}"[:160],
        etat=EtatConvention.PRINCIPE,
        periode=DateRange(jour, None),
    )
    ConventionStructure.objects.create(convention=convention, structure=structure)
    return structure
