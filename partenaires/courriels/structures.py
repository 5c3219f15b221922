"""Le courriel qui dit à une structure qu’un réseau de plus la compte parmi ses membres."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.models import Mandat, Reseau, Structure
from partenaires.services.structures import GENRE_ENTREE
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui administre encore la structure, quel que soit le réseau."""
    structures = Structure.objects.in_bulk([c.contexte["structure"] for c in courriels])
    reseaux = Reseau.objects.in_bulk([c.contexte["reseau"] for c in courriels])
    administrent = set(
        Mandat.objects.actifs_maintenant()
        .filter(utilisateur__in=[c.destinataire_id for c in courriels], administre=True)
        .values_list("utilisateur_id", "structure_id")
    )
    messages = {}
    for courriel in courriels:
        structure = structures.get(courriel.contexte["structure"])
        reseau = reseaux.get(courriel.contexte["reseau"])
        concerne = (courriel.destinataire_id, courriel.contexte["structure"]) in administrent
        messages[courriel.pk] = (
            rendre(
                "partenaires/courriels/structure_entree",
                f"{structure.nom} entre dans le réseau {reseau.nom}",
                {
                    "structure": structure,
                    "reseau": reseau,
                    "adresse": settings.SITE_URL + reverse("accueil:tableau"),
                },
            )
            if concerne and structure and reseau
            else None
        )
    return messages


GENRES = [Genre(GENRE_ENTREE, "Un réseau compte votre structure", _composer, famille="structure")]
