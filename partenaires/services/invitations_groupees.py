"""Inviter plusieurs personnes d'un seul geste : toutes, ou aucune."""

from django.db import transaction

from partenaires.models import Invitation, Reseau
from partenaires.services.invitations import inviter
from socle.refus import Refus


class RefusDeLignes(Refus):
    """Des lignes ne peuvent pas partir ; ``erreurs`` donne le refus de chacune, par son rang."""

    def __init__(self, erreurs: dict[int, Refus]):
        super().__init__("Aucune invitation n’est partie : corrigez les lignes marquées.")
        self.erreurs = erreurs


@transaction.atomic
def inviter_ensemble(*, acteur, reseau: Reseau, lignes: list[dict]) -> list[Invitation]:
    """Invite chaque personne, ou lève ``RefusDeLignes`` : rien n'est alors écrit ni envoyé."""
    invitations, erreurs = [], {}
    for rang, ligne in enumerate(lignes):
        try:
            with transaction.atomic():
                invitations.append(inviter(acteur=acteur, reseau=reseau, **ligne))
        except Refus as refus:
            erreurs[rang] = refus
    if erreurs:
        raise RefusDeLignes(erreurs)
    return invitations
