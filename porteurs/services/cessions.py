"""Relier le dossier d'un cédant à celui de qui reprend."""

from django.db import IntegrityError, transaction

from porteurs.enums import FinDeLien, NatureProjet
from porteurs.models import Dossier, LienDossiers
from porteurs.services.dossier import toucher, verrouiller_pour
from socle.refus import Refus


def roles(dossier: Dossier, autre: Dossier) -> tuple[Dossier, Dossier]:
    """Qui des deux transmet, qui reprend. Lève ``Refus`` si aucun ou les deux transmettent."""
    cedants = [d for d in (dossier, autre) if d.nature == NatureProjet.CESSION]
    if len(cedants) != 1:
        raise Refus(
            "Il faut un dossier de transmission d’un côté, et de l’autre un projet qui reprend.",
            "reference",
        )
    [cedant] = cedants
    return cedant, autre if cedant is dossier else dossier


@transaction.atomic
def relier(*, acteur, dossier: Dossier, reference: str) -> LienDossiers:
    """Relie ce dossier à un autre du réseau, que l'acteur voit aussi."""
    dossier = verrouiller_pour(acteur, "porteurs.lien.tenir", dossier)
    autre = (
        Dossier.objects.visible_par(acteur)
        .filter(reseau=dossier.reseau_id, reference=reference.strip())
        .exclude(pk=dossier.pk)
        .first()
    )
    if autre is None:
        raise Refus("Aucun dossier de cette référence parmi ceux que vous voyez.", "reference")
    if not autre.ouvert:
        raise Refus("Ce dossier est clos.", "reference")
    cedant, repreneur = roles(dossier, autre)
    try:
        with transaction.atomic():
            lien = LienDossiers.objects.create(
                cedant=cedant, repreneur=repreneur, cree_par=acteur.utilisateur
            )
    except IntegrityError as erreur:
        raise Refus("Ces deux dossiers sont déjà reliés.", "reference") from erreur
    toucher(dossier)
    return lien


@transaction.atomic
def delier(*, acteur, dossier: Dossier, lien: LienDossiers) -> bool:
    """La mise en relation n'a pas abouti ; faux si elle était déjà finie."""
    dossier = verrouiller_pour(acteur, "porteurs.lien.tenir", dossier)
    fini = LienDossiers.objects.filter(pk=lien.pk, fini_le=None).update(
        fini_le=dossier.reseau.aujourd_hui(), fin=FinDeLien.ROMPU
    )
    if fini:
        toucher(dossier)
    return bool(fini)
