"""Inviter, se raviser, accepter : qui le peut, ce qui part, et ce qu'un lien ne permet plus."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
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
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.models import AccesJournal, Courriel, LienSigne, Utilisateur
from socle.refus import Refus
from tests.fabriques import MandatFabrique, UtilisateurFabrique
from tests.fabriques.partenaires import aujourd_hui

PHRASE = "un chemin creux sous les hêtres"


def url(nom, distribution, *suite):
    return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])


def inviter(distribution, email="nadia@ailleurs.test", **champs):
    defaut = {
        "acteur": acteur_de(distribution.animatrice),
        "reseau": distribution.reseau,
        "structure": distribution.s1,
        "fonction": Fonction.TECHNICIEN,
        "prenom": "Nadia",
        "nom": "Renard",
    }
    return service.inviter(email=email, **defaut | champs)


def url_du_lien(invitation):
    return reverse("partenaires:invitation_accepter", args=[liens.jeton(invitation.lien)])


def saisie(distribution, **champs):
    return {
        "structure": str(distribution.s1.uuid),
        "fonction": "technicien",
        "prenom": "Nadia",
        "nom": "Renard",
        "email": "Nadia@Ailleurs.test",
        **champs,
    }


COMPTE = {"prenom": "Nadia", "nom": "Renard", "password1": PHRASE, "password2": PHRASE}


# --- Inviter -------------------------------------------------------------------------------


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
    service.revoquer(neuve)
    page = Client().get(url_du_lien(ancienne)).content.decode()
    assert "annulé par la personne" in page
    assert "dernier courriel" not in page


# --- Nul ne se donne plus que ce qu'il a ----------------------------------------------------


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


def test_une_structure_sortie_n_invite_plus(distribution):
    ConventionStructure.objects.filter(structure=distribution.s1).delete()
    with pytest.raises(Refus) as refus:
        inviter(distribution)
    assert refus.value.champ == "structure"
    assert not Invitation.objects.exists()
    assert not LienSigne.objects.exists()


# --- La liste ------------------------------------------------------------------------------


def test_liste_une_puis_trois_lignes(distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.animatrice)
    vide = client.get(url("invitations", distribution)).content.decode()
    assert "Personne n’est attendu" in vide
    inviter(distribution, "a@essai.test")
    with nombre_de_requetes(6):
        client.get(url("invitations", distribution))
    inviter(distribution, "b@essai.test", structure=distribution.s2)
    passee = inviter(distribution, "c@essai.test")
    Invitation.objects.filter(pk=passee.pk).update(expire_le=timezone.now() - timedelta(hours=1))
    with nombre_de_requetes(6):
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


# --- Le courriel ---------------------------------------------------------------------------


def composer(*courriels):
    return genres()["invitation"].composer(courriels)


def test_le_courriel_dit_qui_pour_quoi_et_jusqu_a_quand(distribution):
    distribution.s1.nom = "L’Atelier & Cie <test>"
    distribution.s1.save(update_fields=["nom"])
    invitation = inviter(distribution)
    courriel = Courriel.objects.get(genre="invitation")
    message = composer(courriel)[courriel.pk]
    assert message.sujet == (
        "Anouk Distribution-Animatrice vous invite dans le réseau Réseau de la vallée"
    )
    adresse = settings.SITE_URL + url_du_lien(invitation)
    for corps in (message.texte, message.html):
        assert adresse in corps
        assert "Anouk Distribution-Animatrice" in corps
        assert f"{invitation.expire_le:%Y}" in corps
    assert "L’Atelier & Cie <test>" in message.texte
    assert "L’Atelier &amp; Cie &lt;test&gt;" in message.html
    assert liens.jeton(invitation.lien) not in str(courriel.contexte)


def test_une_invitation_annulee_ne_part_pas(distribution):
    partie, annulee = inviter(distribution), inviter(distribution, "autre@essai.test")
    service.revoquer(annulee)
    lignes = {c.contexte["invitation"]: c for c in Courriel.objects.filter(genre="invitation")}
    messages = composer(*lignes.values())
    assert messages[lignes[annulee.pk].pk] is None
    assert "vous invite" in messages[lignes[partie.pk].pk].sujet


# --- Accepter ------------------------------------------------------------------------------


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
