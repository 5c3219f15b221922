"""« Mes courriels » : ce que chacun refuse ne part pas, et le refus d'un geste tient sa promesse."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from socle import courriels, expedition, preferences
from socle.courriels import Depot, Genre, Message, deposer, genres, rendre
from socle.enums import EtatCourriel, Frequence
from socle.models import Courriel, PreferenceCourriel
from socle.preferences import Famille, familles, jeton, regler
from tests.gardes.empreinte import rien_ne_change

pytestmark = pytest.mark.django_db

ADRESSE = "nadia@essai.test"


@pytest.fixture
def genre(monkeypatch, settings):
    """Trois genres d'essai : pressé, qui peut attendre, impératif."""
    settings.EMAIL_URL = "smtp://essai"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def composer(lignes):
        return {c.pk: Message(f"Sujet {c.genre}", "Bonjour.") for c in lignes}

    connus = {
        "presse": Genre("presse", "Pressé", composer, famille="essai"),
        "lent": Genre("lent", "Lent", composer, famille="essai", peut_attendre=True),
        "code": Genre("code", "Code", composer, imperatif=True),
    }
    for module in (courriels, expedition):
        monkeypatch.setattr(module, "genres", lambda: connus)
    avec = {"essai": Famille("essai", "Les essais", "Un essai de temps en temps.")} | familles()
    monkeypatch.setattr(preferences, "familles", lambda: avec)
    return connus


def depose(code, utilisateur=None, adresse=ADRESSE, periode="une") -> Courriel:
    deposer([Depot(code, periode, utilisateur, "" if utilisateur else adresse)])
    return Courriel.objects.get(genre=code, periode=periode)


def envoyer(*lignes) -> list[str]:
    expedition.expedier_lot([ligne.pk for ligne in lignes])
    for ligne in lignes:
        ligne.refresh_from_db()
    return [ligne.etat for ligne in lignes]


def refuser(utilisateur=None, adresse=ADRESSE, rythme=Frequence.JAMAIS, famille="essai"):
    cle = courriels.cle_destinataire(utilisateur, adresse)
    regler(cle, {famille: rythme}, utilisateur_id=utilisateur.pk if utilisateur else None)


# --- Au départ ------------------------------------------------------------------------------


def test_ce_qui_est_refuse_ne_part_pas_et_le_dit(genre, auteur):
    refuser(auteur)
    siens = depose("presse", auteur), depose("lent", auteur), depose("code", auteur)
    voisin = depose("presse", adresse="autre@essai.test", periode="voisin")
    assert envoyer(*siens, voisin) == [
        EtatCourriel.REFUSE,
        EtatCourriel.REFUSE,
        EtatCourriel.ENVOYE,
        EtatCourriel.ENVOYE,
    ]
    assert sorted(m.subject for m in mail.outbox) == ["Sujet code", "Sujet presse"]
    assert Courriel.objects.get(pk=siens[0].pk).corps_texte == ""


def test_qui_n_a_pas_de_compte_refuse_pour_son_adresse(genre, auteur):
    refuser(adresse="NADIA@essai.test".lower())
    assert envoyer(depose("presse", adresse="Nadia@essai.test")) == [EtatCourriel.REFUSE]
    # Le choix suit l'adresse quand elle devient un compte, jusqu'à ce que celui-ci en fasse un.
    auteur.email = ADRESSE
    auteur.save(update_fields=["email"])
    assert envoyer(depose("presse", auteur, periode="deux")) == [EtatCourriel.REFUSE]
    refuser(auteur, rythme=Frequence.CHAQUE_FOIS)
    assert envoyer(depose("presse", auteur, periode="trois")) == [EtatCourriel.ENVOYE]


def test_ce_qui_presse_n_attend_pas_la_semaine(genre, auteur):
    refuser(auteur, rythme=Frequence.HEBDOMADAIRE)
    assert envoyer(depose("presse", auteur), depose("lent", auteur)) == [
        EtatCourriel.ENVOYE,
        EtatCourriel.SEMAINE,
    ]


def test_les_choix_d_un_lot_se_lisent_en_une_fois(genre, nombre_de_requetes):
    for nombre in (1, 3):
        lignes = [
            depose("presse", adresse=f"p{n}@essai.test", periode=f"{nombre}-{n}")
            for n in range(nombre)
        ]
        with nombre_de_requetes(1):
            preferences.rythmes(lignes)


# --- Les en-têtes et le pied -----------------------------------------------------------------


def test_tout_courriel_qui_se_refuse_porte_le_desabonnement_d_un_geste(genre, settings):
    settings.SITE_URL = "https://maillon.example"
    envoyer(depose("presse"), depose("code"))
    entetes = {m.subject: m.message() for m in mail.outbox}
    assert "List-Unsubscribe" not in entetes["Sujet code"]
    brut = entetes["Sujet presse"]
    assert brut["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    lien = re.fullmatch(
        r"<https://maillon\.example(/courriels/refuser/[^/<>\s]+/)>", brut["List-Unsubscribe"]
    )
    assert lien
    # Ni adresse ni nom dans le lien, et pas de coupure en chemin.
    assert "nadia" not in lien[1].lower()
    assert f"<https://maillon.example{lien[1]}>".encode() in brut.as_bytes().replace(b"\n ", b"")


def test_le_pied_mene_chacun_a_son_choix(genre, auteur, monkeypatch):
    def composer(lignes):
        return {
            c.pk: rendre("socle/courriels/semaine", "Sujet", {"parties": [], "tableau": "/"})
            for c in lignes
        }

    genre["presse"] = Genre("presse", "Pressé", composer, famille="essai")
    avec_compte = depose("presse", auteur)
    sans_compte = depose("presse", periode="deux")
    envoyer(avec_compte, sans_compte)
    assert reverse("socle:preferences") in avec_compte.corps_html
    propre = reverse("socle:refus", args=[jeton(sans_compte)])
    assert propre in sans_compte.corps_html
    assert propre in sans_compte.corps_texte
    for ligne in (avec_compte, sans_compte):
        assert "refuser/_/" not in ligne.corps_html + ligne.corps_texte


# --- Le lien ----------------------------------------------------------------------------------


def test_get_presente_post_agit_sans_temoin_ni_session_et_deux_fois_sans_dommage(genre, auteur):
    ligne = depose("presse", auteur)
    adresse = reverse("socle:refus", args=[jeton(ligne)])
    messagerie = Client(enforce_csrf_checks=True)
    with rien_ne_change("ouvrir le lien"):
        page = messagerie.get(adresse)
    assert "Les essais" in page.content.decode()
    assert "Ne plus recevoir" in page.content.decode()
    assert auteur.email not in page.content.decode()
    for _ in range(2):
        reponse = messagerie.post(
            adresse, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
        )
        assert reponse.status_code == 200
        assert not reponse.cookies
    choix = PreferenceCourriel.objects.get()
    assert (choix.utilisateur, choix.famille, choix.frequence) == (auteur, "essai", "jamais")
    assert "Les recevoir chaque fois" in reponse.content.decode()
    assert envoyer(ligne) == [EtatCourriel.REFUSE]
    # Revenir sur son choix, par le même lien.
    messagerie.post(adresse, {"rythme": "chaque_fois"})
    assert envoyer(depose("presse", auteur, periode="deux")) == [EtatCourriel.ENVOYE]


def test_le_lien_ne_regle_que_sa_famille_et_un_rythme_inconnu_ne_fait_rien(genre):
    ligne = depose("lent")
    adresse = reverse("socle:refus", args=[jeton(ligne)])
    with rien_ne_change("un rythme inventé"):
        assert Client().post(adresse, {"rythme": "tous-les-jours"}).status_code == 200
    Client().post(adresse, {"rythme": "hebdo", "famille": "semaine", "structure": "jamais"})
    assert list(
        PreferenceCourriel.objects.values_list("cle_destinataire", "famille", "frequence")
    ) == [(ADRESSE, "essai", "hebdo")]


@pytest.mark.parametrize("faire", ["forge", "autre_but", "imperatif", "vieux"])
def test_un_lien_qui_ne_vaut_pas_ne_change_rien(genre, faire, monkeypatch):
    ligne = depose("code" if faire == "imperatif" else "presse")
    recu = jeton(ligne)
    if faire == "forge":
        recu = ligne.uuid.hex + ":forge"
    elif faire == "autre_but":
        monkeypatch.setattr(preferences, "_SEL", "autre")
    elif faire == "vieux":
        monkeypatch.setattr(preferences, "DUREE_LIEN", preferences.DUREE_LIEN * 0)
    with rien_ne_change(faire):
        reponse = Client().post(reverse("socle:refus", args=[recu]))
    assert reponse.status_code == 410
    assert "ne reconnaissons pas" in reponse.content.decode()


# --- La page ------------------------------------------------------------------------------------


def test_la_page_montre_une_ligne_par_famille_et_enregistre(genre, auteur, etrangere, connecter):
    client = connecter(auteur)
    page = client.get(reverse("socle:preferences"))
    texte = page.content.decode()
    for famille in preferences.familles().values():
        assert famille.libelle in texte
    assert "Un essai de temps en temps." in texte
    # « Une fois par semaine » n'est proposé que là où quelque chose peut attendre.
    assert texte.count('value="hebdo"') == 1
    assert "Code" in texte
    choix = dict.fromkeys(preferences.familles(), "chaque_fois") | {"essai": "hebdo"}
    reponse = client.post(reverse("socle:preferences"), choix | {"utilisateur": etrangere.pk})
    assert reponse.status_code == 302
    assert preferences.choix_de(auteur) == choix
    assert not PreferenceCourriel.objects.exclude(utilisateur=auteur).exists()
    client.post(reverse("socle:preferences"), choix | {"essai": "jamais"})
    assert preferences.choix_de(auteur)["essai"] == "jamais"
    assert preferences.choix_de(etrangere)["essai"] == "chaque_fois"


def test_un_choix_impossible_se_dit_et_garde_les_autres(genre, auteur, connecter):
    choix = dict.fromkeys(preferences.familles(), "jamais") | {"evenements": "hebdo"}
    client = connecter(auteur)
    with rien_ne_change("un rythme que cette famille n'a pas"):
        page = client.post(reverse("socle:preferences"), choix)
    assert page.status_code == 200
    assert "Un point est à revoir." in page.content.decode()
    assert page.content.decode().count('value="jamais" id="id_reunions') == 1
    assert re.search(r'name="reunions" value="jamais"[^>]* checked', page.content.decode())


def test_la_page_lit_peu(auteur, connecter, nombre_de_requetes):
    client = connecter(auteur)
    client.get(reverse("socle:preferences"))
    for n, nombre in enumerate((1, 3)):
        for famille in list(familles())[n : n + nombre]:
            refuser(auteur, famille=famille)
        with nombre_de_requetes(4):
            page = client.get(reverse("socle:preferences"))
        assert "Les réunions de mes réseaux" in page.content.decode()


def test_tout_genre_a_sa_famille_ou_part_toujours():
    sans = [g.code for g in genres().values() if g.imperatif == (g.famille in familles())]
    assert sans == [], "déclarez famille=… (MAILLON_FAMILLES_COURRIELS) ou imperatif=True"
    assert [g.code for g in genres().values() if g.imperatif and g.peut_attendre] == []
