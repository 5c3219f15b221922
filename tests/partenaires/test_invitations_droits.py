"""Nul ne donne plus que ce qu’il a, ni ne s’invite soi-même ; la structure sait qui entre chez elle."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import ConventionStructure, Invitation, Mandat
from partenaires.services import invitations as service
from partenaires.services.mandats import terminer_mandat
from socle import liens
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.models import AccesJournal, Courriel, LienSigne, Utilisateur
from socle.refus import Refus
from tests.fabriques import MandatFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.partenaires.invites import COMPTE, PHRASE, inviter, saisie, url, url_du_lien

pytestmark = pytest.mark.usefixtures("personne_n_est_attendu")


@pytest.mark.parametrize("nom", ["elue", "parrain", "accueil"])
def test_qui_n_est_pas_technicien_n_en_fait_pas_entrer(nom, distribution, connecter):
    mandat = distribution.mandats[nom]
    mandat.administre = True
    mandat.save(update_fields=["administre"])
    client = connecter(getattr(distribution, nom))
    chez_soi = {"structure": str(mandat.structure.uuid)}
    page = client.get(url("inviter", distribution)).content.decode()
    assert "élu ou élue" in page
    assert "technicien ou technicienne" not in page
    refus = client.post(url("inviter", distribution), saisie(distribution, **chez_soi))
    assert refus.status_code == 200
    assert not Invitation.objects.exists()
    for fonction in ("premier_accueil", "elu", "parrain"):
        envoi = saisie(distribution, fonction=fonction, **chez_soi)
        assert client.post(url("inviter", distribution), envoi).status_code == 302
    assert Invitation.objects.count() == 3
    # Ni renvoyer, ni annuler, ni mettre fin, quand il s'agit d'un technicien.
    technique = inviter(distribution, structure=mandat.structure)
    for geste in ("invitation_revoquer", "invitation_renvoyer"):
        assert client.post(url(geste, distribution, technique.uuid)).status_code == 403
    for confrere in ("auteur", "voisine"):
        fin = url("mandat_terminer", distribution, distribution.mandats[confrere].uuid)
        assert client.post(fin).status_code == 403


def test_le_titre_se_lit_structure_par_structure(distribution, connecter):
    """Technicienne qui administre ici, élue qui administre là : on n'emporte pas l'un chez l'autre."""
    MandatFabrique(
        utilisateur=distribution.auteur,
        structure=distribution.s2,
        reseau=distribution.reseau,
        fonction=Fonction.ELU,
        administre=True,
    )
    client = connecter(distribution.auteur)
    la_bas = saisie(distribution, structure=str(distribution.s2.uuid))
    page = client.post(url("inviter", distribution), la_bas)
    assert "se donne par un technicien qui l’administre" in page.content.decode()
    assert not Invitation.objects.exists()
    assert client.post(url("inviter", distribution), saisie(distribution)).status_code == 302


@pytest.mark.parametrize("nom", ["animatrice", "auteur"])
@pytest.mark.parametrize("adresse", ["principale", "seconde"])
def test_on_ne_s_invite_pas_soi_meme(adresse, nom, distribution, connecter):
    personne = getattr(distribution, nom)
    email = personne.email.upper()
    if adresse == "seconde":
        email = "A-Moi-Aussi@ailleurs.test"
        personne.emailaddress_set.create(email=email.lower(), verified=False)
    envoi = saisie(distribution, email=email, fonction="parrain")
    page = connecter(personne).post(url("inviter", distribution), envoi)
    assert "on ne s’invite pas soi-même" in page.content.decode()
    assert not Invitation.objects.exists()


def test_on_n_accepte_pas_sa_propre_invitation(distribution, connecter):
    """L'adresse invitée est devenue la sienne après coup : le compte, ou une adresse ajoutée."""
    animatrice = distribution.animatrice
    invitation = inviter(distribution, "bientot@a-moi.test")
    animatrice.emailaddress_set.create(email="bientot@a-moi.test", verified=True)
    page = Client().post(url_du_lien(invitation), COMPTE)
    assert page.status_code == 410
    assert "soi-même envoyée" in page.content.decode()
    animatrice.email = "bientot@a-moi.test"
    animatrice.save(update_fields=["email"])
    page = connecter(animatrice).post(url_du_lien(invitation))
    assert "soi-même envoyée" in page.content.decode()
    assert not Mandat.objects.filter(utilisateur=animatrice, fonction="technicien").exists()
    assert (
        not Utilisateur.objects.filter(email="bientot@a-moi.test")
        .exclude(pk=animatrice.pk)
        .exists()
    )
    invitation.lien.refresh_from_db()
    assert invitation.lien.utilise_le is None


def test_la_structure_sait_que_l_animation_y_invite_un_technicien(distribution):
    invitation = inviter(distribution)
    courriel = Courriel.objects.get(genre="invitation_information")
    assert courriel.destinataire == distribution.auteur
    message = genres()["invitation_information"].composer([courriel])[courriel.pk]
    for corps in (message.texte, message.html):
        for mot in (
            "Nadia Renard",
            "nadia@ailleurs.test",
            "Anouk Distribution-Animatrice",
            "technicien ou technicienne",
            settings.SITE_URL + url("invitations", distribution),
            settings.SITE_URL + url("structure", distribution, distribution.s1.uuid),
        ):
            assert mot in corps
        assert liens.jeton(invitation.lien) not in corps
    ligne = AccesJournal.objects.get(objet="invitation")
    assert (ligne.utilisateur, ligne.operation) == (distribution.animatrice, "modification")
    assert ligne.reference == str(invitation.uuid)


def test_l_information_suit_l_invitation_et_les_droits(distribution):
    def message():
        return genres()["invitation_information"].composer([courriel])[courriel.pk]

    invitation = inviter(distribution)
    courriel = Courriel.objects.get(genre="invitation_information")
    # Acceptée avant le départ du courriel, elle se dit encore.
    service.accepter(invitation=invitation, prenom="N", nom="R", mot_de_passe=PHRASE)
    assert message()
    Mandat.objects.filter(utilisateur=distribution.auteur).update(administre=False)
    assert message() is None
    Mandat.objects.filter(utilisateur=distribution.auteur).update(administre=True)
    Invitation.objects.update(acceptee_le=None, revoquee_le=timezone.now())
    assert message() is None


def test_personne_n_est_derange_pour_rien(distribution):
    """Un autre titre, une structure sans technicien qui l'administre, ou une invitation d'elle-même."""
    inviter(distribution, fonction=Fonction.PARRAIN)
    inviter(distribution, structure=distribution.s2)
    inviter(distribution, "autre@ailleurs.test", acteur=acteur_de(distribution.auteur))
    assert not Courriel.objects.filter(genre="invitation_information").exists()


def test_l_animation_et_la_coordinatrice_savent_qui_va_animer(distribution):
    Mandat.objects.filter(utilisateur=distribution.voisine).update(administre=True)
    MandatFabrique(
        utilisateur=distribution.collegue,
        structure=distribution.s1,
        reseau=distribution.reseau,
        fonction=Fonction.ANIMATEUR,
    )
    inviter(distribution, fonction=Fonction.ANIMATEUR)
    avis = Courriel.objects.filter(genre="invitation_animation")
    assert {c.destinataire for c in avis} == {distribution.voisine, distribution.collegue}
    messages = genres()["invitation_animation"].composer(list(avis))
    assert all("Nadia Renard" in m.texte for m in messages.values())


@pytest.mark.parametrize("nom", ["animatrice", "auteur"])
def test_une_invitation_ne_survit_pas_au_droit_de_qui_l_a_envoyee(nom, distribution):
    invitation = inviter(distribution, acteur=acteur_de(getattr(distribution, nom)))
    visiteur, adresse = Client(), url_du_lien(invitation)
    assert visiteur.get(adresse).status_code == 200
    courriel = Courriel.objects.get(genre="invitation")
    assert genres()["invitation"].composer([courriel])[courriel.pk]
    mandat = distribution.mandats[nom]
    mandat.periode = DateRange(mandat.periode.lower, aujourd_hui())
    mandat.save(update_fields=["periode"])
    for reponse in (visiteur.get(adresse), visiteur.post(adresse, COMPTE)):
        assert reponse.status_code == 410
        assert "n’a plus le droit de le faire" in reponse.content.decode()
    with pytest.raises(Refus, match="plus le droit"):
        service.accepter(invitation=invitation, prenom="N", nom="R", mot_de_passe=PHRASE)
    assert genres()["invitation"].composer([courriel])[courriel.pk] is None
    Invitation.objects.update(cree_le=timezone.now() - timedelta(days=4))
    assert service.relancer_les_invitations() == 0
    assert not Utilisateur.objects.filter(email=invitation.email).exists()


def test_mettre_fin_au_mandat_annule_les_invitations_qu_il_permettait(distribution):
    Mandat.objects.filter(utilisateur=distribution.collegue).update(administre=True)
    perdue = inviter(distribution, acteur=acteur_de(distribution.auteur))
    gardee = inviter(distribution, "autre@ailleurs.test", acteur=acteur_de(distribution.collegue))
    terminer_mandat(
        acteur=acteur_de(distribution.animatrice),
        mandat=distribution.mandats["auteur"],
        motif_administration="Recrutement en mars",
    )
    perdue.refresh_from_db()
    gardee.refresh_from_db()
    assert perdue.revoquee_le
    assert perdue.lien.revoque_le
    assert gardee.revoquee_le is None
    assert Client().get(url_du_lien(gardee)).status_code == 200


def test_une_structure_sortie_n_invite_plus(distribution):
    ConventionStructure.objects.filter(structure=distribution.s1).delete()
    with pytest.raises(Refus) as refus:
        inviter(distribution)
    assert refus.value.champ == "structure"
    assert not Invitation.objects.exists()
    assert not LienSigne.objects.exists()
