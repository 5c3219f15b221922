"""La lettre d'information de qui entre par la reprise d'un tableau."""

from collections.abc import Sequence

from porteurs.models import Dossier
from porteurs.services.imports.information import GENRE, joindre
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _composer(lignes: Sequence[Courriel]) -> dict[int, Message | None]:
    """Rien à qui n'a plus de dossier ici, ou a déjà été informé autrement."""
    dossiers = {
        d.pk: d
        for d in Dossier.objects.sans_vecteurs()
        .filter(pk__in=[ligne.contexte["dossier"] for ligne in lignes], opposition_le=None)
        .select_related("reseau", "structure_responsable")
    }
    return {ligne.pk: _message(dossiers.get(ligne.contexte["dossier"])) for ligne in lignes}


def _message(dossier: Dossier | None) -> Message | None:
    if dossier is None:
        return None
    return rendre(
        "porteurs/courriels/information_reprise",
        f"Votre projet «\u00a0{dossier.intitule}\u00a0» et le réseau {dossier.reseau.nom}",
        {
            "dossier": dossier,
            "reseau": dossier.reseau,
            "structure": dossier.structure_responsable,
            "joindre": joindre(dossier.structure_responsable),
        },
    )


GENRES = [
    Genre(
        GENRE,
        "Information d’une personne dont le dossier vient d’un tableau repris",
        _composer,
        imperatif=True,
    )
]
