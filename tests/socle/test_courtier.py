"""Le courtier muet : une tentative, puis le balayeur ; personne n'attend sa page."""

import pytest
from celery import Celery
from redis.connection import Connection

from socle import courriels
from socle.courriels import SILENCE, Depot, Message, deposer
from socle.models import Courriel

pytestmark = pytest.mark.django_db


@pytest.fixture
def heure(monkeypatch):
    """L'heure du processus, qu'on avance à la main ; le courtier n'a encore rien dit."""
    heure = [1000.0]
    monkeypatch.setattr(courriels, "monotonic", lambda: heure[0])
    monkeypatch.setitem(courriels._courtier, "sourd_jusqu_a", 0.0)
    return heure


@pytest.fixture
def essais(monkeypatch, settings, heure):
    """Les connexions tentées vers une adresse où rien n'écoute, avec les réglages du portail."""
    tentees, connecter = [], Connection._connect

    def compter(connexion):
        tentees.append(connexion.port)
        return connecter(connexion)

    monkeypatch.setattr(Connection, "_connect", compter)
    application = Celery("essai", broker="redis://127.0.0.1:1/0", set_as_current=False)
    application.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    application.conf.task_publish_retry = settings.CELERY_TASK_PUBLISH_RETRY
    monkeypatch.setattr(courriels, "current_app", application)
    return tentees


def _deposer(nom: str) -> None:
    ecrit = Message("Sujet", "Bonjour.")
    deposer([Depot("compte", nom, adresse=f"{nom}@essai.test", message=ecrit)])


def test_trois_courriels_n_attendent_le_courtier_qu_une_fois(
    essais, heure, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        _deposer("un")
    # Ce qu'une seule demande coûte : le client de Redis a ses propres reprises.
    une_demande = len(essais)
    assert 1 <= une_demande <= 4
    with django_capture_on_commit_callbacks(execute=True):
        _deposer("deux")
        _deposer("trois")
    assert len(essais) == une_demande
    # Rien n'est perdu : le balayeur les trouvera.
    assert Courriel.objects.filter(etat="attente").count() == 3
    heure[0] += SILENCE
    with django_capture_on_commit_callbacks(execute=True):
        _deposer("quatre")
    assert len(essais) == 2 * une_demande


def test_un_courtier_qui_repond_est_prevenu_de_chacun(
    monkeypatch, heure, django_capture_on_commit_callbacks
):
    prevenus = []
    monkeypatch.setattr(
        courriels.current_app, "send_task", lambda nom, args: prevenus.append(len(args[0]))
    )
    with django_capture_on_commit_callbacks(execute=True):
        _deposer("un")
        _deposer("deux")
    assert prevenus == [1, 1]
