"""La saisie qui survit à la session : rendue à qui l'a tapée, et à personne d'autre."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from socle import reprise
from socle.models import Utilisateur

pytestmark = pytest.mark.django_db

ICI = {"origin": "http://testserver"}
NOTE = "Une note longue et précieuse"


@pytest.fixture
def lea():
    return Utilisateur.objects.create(email="lea@exemple.fr", prenom="Léa", nom="Moulin")


@pytest.fixture
def hugo():
    return Utilisateur.objects.create(email="hugo@exemple.fr", prenom="Hugo", nom="Roche")


def envoyer(client, texte=NOTE, **plus):
    return client.post(reverse("accueil:tableau"), {"texte": texte}, headers=ICI | plus)


def session_eteinte(personne) -> Client:
    """Le navigateur de cette personne, sa session restée trop longtemps sans geste."""
    client = Client()
    client.force_login(personne)
    session = client.session
    session["debut"] = session["vu"] = int(time.time()) - 3 * 3600
    session.save()
    return client


def reprendre(client) -> str:
    return client.get(reverse("socle:reprise"), follow=True).content.decode()


def test_la_personne_retrouve_sa_saisie(lea):
    client = session_eteinte(lea)
    reponse = envoyer(client)
    assert reponse.url == f"{reverse('account_login')}?next={reverse('socle:reprise')}"
    client.force_login(lea)
    assert NOTE in reprendre(client)


def test_sur_un_poste_partage_la_suivante_ne_la_voit_pas(lea, hugo):
    client = session_eteinte(lea)
    envoyer(client)
    client.force_login(hugo)
    assert NOTE not in reprendre(client)
    assert reprise.CLE_PERSONNE not in client.session
    assert reprise.CLE not in client.session


def test_sans_nom_elle_n_attend_qu_une_demi_heure(lea):
    presse, lent = Client(), Client()
    for client in (presse, lent):
        envoyer(client)
    session = lent.session
    session[reprise.CLE]["le"] -= reprise.DELAI_SANS_NOM + 1
    session.save()
    for client in (presse, lent):
        client.force_login(lea)
    assert NOTE in reprendre(presse)
    assert NOTE not in reprendre(lent)


def test_la_session_qui_attend_est_courte_et_la_suivante_ne_l_est_pas(lea):
    client = Client()
    envoyer(client)
    assert client.session.get_expiry_age() <= reprise.DUREE_ANONYME
    client.force_login(lea)
    assert client.session.get_expiry_age() > reprise.DUREE_ANONYME


def test_un_envoi_trop_long_ou_venu_d_ailleurs_n_est_pas_garde():
    client = Client()
    envoyer(client, "x" * (reprise.TAILLE_MAXIMALE + 1))
    envoyer(client, origin="https://ailleurs.test")
    assert reprise.CLE not in client.session


def test_une_adresse_ne_remplit_pas_la_base_de_saisies():
    for _ in range(reprise.SAISIES_PAR_HEURE):
        envoyer(Client())
    client = Client()
    envoyer(client)
    assert reprise.CLE not in client.session


def test_la_connexion_annonce_la_saisie_et_la_page_de_reprise_y_mene():
    client = Client()
    annonce = "Votre saisie est gardée\u00a0: reconnectez-vous, vous la retrouverez."
    assert annonce not in client.get(reverse("account_login")).content.decode()
    envoyer(client)
    assert annonce in client.get(reverse("account_login")).content.decode()
    reponse = client.get(reverse("socle:reprise"))
    assert reponse.url == f"{reverse('account_login')}?next={reverse('socle:reprise')}"


@pytest.mark.parametrize(("origine", "gardee"), [("http://testserver", True), ("null", False)])
def test_la_page_du_jeton_perime_ne_promet_que_ce_qu_elle_tient(lea, origine, gardee):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lea)
    reponse = envoyer(client, origin=origine)
    assert reponse.status_code == 403
    page = reponse.content.decode()
    assert ("Retrouver ma saisie" in page) is gardee
    assert ("rien n’en est gardé" in page) is not gardee
    assert (NOTE in reprendre(client)) is gardee


def test_un_formulaire_de_compte_n_est_jamais_garde():
    client = Client(enforce_csrf_checks=True)
    client.post(reverse("account_login"), {"login": "a@b.fr", "password": "x"}, headers=ICI)
    assert reprise.CLE not in client.session


def test_une_requete_partielle_mene_aussi_a_la_reprise():
    reponse = envoyer(Client(), **{"HX-Request": "true"})
    assert reponse["HX-Redirect"].endswith(f"?next={reverse('socle:reprise')}")
