"""Inviter et se raviser : qui le peut, ce qui s’écrit, ce qui se voit."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Invitation
from partenaires.services import invitations as service
from socle.models import Courriel, Utilisateur
from tests.partenaires.invites import COMPTE, inviter, saisie, url, url_du_lien

pytestmark = pytest.mark.usefixtures("personne_n_est_attendu")


@pytest.mark.parametrize("nom", ["animatrice", "auteur"])
def test_inviter_ecrit_la_ligne_le_lien_et_le_courriel(nom, distribution, connecter):
    client = connecter(getattr(distribution, nom))
    assert "Inviter quelqu’un · Réseau de la vallée" in (
        client.get(url("inviter", distribution)).content.decode()
    )
    reponse = client.post(url("inviter", distribution), saisie(distribution))
    assert reponse["Location"] == url("invitations", distribution)
    invitation = Invitation.objects.get(email="nadia@ailleurs.test")
    assert invitation.invitee_par == getattr(distribution, nom)
    assert invitation.administre is False
    assert invitation.lien.but == "invitation"
    duree = invitation.expire_le - timezone.now()
    assert timedelta(days=13, hours=23) < duree <= timedelta(days=14)
    courriel = Courriel.objects.get(genre="invitation")
    assert courriel.adresse == "nadia@ailleurs.test"
    assert courriel.contexte == {"invitation": invitation.pk}
    assert "Nadia Renard" in client.get(url("invitations", distribution)).content.decode()


@pytest.mark.parametrize(
    ("nom", "statut"),
    [
        ("collegue", 403),
        ("voisine", 403),
        ("elue", 403),
        ("parrain", 403),
        ("accueil", 403),
        ("etrangere", 404),
        ("animatrice_b", 404),
        ("echue", 404),
        ("auditrice", 404),
        ("administratrice", 404),
    ],
)
def test_les_autres_n_invitent_pas(nom, statut, distribution, connecter, marqueur):
    invitation = inviter(distribution, nom=marqueur)
    assert marqueur in (
        connecter(distribution.animatrice).get(url("invitations", distribution)).content.decode()
    )
    client = connecter(getattr(distribution, nom))
    lecture = client.get(url("invitations", distribution))
    assert lecture.status_code == statut
    assert marqueur not in lecture.content.decode()
    assert client.get(url("inviter", distribution)).status_code == statut
    assert client.post(url("inviter", distribution), saisie(distribution)).status_code == statut
    for geste in ("invitation_revoquer", "invitation_renvoyer"):
        adresse = url(geste, distribution, invitation.uuid)
        assert client.post(adresse).status_code in (403, 404)
    assert list(Invitation.objects.filter(revoquee_le=None)) == [invitation]


def test_une_structure_n_invite_que_chez_elle_et_a_ses_fonctions(distribution, connecter):
    client = connecter(distribution.auteur)
    page = client.get(url("inviter", distribution)).content.decode()
    assert "Chambre de la vallée" in page
    assert "Pays de la vallée" not in page
    assert "élu ou élue" in page
    assert "animation du réseau" not in page
    for champs in (
        {"structure": str(distribution.s2.uuid)},
        {"fonction": "animateur"},
        {"fonction": "auditeur"},
    ):
        reponse = client.post(url("inviter", distribution), saisie(distribution, **champs))
        assert reponse.status_code == 200
        assert "Nadia@Ailleurs.test" in reponse.content.decode()
    assert not Invitation.objects.exists()
    # Et ne voit pas ce que l'animation attend ailleurs.
    inviter(distribution, "ailleurs@s2.test", structure=distribution.s2)
    anime = inviter(distribution, "anime@s1.test", fonction=Fonction.ANIMATEUR)
    page = client.get(url("invitations", distribution)).content.decode()
    assert "ailleurs@s2.test" not in page
    assert "anime@s1.test" in page
    adresse = url("invitation_revoquer", distribution, anime.uuid)
    assert client.post(adresse).status_code == 403


def test_une_saisie_fausse_se_dit_et_se_garde(distribution, connecter):
    reponse = connecter(distribution.animatrice).post(
        url("inviter", distribution),
        saisie(distribution, email="nadia.ailleurs", fonction="auditeur", administre="on"),
    )
    page = reponse.content.decode()
    assert "il faut un @ et un point" in page
    assert "n’administre pas de structure" in page
    assert 'value="nadia.ailleurs"' in page
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("champ", ["prenom", "nom"])
def test_un_nom_tient_sur_une_ligne(champ, distribution, connecter):
    envoi = saisie(distribution, **{champ: "Nadia\r\nBcc: x"})
    page = connecter(distribution.animatrice).post(url("inviter", distribution), envoi)
    assert "Une seule ligne" in page.content.decode()
    assert not Invitation.objects.exists()
    invitation = inviter(distribution)
    page = Client().post(url_du_lien(invitation), COMPTE | {champ: "Nadia\u0007Renard"})
    assert "Une seule ligne" in page.content.decode()
    assert not Utilisateur.objects.filter(email="nadia@ailleurs.test").exists()


def test_qui_tient_deja_le_mandat_n_est_pas_invite(distribution, connecter):
    reponse = connecter(distribution.animatrice).post(
        url("inviter", distribution), saisie(distribution, email="COLLEGUE@distribution.test")
    )
    assert "tient déjà ce mandat" in reponse.content.decode()
    assert not Invitation.objects.exists()
    # Mais on peut lui confier l'administration.
    inviter(distribution, "collegue@distribution.test", administre=True)


def test_un_double_envoi_n_invite_qu_une_fois(distribution, connecter):
    client = connecter(distribution.animatrice)
    cle = client.get(url("inviter", distribution)).context["form"]["cle_envoi"].value()
    for _ in range(2):
        reponse = client.post(
            url("inviter", distribution), saisie(distribution, cle_envoi=str(cle))
        )
        assert reponse["Location"] == url("invitations", distribution)
    assert Invitation.objects.count() == 1
    assert Courriel.objects.filter(genre="invitation").count() == 1


def test_inviter_de_nouveau_remplace(distribution):
    premiere = inviter(distribution)
    seconde = inviter(distribution, "NADIA@ailleurs.test", prenom="Nadège")
    premiere.refresh_from_db()
    assert premiere.revoquee_le
    assert premiere.lien.revoque_le
    assert seconde.lien.revoque_le is None
    assert Client().get(url_du_lien(premiere)).status_code == 410
    assert Courriel.objects.filter(genre="invitation").count() == 2


def test_inviter_deux_fois_se_dit(distribution, connecter):
    client = connecter(distribution.auteur)
    pages = [
        client.post(
            url("inviter", distribution), saisie(distribution), follow=True
        ).content.decode()
        for _ in range(2)
    ]
    assert "L’invitation part à" in pages[0]
    assert "déjà invitée" not in pages[0]
    assert "déjà invitée à ce titre" in pages[1]
    assert Invitation.objects.filter(revoquee_le=None).count() == 1


def test_remplacee_puis_annulee_l_ancienne_est_annulee(distribution):
    ancienne, neuve = inviter(distribution), inviter(distribution)
    service.revoquer(invitation=neuve)
    page = Client().get(url_du_lien(ancienne)).content.decode()
    assert "annulé par la personne" in page
    assert "dernier courriel" not in page


# --- La liste ------------------------------------------------------------------------------


def test_liste_une_puis_trois_lignes(distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.animatrice)
    vide = client.get(url("invitations", distribution)).content.decode()
    assert "Personne n’est attendu" in vide
    inviter(distribution, "a@essai.test")
    with nombre_de_requetes(7):
        client.get(url("invitations", distribution))
    inviter(distribution, "b@essai.test", structure=distribution.s2)
    passee = inviter(distribution, "c@essai.test")
    Invitation.objects.filter(pk=passee.pk).update(expire_le=timezone.now() - timedelta(hours=1))
    with nombre_de_requetes(7):
        page = client.get(url("invitations", distribution))
    adresses = [i.email for i in page.context["page_invitations"]]
    assert adresses == ["c@essai.test", "b@essai.test", "a@essai.test"]
    texte = page.content.decode()
    assert "<title>Invitations · Réseau de la vallée · Maillon</title>" in texte
    assert texte.count("Valable jusqu’au") == 2
    assert texte.count("Expirée le") == 1


def test_annuler_puis_encore(distribution, connecter):
    invitation = inviter(distribution)
    client = connecter(distribution.auteur)
    adresse = url("invitation_revoquer", distribution, invitation.uuid)
    assert client.get(adresse).status_code == 405
    assert "est annulée" in client.post(adresse, follow=True).content.decode()
    assert "déjà été acceptée, annulée" in client.post(adresse, follow=True).content.decode()
    page = Client().get(url_du_lien(invitation))
    assert page.status_code == 410
    assert "annulé par la personne" in page.content.decode()


def test_renvoyer_donne_un_nouveau_lien(distribution, connecter):
    invitation = inviter(distribution, administre=True)
    client = connecter(distribution.auteur)
    adresse = url("invitation_renvoyer", distribution, invitation.uuid)
    assert "Une nouvelle invitation part" in client.post(adresse, follow=True).content.decode()
    neuve = Invitation.objects.get(revoquee_le=None)
    assert (neuve.email, neuve.administre, neuve.invitee_par) == (
        "nadia@ailleurs.test",
        True,
        distribution.auteur,
    )
    ancien = Client().get(url_du_lien(invitation))
    assert ancien.status_code == 410
    assert "regardez votre dernier courriel" in ancien.content.decode()
    assert Client().get(url_du_lien(neuve)).status_code == 200
    # Le même bouton pressé deux fois n'envoie pas deux courriels.
    client.post(adresse)
    assert Invitation.objects.count() == Courriel.objects.filter(genre="invitation").count() == 2
