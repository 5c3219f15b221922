"""La boîte d'envoi, côté métier : déposer une ligne, et dire comment elle se compose.

``deposer`` est appelé dans la transaction métier ; la composition et l'envoi sont l'affaire de
``socle.expedition``. Un genre est déclaré une fois, dans la liste MAILLON_COURRIELS.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import monotonic

from celery import current_app
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from kombu.exceptions import OperationalError
from psycopg2.extras import execute_values

from socle.listes import contributions
from socle.models import Courriel, Utilisateur

journal = logging.getLogger(__name__)

# Nombre de courriels qu'un ouvrier réclame à la fois : une connexion SMTP sert à tout le lot.
LOT = 50

# Secondes pendant lesquelles un courtier qui n'a pas répondu n'est plus appelé par ce processus.
SILENCE = 30
_courtier = {"sourd_jusqu_a": 0.0}

# Retours, tabulations et autres commandes, avec les espaces ordinaires qui les entourent.
COMMANDES = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Message:
    """Un courriel composé, prêt à partir. ``pieces`` : ``{"nom", "type", "contenu"}`` en texte.

    Le sujet tient en une ligne, sans caractère de commande ; les espaces insécables restent.
    """

    sujet: str
    texte: str
    html: str = ""
    pieces: list[dict] = field(default_factory=list)

    def __post_init__(self):
        object.__setattr__(self, "sujet", COMMANDES.sub(" ", self.sujet).strip()[:250])
        # PostgreSQL ne sait pas garder un caractère nul.
        object.__setattr__(self, "texte", self.texte.replace("\0", ""))
        object.__setattr__(self, "html", self.html.replace("\0", ""))


@dataclass(frozen=True)
class Genre:
    """Un genre de courriel.

    ``composer`` reçoit le lot des lignes réclamées et rend, par identifiant de ligne, le message
    ou ``None`` quand il n'y a rien à dire. ``secret`` : le corps porte un code ou un lien
    d'entrée et n'est pas gardé une fois remis à un vrai serveur. ``recompose`` : le texte se
    refait au départ ; sinon il n'existe que dans la ligne, et l'effacer est définitif.

    ``famille`` : ce que la personne peut refuser ; à défaut ``imperatif``, et rien ne l'arrête
    (compte, sécurité, obligation légale). ``peut_attendre`` : il se lit aussi bien lundi, et
    entre dans le courriel de la semaine de qui le préfère.
    """

    code: str
    libelle: str
    composer: Callable[[Sequence[Courriel]], dict[int, Message | None]]
    secret: bool = False
    recompose: bool = True
    famille: str = ""
    imperatif: bool = False
    peut_attendre: bool = False


@cache
def genres() -> dict[str, Genre]:
    return {genre.code: genre for genre in contributions("MAILLON_COURRIELS")}


def cle_destinataire(utilisateur: Utilisateur | None, adresse: str) -> str:
    return f"u{utilisateur.pk}" if utilisateur else adresse.lower()


@dataclass(frozen=True)
class Depot:
    """Un courriel à déposer. ``message`` ne sert qu'à ce que personne ne saurait recomposer."""

    genre: str
    periode: str
    utilisateur: Utilisateur | None = None
    adresse: str = ""
    contexte: dict = field(default_factory=dict)
    message: Message | None = None


def deposer(depots: Sequence[Depot]) -> int:
    """Dépose des courriels et rend le nombre de nouveaux : les autres l'étaient déjà.

    Après validation de la transaction, l'ouvrier est prévenu des seuls identifiants ; s'il est
    injoignable, le balayeur prendra les lignes dans la minute.
    """
    connus = genres()
    lignes = []
    for depot in depots:
        connus[depot.genre]
        adresse = depot.adresse or depot.utilisateur.email
        cle = cle_destinataire(depot.utilisateur, adresse)
        message = depot.message or Message("", "")
        lignes.append(
            (
                depot.genre,
                depot.utilisateur.pk if depot.utilisateur else None,
                adresse,
                cle,
                depot.periode,
                json.dumps(depot.contexte),
                Courriel.identifiant(depot.genre, cle, depot.periode),
                message.sujet,
                message.texte,
                message.html,
            )
        )
    if not lignes:
        return 0
    with transaction.atomic(), connection.cursor() as curseur:
        nouveaux = execute_values(
            curseur.cursor,
            "INSERT INTO socle_courriel (genre, destinataire_id, adresse, cle_destinataire, periode,"
            " contexte, message_id, sujet, corps_texte, corps_html, etat, tentatives, erreur, pieces)"
            " VALUES %s ON CONFLICT DO NOTHING RETURNING id",
            lignes,
            template="(%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, 'attente', 0, '', '[]')",
            page_size=500,
            fetch=True,
        )
        ids = [ligne[0] for ligne in nouveaux]
        prevenir(ids)
    return len(ids)


def prevenir(ids: list[int]) -> None:
    """Demande l'envoi, par lots, après validation ; courtier en panne, le balayeur s'en charge.

    Un échec vaut pour les demandes suivantes du processus, le temps de SILENCE : dix courriels
    déposés d'un geste n'attendent pas dix fois un courtier qui ne répond pas.
    """

    def demander():
        if not ids or monotonic() < _courtier["sourd_jusqu_a"]:
            return
        try:
            for debut in range(0, len(ids), LOT):
                # Par son nom : la tâche importe ce module, l'inverse ferait un cycle.
                current_app.send_task("socle.tasks.expedier", args=[ids[debut : debut + LOT]])
        except OperationalError:
            _courtier["sourd_jusqu_a"] = monotonic() + SILENCE
            journal.warning("courtier injoignable : %d courriels attendent le balayeur", len(ids))

    transaction.on_commit(demander)


def rendre(gabarit: str, sujet: str, contexte: dict, pieces: list[dict] | None = None) -> Message:
    """Compose un message à partir de ``<gabarit>.txt`` et ``<gabarit>.html``.

    Le pied mène au choix des courriels ; l'expédition y met l'adresse propre au destinataire.
    """
    contexte = contexte | {"choisir_ses_courriels": adresse_de_choix("_")}
    return Message(
        sujet=sujet,
        texte=render_to_string(f"{gabarit}.txt", contexte).strip() + "\n",
        html=render_to_string(f"{gabarit}.html", contexte),
        pieces=pieces or [],
    )


def adresse_de_choix(jeton: str) -> str:
    """La page publique où un destinataire refuse une famille de courriels."""
    return settings.SITE_URL + reverse("socle:refus", args=[jeton])


def composer(
    lignes: Sequence[Courriel], rater: Callable[[Courriel, str], None]
) -> Iterator[tuple[Courriel, Message | None]]:
    """Par genre, compose tout le lot ; un texte qui ne se compose pas n'arrête pas les autres.

    ``rater`` reçoit la ligne qui ne se compose pas, et pourquoi.
    """
    par_genre: dict[str, list[Courriel]] = {}
    for ligne in lignes:
        par_genre.setdefault(ligne.genre, []).append(ligne)
    for code, groupe in par_genre.items():
        genre = genres().get(code)
        if genre is None:
            # Déposé par une version plus récente que cet ouvrier : il attend la sienne.
            for ligne in groupe:
                rater(ligne, f"genre inconnu : {code}")
            continue
        try:
            messages = genre.composer(groupe)
        except Exception:
            journal.exception("le genre « %s » ne se compose pas en lot : ligne à ligne", code)
            yield from _une_a_une(genre.composer, groupe, rater)
            continue
        for ligne in groupe:
            yield ligne, messages.get(ligne.pk)


def _une_a_une(composer_genre, groupe: list[Courriel], rater):
    """Celle qui ne se compose pas attend, et n'emporte pas ses voisines."""
    for ligne in groupe:
        try:
            message = composer_genre([ligne]).get(ligne.pk)
        except Exception as erreur:
            journal.exception("le courriel %d ne se compose pas", ligne.pk)
            rater(ligne, f"rédaction : {erreur!r}")
            continue
        yield ligne, message


class SansEnvoi(BaseEmailBackend):
    """Aucun serveur d'envoi : les courriels restent lisibles dans la boîte d'envoi."""

    def send_messages(self, email_messages):
        return 0


def _deja_composes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    return {c.pk: Message(c.sujet, c.corps_texte, c.corps_html) for c in courriels}


GENRES = [
    Genre(
        "compte",
        "Compte : code, mot de passe, alerte",
        _deja_composes,
        secret=True,
        recompose=False,
        imperatif=True,
    )
]
