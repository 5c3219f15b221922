"""Les pages de compte : notre gabarit, notre langue, et rien que la CSP refuserait."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

from socle.comptes import AdaptateurCompte, AdaptateurSecondFacteur
from socle.models import Courriel, Utilisateur

MOT_DE_PASSE = "un mot de passe bien long"
# Un bloc de données n'est pas un script : la CSP ne l'exécute ni ne le refuse.
SCRIPT_EN_LIGNE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)
INTERDITS = re.compile(
    r"""<[^>]*\s(style|on[a-z]+)\s*=\s*["']|<style\b|javascript:""", re.IGNORECASE
)

PUBLIQUES = {
    "account_login": "Se connecter",
    "account_reset_password": "Mot de passe oublié",
    "account_reset_password_done": "Regardez vos courriels",
    "account_reset_password_from_key_done": "C’est fait",
    "account_signup": "On entre ici par invitation",
    "account_inactive": "Ce compte est fermé",
}
CONNECTEES = {
    "account_logout": "Se déconnecter ?",
    "account_email": "Votre adresse de courriel",
    "account_change_password": "Changer de mot de passe",
    "account_reauthenticate": "C’est bien vous ?",
    "mfa_index": "Un mot de passe se devine ou se vole",
    "mfa_activate_totp": "Impossible de viser ?",
    "mfa_add_webauthn": "Ajouter une clé d’accès",
    "mfa_list_webauthn": "Aucune clé pour l’instant",
    "usersessions_list": "Appareils connectés",
}


@pytest.fixture
def personne(db):
    utilisateur = Utilisateur.objects.create(email="lea@exemple.fr", prenom="Léa", nom="Moulin")
    utilisateur.set_password(MOT_DE_PASSE)
    utilisateur.save()
    EmailAddress.objects.create(
        user=utilisateur, email=utilisateur.email, primary=True, verified=True
    )
    return utilisateur


@pytest.fixture
def connectee(client, personne, settings):
    """Un client entré par la vraie page, et qui vient de se faire reconnaître."""
    settings.MAILLON_DEMO = True
    reponse = client.post(
        reverse("account_login"), {"login": personne.email, "password": MOT_DE_PASSE}
    )
    assert reponse.status_code == 302
    client.post(reverse("account_reauthenticate"), {"password": MOT_DE_PASSE})
    return client


def texte(reponse) -> str:
    """Le corps de la page, espaces insécables rendues ordinaires."""
    return reponse.content.decode()


def verifier(reponse, attendu):
    page = texte(reponse)
    assert attendu in page
    assert not SCRIPT_EN_LIGNE.search(page), SCRIPT_EN_LIGNE.search(page)
    assert not INTERDITS.search(page), INTERDITS.search(page)
    assert "{#" not in page
    assert "{%" not in page
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert '<html lang="fr">' in page
    assert 'href="#contenu"' in page


@pytest.mark.parametrize(("route", "attendu"), PUBLIQUES.items())
def test_page_publique(client, db, route, attendu):
    reponse = client.get(reverse(route))
    assert reponse.status_code == 200
    verifier(reponse, attendu)


@pytest.mark.parametrize(("route", "attendu"), CONNECTEES.items())
def test_page_connectee(connectee, route, attendu):
    reponse = connectee.get(reverse(route))
    assert reponse.status_code == 200
    verifier(reponse, attendu)


def test_un_lien_de_mot_de_passe_perime_propose_d_en_recevoir_un_autre(client, db):
    reponse = client.get(reverse("account_reset_password_from_key", args=["1", "faux-jeton"]))
    verifier(reponse, "Ce lien ne vaut plus")
    assert reverse("account_reset_password") in texte(reponse)


def test_une_erreur_de_connexion_se_dit_en_francais_et_garde_l_adresse(client, personne):
    reponse = client.post(
        reverse("account_login"), {"login": "lea@exemple.fr", "password": "pas le bon"}
    )
    assert reponse.status_code == 200
    verifier(reponse, "Un point est à revoir.")
    page = texte(reponse)
    assert "mot de passe sont incorrects" in page
    assert 'value="lea@exemple.fr"' in page
    assert "pas le bon" not in page


@pytest.mark.parametrize("route", ["account_login", "account_reset_password", "account_email"])
def test_l_adresse_porte_partout_le_meme_nom(connectee, client, route):
    qui = connectee if route == "account_email" else type(client)()
    page = texte(qui.get(reverse(route)))
    assert 'placeholder="Adresse de courriel"' in page
    assert "e-mail" not in page.lower()


def test_aucun_message_de_compte_ne_dit_e_mail_ni_n_a_d_apostrophe_droite(connectee, personne):
    for adaptateur in (AdaptateurCompte, AdaptateurSecondFacteur):
        messages = " ".join(str(m) for m in adaptateur.error_messages.values())
        assert "e-mail" not in messages
        assert "'" not in messages
    page = texte(
        connectee.post(reverse("account_email"), {"email": personne.email, "action_add": "1"})
    )
    assert "Cette adresse est déjà celle de votre compte." in page


def test_un_champ_vide_est_nomme_dans_le_resume_et_lie_a_son_message(client, db):
    page = texte(client.post(reverse("account_login"), {"login": "", "password": ""}))
    assert "Quelques points sont à revoir." in page
    assert '<a href="#id_login">' in page
    assert '<a href="#id_password">' in page
    champ = re.search(r"<input[^>]*id=\"id_login\"[^>]*>", page).group()
    assert 'aria-invalid="true"' in champ
    decrit = re.search(r'aria-describedby="([^"]+)"', champ).group(1)
    assert any(f'id="{cible}"' in page for cible in decrit.split())


def test_l_adresse_inconnue_et_la_connue_ont_la_meme_reponse(client, personne):
    connue = client.post(reverse("account_reset_password"), {"email": personne.email})
    inconnue = client.post(reverse("account_reset_password"), {"email": "nul@exemple.fr"})
    assert connue.status_code == inconnue.status_code == 302
    assert connue.url == inconnue.url == reverse("account_reset_password_done")


def test_le_courriel_de_mot_de_passe_oublie_mene_a_un_nouveau_mot_de_passe(client, personne):
    client.post(reverse("account_reset_password"), {"email": personne.email})
    courriel = Courriel.objects.filter(adresse=personne.email).latest("pk")
    assert courriel.sujet == "Choisir un nouveau mot de passe"
    lien = re.search(r"https?://[^/\s]+(/compte/\S+)", courriel.corps_texte).group(1)
    assert lien in courriel.corps_html
    assert "Maillon" in courriel.corps_texte
    assert "&" not in courriel.corps_texte
    page = client.get(lien, follow=True)
    verifier(page, "Choisir un nouveau mot de passe")
    adresse = page.redirect_chain[-1][0]
    nouveau = "une autre phrase bien longue"
    suite = client.post(adresse, {"password1": nouveau, "password2": nouveau}, follow=True)
    assert suite.status_code == 200
    personne.refresh_from_db()
    assert personne.check_password(nouveau)
    avis = Courriel.objects.filter(adresse=personne.email).latest("pk")
    assert avis.sujet == "Votre mot de passe a changé"
    assert "Ce n’était pas vous" in avis.corps_texte


def test_l_adresse_sans_compte_recoit_un_mot_qui_ne_l_invite_pas_a_s_inscrire(client, db):
    client.post(reverse("account_reset_password"), {"email": "nul@exemple.fr"})
    courriel = Courriel.objects.filter(adresse="nul@exemple.fr").latest("pk")
    assert "Aucun compte ne la porte" in courriel.corps_texte
    assert "signup" not in courriel.corps_texte


def test_un_mot_de_passe_trop_court_le_dit_a_cote_du_champ(connectee):
    reponse = connectee.post(
        reverse("account_change_password"),
        {"oldpassword": MOT_DE_PASSE, "password1": "court", "password2": "court"},
    )
    verifier(reponse, "au minimum 12 caractères")
    assert "invalid-feedback" in texte(reponse)


def test_le_second_facteur_pose_se_montre_et_se_retire(connectee, personne):
    TOTP.activate(personne, generate_totp_secret())
    RecoveryCodes.activate(personne)
    verifier(connectee.get(reverse("mfa_index")), "Il vous en reste")
    verifier(connectee.get(reverse("mfa_view_recovery_codes")), "Vos codes de secours")
    verifier(connectee.get(reverse("mfa_generate_recovery_codes")), "ne vaudront plus rien")
    verifier(connectee.get(reverse("mfa_deactivate_totp")), "Retirer l’application de codes ?")
    verifier(connectee.get(reverse("mfa_reauthenticate")), "Tapez le code de votre application")
    connectee.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=personne, type="totp").exists()


def test_entrer_avec_un_second_facteur_demande_le_code(client, personne):
    TOTP.activate(personne, generate_totp_secret())
    reponse = client.post(
        reverse("account_login"),
        {"login": personne.email, "password": MOT_DE_PASSE},
        follow=True,
    )
    verifier(reponse, "Votre second facteur")
    refus = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    verifier(refus, "Un point est à revoir.")


def test_un_geste_sensible_demande_de_se_faire_reconnaitre(client, personne):
    client.force_login(personne)
    reponse = client.get(reverse("mfa_activate_totp"), follow=True)
    assert reponse.redirect_chain[-1][0].startswith(reverse("account_reauthenticate"))
    verifier(reponse, "C’est bien vous ?")
    suite = client.post(reponse.redirect_chain[-1][0], {"password": MOT_DE_PASSE}, follow=True)
    verifier(suite, "Impossible de viser ?")


def test_se_deconnecter_rend_la_main_au_public(connectee):
    reponse = connectee.post(reverse("account_logout"))
    assert reponse.url == reverse("accueil:accueil")
    assert connectee.get(reverse("accueil:tableau")).status_code == 302


def test_l_en_tete_nomme_la_personne_et_le_pied_reste(connectee):
    page = texte(connectee.get(reverse("usersessions_list")))
    assert "Léa Moulin" in page
    assert f'action="{reverse("account_logout")}"' in page
    assert "Mon tableau" in page
    assert "Celui-ci" in page


def test_la_demonstration_s_annonce_et_l_installation_reelle_se_tait(client, db, settings):
    settings.MAILLON_DEMO = True
    assert "Démonstration." in texte(client.get(reverse("account_login")))
    Utilisateur.objects.create(email="un@exemple.fr", prenom="Un", nom="Compte")
    settings.MAILLON_DEMO = False
    assert "Démonstration." not in texte(client.get(reverse("account_login")))


def test_la_page_introuvable_offre_une_sortie(connectee):
    reponse = connectee.get("/une-page-qui-n-existe-pas/")
    assert reponse.status_code == 404
    verifier(reponse, "Cette page n’est pas ici.")
    assert reverse("accueil:tableau") in texte(reponse)


def test_le_geste_interdit_dit_pourquoi(connectee):
    reponse = connectee.get(reverse("socle:courriels"))
    assert reponse.status_code == 403
    verifier(reponse, "Ce geste n’est pas ouvert à votre fonction.")


def test_la_page_d_incident_se_rend_sans_base_ni_contexte():
    page = get_template("500.html").template.render(Context())
    assert "Quelque chose a cassé de notre côté." in page
    assert "{#" not in page


def test_l_accueil_public_garde_son_etag(client, db):
    premiere = client.get(reverse("accueil:accueil"))
    verifier(premiere, "Arriver quelque part")
    assert premiere["Cache-Control"] == "no-cache"
    assert "csrfmiddlewaretoken" not in texte(premiere)
    assert "<script" not in texte(premiere)
    assert client.get(reverse("accueil:accueil"))["ETag"] == premiere["ETag"]
    relue = client.get(reverse("accueil:accueil"), headers={"If-None-Match": premiere["ETag"]})
    assert relue.status_code == 304


def test_l_accueil_connecte_est_le_meme(client, connectee, db):
    autre = type(client)().get(reverse("accueil:accueil"))
    assert connectee.get(reverse("accueil:accueil")).content == autre.content
