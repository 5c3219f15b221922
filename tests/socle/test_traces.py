"""Les jetons des adresses n'entrent pas dans les journaux techniques."""

import io
import logging
import logging.config

import pytest
from django.conf import settings
from django.test import Client

ADRESSES = [
    "/ligne/3f2a9c:Signature-_x/",
    "/invitation/3f2a9c:Signature-_x/",
    "/compte/password/reset/key/1-c0ffee-Signature-_x/",
    "/compte/confirm-email/3f2a9c:Signature-_x/",
    "/courriels/refuser/3f2a9c:Signature-_x/",
]


@pytest.fixture
def lignes():
    """Ce que la sortie réglée pour le portail écrit, lu au lieu d'aller à l'écran."""
    reglages = settings.LOGGING["handlers"]["console"]
    configurateur = logging.config.DictConfigurator(settings.LOGGING)
    sortie = logging.StreamHandler(io.StringIO())
    for nom in reglages["filters"]:
        sortie.addFilter(configurateur.configure_filter(settings.LOGGING["filters"][nom]))
    logging.getLogger().addHandler(sortie)
    yield sortie.stream.getvalue
    logging.getLogger().removeHandler(sortie)


@pytest.mark.parametrize("adresse", ADRESSES)
def test_un_jeton_est_coupe_du_message_et_de_ses_arguments(lignes, adresse):
    logging.getLogger("django.request").warning("Not Found: %s", adresse)
    logging.getLogger("django.security.csrf").warning(f"Forbidden: {adresse}")
    assert "Signature" not in lignes()
    assert lignes().count("[coupé]") == 2


def test_un_jeton_est_coupe_de_la_trace_d_erreur(lignes):
    try:
        raise ValueError(f"adresse inconnue {ADRESSES[0]}")
    except ValueError:
        logging.getLogger("django.request").exception("panne")
    assert "adresse inconnue /ligne/[coupé]" in lignes()
    assert "Signature" not in lignes()


def test_le_reste_du_message_demeure(lignes):
    logging.getLogger("django.request").warning("Not Found: %s", "/r/vivarais/dossiers/12/")
    assert "Not Found: /r/vivarais/dossiers/12/" in lignes()


def test_une_vraie_page_introuvable_ne_livre_pas_son_jeton(lignes, db):
    Client(enforce_csrf_checks=True).post(ADRESSES[1], {"accepter": "1"})
    assert "[coupé]" in lignes()
    assert "Signature" not in lignes()
