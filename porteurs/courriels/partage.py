"""Les courriels des demandes d'accès : relus au départ, dans les droits de leur destinataire."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from porteurs.enums import EtatDemandeAcces
from porteurs.models import DemandeAcces, Dossier
from porteurs.services.acces_finis import GENRE_FIN
from porteurs.services.partage import GENRE_DEMANDE, GENRE_REPONSE
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel
from socle.permissions import peut
from socle.preferences import Famille

FAMILLE = "acces"


def _demandes(courriels: Sequence[Courriel]) -> dict[int, DemandeAcces]:
    return (
        DemandeAcces.objects.select_related(
            "dossier__reseau", "dossier__structure_responsable", "structure", "demandeur"
        )
        .defer("dossier__vecteur_fiche", "dossier__vecteur_suivi")
        .in_bulk([c.contexte["demande"] for c in courriels])
    )


def _demandees(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui peut encore répondre ; une demande déjà réglée n'a plus rien à dire."""
    demandes = _demandes(courriels)
    acteurs = acteurs_de(c.destinataire for c in courriels)
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        demande = demandes.get(courriel.contexte["demande"])
        acteur = acteurs.get(courriel.destinataire_id)
        a_dire = (
            demande is not None
            and acteur is not None
            and demande.etat == EtatDemandeAcces.ENVOYEE
            and peut(acteur, "porteurs.acces.repondre", demande)
        )
        messages[courriel.pk] = (
            _ecrire(demande, "porteurs/courriels/acces_demande", "Un accès est demandé")
            if a_dire
            else None
        )
    return messages


def _repondues(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui demandait, s'il voit toujours au moins la fiche."""
    demandes = _demandes(courriels)
    acteurs = acteurs_de(c.destinataire for c in courriels)
    visibles = {
        pk: set(
            Dossier.objects.visible_par(acteur)
            .filter(pk__in={d.dossier_id for d in demandes.values()})
            .values_list("pk", flat=True)
        )
        for pk, acteur in acteurs.items()
    }
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        demande = demandes.get(courriel.contexte["demande"])
        a_dire = demande is not None and demande.dossier_id in visibles.get(
            courriel.destinataire_id, ()
        )
        messages[courriel.pk] = (
            _ecrire(demande, "porteurs/courriels/acces_reponse", "Votre demande d’accès")
            if a_dire
            else None
        )
    return messages


def _finies(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui avait demandé l'accès : la référence seule, car il ne lit peut-être plus la fiche."""
    demandes = _demandes(courriels)
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        demande = demandes.get(courriel.contexte["demande"])
        finie = demande is not None and demande.etat == EtatDemandeAcces.TERMINEE
        messages[courriel.pk] = (
            rendre(
                "porteurs/courriels/acces_fini",
                f"Un accès a pris fin\u00a0: {demande.dossier.reference}",
                {"demande": demande, "dossier": demande.dossier},
            )
            if finie
            else None
        )
    return messages


def _ecrire(demande: DemandeAcces, gabarit: str, objet: str) -> Message:
    dossier = demande.dossier
    page = "acces_repondre" if demande.etat == EtatDemandeAcces.ENVOYEE else "dossier"
    cible = demande.uuid if page == "acces_repondre" else dossier.uuid
    return rendre(
        gabarit,
        f"{objet}\u00a0: {dossier.reference}, {dossier.intitule}",
        {
            "demande": demande,
            "dossier": dossier,
            "acceptee": demande.etat == EtatDemandeAcces.ACCEPTEE,
            "adresse": settings.SITE_URL
            + reverse(f"porteurs:{page}", args=[dossier.reseau.slug, cible]),
        },
    )


FAMILLES = [
    Famille(
        FAMILLE,
        "Les accès demandés",
        "Quand une structure demande à suivre un de vos dossiers, quand on répond à votre demande, et "
        "quand un accès finit.",
    )
]
GENRES = [
    Genre(GENRE_DEMANDE, "Un accès est demandé", _demandees, famille=FAMILLE, peut_attendre=True),
    Genre(
        GENRE_REPONSE,
        "La réponse à une demande d’accès",
        _repondues,
        famille=FAMILLE,
        peut_attendre=True,
    ),
    Genre(GENRE_FIN, "Un accès a pris fin", _finies, famille=FAMILLE, peut_attendre=True),
]
