"""Mettre fin à des accès accordés sur demande ; qui les avait demandés l'apprend."""

from django.db.models import QuerySet

from porteurs.enums import EtatDemandeAcces
from porteurs.models import Dossier
from socle.courriels import Depot, deposer

GENRE_FIN = "acces_fini"


def finir(dossier: Dossier, demandes: QuerySet) -> list[str]:
    """Termine ceux de ces accès qui courent encore ; rend les structures qui les perdent.

    À appeler le dossier réservé ; les accès se recalculent avec ``toucher``.
    """
    jour = dossier.reseau.aujourd_hui()
    finies = list(
        demandes.filter(etat=EtatDemandeAcces.ACCEPTEE, jusqua__gt=jour)
        .select_related("structure", "demandeur")
        .order_by("pk")
    )
    for demande in finies:
        demande.etat, demande.jusqua = EtatDemandeAcces.TERMINEE, jour
        demande.save(update_fields=["etat", "jusqua"])
    deposer(
        [
            Depot(GENRE_FIN, str(d.uuid), d.demandeur, contexte={"demande": d.pk})
            for d in finies
            if d.demandeur.is_active
        ]
    )
    return [demande.structure.nom for demande in finies]
