"""Faire entrer une structure dans un réseau, tenir sa fiche."""

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.enums import LECTEURS, EtatConvention, base_legale_de
from partenaires.models import (
    Commune,
    Convention,
    ConventionStructure,
    Mandat,
    Reseau,
    Structure,
)
from partenaires.services.mandats import verrouiller
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.journal import consigner
from socle.models import Utilisateur
from socle.refus import Refus
from socle.texte import cle

GENRE_ENTREE = "structure_entree"


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
    structure = structure_connue(nom, type_, commune)
    if structure is None:
        structure = Structure.objects.create(
            nom=nom,
            type=type_,
            base_legale=base_legale_de(type_),
            commune=commune,
            email=email,
            telephone=telephone,
        )
    elif est_membre(structure, reseau):
        raise Refus("Cette structure est déjà membre du réseau.", "nom")
    engager(structure, reseau)
    return structure


def structure_connue(nom: str, type_: str, commune: Commune) -> Structure | None:
    """Celle de ce nom, de cette nature, dans cette commune ; réunie à une autre, c'est l'autre."""
    structure = (
        Structure.objects.filter(cle_tri=cle(nom)[:160], type=type_, commune=commune)
        .order_by("pk")
        .first()
    )
    return structure and vivante(structure)


def vivante(structure: Structure) -> Structure:
    """Elle-même, ou celle à qui des fusions successives l'ont réunie."""
    while structure.fusionnee_dans_id:
        structure = structure.fusionnee_dans
    return structure


def est_membre(structure: Structure, reseau: Reseau) -> bool:
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    return membres.filter(pk=structure.pk).exists()


def engager(structure: Structure, reseau: Reseau) -> Convention:
    """L'engagement de principe, sans terme, qui fait d'elle un membre dès aujourd'hui."""
    convention = Convention.objects.create(
        reseau=reseau,
        intitule=f"Engagement de principe, {structure.nom}"[:160],
        etat=EtatConvention.PRINCIPE,
        periode=DateRange(reseau.aujourd_hui(), None),
    )
    ConventionStructure.objects.create(convention=convention, structure=structure)
    annoncer(structure, reseau)
    return convention


def annoncer(structure: Structure, reseau: Reseau) -> None:
    """Qui administre déjà la structure, ailleurs, apprend qu'un réseau vient de la compter."""
    jour = reseau.aujourd_hui()
    personnes = Utilisateur.objects.filter(
        pk__in=Mandat.objects.administrent(jour, LECTEURS)
        .filter(structure=structure)
        .exclude(reseau=reseau)
        .values("utilisateur")
    )
    deposer(
        [
            Depot(
                GENRE_ENTREE,
                f"s{structure.pk}r{reseau.pk}:{jour}",
                personne,
                contexte={"structure": structure.pk, "reseau": reseau.pk},
            )
            for personne in personnes.order_by("pk")
        ]
    )


@transaction.atomic
def modifier_fiche(*, acteur, structure: Structure, fiche: dict) -> Structure:
    """Enregistre la fiche. Lève ``Refus`` si une autre structure porte déjà ce SIRET."""
    structure = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if structure.fusionnee_dans_id:
        raise Refus(f"Cette fiche vient d’être réunie à {structure.fusionnee_dans.nom}.")
    if fiche["siret"]:
        autres = Structure.objects.vivantes().exclude(pk=structure.pk)
        if autre := autres.filter(siret=fiche["siret"]).first():
            raise Refus(phrase_siret_pris(acteur, autre), "siret")
    for champ, valeur in fiche.items():
        setattr(structure, champ, valeur)
    structure.save(update_fields=list(fiche))
    consigner(acteur, Operation.MODIFICATION, "structure", structure.uuid)
    return structure


def phrase_siret_pris(acteur, autre: Structure) -> str:
    """Qui porte ce SIRET, si l'acteur peut le savoir, et quoi faire."""
    if Structure.objects.visible_par(acteur).filter(pk=autre.pk).exists():
        return (
            f"Ce SIRET est déjà celui de {autre.nom}. Si c’est la même structure, l’animation du "
            "réseau peut réunir les deux fiches\u00a0; sinon, l’un des deux numéros est à corriger."
        )
    return (
        "Ce SIRET est déjà sur une autre fiche de cette installation, hors de vos réseaux. S’il est "
        "juste, laissez-le vide ici et signalez-le à qui administre l’installation\u00a0: il réunira "
        "les deux fiches."
    )
