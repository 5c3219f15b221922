"""Le travail long : demandé après validation, mené par une seule tâche à la fois, sans délai de page."""

import logging
from contextlib import contextmanager

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

traces = logging.getLogger(__name__)

# Un lot de mille lignes et ce qui les entoure : bien plus long qu'une page.
DELAI = "120s"


def demander(tache: str) -> None:
    """Après validation, tout de suite si l'ouvrier est joignable ; sinon au prochain passage.

    ``tache`` est son nom : elle importe le service qui la demande, l'inverse ferait un cycle.
    """

    def envoyer():
        try:
            current_app.send_task(tache)
        except OperationalError:
            traces.warning("courtier injoignable : %s attend son passage planifié", tache)

    transaction.on_commit(envoyer)


@contextmanager
def seul(famille: str, pk: int):
    """Vrai pour une seule tâche à la fois ; le verrou meurt avec sa connexion. Délais relevés."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [famille, pk])
        (pris,) = curseur.fetchone()
        if pris:
            curseur.execute(f"SET statement_timeout = '{DELAI}'")
    try:
        yield pris
    finally:
        if pris:
            with connection.cursor() as curseur:
                curseur.execute("RESET statement_timeout")
                curseur.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [famille, pk])


@contextmanager
def avancement(requete: str):
    """``avancer(parametres)`` joue ``requete`` hors de la transaction en cours : la page la voit."""
    autre = connection.copy()

    def avancer(parametres: list) -> None:
        with autre.cursor() as curseur:
            curseur.execute(requete, parametres)

    try:
        yield avancer
    finally:
        autre.close()
