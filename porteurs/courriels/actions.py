"""Le rappel des actions à échéance : lu au départ, avec les droits du destinataire."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Module
from porteurs.enums import Volet
from porteurs.models import Acces
from porteurs.services.rappels_actions import FAMILLE, GENRE, a_faire, remplacants
from socle.acteur import Acteur, acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel
from socle.preferences import Famille

# Un courriel se lit en deux minutes : le reste est compté, et le tableau le montre.
MONTREES = 12


def _rappels(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    jour = timezone.localdate()
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    places = remplacants(jour)
    return {
        c.pk: _message(acteurs[c.destinataire_id], places.get(c.destinataire_id, []), jour)
        if c.destinataire_id in acteurs
        else None
        for c in courriels
    }


def _message(acteur: Acteur, absents: list[int], jour) -> Message | None:
    actions = list(
        a_faire(jour)
        .filter(
            Acces.objects.ouvrant(acteur.pour(Module.DOSSIERS), Volet.PROFESSIONNEL, "dossier"),
            responsable__in=[acteur.utilisateur_id, *absents],
        )
        .select_related("dossier__reseau", "dossier__commune", "responsable")
        .order_by("echeance", "pk")[: MONTREES + 1]
    )
    if not actions:
        return None
    lignes = [
        {
            "action": action,
            "dossier": action.dossier,
            "en_retard": action.echeance < jour,
            "pour": action.responsable.nom_complet
            if action.responsable_id != acteur.utilisateur_id
            else "",
            "page": settings.SITE_URL
            + reverse("porteurs:dossier", args=[action.dossier.reseau.slug, action.dossier.uuid]),
        }
        for action in actions[:MONTREES]
    ]
    nombre = len(lignes)
    sujet = "Une action vous attend" if nombre == 1 else f"{nombre} actions vous attendent"
    return rendre(
        "porteurs/courriels/actions",
        sujet,
        {
            "lignes": lignes,
            "reste": len(actions) > MONTREES,
            "tableau": settings.SITE_URL + reverse("accueil:tableau"),
        },
    )


GENRES = [
    Genre(
        GENRE,
        "Actions à échéance",
        _rappels,
        famille=FAMILLE,
        peut_attendre=True,
    )
]

FAMILLES = [
    Famille(
        FAMILLE,
        "Mes actions à échéance",
        "Une fois par semaine au plus, ce que vous avez promis de faire ces jours-ci, et ce qui "
        "est en retard. Rien quand tout est fait.",
    )
]
