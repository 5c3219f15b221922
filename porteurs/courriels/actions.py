"""Le rappel des actions à échéance : lu au départ, avec les droits du destinataire."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import Volet
from porteurs.models import Acces, Action
from porteurs.models.acces import cles
from porteurs.services.rappels_actions import FAMILLE, GENRE, a_faire
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel
from socle.preferences import Famille

# Un courriel se lit en deux minutes : le reste est compté, et le tableau le montre.
MONTREES = 12


def _rappels(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Le lot entier en deux lectures : les actions, puis qui suit leurs dossiers."""
    jour = timezone.localdate()
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    actions = list(
        a_faire(jour)
        .filter(Q(responsable__in=acteurs) | Q(remplacant__in=acteurs))
        .select_related("dossier__reseau", "responsable")
        .defer("dossier__vecteur_fiche", "dossier__vecteur_suivi")
        .order_by("echeance", "pk")
    )
    suivi_par: dict[int, set[str]] = {}
    for dossier, beneficiaire in (
        Acces.objects.en_cours(jour)
        .filter(dossier__in={a.dossier_id for a in actions}, volet=Volet.PROFESSIONNEL)
        .values_list("dossier", "beneficiaire")
    ):
        suivi_par.setdefault(dossier, set()).add(beneficiaire)
    siennes: dict[int, list[Action]] = {}
    droits = {pk: set(cles(acteur)) for pk, acteur in acteurs.items()}
    for action in actions:
        for pk in {action.responsable_id, action.remplacant} & acteurs.keys():
            if droits[pk] & suivi_par.get(action.dossier_id, set()):
                siennes.setdefault(pk, []).append(action)
    return {
        c.pk: _message(siennes.get(c.destinataire_id, []), c.destinataire_id, jour)
        for c in courriels
    }


def _message(actions: list[Action], destinataire: int, jour: date) -> Message | None:
    if not actions:
        return None
    lignes = [
        {
            "action": action,
            "dossier": action.dossier,
            "en_retard": action.echeance < jour,
            "pour": action.responsable.nom_complet if action.responsable_id != destinataire else "",
            "page": settings.SITE_URL
            + reverse("porteurs:dossier", args=[action.dossier.reseau.slug, action.dossier.uuid]),
        }
        for action in actions[:MONTREES]
    ]
    nombre = len(actions)
    sujet = "Une action vous attend" if nombre == 1 else f"{nombre} actions vous attendent"
    return rendre(
        "porteurs/courriels/actions",
        sujet,
        {
            "lignes": lignes,
            "reste": nombre > MONTREES,
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
