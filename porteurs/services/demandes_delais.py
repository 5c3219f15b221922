"""Ce que le temps fait aux demandes : alerter, dire le retard, remettre en mains, effacer.

Tout se déduit de la base : un passage manqué se rattrape au suivant, et rejouer ne double rien.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from partenaires.models import Reseau
from porteurs.enums import EtatDemande, MotifCloture
from porteurs.models import Demande, Rapprochement, TransmissionDemande
from porteurs.services import permanences
from porteurs.services.aiguillage import structure_pour
from porteurs.services.demandes import confier
from porteurs.services.demandes_annonces import (
    GENRE_ALERTE,
    GENRE_RETARD,
    animateurs,
    destinataires,
)
from socle.courriels import Depot, deposer

GARDE = timedelta(days=183)
LOT = 500
PERSONNE_POUR_RAPPELER = "La structure n’a plus de technicien dans le réseau."


def reseaux_ou_l_on_attend():
    """Ceux où quelqu'un attend d'être rappelé."""
    attentes = Demande.objects.en_attente().filter(reseau=OuterRef("pk"))
    return Reseau.objects.filter(Exists(attentes)).order_by("pk")


def suivre_les_demandes(reseau: Reseau) -> None:
    """Ce que doit un réseau aujourd'hui : remettre en mains, alerter, dire les retards."""
    reprendre_les_orphelines(reseau)
    jour = reseau.aujourd_hui()
    attente = Demande.objects.en_attente().filter(reseau=reseau).select_related("reseau")
    _prevenir(GENRE_ALERTE, attente.filter(alerte_le__lte=jour), "alerte_le", destinataires)
    _prevenir(GENRE_RETARD, attente.en_retard(jour), "promise_le", animateurs)


def _prevenir(genre: str, demandes, terme: str, a_qui) -> int:
    """Un courriel par personne et par date : ce qui échoit le même jour se lit ensemble."""
    par_date: dict[tuple, list[int]] = defaultdict(list)
    personnes = {}
    connus: dict[int | None, list] = {}
    for demande in demandes.order_by("confiee_le", "pk"):
        cle = demande.structure_id
        if cle not in connus:
            connus[cle] = a_qui(demande)
        for personne in connus[cle]:
            personnes[personne.pk] = personne
            par_date[personne.pk, getattr(demande, terme), demande.reseau_id].append(demande.pk)
    return deposer(
        [
            Depot(
                genre,
                f"{reseau}:{le.isoformat()}",
                utilisateur=personnes[qui],
                contexte={"demandes": pks},
            )
            for (qui, le, reseau), pks in par_date.items()
        ]
    )


def reprendre_les_orphelines(reseau: Reseau) -> int:
    """Une structure partie, ou sans technicien, ne rappellera personne : la demande change de mains."""
    recevantes = permanences.qui_recoivent(reseau)
    orphelines = (
        Demande.objects.en_attente()
        .filter(reseau=reseau, structure__isnull=False)
        .exclude(structure__in=recevantes.values("pk"))
    )
    return sum(_reprendre(pk) for pk in orphelines.values_list("pk", flat=True)[:LOT])


@transaction.atomic
def _reprendre(pk: int) -> bool:
    Demande.objects.select_for_update().only("pk").get(pk=pk)
    demande = Demande.objects.select_related("reseau", "commune", "structure").get(pk=pk)
    if not demande.en_attente:
        return False
    structure = structure_pour(demande.reseau, demande.commune)
    if structure == demande.structure:
        return False
    confier(demande, structure=structure, reseau=demande.reseau, motif=PERSONNE_POUR_RAPPELER)
    return True


def purger_les_demandes() -> int:
    """Six mois après la réponse, ou après l'arrivée sans réponse, la personne s'efface.

    Devenue un dossier, c'est lui qui la garde, avec ses propres règles.
    """
    seuil = timezone.now() - GARDE
    dues = Demande.objects.filter(
        Q(repondue_le__lt=seuil) | Q(repondue_le=None, recue_le__lt=seuil), purgee_le=None
    )
    effacees = 0
    while lot := list(dues.order_by("recue_le").values_list("pk", flat=True)[:LOT]):
        effacees += effacer(lot)
    return effacees


@transaction.atomic
def effacer(demandes: list[int]) -> int:
    """Efface la personne de ces demandes, et ce qui y mène ; la ligne reste pour les nombres.

    Sans personne à rappeler, plus rien n'attend : ce qui n'avait pas de réponse se ferme.
    """
    Rapprochement.objects.filter(Q(demande__in=demandes) | Q(autre__in=demandes)).delete()
    TransmissionDemande.objects.filter(demande__in=demandes).update(motif="")
    Demande.objects.en_attente().filter(pk__in=demandes).update(
        etat=EtatDemande.CLOSE, motif=MotifCloture.SANS_REPONSE, repondue_le=timezone.now()
    )
    return Demande.objects.filter(pk__in=demandes).update(
        **dict.fromkeys(Demande.PERSONNELLES, ""), purgee_le=timezone.localdate()
    )
