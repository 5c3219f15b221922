"""La route du premier lancement : ouverte tant qu'aucun compte n'existe, inexistante ensuite."""

from django.test import Client
from django.urls import reverse

from socle.models import Utilisateur
from tests.coherence.parcours import compte_neuf
from tests.gardes.empreinte import rien_ne_change

COMPTE = compte_neuf("Irène", "Première", email="irene@essai.test")


def test_le_premier_visiteur_cree_le_compte_qui_administre(base_sans_demonstration):
    adresse = reverse("accueil:premier_lancement")
    assert Client().get(adresse).status_code == 200
    assert Client().post(adresse, COMPTE, HTTP_HOST="localhost").status_code == 302
    assert Utilisateur.objects.get().est_administrateur
    assert Client().get(adresse).status_code == 404


def test_un_compte_existe_la_page_n_existe_plus(distribution):
    adresse = reverse("accueil:premier_lancement")
    with rien_ne_change("le premier lancement"):
        assert Client().get(adresse).status_code == 404
        assert Client().post(adresse, COMPTE).status_code == 404
    assert not Utilisateur.objects.filter(email=COMPTE["email"]).exists()
