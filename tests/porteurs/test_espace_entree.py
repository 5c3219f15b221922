"""Entrer dans l'espace : le lien, le code, leurs limites, et une session qui n'est pas un compte."""

from datetime import timedelta

import pytest
from django.conf import settings as reglages
from django.test import Client
from django.utils import timezone

from porteurs.espace import session
from porteurs.models import EntreeEspace
from porteurs.services.espace import BUT, ESSAIS
from socle import liens
from socle.models import AccesJournal, Courriel, LienSigne
from tests.fabriques import DossierFabrique, PorteurFabrique
from tests.gardes.empreinte import rien_ne_change
from tests.porteurs.espace import code_de, courriel_recu, espace_de, lien_de

ADRESSE = "zoe@porteur.test"
ENTREE, CODE, PROJETS = "/mon-projet/", "/mon-projet/code/", "/mon-projet/projets/"


@pytest.fixture(autouse=True)
def hachage_leger(request, settings):
    """Argon2 coûte, exprès, à chaque essai de code ; un seul essai le vérifie."""
    if "hache" not in request.node.name:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        porteur__email=ADRESSE,
    )


def demander(client: Client, adresse: str = ADRESSE, page: str = ENTREE):
    return client.post(page, {"adresse": adresse})


def lit_son_projet(client: Client, marqueur: str) -> bool:
    page = client.get(PROJETS, follow=True)
    return page.status_code == 200 and marqueur in page.content.decode()


def test_le_lien_ouvre_une_fois_et_le_bouton_seul_ouvre(dossier, marqueur):
    client = Client()
    assert demander(client).url == CODE
    lien = lien_de(courriel_recu(ADRESSE))
    messagerie, autre = Client(), Client()
    with rien_ne_change("une messagerie qui ouvre le lien"):
        page = messagerie.get(lien)
    assert "z…@porteur.test" in page.content.decode()
    assert ADRESSE not in page.content.decode()
    assert not lit_son_projet(messagerie, marqueur)
    # Un autre appareil que celui qui a demandé.
    assert autre.post(lien).url == PROJETS
    assert lit_son_projet(autre, marqueur)
    rejoue = Client().post(lien)
    assert rejoue.status_code == 410
    assert "a déjà servi" in rejoue.content.decode()


def test_le_code_ouvre_dans_le_navigateur_qui_l_a_demande(dossier, marqueur):
    client = Client()
    demander(client, f"  {ADRESSE.upper()} ")
    code = code_de(courriel_recu(ADRESSE))
    assert not lit_son_projet(client, marqueur)
    assert Client().post(CODE, {"code": code}).url == ENTREE
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).url == PROJETS
    assert lit_son_projet(client, marqueur)
    # Le lien du même courriel n'ouvre plus rien.
    courriel = Courriel.objects.get(genre="espace_entree")
    assert Client().post(lien_de(courriel)).status_code == 410


def test_une_adresse_inconnue_recoit_la_meme_reponse_et_aucun_courriel(dossier):
    connue, inconnue = Client(), Client()
    reponses = [demander(connue), demander(inconnue, "nul@porteur.test")]
    assert {(r.status_code, r.url) for r in reponses} == {(302, CODE)}
    pages = [c.get(CODE).content.decode() for c in (connue, inconnue)]
    assert pages[0].replace(ADRESSE, "@") == pages[1].replace("nul@porteur.test", "@") or (
        sans_jeton(pages[0], ADRESSE) == sans_jeton(pages[1], "nul@porteur.test")
    )
    assert not Courriel.objects.filter(adresse="nul@porteur.test").exists()
    refus = inconnue.post(CODE, {"code": "123456"}).content.decode()
    assert sans_jeton(refus, "nul@porteur.test") == sans_jeton(
        connue.post(CODE, {"code": faux(ADRESSE)})
        .content.decode()
        .replace(faux(ADRESSE), "123456"),
        ADRESSE,
    )


def sans_jeton(page: str, adresse: str) -> list[str]:
    lignes = page.replace(adresse, "@").splitlines()
    return [ligne for ligne in lignes if "csrfmiddlewaretoken" not in ligne]


def faux(adresse: str) -> str:
    """Six chiffres qui ne sont pas ceux du dernier courriel."""
    bon = code_de(courriel_recu(adresse)) if not composes(adresse) else code_de(composes(adresse))
    return "111111" if bon != "111111" else "222222"


def composes(adresse: str):
    return (
        Courriel.objects.filter(adresse=adresse, genre="espace_entree")
        .exclude(corps_texte="")
        .last()
    )


def test_cinq_essais_puis_le_bon_code_ne_vaut_plus(dossier, marqueur):
    client = Client()
    demander(client)
    courriel = courriel_recu(ADRESSE)
    for _ in range(ESSAIS):
        refus = client.post(CODE, {"code": faux(ADRESSE)})
        assert refus.status_code == 200
        assert "Ce code ne vaut pas" in refus.content.decode()
    assert "Ce code ne vaut pas" in client.post(CODE, {"code": code_de(courriel)}).content.decode()
    assert not lit_son_projet(client, marqueur)
    assert EntreeEspace.objects.get().essais == ESSAIS


def test_le_code_n_est_garde_que_hache(dossier):
    demander(Client())
    code = code_de(courriel_recu(ADRESSE))
    entree = EntreeEspace.objects.get()
    assert entree.code.startswith("argon2")
    assert code not in entree.code


@pytest.mark.parametrize(
    ("attendu", "abimer"),
    [
        ("a expiré", lambda: LienSigne.objects.update(expire_le=timezone.now())),
        ("a été annulé", lambda: LienSigne.objects.update(revoque_le=timezone.now())),
        ("reconnu", lambda: LienSigne.objects.update(but="espace.autre")),
    ],
)
def test_un_lien_qui_ne_vaut_plus_le_dit(dossier, marqueur, attendu, abimer):
    client = Client()
    demander(client)
    courriel = courriel_recu(ADRESSE)
    abimer()
    for reponse in (client.get(lien_de(courriel)), client.post(lien_de(courriel))):
        assert reponse.status_code == 410
        assert attendu in reponse.content.decode()
    assert (
        "Ce code ne vaut pas" in client.post(CODE, {"code": code_de(courriel)}).content.decode()
        or attendu == "reconnu"
    )
    assert not lit_son_projet(Client(), marqueur)


def test_un_lien_forge_ou_d_un_autre_but_n_ouvre_rien(dossier):
    autre = liens.creer("invitation", timedelta(days=1))
    for jeton in ("0" * 32 + ":forge", liens.jeton(autre), "n-importe-quoi"):
        with rien_ne_change(jeton):
            assert Client().post(f"/mon-projet/entrer/{jeton}/").status_code == 410
    assert liens.lire(liens.jeton(autre), "invitation") == autre
    assert autre.but != BUT


def test_trop_de_demandes_s_arretent_pareil_connue_ou_non(dossier):
    for adresse in (ADRESSE, "nul@porteur.test"):
        codes = [demander(Client(), adresse).status_code for _ in range(7)]
        assert codes == [302] * 6 + [429]
    assert Courriel.objects.filter(genre="espace_entree").count() == 6
    # L'adresse n'est pas gardée en clair par le compteur.
    from socle.models import Debit

    assert not Debit.objects.filter(cle__contains="zoe").exists()


def test_un_inconnu_n_empeche_pas_la_personne_d_entrer(dossier):
    """Il épuise les essais de sa connexion, pas ceux de la personne ; ensemble, un plafond tient."""
    inconnu, elle = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    codes = [demander(inconnu).status_code for _ in range(28)]
    assert codes == [302] * 6 + [429] * 22
    assert demander(elle).status_code == 302
    suite = [
        demander(Client(REMOTE_ADDR=f"192.0.2.{rang}")).status_code
        for rang in (20, 21, 22)
        for _ in range(6)
    ]
    assert suite == [302] * 17 + [429]


def test_l_espace_ne_connecte_personne_et_un_membre_n_y_entre_pas(
    dossier, marqueur, distribution, connecter
):
    porteur = espace_de(ADRESSE)
    assert lit_son_projet(porteur, marqueur)
    page = porteur.get(f"/r/vallee/dossiers/{dossier.uuid}/")
    assert page.status_code == 302
    assert page.url.startswith("/compte/login/")
    assert porteur.get("/tableau/").status_code == 302
    membre = connecter(distribution.auteur)
    assert marqueur in membre.get(f"/r/vallee/dossiers/{dossier.uuid}/").content.decode()
    assert membre.get(PROJETS).url == ENTREE
    assert membre.get(f"/mon-projet/projets/{dossier.uuid}/").url == ENTREE


def test_un_temoin_pose_a_la_place_de_l_autre_n_ouvre_rien(dossier, marqueur, connecter, auteur):
    porteur, membre = espace_de(ADRESSE), connecter(auteur)
    croise = Client()
    croise.cookies[reglages.SESSION_COOKIE_NAME] = porteur.cookies[session.TEMOIN].value
    croise.cookies[session.TEMOIN] = membre.cookies[reglages.SESSION_COOKIE_NAME].value
    assert croise.get("/tableau/").status_code == 302
    assert croise.get(PROJETS).url == ENTREE
    assert lit_son_projet(porteur, marqueur)
    assert membre.get("/tableau/").status_code == 200


def test_la_cle_de_session_change_en_entrant_et_meurt_en_sortant(dossier, marqueur):
    client = Client()
    demander(client)
    avant = client.cookies[session.TEMOIN].value
    client.post(lien_de(courriel_recu(ADRESSE)))
    apres = client.cookies[session.TEMOIN].value
    assert avant != apres
    fixe = Client()
    fixe.cookies[session.TEMOIN] = avant
    assert not lit_son_projet(fixe, marqueur)
    assert lit_son_projet(client, marqueur)
    assert client.post("/mon-projet/quitter/").url == ENTREE
    vole = Client()
    vole.cookies[session.TEMOIN] = apres
    assert not lit_son_projet(vole, marqueur)


@pytest.mark.parametrize(
    ("ecoule", "reste"),
    [((29 * 60, 0), True), ((31 * 60, 0), False), ((60, 121 * 60), False)],
)
def test_trente_minutes_sans_geste_ou_deux_heures_ferment(dossier, marqueur, ecoule, reste):
    client = espace_de(ADRESSE)
    stock = session.SessionDuPorteur(client.cookies[session.TEMOIN].value)
    stock["vu"] -= ecoule[0]
    stock["debut"] -= ecoule[1]
    stock.save()
    assert lit_son_projet(client, marqueur) is reste


def test_une_adresse_corrigee_ferme_la_session_de_l_ancienne(dossier, marqueur):
    client = espace_de(ADRESSE)
    assert lit_son_projet(client, marqueur)
    porteur = dossier.participations.get().porteur
    porteur.email = "nouvelle@porteur.test"
    porteur.save(update_fields=["email"])
    assert client.get(PROJETS).url == ENTREE


def test_rien_ne_reste_dans_un_cache_et_le_temoin_est_clos(dossier):
    client = Client()
    demander(client)
    temoin = client.cookies[session.TEMOIN]
    assert temoin["httponly"]
    assert temoin["samesite"] == "Lax"
    espace = espace_de(ADRESSE)
    for page in (client.get(ENTREE), client.get(CODE), espace.get(PROJETS, follow=True)):
        assert page.headers["Cache-Control"] == "no-store, private"
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert "<script" not in page.content.decode()


def test_un_message_envoye_trop_tard_est_rendu(dossier):
    client = Client()
    reponse = client.post(
        f"/mon-projet/projets/{dossier.uuid}/messages/", {"texte": "Mon texte précieux"}
    )
    assert reponse.url == ENTREE
    assert "Mon texte précieux" in client.get(ENTREE).content.decode()
    # Rendu une fois : le poste est peut-être partagé.
    assert "Mon texte précieux" not in client.get(ENTREE).content.decode()


def test_un_technicien_envoie_le_lien_depuis_le_dossier(dossier, marqueur, distribution, connecter):
    porteur = dossier.participations.get().porteur
    page = f"/r/vallee/dossiers/{dossier.uuid}/personnes/{porteur.uuid}/inviter/"
    assert connecter(distribution.auteur).post(page).status_code == 302
    courriel = courriel_recu(ADRESSE, "espace_invitation")
    assert porteur.nom not in courriel.corps_texte + courriel.corps_html + courriel.sujet
    client = Client()
    assert client.post(lien_de(courriel)).url == PROJETS
    assert lit_son_projet(client, marqueur)


def test_un_projet_d_ailleurs_n_existe_pas_et_la_tentative_se_note(dossier, distribution):
    autre = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    client = espace_de(ADRESSE)
    assert client.get(f"/mon-projet/projets/{dossier.uuid}/").status_code == 200
    assert client.get(f"/mon-projet/projets/{autre.uuid}/").status_code == 404
    refus = AccesJournal.objects.get(operation="refus")
    assert (refus.objet, refus.reference) == ("porteurs:espace_suivi", str(autre.uuid))


def test_une_personne_de_deux_reseaux_les_retrouve_tous(dossier, distribution):
    ailleurs = DossierFabrique(
        reseau=distribution.reseau_b,
        structure_responsable=distribution.s3,
        intitule="Projet du plateau",
        porteur=PorteurFabrique(reseau=distribution.reseau_b, email=ADRESSE.upper()),
    )
    page = espace_de(ADRESSE).get(PROJETS).content.decode()
    assert dossier.intitule in page
    assert ailleurs.intitule in page
