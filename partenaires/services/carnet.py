"""Écrire le carnet de route et le diagnostic, sans jamais effacer ce qu’un autre vient d’écrire."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from partenaires.enums import EtatJalon
from partenaires.models import Jalon, Reseau, RubriqueDiagnostic
from socle.refus import Refus

DEPASSE = (
    "Quelqu’un a enregistré une autre version pendant que vous écriviez. La sienne est à côté de "
    "la vôtre : vérifiez, puis enregistrez de nouveau."
)


def creer_jalon(*, reseau: Reseau, intitule, maillon, echeance, structure, responsable) -> Jalon:
    """Un jalon à faire. ``structure`` et ``responsable`` peuvent manquer : on dira qui plus tard."""
    return Jalon.objects.create(
        reseau=reseau,
        intitule=intitule,
        maillon=maillon,
        echeance=echeance,
        structure=structure,
        responsable=responsable,
    )


def avancer_jalon(
    *, jalon: Jalon, revision: int, etat: str, fait_le: date | None, note: str, **champs
) -> Jalon:
    """Change le jalon si personne ne l’a changé depuis ``revision`` ; sinon ``Refus``."""
    jour = jalon.reseau.aujourd_hui()
    fait = etat == EtatJalon.FAIT
    if fait and fait_le and fait_le > jour:
        raise Refus("Cette date est dans l’avenir : un jalon se dit fait une fois fait.", "fait_le")
    change = Jalon.objects.filter(pk=jalon.pk, revision=revision).update(
        etat=etat,
        fait_le=(fait_le or jour) if fait else None,
        note=note,
        revision=F("revision") + 1,
        **champs,
    )
    if not change:
        raise Refus(DEPASSE)
    return jalon


def retirer_jalon(*, jalon: Jalon) -> None:
    """Pour une erreur de saisie : rien n’en reste. Ce à quoi on renonce se dit « abandonné »."""
    jalon.delete()


@transaction.atomic
def ecrire_rubrique(
    *, reseau: Reseau, rubrique: str, revision: int, atouts, manques, pistes, auteur_id: int
) -> None:
    """Ajoute une version ; ``revision`` est celle qu’on a lue, 0 si la rubrique était vide."""
    connue = (
        RubriqueDiagnostic.objects.filter(reseau=reseau, rubrique=rubrique).aggregate(
            n=Max("revision")
        )["n"]
        or 0
    )
    if connue != revision:
        raise Refus(DEPASSE)
    try:
        with transaction.atomic():
            RubriqueDiagnostic.objects.create(
                reseau=reseau,
                rubrique=rubrique,
                revision=revision + 1,
                atouts=atouts,
                manques=manques,
                pistes=pistes,
                auteur_id=auteur_id,
            )
    except IntegrityError:
        raise Refus(DEPASSE) from None
