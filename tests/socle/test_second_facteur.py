"""Le second facteur, par la vraie porte : mot de passe, puis code de l'application."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from socle.models import Courriel

pytestmark = pytest.mark.django_db
MOT_DE_PASSE = "un mot de passe bien long"
PARTOUT = "Maillon n’envoie pas encore de courriels"


@pytest.fixture(autouse=True)
def installation_reelle(settings):
    settings.MAILLON_DEMO = False
    settings.EMAIL_URL = ""


@pytest.fixture
def irene(administratrice):
    return _avec_mot_de_passe(administratrice)


@pytest.fixture
def technicienne(voisine):
    return _avec_mot_de_passe(voisine)


def _avec_mot_de_passe(personne):
    personne.set_password(MOT_DE_PASSE)
    personne.save()
    EmailAddress.objects.get_or_create(
        user=personne, email=personne.email, defaults={"primary": True, "verified": True}
    )
    return personne


def code(secret) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def entrer(personne) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": personne.email, "password": MOT_DE_PASSE})
    return client


def test_mot_de_passe_puis_code_ouvrent_la_boite_d_envoi(irene):
    secret = generate_totp_secret()
    TOTP.activate(irene, secret)
    client = entrer(irene)
    reponse = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    if reponse.url == reverse("mfa_trust"):
        client.post(reverse("mfa_trust"), {"action": "skip"})
    assert client.get(reverse("socle:courriels")).status_code == 200


@pytest.mark.parametrize("envoi", ["", "smtp://essai"])
def test_le_mot_de_passe_seul_n_ouvre_pas_la_boite_d_envoi(irene, settings, envoi):
    settings.EMAIL_URL = envoi
    reponse = entrer(irene).get(reverse("socle:courriels"))
    assert reponse.status_code == 302
    assert reponse.url == reverse("mfa_index")


def test_un_facteur_pose_mais_pas_montre_se_redemande(irene):
    TOTP.activate(irene, generate_totp_secret())
    client = Client()
    client.force_login(irene)
    reponse = client.get(reverse("socle:courriels"))
    assert reponse.url == f"{reverse('mfa_reauthenticate')}?next={reverse('socle:courriels')}"


def test_sans_serveur_d_envoi_le_mot_de_passe_seul_n_ouvre_aucun_dossier(technicienne):
    client = entrer(technicienne)
    reponse = client.get(reverse("accueil:tableau"), follow=True)
    assert reponse.redirect_chain[-1][0] == reverse("mfa_index")
    assert PARTOUT in reponse.content.decode()
    for route in ("usersessions_list", "account_logout", "mfa_index", "accueil:accueil"):
        assert client.get(reverse(route)).status_code == 200
    assert client.get("/sante/vivant").status_code == 200


def test_avec_un_serveur_d_envoi_le_code_par_courriel_a_suffi(technicienne, settings):
    settings.EMAIL_URL = "smtp://essai"
    client = Client()
    client.force_login(technicienne)
    assert client.get(reverse("accueil:tableau")).status_code == 200


def test_la_demonstration_en_dispense(technicienne, settings):
    settings.MAILLON_DEMO = True
    assert entrer(technicienne).get(reverse("accueil:tableau")).status_code == 200


def test_poser_l_application_mene_aux_codes_de_secours_puis_au_tableau(technicienne, monkeypatch):
    # Comme hors d'un essai : la validation survient avant la fin de la requête.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda f, **_: f())
    client = entrer(technicienne)
    client.post(reverse("account_reauthenticate"), {"password": MOT_DE_PASSE})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page).group(1)
    reponse = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert reponse.url == reverse("mfa_view_recovery_codes")
    assert Authenticator.objects.filter(user=technicienne, type="totp").exists()
    suite = client.get(reponse.url).content.decode()
    assert f'href="{reverse("accueil:tableau")}">Continuer</a>' in suite
    assert "Les anciens" not in suite
    assert client.get(reverse("accueil:tableau")).status_code == 200


def test_l_en_tete_host_ne_choisit_pas_ou_mene_un_lien_secret(technicienne, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://maillon.exemple.fr"
    Client().post(
        reverse("account_reset_password"),
        {"email": technicienne.email},
        headers={"host": "pirate.test"},
    )
    courriel = Courriel.objects.filter(adresse=technicienne.email).latest("pk")
    corps = courriel.corps_texte + courriel.corps_html
    assert "https://maillon.exemple.fr/compte/password/reset/key/" in corps
    assert "pirate.test" not in corps
