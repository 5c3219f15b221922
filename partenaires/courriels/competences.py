"""Le courriel qui rappelle à une structure de dire ce qu'elle fait."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.models import Reseau, Structure
from partenaires.permissions.adhesion import administre
from partenaires.services.grilles import GENRE
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _rappels(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Ce qui manque encore, à qui administre encore la structure : grille remplie entre-temps, on se tait."""
    absentes = (
        Structure.objects.vivantes()
        .sans_grille()
        .in_bulk({pk for c in courriels for pk in c.contexte["structures"]})
    )
    reseaux = Reseau.objects.in_bulk({c.contexte["reseau"] for c in courriels})
    acteurs = acteurs_de({c.destinataire for c in courriels})
    messages = {}
    for courriel in courriels:
        acteur = acteurs.get(courriel.destinataire_id)
        reseau = reseaux.get(courriel.contexte["reseau"])
        siennes = [
            absentes[pk]
            for pk in courriel.contexte["structures"]
            if acteur and reseau and pk in absentes and administre(acteur, reseau.pk, pk)
        ]
        messages[courriel.pk] = _message(acteur, reseau, siennes) if siennes else None
    return messages


def _message(acteur, reseau: Reseau, structures: list[Structure]) -> Message:
    lignes = [
        {
            "structure": structure,
            "adresse": settings.SITE_URL
            + reverse("partenaires:competences", args=[reseau.slug, structure.uuid]),
        }
        for structure in sorted(structures, key=lambda s: (s.cle_tri, s.pk))
    ]
    quoi = lignes[0]["structure"].nom if len(lignes) == 1 else f"{len(lignes)} structures"
    return rendre(
        "partenaires/courriels/grille_rappel",
        f"Que fait {quoi} ? Le réseau {reseau.nom} vous le demande"
        if len(lignes) == 1
        else f"Que font vos {quoi} ? Le réseau {reseau.nom} vous le demande",
        {"prenom": acteur.utilisateur.prenom, "reseau": reseau, "lignes": lignes},
    )


GENRES = [
    Genre(
        GENRE,
        "Dire ce que fait sa structure",
        _rappels,
        famille="structure",
        peut_attendre=True,
    )
]
