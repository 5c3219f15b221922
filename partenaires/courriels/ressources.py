"""Les courriels des ressources : une question posée, une réponse reçue."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.enums import LECTEURS
from partenaires.models import Mandat, QuestionRessource, Reseau, Ressource
from partenaires.services.ressources import GENRE_QUESTION, GENRE_REPONSE
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui lit encore ce réseau, ou l’un de ses enfants si la ressource leur est partagée.

    Qui est d'un autre réseau que le destinataire y paraît sous le nom de son réseau.
    """
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
    reseaux = _reseaux(
        {q.auteur_id for q in questions.values()} | {c.destinataire_id for c in courriels}
    )
    return {
        c.pk: _message(questions[c.contexte["question"]], c, reseaux)
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


def _reseaux(personnes: set[int | None]) -> dict[int, dict[int, Reseau]]:
    """Les réseaux de chacun, finis compris : une personne partie reste connue des siens."""
    connus: dict[int, dict[int, Reseau]] = {}
    mandats = Mandat.objects.filter(utilisateur__in=personnes - {None}).select_related("reseau")
    for mandat in mandats.order_by("pk"):
        connus.setdefault(mandat.utilisateur_id, {})[mandat.reseau_id] = mandat.reseau
    return connus


def _signature(question: QuestionRessource, lecteur: dict, siens: dict[int, Reseau]) -> str:
    if not question.auteur:
        return "Quelqu’un"
    if lecteur.keys() & siens.keys():
        return question.auteur.nom_complet
    reseau = siens.get(question.ressource.reseau_id) or next(iter(siens.values()), None)
    return reseau.nom if reseau else "Un autre réseau"


def _chez(lecteur: dict[int, Reseau], ressource: Ressource) -> Reseau:
    """Le réseau où le destinataire lit la ressource : le sien, ou un enfant du sien."""
    enfants = (r for r in lecteur.values() if r.parent_id == ressource.reseau_id)
    return lecteur.get(ressource.reseau_id) or next(enfants, ressource.reseau)


def _message(question: QuestionRessource, courriel: Courriel, reseaux: dict) -> Message:
    ressource = question.ressource
    lecteur = reseaux.get(courriel.destinataire_id, {})
    qui = _signature(question, lecteur, reseaux.get(question.auteur_id, {}))
    verbe = "vous répond" if courriel.genre == GENRE_REPONSE else "pose une question"
    chemin = reverse("partenaires:ressource", args=[_chez(lecteur, ressource).slug, ressource.uuid])
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
