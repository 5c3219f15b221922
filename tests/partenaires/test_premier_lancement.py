"""Une installation neuve : la page du premier compte, sa clé, et sa fermeture."""

import threading
from io import StringIO

import pytest
from django.contrib.auth import get_user
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accueil.installation import cle_installation, creer_administrateur
from socle.models import Utilisateur
from socle.refus import Refus
from tests.fabriques import UtilisateurFabrique

PHRASE = "un chemin creux sous les hêtres"
COMPTE = {
    "email": "Irene@commune.test",
    "prenom": "Irène",
    "nom": "Faure",
    "password1": PHRASE,
    "password2": PHRASE,
}
LOIN = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def sans_demonstration(settings):
    settings.MAILLON_DEMO = False


@pytest.fixture
def neuve(base_sans_demonstration):
    """Une installation où nul n'a encore de compte."""
    assert not Utilisateur.objects.exists()


@pytest.fixture
def adresse():
    return reverse("accueil:premier_lancement")


def sur_place() -> Client:
    return Client(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")


def test_toute_page_y_mene_sauf_la_sante(neuve, adresse):
    client = sur_place()
    for page in ("/", reverse("accueil:tableau"), reverse("account_login"), "/r/x/partenaires/"):
        reponse = client.get(page)
        assert (reponse.status_code, reponse["Location"]) == (302, adresse)
    assert client.post("/communes/", {}).status_code == 302
    assert client.get("/sante/pret").status_code == 200
    assert client.get("/sante/").headers["Content-Type"].startswith("application/json")
    page = client.get(adresse)
    assert page.status_code == 200
    assert "<title>Premier lancement · Maillon</title>" in page.content.decode()


def test_creer_le_premier_compte_puis_plus_rien(neuve, adresse, settings):
    # Avec un serveur d'envoi, le tableau s'ouvre sans attendre le second facteur.
    settings.EMAIL_URL = "smtp://envoi.test"
    client = sur_place()
    assert "Clé d’installation" not in client.get(adresse).content.decode()
    reponse = client.post(adresse, COMPTE)
    # La suite demande d'abord de poser un second facteur ; la page d'arrivée le dit, une fois.
    assert reponse["Location"] == reverse("mfa_index")
    suite = client.get(reponse["Location"])
    assert [str(m) for m in suite.context["messages"]] == [
        "Votre compte est prêt. Posez un second facteur\u00a0: ouvrir le premier réseau, depuis votre "
        "tableau, le demande."
    ]
    tableau = client.get(reverse("accueil:tableau")).content.decode()
    assert reverse("partenaires:reseaux") in tableau
    irene = Utilisateur.objects.get()
    assert get_user(client) == irene
    assert irene.est_administrateur
    assert irene.email == "irene@commune.test"
    assert irene.check_password(PHRASE)
    assert irene.emailaddress_set.get().verified
    assert client.get(reverse("partenaires:reseau_nouveau"))["Location"] == reverse("mfa_index")
    for suivant in (client, sur_place()):
        assert suivant.get(adresse).status_code == 404
        assert suivant.post(adresse, COMPTE | {"email": "autre@essai.test"}).status_code == 404
    assert Utilisateur.objects.count() == 1


def test_de_loin_la_cle_est_demandee(neuve, adresse, settings):
    client = Client(HTTP_HOST="localhost", **LOIN)
    assert "Clé d’installation" in client.get(adresse).content.decode()
    for cle in ("", "0123456789", cle_installation()[:-1]):
        page = client.post(adresse, COMPTE | {"cle": cle})
        assert page.status_code == 200
        assert 'value="Irene@commune.test"' in page.content.decode()
        assert PHRASE not in page.content.decode()
    assert not Utilisateur.objects.exists()
    reponse = client.post(adresse, COMPTE | {"cle": f" {cle_installation().upper()} "})
    assert reponse["Location"] == reverse("mfa_index")
    assert Utilisateur.objects.get().est_administrateur


@pytest.mark.parametrize(
    ("entetes", "reglages"),
    [
        (LOIN, {}),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, {}),
        ({"HTTP_FORWARDED": "for=203.0.113.9"}, {}),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, {}),
        ({"HTTP_X_FORWARDED_SERVER": "facade"}, {}),
        ({"HTTP_X_REAL_IP": "203.0.113.9"}, {}),
        ({"HTTP_VIA": "1.1 facade"}, {}),
        ({"HTTP_HOST": "maillon.exemple.test"}, {"ALLOWED_HOSTS": ["maillon.exemple.test"]}),
        ({}, {"TLS": True}),
        ({}, {"MANDATAIRES_DE_CONFIANCE": ["10.0.0.1"]}),
    ],
)
def test_ce_qui_ressemble_a_un_mandataire_demande_la_cle(
    entetes, reglages, neuve, adresse, settings
):
    assert "Clé d’installation" not in sur_place().get(adresse).content.decode()
    for nom, valeur in reglages.items():
        setattr(settings, nom, valeur)
    client = Client(**{"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"} | entetes)
    assert "Clé d’installation" in client.get(adresse).content.decode()
    client.post(adresse, COMPTE)
    assert not Utilisateur.objects.exists()


def test_trop_d_essais_de_cle(neuve, adresse, monkeypatch):
    monkeypatch.setattr("accueil.views.premier_lancement.ESSAIS", 2)
    client = Client(HTTP_HOST="localhost", **LOIN)
    for statut in (200, 200, 429):
        assert client.post(adresse, COMPTE | {"cle": "0123456789"}).status_code == statut
    # Même la bonne clé attend.
    assert client.post(adresse, COMPTE | {"cle": cle_installation()}).status_code == 429
    assert not Utilisateur.objects.exists()


def test_une_saisie_fausse_se_dit(neuve, adresse):
    page = sur_place().post(
        adresse, COMPTE | {"email": "irene", "password1": "court", "password2": "courte"}
    )
    texte = page.content.decode()
    for phrase in ("il faut un @", "12 caractères", "ne sont pas les mêmes"):
        assert phrase in texte
    assert 'value="Faure"' in texte
    assert not Utilisateur.objects.exists()


def test_deux_visiteurs_en_meme_temps(neuve):
    """Le second attend le premier sur le verrou, puis trouve la place prise."""
    depart = threading.Barrier(2)
    issues = []

    def visiter(email):
        try:
            depart.wait(timeout=10)
            creer_administrateur(email=email, prenom="A", nom="B", mot_de_passe=PHRASE)
            issues.append("créé")
        except Refus:
            issues.append("fermé")
        finally:
            connection.close()

    visiteurs = [
        threading.Thread(target=visiter, args=(f"v{n}@essai.test",), daemon=True) for n in range(2)
    ]
    for visiteur in visiteurs:
        visiteur.start()
    for visiteur in visiteurs:
        visiteur.join(timeout=20)
    assert sorted(issues) == ["créé", "fermé"]
    assert Utilisateur.objects.count() == 1


def test_la_commande_montre_la_cle_tant_qu_elle_sert(neuve, settings):
    def commande(**options):
        sortie = StringIO()
        call_command("cle_installation", stdout=sortie, **options)
        return sortie.getvalue().strip()

    premiere = cle_installation()
    assert len(premiere) == 10
    assert premiere in commande()
    assert premiere in commande(si_utile=True)
    settings.SECRET_KEY = "une autre clé"
    assert premiere not in commande()
    UtilisateurFabrique()
    assert "ne sert plus" in commande()
    assert commande(si_utile=True) == ""


def test_un_compte_existe_la_garde_ne_coute_rien(db, nombre_de_requetes, adresse):
    UtilisateurFabrique()
    client = Client()
    assert client.get("/sante/pret").status_code == 200
    client.get(reverse("account_login"))
    with nombre_de_requetes(0):
        reponse = client.get(reverse("accueil:tableau"))
    assert reponse["Location"].startswith(reverse("account_login"))
    assert client.get(adresse).status_code == 404


def test_la_demonstration_n_est_pas_detournee(neuve, settings):
    settings.MAILLON_DEMO = True
    assert sur_place().get(reverse("account_login")).status_code == 200
