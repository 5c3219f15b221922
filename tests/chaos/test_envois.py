"""Le courriel de réunion quand tout tombe : jamais perdu en silence, jamais envoyé deux fois.

Chaque essai vérifie : envoyés ∪ incertains = attendus, et chaque Message-ID au plus une fois
chez le serveur d'envoi (EXIGENCES, Fiabilité 1 et 2).
"""

import threading

import pytest

from tests.chaos.banc import jusqua
from tests.chaos.conftest import MEMBRES

pytestmark = pytest.mark.lent


def test_sans_incident_chacun_recoit_le_sien(banc, conforme):
    banc.ouvrier()
    banc.geste("preparer")
    jusqua(lambda: banc.etats()["envoye"] == MEMBRES, quoi="tout est envoyé")
    conforme()
    banc.geste("preparer")
    banc.finir()
    conforme()


def test_l_ouvrier_tue_pendant_la_remise(banc, conforme):
    """SIGKILL alors que le serveur tient des messages : ceux-là seuls deviennent incertains."""
    ouvrier = banc.ouvrier()

    def tuer_au_quarantieme(n: int) -> None:
        if n == 40:
            banc.tuer(ouvrier)

    banc.serveur.a_chaque = tuer_au_quarantieme
    banc.geste("preparer")
    jusqua(lambda: ouvrier.poll() is not None, quoi="l’ouvrier est mort")
    assert banc.etats()["envoye"] < MEMBRES
    banc.ouvrier()
    banc.finir()
    assert banc.etats()["incertain"] >= 1
    # Un message en main par processus de l'ouvrier.
    conforme(incertains_au_plus=2)


def test_l_ouvrier_tue_plusieurs_fois(banc, conforme):
    morts = []

    def tuer_tous_les_trente(n: int) -> None:
        if n % 30 == 0 and len(morts) < 3:
            morts.append(n)
            banc.tuer(banc.processus[-1])

    banc.serveur.a_chaque = tuer_tous_les_trente
    banc.ouvrier()
    banc.geste("preparer")
    for _ in range(3):
        # Ce que tenait le précédent revient après le délai d'abandon, par le balayeur.
        jusqua(
            lambda: banc.geste("balayer") or banc.processus[-1].poll() is not None,
            quoi="l’ouvrier est mort",
        )
        banc.ouvrier()
    banc.finir(120)
    conforme(incertains_au_plus=6)


def test_le_courtier_vide_ne_perd_rien(banc, conforme):
    """FLUSHALL : les demandes d'envoi disparaissent, les lignes restent et le balayeur les prend."""
    banc.geste("preparer")
    banc.services.redis.vider()
    banc.ouvrier()

    def vider_au_trentieme(n: int) -> None:
        if n == 30:
            banc.services.redis.vider()

    banc.serveur.a_chaque = vider_au_trentieme
    banc.finir()
    conforme()


def test_postgres_redemarre_pendant_les_envois(banc, conforme):
    redemarre = threading.Event()

    def redemarrer_au_quarantieme(n: int) -> None:
        if n == 40:
            banc.redemarrer_postgres()
            redemarre.set()

    banc.ouvrier()
    banc.serveur.a_chaque = redemarrer_au_quarantieme
    banc.geste("preparer")
    assert redemarre.wait(60)
    banc.finir()
    conforme(incertains_au_plus=2)


def test_deux_planificateurs_n_envoient_qu_une_fois(banc, conforme):
    banc.planificateur()
    banc.planificateur()
    banc.ouvrier()
    jusqua(lambda: banc.etats()["envoye"] == MEMBRES, quoi="tout est envoyé")
    # Encore quelques passages des deux, sur un travail déjà fait.
    presentes = banc.serveur.presentes
    avant = banc.sql("SELECT max(dernier) FROM socle_battement")[0][0]
    jusqua(
        lambda: (banc.sql("SELECT max(dernier) FROM socle_battement")[0][0] - avant).seconds >= 3,
        quoi="les planificateurs passent encore",
    )
    assert banc.serveur.presentes == presentes
    conforme()


def test_un_refus_passager_se_reprend(banc, conforme):
    """451 puis 250 : le serveur n'a rien pris, le second essai n'est pas un double."""
    banc.serveur.refuser = 25
    banc.ouvrier()
    banc.geste("preparer")
    jusqua(lambda: banc.serveur.presentes >= MEMBRES, quoi="tout est présenté une fois")
    jusqua(lambda: banc.etats() == {"envoye": MEMBRES - 25, "attente": 25}, quoi="le reste attend")
    assert banc.sql("SELECT DISTINCT left(erreur, 3) FROM socle_courriel WHERE erreur <> ''") == [
        ("451",)
    ]
    banc.le_temps_passe()
    banc.finir()
    conforme()
    assert banc.etats() == {"envoye": MEMBRES}


def test_un_serveur_qui_se_tait_laisse_un_incertain_visible(banc, conforme):
    """Coupé après avoir tout donné, on ne sait pas : la ligne le dit, et ne repart pas seule."""

    def se_taire_au_dixieme(n: int) -> None:
        if n == 10:
            banc.serveur.se_taire.set()

    banc.ouvrier(concurrence=1)
    banc.serveur.a_chaque = se_taire_au_dixieme
    banc.geste("preparer")
    jusqua(lambda: banc.etats()["incertain"] >= 1, quoi="le silence est constaté")
    banc.serveur.se_taire.clear()
    banc.finir(120)
    assert banc.etats()["incertain"] >= 1
    conforme(incertains_au_plus=5)
