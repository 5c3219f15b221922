import pytest

from tests.chaos.banc import Banc

# Assez pour plusieurs lots de l'expédition : l'arrêt en surprend un au milieu des autres.
MEMBRES = 120


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    with Banc(tmp_path_factory.mktemp("banc")) as banc:
        yield banc


@pytest.fixture
def banc(services):
    """Le banc remis à neuf : une réunion de ``MEMBRES`` membres, rien de déposé ni de reçu."""
    services.sql("UPDATE porteurs_reunion SET etat = 'annulee'")
    services.sql("DELETE FROM socle_courriel")
    services.services.redis.vider()
    services.serveur.recus.clear()
    services.serveur.presentes = services.serveur.refuser = 0
    services.geste("reunion", MEMBRES)
    yield services
    services.serveur.a_chaque = lambda n: None
    services.serveur.se_taire.clear()
    for processus in services.processus:
        services.tuer(processus)
    services.processus.clear()


@pytest.fixture
def conforme(banc):
    """``conforme()`` : envoyés ∪ incertains = attendus, et jamais deux fois le même message."""

    def verifier(incertains_au_plus: int = 0) -> None:
        lignes = banc.sql("SELECT message_id, etat FROM socle_courriel")
        assert len(lignes) == MEMBRES
        etats = dict(lignes)
        assert set(etats.values()) <= {"envoye", "incertain"}, banc.etats()
        assert sum(etat == "incertain" for etat in etats.values()) <= incertains_au_plus
        recus = banc.serveur.recus
        assert set(recus.values()) == {1}, recus.most_common(3)
        assert {m for m, etat in etats.items() if etat == "envoye"} <= set(recus) <= set(etats)

    return verifier
