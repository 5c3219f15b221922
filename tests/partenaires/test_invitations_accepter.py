"""Accepter : par le lien, une fois, par la bonne personne."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.core import signing
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import ConventionStructure, Invitation, Mandat
from partenaires.services import invitations as service
from socle import liens
from socle.models import LienSigne, Utilisateur
from socle.refus import Refus
from tests.fabriques import MandatFabrique, UtilisateurFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.partenaires.invites import COMPTE, PHRASE, inviter, url, url_du_lien

pytestmark = pytest.mark.usefixtures("personne_n_est_attendu")


def test_un_lien_lu_ne_consomme_rien(distribution):
    invitation = inviter(distribution)
    for _ in range(2):
        assert Client().head(url_du_lien(invitation)).status_code == 200
        page = Client().get(url_du_lien(invitation))
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        texte = page.content.decode()
        assert "Anouk Distribution-Animatrice vous invite" in texte
        assert "Chambre de la vallée" in texte
        assert 'value="Renard"' in texte
    invitation.refresh_from_db()
    assert invitation.acceptee_le is None
    assert invitation.lien.utilise_le is None


def test_accepter_ouvre_le_compte_le_mandat_et_la_session(distribution):
    invitation = inviter(distribution, administre=True)
    client = Client()
    reponse = client.post(url_du_lien(invitation), COMPTE)
    assert reponse["Location"] == reverse("accueil:tableau")
    nadia = Utilisateur.objects.get(email="nadia@ailleurs.test")
    assert get_user(client) == nadia
    assert nadia.check_password(PHRASE)
    assert nadia.nom_complet == "Nadia Renard"
    assert nadia.est_administrateur is False
    assert nadia.emailaddress_set.get().verified
    mandat = Mandat.objects.get(utilisateur=nadia)
    assert (mandat.structure, mandat.reseau, mandat.fonction, mandat.administre) == (
        distribution.s1,
        distribution.reseau,
        "technicien",
        True,
    )
    assert mandat.periode == DateRange(aujourd_hui(), None)
    invitation.refresh_from_db()
    assert invitation.acceptee_par == nadia
    assert "Nadia Renard" in client.get(url("annuaire", distribution)).content.decode()
    # Le lien ne sert qu'une fois ; à la même personne, la page le dit sans l'inquiéter.
    assert client.post(url_du_lien(invitation), COMPTE)["Location"] == reverse("accueil:tableau")
    page = Client().post(url_du_lien(invitation), COMPTE)
    assert page.status_code == 410
    assert "déjà servi" in page.content.decode()
    assert Mandat.objects.filter(utilisateur=nadia).count() == 1


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"password1": "court", "password2": "court"}, "12 caractères"),
        ({"password2": "autre chose que la première"}, "ne sont pas les mêmes"),
        (
            {"password1": "nadia@ailleurs.test", "password2": "nadia@ailleurs.test"},
            "trop semblable",
        ),
        ({"password1": "qwerty123456", "password2": "qwerty123456"}, "trop courant"),
        ({"prenom": ""}, "Prénom"),
    ],
)
def test_un_mot_de_passe_faible_se_dit_en_francais(champs, phrase, distribution):
    invitation = inviter(distribution)
    page = Client().post(url_du_lien(invitation), COMPTE | champs)
    texte = page.content.decode()
    assert page.status_code == 200
    assert phrase in texte
    assert 'value="Renard"' in texte
    assert PHRASE not in texte
    assert not Utilisateur.objects.filter(email="nadia@ailleurs.test").exists()
    invitation.lien.refresh_from_db()
    assert invitation.lien.utilise_le is None


def test_un_compte_existant_se_connecte_puis_accepte(distribution, connecter):
    invitation = inviter(distribution, "Etrangere@distribution.test")
    anonyme = Client()
    page = anonyme.get(url_du_lien(invitation)).content.decode()
    assert "Connectez-vous" in page
    assert "password1" not in page
    # Un envoi forgé n'ouvre ni ne change le compte.
    anonyme.post(url_du_lien(invitation), COMPTE)
    assert not Mandat.objects.filter(utilisateur=distribution.etrangere, reseau=distribution.reseau)
    client = connecter(distribution.etrangere)
    assert "il ne reste qu’à accepter" in client.get(url_du_lien(invitation)).content.decode()
    assert client.post(url_du_lien(invitation))["Location"] == reverse("accueil:tableau")
    assert Mandat.objects.get(utilisateur=distribution.etrangere, reseau=distribution.reseau)


def test_un_autre_compte_n_accepte_pas(distribution, connecter):
    invitation = inviter(distribution)
    client = connecter(distribution.voisine)
    for page in (client.get(url_du_lien(invitation)), client.post(url_du_lien(invitation), COMPTE)):
        assert "adressée à" in page.content.decode()
        assert "nadia@ailleurs.test" in page.content.decode()
    with pytest.raises(Refus):
        service.accepter(invitation=invitation, utilisateur=distribution.voisine)
    invitation.lien.refresh_from_db()
    assert invitation.lien.utilise_le is None
    assert Mandat.objects.filter(utilisateur=distribution.voisine).count() == 1


def test_un_compte_ferme_n_entre_pas(distribution):
    UtilisateurFabrique(email="nadia@ailleurs.test", is_active=False)
    invitation = inviter(distribution)
    page = Client().post(url_du_lien(invitation), COMPTE)
    assert "a été fermé" in page.content.decode()
    assert not Mandat.objects.filter(utilisateur__email="nadia@ailleurs.test").exists()


def test_un_lien_expire_ou_forge(distribution):
    invitation = inviter(distribution)
    autre = signing.Signer(salt="lien.autre").sign(invitation.lien.uuid.hex)
    inconnu = signing.Signer(salt="lien.invitation").sign("0" * 32)
    for jeton in (autre, inconnu, "n-importe-quoi", liens.jeton(invitation.lien)[:-2]):
        adresse = reverse("partenaires:invitation_accepter", args=[jeton])
        for reponse in (Client().get(adresse), Client().post(adresse, COMPTE)):
            assert reponse.status_code == 410
            assert "n’est pas reconnu" in reponse.content.decode()
    LienSigne.objects.update(expire_le=timezone.now() - timedelta(seconds=1))
    for reponse in (
        Client().get(url_du_lien(invitation)),
        Client().post(url_du_lien(invitation), COMPTE),
    ):
        assert reponse.status_code == 410
        assert "a expiré" in reponse.content.decode()
        assert "vous en envoyer une nouvelle" in reponse.content.decode()
    assert not Utilisateur.objects.filter(email="nadia@ailleurs.test").exists()


def test_une_structure_sortie_entre_temps(distribution):
    invitation = inviter(distribution)
    ConventionStructure.objects.filter(structure=distribution.s1).delete()
    page = Client().post(url_du_lien(invitation), COMPTE)
    assert page.status_code == 410
    assert "n’est plus membre" in page.content.decode()
    assert not Utilisateur.objects.filter(email="nadia@ailleurs.test").exists()
    invitation.lien.refresh_from_db()
    assert invitation.lien.utilise_le is None


def test_deux_invitations_a_la_meme_personne(distribution):
    """Technicienne ici, marraine là : la seconde retrouve le compte ouvert par la première."""
    premiere = inviter(distribution)
    seconde = inviter(distribution, fonction=Fonction.PARRAIN, structure=distribution.s2)
    client = Client()
    client.post(url_du_lien(premiere), COMPTE)
    client.post(url_du_lien(seconde))
    nadia = Utilisateur.objects.get(email="nadia@ailleurs.test")
    assert sorted(Mandat.objects.filter(utilisateur=nadia).values_list("fonction", flat=True)) == [
        "parrain",
        "technicien",
    ]


@pytest.mark.parametrize(
    ("periode", "attendues"),
    [
        ((-30, None), [(-30, None)]),
        ((-30, 10), [(-30, None)]),
        ((-30, -5), [(-30, -5), (0, None)]),
        ((20, None), [(0, 20), (20, None)]),
    ],
)
def test_un_mandat_qui_chevauche(periode, attendues, distribution, connecter):
    def jours(debut, fin):
        return DateRange(aujourd_hui(debut), None if fin is None else aujourd_hui(fin))

    invitation = inviter(distribution, "voisine@distribution.test", administre=True)
    MandatFabrique(
        utilisateur=distribution.voisine,
        structure=distribution.s1,
        reseau=distribution.reseau,
        periode=jours(*periode),
    )
    reponse = connecter(distribution.voisine).post(url_du_lien(invitation))
    assert reponse["Location"] == reverse("accueil:tableau")
    mandats = Mandat.objects.filter(utilisateur=distribution.voisine, structure=distribution.s1)
    assert [m.periode for m in mandats.order_by("periode")] == [jours(*p) for p in attendues]
    assert mandats.get(periode__contains=aujourd_hui()).administre


def test_trop_d_essais_d_une_meme_adresse(distribution, monkeypatch):
    monkeypatch.setattr("partenaires.views.invitations.ESSAIS", 2)
    invitation = inviter(distribution)
    client = Client()
    for statut in (200, 200, 429):
        page = client.post(url_du_lien(invitation), COMPTE | {"password2": "pas la même"})
        assert page.status_code == statut
    assert "revenez dans une heure" in page.content.decode()
    assert client.get(url_du_lien(invitation)).status_code == 200


def test_deux_envois_au_meme_instant(base_clonee, distribution):
    """Deux navigateurs acceptent le même lien : un seul compte, un seul mandat."""
    invitation = inviter(distribution)
    depart = threading.Barrier(2)
    issues = []

    def accepter(prenom):
        try:
            depart.wait(timeout=10)
            service.accepter(
                invitation=Invitation.objects.get(pk=invitation.pk),
                prenom=prenom,
                nom="Renard",
                mot_de_passe=PHRASE,
            )
            issues.append("entrée")
        except Refus as refus:
            issues.append(refus.phrase)
        finally:
            connection.close()

    visiteurs = [threading.Thread(target=accepter, args=(p,), daemon=True) for p in ("A", "B")]
    for visiteur in visiteurs:
        visiteur.start()
    for visiteur in visiteurs:
        visiteur.join(timeout=20)
    assert sorted(issues) == ["Ce lien vient de servir, ou d’être annulé.", "entrée"]
    assert Utilisateur.objects.filter(email="nadia@ailleurs.test").count() == 1
    assert Mandat.objects.filter(utilisateur__email="nadia@ailleurs.test").count() == 1
