"""Le courriel qui prévient une structure que l'animation lit l'historique d'un de ses dossiers."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from porteurs.models import Dossier, LectureMotivee
from porteurs.services.historique import GENRE_LECTURE
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _lectures(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui suit encore le dossier au moment où le courriel part."""
    lectures = LectureMotivee.objects.select_related(
        "demandeur", "dossier__reseau", "dossier__structure_responsable"
    ).in_bulk([c.contexte["lecture"] for c in courriels])
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        lecture = lectures.get(courriel.contexte["lecture"])
        acteur = acteurs.get(courriel.destinataire_id)
        messages[courriel.pk] = None
        if lecture and acteur:
            suivis = Dossier.objects.filter(pk=lecture.dossier_id).suivis_par(acteur)
            if suivis.exists():
                messages[courriel.pk] = _message(lecture, acteur)
    return messages


def _message(lecture: LectureMotivee, acteur) -> Message:
    dossier = lecture.dossier
    chemin = reverse("porteurs:historique", args=[dossier.reseau.slug, dossier.uuid])
    return rendre(
        "porteurs/courriels/historique_lecture",
        f"L’animation lit l’historique du dossier {dossier.reference}",
        {
            "prenom": acteur.utilisateur.prenom,
            "lecture": lecture,
            "dossier": dossier,
            "fin": lecture.jusqua.astimezone(dossier.reseau.tz),
            "page": settings.SITE_URL + chemin,
        },
    )


GENRES = [
    Genre(
        GENRE_LECTURE,
        "L’animation lit l’historique d’un de vos dossiers",
        _lectures,
        imperatif=True,
    )
]
