"""L'historique écrit par la base : qui agit, dans quel geste, et qui seul peut l'effacer.

Les déclencheurs de django-pghistory écrivent une ligne à chaque ajout, changement ou suppression
d'une table suivie, quel que soit le chemin (formulaire, SQL brut, COPY, mise à jour en masse).
Le contexte d'un geste tient à chaque ligne : l'identifiant de la personne et le nom de la route
ou de la tâche, jamais un nom ni une adresse. Voir docs/decisions/0012-historique.md.
"""

import json
from contextlib import contextmanager

import pghistory
import pgtrigger
from celery import Task
from django.db import connection, transaction
from pghistory import runtime

# Le réglage de transaction que seul le service d'effacement pose (voir ``effacement_ouvert``).
CLE_EFFACEMENT = "maillon.effacement"
FERME = f"current_setting('{CLE_EFFACEMENT}', true) IS DISTINCT FROM 'ouvert'"

# Les méthodes qui n'écrivent rien ne paient rien.
LECTURES = ("GET", "HEAD", "OPTIONS")


def sans_retouche(nom: str) -> list[pgtrigger.Trigger]:
    """Les déclencheurs d'une table où l'on ajoute seulement ; ``nom`` les distingue."""
    return [
        pgtrigger.Protect(
            name=f"{nom}_sans_retouche",
            operation=pgtrigger.Update | pgtrigger.Delete,
            condition=pgtrigger.Condition(FERME),
        ),
        # TRUNCATE n'éveille aucun déclencheur de ligne : il lui faut le sien.
        pgtrigger.Trigger(
            name=f"{nom}_sans_vidage",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
        ),
    ]


@contextmanager
def effacement_ouvert():
    """Le temps d'un bloc, les lignes d'historique peuvent être réécrites ou effacées.

    Réservé aux services qui effacent (un essai de cohérence compte les appelants). Le réglage ne
    vaut que dans la transaction, et se referme avec le bloc.
    """
    with transaction.atomic():
        _regler(CLE_EFFACEMENT, "ouvert")
        yield
        _regler(CLE_EFFACEMENT, "")


def _regler(cle: str, valeur: str) -> None:
    with connection.cursor() as curseur:
        curseur.execute("SELECT set_config(%s, %s, true)", [cle, valeur])


def preciser(**contexte) -> None:
    """Complète le geste en cours : ``porteur=`` pour qui agit sans compte, ``utilisateur=``…"""
    pghistory.context(**contexte)


@contextmanager
def geste(nom: str, **contexte):
    """Un geste hors d'une page : commande, tâche, import. Les écritures du bloc le portent.

    À l'intérieur d'un geste déjà ouvert, celui du dehors reste, complété.
    """
    with pghistory.context(geste=nom, **contexte):
        yield


def dire_avant_une_copie() -> None:
    """Écrit le geste en cours dans la transaction : COPY passe à côté de ce qui l'ajoute.

    À appeler juste avant ``copy_expert``, dans la même transaction. Sans geste ouvert, l'auteur
    se lira dans les lignes elles-mêmes.
    """
    if en_cours := getattr(runtime._tracker, "value", None):
        _regler("pghistory.context_id", str(en_cours.id))
        _regler("pghistory.context_metadata", json.dumps(en_cours.metadata))


class GesteDeLaPage:
    """Chaque envoi est un geste : la personne connectée et le nom de la route."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in LECTURES:
            return self.get_response(request)
        with pghistory.context():
            return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        if request.method not in LECTURES:
            pghistory.context(geste=request.resolver_match.view_name, utilisateur=request.user.pk)


class TacheNommee(Task):
    """Toute tâche est un geste du système, qui porte son nom."""

    abstract = True

    def __call__(self, *args, **kwargs):
        with geste(self.name, systeme=True):
            return super().__call__(*args, **kwargs)
