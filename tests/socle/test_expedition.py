"""L'envoi : une seule fois, chacun pour soi, et rien d'ambigu qui se répète."""

import smtplib
from datetime import timedelta
from email.errors import MessageError

import pytest
from django.core import mail
from django.utils import timezone

from socle import courriels, expedition
from socle.courriels import Depot, Genre, Message, deposer
from socle.enums import EtatCourriel
from socle.models import Courriel

pytestmark = pytest.mark.django_db


@pytest.fixture
def genre(monkeypatch, settings):
    """Deux genres d'essai ; ``genre["essai"]`` se remplace pour faire échouer la rédaction."""
    settings.EMAIL_URL = "smtp://essai"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    composer = {
        "essai": lambda lignes: {c.pk: Message(f"Sujet {c.pk}", "Bonjour.") for c in lignes},
        "voisin": lambda lignes: {c.pk: Message("Voisin", "Bonjour.") for c in lignes},
        "code": lambda lignes: {c.pk: Message("Code", "1234") for c in lignes},
    }
    connus = {
        code: Genre(code, code, lambda lignes, code=code: composer[code](lignes), code == "code")
        for code in composer
    }
    monkeypatch.setattr(courriels, "genres", lambda: connus)
    monkeypatch.setattr(expedition, "genres", lambda: connus)
    return composer


def deposes(*genres, periode="une") -> list[Courriel]:
    deposer([Depot(g, f"{periode}{n}", adresse=f"p{n}@essai.test") for n, g in enumerate(genres)])
    return list(Courriel.objects.filter(periode__startswith=periode).order_by("pk"))


def envoyer(lignes) -> int:
    return expedition.expedier_lot([c.pk for c in lignes])


def etats(lignes) -> list[str]:
    return list(
        Courriel.objects.filter(pk__in=[c.pk for c in lignes])
        .order_by("pk")
        .values_list("etat", flat=True)
    )


def test_deposer_deux_fois_ne_depose_qu_une(genre):
    depot = Depot("essai", "janvier", adresse="a@essai.test")
    assert deposer([depot]) == 1
    assert deposer([depot]) == 0
    assert deposer([Depot("essai", "janvier", adresse="A@essai.test")]) == 0


def test_reclamer_deux_fois_n_envoie_qu_une(genre):
    lignes = deposes("essai", "essai")
    assert envoyer(lignes) == 2
    assert envoyer(lignes) == 0
    assert sorted(m.extra_headers["Message-ID"] for m in mail.outbox) == sorted(
        c.message_id for c in lignes
    )


def test_un_ouvrier_reveille_trop_tard_n_envoie_pas_une_seconde_fois(genre):
    """La machine s'endort pendant la rédaction ; le balayeur rend la ligne, un autre l'envoie."""
    ligne = deposes("essai")[0]
    tranquille = genre["essai"]

    def s_endormir(lignes):
        genre["essai"] = tranquille
        Courriel.objects.filter(pk=ligne.pk).update(reclame_le=timezone.now() - timedelta(hours=1))
        expedition.balayer()
        assert envoyer([ligne]) == 1
        return tranquille(lignes)

    genre["essai"] = s_endormir
    assert envoyer([ligne]) == 0
    assert len(mail.outbox) == 1
    assert etats([ligne]) == [EtatCourriel.ENVOYE]


def test_un_texte_qui_ne_se_compose_pas_n_arrete_ni_ses_voisins_ni_les_autres_genres(genre):
    lignes = deposes("essai", "essai", "voisin")
    malade = lignes[0].pk

    def composer(groupe):
        if any(c.pk == malade for c in groupe):
            raise RuntimeError("panne")
        return {c.pk: Message("Sujet", "Bonjour.") for c in groupe}

    genre["essai"] = composer
    assert envoyer(lignes) == 2
    assert etats(lignes) == [EtatCourriel.ATTENTE, EtatCourriel.ENVOYE, EtatCourriel.ENVOYE]
    lignes[0].refresh_from_db()
    assert "panne" in lignes[0].erreur
    assert lignes[0].a_partir_de > timezone.now()


def test_rien_a_dire_n_envoie_rien(genre):
    genre["essai"] = lambda lignes: {c.pk: None for c in lignes}
    lignes = deposes("essai")
    assert envoyer(lignes) == 0
    assert etats(lignes) == [EtatCourriel.SANS_OBJET]
    assert mail.outbox == []


@pytest.mark.parametrize("adresse", ["p@essai.test\nBcc: q@essai.test", "p@essai.test\rcaché"])
def test_un_en_tete_impossible_echoue_seul(genre, adresse):
    lignes = deposes("essai", "voisin")
    Courriel.objects.filter(pk=lignes[0].pk).update(adresse=adresse)
    assert envoyer(lignes) == 1
    assert etats(lignes) == [EtatCourriel.ECHEC, EtatCourriel.ENVOYE]


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        ("Deux\nlignes", "Deux lignes"),
        ("Retour\r\nBcc: q@essai.test", "Retour Bcc: q@essai.test"),
        ("Nul\0 cloche\x07 fin\x7f", "Nul cloche fin"),
        ("Vertical\x0b\x0c séparé\u2028", "Vertical séparé"),
        ("Prêt\u00a0? Oui\u202f!", "Prêt\u00a0? Oui\u202f!"),
    ],
)
def test_un_sujet_tient_en_une_ligne_sans_commande(genre, ecrit, attendu):
    genre["essai"] = lambda groupe: {c.pk: Message(ecrit, "Bon\0jour.") for c in groupe}
    ligne = deposes("essai")[0]
    assert envoyer([ligne]) == 1
    ligne.refresh_from_db()
    assert ligne.sujet == attendu
    assert ligne.corps_texte == "Bonjour."
    assert mail.outbox[0].subject == attendu


def test_un_genre_inconnu_attend_sans_arreter_les_autres(genre):
    lignes = deposes("essai", "voisin")
    Courriel.objects.filter(pk=lignes[0].pk).update(genre="de-demain")
    assert envoyer(lignes) == 1
    assert etats(lignes) == [EtatCourriel.ATTENTE, EtatCourriel.ENVOYE]


def test_une_erreur_que_rien_n_attend_se_voit_et_le_balayeur_rend_le_lot(genre, monkeypatch):
    lignes = deposes("essai", "essai")

    def casser(self, *args, **kwargs):
        raise RuntimeError("imprévu")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", casser)
    with pytest.raises(RuntimeError, match="imprévu"):
        envoyer(lignes)
    assert etats(lignes) == [EtatCourriel.REMISE, EtatCourriel.COMPOSITION]
    Courriel.objects.update(reclame_le=timezone.now() - timedelta(hours=1))
    expedition.balayer()
    assert etats(lignes) == [EtatCourriel.INCERTAIN, EtatCourriel.ATTENTE]


@pytest.mark.parametrize(
    ("erreur", "etat"),
    [
        (smtplib.SMTPServerDisconnected("coupé"), EtatCourriel.INCERTAIN),
        (TimeoutError("muet"), EtatCourriel.INCERTAIN),
        (UnicodeEncodeError("ascii", "é", 0, 1, "adresse"), EtatCourriel.ECHEC),
        (MessageError("en-tête"), EtatCourriel.ECHEC),
        (smtplib.SMTPDataError(451, b"plus tard"), EtatCourriel.ATTENTE),
        (smtplib.SMTPDataError(550, b"inconnu"), EtatCourriel.ECHEC),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"plein")}), EtatCourriel.ATTENTE),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"non")}), EtatCourriel.ECHEC),
    ],
)
def test_ce_que_le_serveur_repond(genre, monkeypatch, erreur, etat):
    def refuser(self, *args, **kwargs):
        raise erreur

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuser)
    lignes = deposes("essai")
    assert envoyer(lignes) == 0
    assert etats(lignes) == [etat]


def test_un_serveur_muet_n_est_attendu_qu_une_fois_par_lot(genre, monkeypatch):
    tentatives = []

    def injoignable(self):
        tentatives.append(self)
        raise ConnectionRefusedError("personne")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", injoignable)
    lignes = deposes("essai", "essai", "essai")
    assert envoyer(lignes) == 0
    assert len(tentatives) == 1
    assert etats(lignes) == [EtatCourriel.ATTENTE] * 3


def test_les_essais_s_espacent_puis_s_arretent(genre, monkeypatch):
    def plus_tard(self, *args, **kwargs):
        raise smtplib.SMTPDataError(451, b"plus tard")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", plus_tard)
    ligne = deposes("essai")[0]
    delais = []
    for _ in expedition.REPRISES:
        avant = timezone.now()
        envoyer([ligne])
        ligne.refresh_from_db()
        assert ligne.etat == EtatCourriel.ATTENTE
        delais.append(ligne.a_partir_de - avant)
        Courriel.objects.filter(pk=ligne.pk).update(a_partir_de=avant)
    assert delais == sorted(delais)
    envoyer([ligne])
    assert etats([ligne]) == [EtatCourriel.ECHEC]


def test_le_balayeur_rend_declare_incertain_ou_abandonne(genre):
    rendue, incertaine, condamnee = deposes("essai", "essai", "essai")
    vieux = timezone.now() - timedelta(hours=1)
    Courriel.objects.filter(pk=rendue.pk).update(
        etat=EtatCourriel.COMPOSITION, reclame_le=vieux, tentatives=1
    )
    Courriel.objects.filter(pk=incertaine.pk).update(etat=EtatCourriel.REMISE, reclame_le=vieux)
    Courriel.objects.filter(pk=condamnee.pk).update(
        etat=EtatCourriel.COMPOSITION, reclame_le=vieux, tentatives=len(expedition.REPRISES) + 1
    )
    assert expedition.balayer() >= 1
    assert etats([rendue, incertaine, condamnee]) == [
        EtatCourriel.ATTENTE,
        EtatCourriel.INCERTAIN,
        EtatCourriel.ECHEC,
    ]


def test_un_secret_n_est_pas_garde_une_fois_parti(genre):
    ligne, ordinaire = deposes("code", "essai")
    assert envoyer([ligne, ordinaire]) == 2
    ligne.refresh_from_db()
    ordinaire.refresh_from_db()
    assert ligne.corps_texte == ""
    assert ligne.vide_le is not None
    assert ordinaire.corps_texte == "Bonjour."


def test_sans_serveur_d_envoi_le_courriel_reste_lisible(genre, settings):
    settings.EMAIL_URL = ""
    lignes = deposes("essai")
    assert envoyer(lignes) == 1
    lignes[0].refresh_from_db()
    assert lignes[0].etat == EtatCourriel.GARDE
    assert lignes[0].corps_texte == "Bonjour."
    assert mail.outbox == []


def test_relancer_ne_vaut_que_pour_ce_qui_souffre(genre):
    ligne = deposes("essai")[0]
    assert not expedition.relancer(ligne)
    Courriel.objects.filter(pk=ligne.pk).update(etat=EtatCourriel.INCERTAIN, tentatives=3)
    assert expedition.relancer(ligne)
    assert envoyer([ligne]) == 1
    assert etats([ligne]) == [EtatCourriel.ENVOYE]
