"""Les courriels des ressources : une question posée, une réponse reçue."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.enums import LECTEURS
from partenaires.models import Mandat, QuestionRessource
from partenaires.services.ressources import GENRE_QUESTION, GENRE_REPONSE
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui lit encore ce réseau, ou l’un de ses enfants si la ressource leur est partagée."""
    questions = QuestionRessource.objects.select_related(
        "ressource__reseau", "auteur", "question"
    ).in_bulk([c.contexte["question"] for c in courriels])
    lisent: dict[int, set[int]] = {}
    mandats = Mandat.objects.actifs_maintenant().filter(
        utilisateur__in=[c.destinataire_id for c in courriels], fonction__in=LECTEURS
    )
    for personne, reseau, parent in mandats.values_list(
        "utilisateur_id", "reseau_id", "reseau__parent_id"
    ):
        lisent.setdefault(personne, set()).update({(reseau, False), (parent, True)})
    return {
        c.pk: _message(questions[c.contexte["question"]], c.genre)
        if _lit(questions.get(c.contexte["question"]), lisent.get(c.destinataire_id, set()))
        else None
        for c in courriels
    }


def _lit(question: QuestionRessource | None, reseaux: set) -> bool:
    if question is None or question.ressource.retiree_le:
        return False
    ressource = question.ressource
    return (ressource.reseau_id, False) in reseaux or (
        ressource.pour_les_enfants and (ressource.reseau_id, True) in reseaux
    )


def _message(question: QuestionRessource, genre: str) -> Message:
    ressource = question.ressource
    qui = question.auteur.nom_complet if question.auteur else "Quelqu’un"
    verbe = "vous répond" if genre == GENRE_REPONSE else "pose une question"
    chemin = reverse("partenaires:ressource", args=[ressource.reseau.slug, ressource.uuid])
    return rendre(
        "partenaires/courriels/ressource_question",
        f"{qui} {verbe} sur « {ressource.titre} »",
        {
            "question": question,
            "ressource": ressource,
            "qui": qui,
            "verbe": verbe,
            "adresse": f"{settings.SITE_URL}{chemin}#question-{question.uuid}",
        },
    )


GENRES = [
    Genre(
        GENRE_QUESTION,
        "Question sur une ressource",
        _composer,
        famille="evenements",
        peut_attendre=True,
    ),
    Genre(
        GENRE_REPONSE,
        "Réponse à une question",
        _composer,
        famille="evenements",
        peut_attendre=True,
    ),
]
