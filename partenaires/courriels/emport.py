"""Le courriel qui dit aux structures qu’un réseau emporte ses données, et à qui les remettra."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Emport, Mandat
from partenaires.services.emport import GENRE
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui administre encore une structure du réseau, ou l’installation."""
    emports = Emport.objects.select_related("reseau", "demande_par").in_bulk(
        [c.contexte["emport"] for c in courriels]
    )
    administrent = set(
        Mandat.objects.actifs_maintenant()
        .filter(utilisateur__in=[c.destinataire_id for c in courriels], administre=True)
        .values_list("utilisateur_id", "reseau_id")
    )
    messages = {}
    for courriel in courriels:
        emport = emports.get(courriel.contexte["emport"])
        remet = courriel.destinataire.est_administrateur
        concerne = emport and (
            remet or (courriel.destinataire_id, emport.reseau_id) in administrent
        )
        messages[courriel.pk] = _message(emport, remet) if concerne else None
    return messages


def _message(emport: Emport, remet: bool) -> Message:
    return rendre(
        "partenaires/courriels/emport",
        f"Les données du réseau {emport.reseau.nom} sont demandées",
        {
            "emport": emport,
            "remet": remet,
            "le": timezone.localtime(emport.demande_le, emport.reseau.tz),
            "adresse": settings.SITE_URL + reverse("partenaires:emports"),
        },
    )


# Savoir que ses dossiers quittent l'installation ne se refuse pas.
GENRES = [
    Genre(
        GENRE,
        "Quelqu’un a demandé le fichier de toutes les données d’un réseau",
        _composer,
        imperatif=True,
    )
]
