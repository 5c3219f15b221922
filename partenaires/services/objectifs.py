"""Les objectifs d'une convention, et où l'on en est, jour après jour."""

from datetime import date

from django.db import transaction
from django.db.models import F

from partenaires.enums import EtatObjectif
from partenaires.models import Convention, DocumentConvention, Objectif, SuiviObjectif
from socle.refus import Refus


def ajouter_objectif(
    *, convention: Convention, intitule: str, mesure: str, echeance: date | None
) -> Objectif:
    if not convention.en_vigueur:
        raise Refus("Cette convention a pris fin : on ne lui fixe plus d’objectif.")
    return Objectif.objects.create(
        convention=convention, intitule=intitule, mesure=mesure, echeance=echeance
    )


@transaction.atomic
def suivre_objectif(
    *, acteur, objectif: Objectif, le: date, etat: str, avancement: int, texte: str
) -> SuiviObjectif:
    """Note où en est l'objectif ce jour-là ; le point le plus récent fait foi."""
    objectif = Objectif.objects.select_for_update(of=("self",)).get(pk=objectif.pk)
    if le > objectif.convention.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir : un point se fait une fois venu.", "le")
    if etat == EtatObjectif.ATTEINT:
        avancement = 100
    elif avancement == 100 and etat in (EtatObjectif.PREVU, EtatObjectif.EN_COURS):
        raise Refus("À 100 %, l’objectif est atteint : dites-le, ou baissez l’avancement.", "etat")
    suivi = SuiviObjectif.objects.create(
        objectif=objectif,
        le=le,
        etat=etat,
        avancement=avancement,
        texte=texte,
        auteur_id=acteur.utilisateur_id,
    )
    dernier = objectif.suivis.order_by("-le", "-pk").first()
    Objectif.objects.filter(pk=objectif.pk).update(
        etat=dernier.etat, avancement=dernier.avancement, revision=F("revision") + 1
    )
    return suivi


def joindre_document(*, acteur, convention: Convention, fichier, avenant=None):
    """Range le document signé avec la convention, ou avec l'un de ses avenants."""
    return DocumentConvention.objects.create(
        convention=convention,
        avenant=avenant,
        fichier=fichier,
        depose_par_id=acteur.utilisateur_id,
    )
