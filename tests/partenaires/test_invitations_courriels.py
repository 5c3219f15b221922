"""Le courriel d’invitation et ses relances : à leur jour, une fois, jamais après une issue."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partenaires.models import Invitation
from partenaires.services import invitations as service
from socle import liens
from socle.courriels import genres
from socle.dates import date_en_mots
from socle.enums import EtatCourriel
from socle.models import Courriel
from tests.partenaires.invites import COMPTE, PHRASE, inviter, url, url_du_lien

pytestmark = pytest.mark.usefixtures("personne_n_est_attendu")


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
    service.revoquer(invitation=annulee)
    lignes = {c.contexte["invitation"]: c for c in Courriel.objects.filter(genre="invitation")}
    messages = composer(*lignes.values())
    assert messages[lignes[annulee.pk].pk] is None
    assert "vous invite" in messages[lignes[partie.pk].pk].sujet


# --- Les relances --------------------------------------------------------------------------


def vieillir(invitation, jours):
    """Comme si l'invitation était partie il y a tant de jours."""
    Invitation.objects.filter(pk=invitation.pk).update(
        cree_le=timezone.now() - timedelta(days=jours, minutes=1)
    )


def relances(invitation):
    return list(
        Courriel.objects.filter(
            genre="invitation_relance", contexte__invitation=invitation.pk
        ).order_by("pk")
    )


@pytest.mark.parametrize(
    ("jours", "rangs"), [(2, []), (3, [1]), (7, [1]), (8, []), (9, []), (10, [2]), (13, [2])]
)
def test_la_relance_part_a_son_jour_et_une_fois(jours, rangs, distribution):
    invitation = inviter(distribution)
    vieillir(invitation, jours)
    for _ in range(2):
        service.relancer_les_invitations()
    assert [c.contexte["rang"] for c in relances(invitation)] == rangs


def test_deux_relances_en_quatorze_jours_puis_le_silence(distribution):
    invitation = inviter(distribution)
    for jours in range(14):
        vieillir(invitation, jours)
        service.relancer_les_invitations()
    assert [c.contexte["rang"] for c in relances(invitation)] == [1, 2]


def test_le_lien_de_la_relance_est_celui_de_l_invitation_et_il_sert(distribution):
    invitation = inviter(distribution)
    vieillir(invitation, 10)
    service.relancer_les_invitations()
    (courriel,) = relances(invitation)
    message = genres()["invitation_relance"].composer([courriel])[courriel.pk]
    assert message.sujet.startswith("Rappel")
    assert settings.SITE_URL + url_du_lien(invitation) in message.texte
    assert "dernier rappel" in message.texte
    assert Client().post(url_du_lien(invitation), COMPTE).status_code == 302
    # Venue entre-temps, elle n'est plus relancée, même par un courriel déjà déposé.
    assert genres()["invitation_relance"].composer([courriel])[courriel.pk] is None


@pytest.mark.parametrize("issue", ["revoquee", "acceptee", "expiree"])
def test_rien_ne_part_apres_une_issue(issue, distribution):
    invitation = inviter(distribution)
    vieillir(invitation, 4)
    service.relancer_les_invitations()
    (courriel,) = relances(invitation)
    assert genres()["invitation_relance"].composer([courriel])[courriel.pk]
    if issue == "revoquee":
        service.revoquer(invitation=invitation)
    elif issue == "acceptee":
        service.accepter(invitation=invitation, prenom="N", nom="R", mot_de_passe=PHRASE)
    else:
        Invitation.objects.update(expire_le=timezone.now())
    assert genres()["invitation_relance"].composer([courriel])[courriel.pk] is None
    vieillir(invitation, 11)
    service.relancer_les_invitations()
    assert len(relances(invitation)) == 1


def test_la_liste_dit_ou_en_sont_les_courriels(distribution, connecter):
    invitation = inviter(distribution)
    client = connecter(distribution.animatrice)

    def page():
        return client.get(url("invitations", distribution)).content.decode()

    assert "Pas encore relancée" in page()
    assert f"prochaine relance le {date_longue(invitation.cree_le + timedelta(days=3))}" in page()
    vieillir(invitation, 4)
    service.relancer_les_invitations()
    assert "Relancée 1 fois" in page()
    assert "en échec" not in page()
    Courriel.objects.filter(genre="invitation_relance").update(etat=EtatCourriel.ECHEC)
    assert "Courriel en échec" in page()
    assert "vérifiez l’adresse" in page()


def date_longue(instant):
    return date_en_mots(timezone.localtime(instant), annee=False)


def test_une_adresse_n_est_pas_une_sonnette(distribution, connecter):
    for _ in range(service.INVITATIONS_PAR_MOIS):
        invitation = inviter(distribution)
    page = connecter(distribution.animatrice).post(
        url("invitation_renvoyer", distribution, invitation.uuid), follow=True
    )
    assert "a déjà reçu" in page.content.decode()
    # Le refus ne retire pas le lien qui vaut encore.
    assert Client().get(url_du_lien(invitation)).status_code == 200
    inviter(distribution, "une.autre@ailleurs.test")
