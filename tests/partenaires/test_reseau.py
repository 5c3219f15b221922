"""Créer un réseau, en voir la liste, ouvrir le partage des dossiers."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from partenaires.enums import EtatConvention, Fonction, TypeStructure
from partenaires.models import (
    Commune,
    Conformite,
    Convention,
    Invitation,
    Mandat,
    Reseau,
    Structure,
)
from partenaires.signals import partage_ouvert
from socle.models import Courriel
from tests.fabriques import ReseauFabrique, StructureFabrique, commune
from tests.fabriques.partenaires import aujourd_hui

LISTE = "partenaires:reseaux"
NOUVEAU = "partenaires:reseau_nouveau"


def saisie(**champs):
    return {
        "nom": "Réseau des Écrins",
        "slug": "",
        "departements": "63, haute loire",
        "epcis": [commune().epci.code, commune("43040").epci.code],
        "structure_nom": "Parc des Écrins",
        "structure_type": TypeStructure.PARC,
        "prenom": "Lou",
        "nom_personne": "Vernet",
        "email": "lou@ecrins.test",
        **champs,
    }


@pytest.fixture
def client_admin(distribution, connecter):
    return connecter(distribution.administratrice)


# --- Créer ---------------------------------------------------------------------------------


def test_creer_un_reseau_entier(client_admin, distribution, personne_n_est_attendu):
    reponse = client_admin.post(reverse(NOUVEAU), saisie())
    assert reponse["Location"] == reverse(LISTE)
    reseau = Reseau.objects.get(slug="reseau-des-ecrins")
    attendues = Commune.objects.de_epci(commune().epci.code, commune("43040").epci.code)
    assert set(reseau.communes.all()) == set(attendues)
    assert reseau.partage_ouvert_le is None
    parc = reseau.structure_coordinatrice
    assert (parc.nom, parc.type) == ("Parc des Écrins", "parc")
    convention = Convention.objects.get(reseau=reseau)
    assert convention.etat == EtatConvention.PRINCIPE
    assert (convention.periode.lower, convention.periode.upper) == (aujourd_hui(), None)
    assert list(convention.structures.all()) == [parc]
    invitation = Invitation.objects.get(reseau=reseau)
    assert (invitation.email, invitation.fonction, invitation.administre) == (
        "lou@ecrins.test",
        Fonction.ANIMATEUR,
        True,
    )
    assert Courriel.objects.get(genre="invitation").adresse == "lou@ecrins.test"
    page = client_admin.get(reverse(LISTE)).content.decode()
    assert "attend la personne invitée à l’animer" in page
    # L'administration ne donne ni mandat, ni annuaire, ni partage.
    for nom in ("annuaire", "partage", "invitations"):
        adresse = reverse(f"partenaires:{nom}", args=[reseau.slug])
        assert client_admin.get(adresse).status_code == 404


def test_afficher_les_intercommunalites_ne_cree_rien(client_admin):
    assert "Afficher les intercommunalités" in client_admin.get(reverse(NOUVEAU)).content.decode()
    page = client_admin.post(
        reverse(NOUVEAU),
        {"nom": "À moitié", "departements": "Puy-de-Dôme; 43", "afficher": "oui"},
    ).content.decode()
    assert commune().epci.nom in page
    assert commune("43040").epci.nom in page
    assert 'value="À moitié"' in page
    assert "invalid-feedback" not in page
    assert not Reseau.objects.filter(nom="À moitié").exists()


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"departements": "63, Bretagne, 999"}, "ce département\u00a0: Bretagne, 999."),
        ({"epcis": []}, "Cochez au moins une intercommunalité."),
        ({"epcis": ["200000000"]}, "200000000"),
        ({"slug": "Vallée d’été"}, "des chiffres et des tirets"),
        ({"nom": "!!!"}, "aucune lettre"),
        ({"slug": "vallee"}, "déjà celle d’un autre réseau"),
        ({"structure_type": ""}, "De quelle nature"),
        ({"email": "lou"}, "il faut un @ et un point"),
    ],
)
def test_une_saisie_fausse_ne_laisse_rien_derriere(
    champs, phrase, client_admin, personne_n_est_attendu
):
    avant = (Reseau.objects.count(), Structure.objects.count(), Convention.objects.count())
    page = client_admin.post(reverse(NOUVEAU), saisie(**champs)).content.decode()
    assert phrase in page
    assert "à revoir" in page
    assert 'value="Vernet"' in page
    apres = (Reseau.objects.count(), Structure.objects.count(), Convention.objects.count())
    assert apres == avant
    assert not Invitation.objects.exists()
    assert not Courriel.objects.filter(genre="invitation").exists()


def test_une_structure_homonyme_se_demande(client_admin, distribution):
    connue = StructureFabrique(nom="parc des ecrins", type=TypeStructure.PARC)
    page = client_admin.post(reverse(NOUVEAU), saisie()).content.decode()
    assert "Choisissez l’une des deux réponses" in page
    assert "C’est elle" in page
    assert not Reseau.objects.filter(slug="reseau-des-ecrins").exists()
    client_admin.post(reverse(NOUVEAU), saisie(homonyme="meme"))
    assert Reseau.objects.get(slug="reseau-des-ecrins").structure_coordinatrice == connue
    client_admin.post(reverse(NOUVEAU), saisie(slug="second", homonyme="autre"))
    assert Reseau.objects.get(slug="second").structure_coordinatrice != connue


def test_un_double_envoi_ne_cree_qu_un_reseau(client_admin):
    cle = client_admin.get(reverse(NOUVEAU)).context["form"]["cle_envoi"].value()
    for _ in range(2):
        reponse = client_admin.post(reverse(NOUVEAU), saisie(cle_envoi=str(cle)))
        assert reponse["Location"] == reverse(LISTE)
    assert Reseau.objects.filter(nom="Réseau des Écrins").count() == 1
    assert Structure.objects.filter(nom="Parc des Écrins").count() == 1


@pytest.mark.parametrize("nom", ["animatrice", "auteur", "elue", "auditrice", "echue"])
def test_seule_l_administration_tient_les_reseaux(
    nom, distribution, connecter, client_admin, marqueur
):
    Reseau.objects.filter(pk=distribution.reseau_b.pk).update(nom=marqueur)
    assert marqueur in client_admin.get(reverse(LISTE)).content.decode()
    client = connecter(getattr(distribution, nom))
    for adresse in (reverse(LISTE), reverse(NOUVEAU)):
        reponse = client.get(adresse)
        assert reponse.status_code == 403
        assert marqueur not in reponse.content.decode()
    assert client.post(reverse(NOUVEAU), saisie()).status_code == 403
    assert not Reseau.objects.filter(slug="reseau-des-ecrins").exists()


def test_hors_demonstration_le_second_facteur_est_exige(client_admin, settings):
    settings.MAILLON_DEMO = False
    for adresse in (reverse(LISTE), reverse(NOUVEAU)):
        reponse = client_admin.get(adresse)
        assert reponse.status_code == 302
        assert reponse["Location"] == reverse("mfa_index")
    client_admin.post(reverse(NOUVEAU), saisie())
    assert not Reseau.objects.filter(slug="reseau-des-ecrins").exists()


# --- La liste ------------------------------------------------------------------------------


def test_liste_des_reseaux_requetes_constantes(client_admin, distribution, nombre_de_requetes):
    client_admin.get(reverse(LISTE))
    with nombre_de_requetes(5):
        page = client_admin.get(reverse(LISTE))
    lignes = {r.nom: r for r in page.context["page_reseaux"]}
    vallee = lignes["Réseau de la vallée"]
    # Onze personnes distribuées, dont deux du plateau et une au mandat échu.
    assert (vallee.nb_structures, vallee.nb_personnes, vallee.nb_animateurs) == (2, 8, 1)
    assert vallee.nb_communes == 2
    for nom in ("écho", "Abri", "Zénith"):
        ReseauFabrique(nom=nom, partage_ferme=True)
    with nombre_de_requetes(5):
        page = client_admin.get(reverse(LISTE))
    noms = [r.nom for r in page.context["page_reseaux"]]
    essais = {"écho", "Abri", "Zénith", "Réseau de la vallée", "Réseau du plateau"}
    assert [n for n in noms if n in essais] == [
        "Abri",
        "écho",
        "Réseau de la vallée",
        "Réseau du plateau",
        "Zénith",
    ]
    texte = page.content.decode()
    assert "<title>Réseaux · Maillon</title>" in texte
    assert "personne ne l’anime" in texte
    assert "pas encore ouvert" in texte


# --- Le partage ----------------------------------------------------------------------------


@pytest.fixture
def ferme(distribution):
    Reseau.objects.filter(pk=distribution.reseau.pk).update(
        partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None
    )
    distribution.reseau.refresh_from_db()
    Conformite.objects.create(
        reseau=distribution.reseau,
        informe=distribution.s2,
        repond=distribution.s2,
        notifie=distribution.s2,
    )
    return reverse("partenaires:partage", args=[distribution.reseau.slug])


@pytest.fixture
def ouvertures():
    recues = []

    def recevoir(sender, reseau, **arguments):
        recues.append(reseau.slug)

    partage_ouvert.connect(recevoir)
    yield recues
    partage_ouvert.disconnect(recevoir)


DATES = {"aipd_le": aujourd_hui(-10).isoformat(), "accord_conjoint_le": aujourd_hui().isoformat()}


def test_ouvrir_le_partage(ferme, distribution, connecter, valider, ouvertures):
    client = connecter(distribution.animatrice)
    page = client.get(ferme).content.decode()
    assert "<title>Partage des dossiers · Réseau de la vallée · Maillon</title>" in page
    assert "article 26" in page
    with valider():
        reponse = client.post(ferme, DATES)
        assert ouvertures == []
    assert reponse["Location"] == ferme
    assert ouvertures == ["vallee"]
    distribution.reseau.refresh_from_db()
    assert distribution.reseau.partage_ouvert_le == aujourd_hui()
    assert distribution.reseau.aipd_le == aujourd_hui(-10)
    assert "ouvert depuis le" in client.get(ferme).content.decode()
    # Un second envoi ne rouvre rien.
    with valider():
        assert "déjà ouvert" in client.post(ferme, DATES, follow=True).content.decode()
    assert ouvertures == ["vallee"]


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"aipd_le": ""}, "Indiquez une date."),
        ({"accord_conjoint_le": ""}, "Indiquez une date."),
        ({"accord_conjoint_le": aujourd_hui(1).isoformat()}, "dans l’avenir"),
        ({"aipd_le": "31/02/2026"}, "Cette date n’existe pas"),
    ],
)
def test_sans_les_deux_dates_rien_ne_s_ouvre(
    champs, phrase, ferme, distribution, connecter, valider, ouvertures
):
    with valider():
        page = connecter(distribution.animatrice).post(ferme, DATES | champs)
    assert phrase in page.content.decode()
    distribution.reseau.refresh_from_db()
    assert distribution.reseau.partage_ouvert_le is None
    assert ouvertures == []


@pytest.mark.parametrize(
    ("nom", "statut"),
    [
        ("auteur", 403),
        ("voisine", 403),
        ("elue", 403),
        ("parrain", 403),
        ("accueil", 403),
        ("animatrice_b", 404),
        ("auditrice", 404),
        ("echue", 404),
        ("administratrice", 404),
    ],
)
def test_seule_l_animation_ouvre_le_partage(nom, statut, ferme, distribution, connecter):
    assert connecter(distribution.animatrice).get(ferme).status_code == 200
    client = connecter(getattr(distribution, nom))
    assert client.get(ferme).status_code == statut
    assert client.post(ferme, DATES).status_code == statut
    distribution.reseau.refresh_from_db()
    assert distribution.reseau.partage_ouvert_le is None


# --- Le menu -------------------------------------------------------------------------------


def libelles(client, adresse):
    return [e["libelle"] for e in client.get(adresse).context["menu"]]


SUIVENT = ["Dossiers", "Réunions", "Partenaires", "Chiffres"]


def test_le_menu_suit_les_droits(distribution, connecter):
    annuaire = reverse("partenaires:annuaire", args=["vallee"])
    for nom, attendus in (
        ("animatrice", ["Mon tableau", "Demandes", *SUIVENT]),
        ("auteur", ["Mon tableau", "Demandes", *SUIVENT]),
        ("parrain", ["Mon tableau", "Dossiers", "Partenaires"]),
        ("accueil", ["Mon tableau", "Signalements", "Partenaires"]),
        ("elue", ["Mon tableau", "Réunions", "Partenaires", "Chiffres"]),
    ):
        assert libelles(connecter(getattr(distribution, nom)), annuaire) == attendus, nom
    admin = libelles(connecter(distribution.administratrice), reverse(LISTE))
    assert "Réseaux" in admin
    assert "Partenaires" not in admin


def test_qui_est_de_deux_reseaux_a_une_entree_par_sujet(distribution, connecter):
    Mandat.objects.create(
        utilisateur=distribution.auteur,
        reseau=distribution.reseau_b,
        structure=distribution.s3,
        fonction=Fonction.TECHNICIEN,
        periode=distribution.mandats["auteur"].periode,
    )
    client = connecter(distribution.auteur)
    tableau, plateau = reverse("accueil:tableau"), reverse("partenaires:annuaire", args=["plateau"])
    attendus = ["Mon tableau", "Demandes", *SUIVENT]
    assert libelles(client, tableau) == attendus
    assert libelles(client, plateau) == attendus
    partenaires = client.get(plateau).context["menu"][4]
    assert [(e["reseau"], e["url"], e["actif"]) for e in partenaires["entrees"]] == [
        ("Réseau de la vallée", reverse("partenaires:annuaire", args=["vallee"]), False),
        ("Réseau du plateau", plateau, True),
    ]
    texte = client.get(tableau).content.decode()
    assert "</span>Réseau du plateau</a>" in texte
    assert "Partenaires</summary>" in re.sub(r"\s*<", "<", texte)


def test_une_page_du_reseau_porte_ses_onglets_jusque_dans_ses_profondeurs(distribution, connecter):
    client = connecter(distribution.animatrice)
    for route, cle in (
        ("annuaire", []),
        ("invitations", []),
        ("diagnostic", []),
        ("jalon_nouveau", []),
        ("convention_nouvelle", []),
        ("ressource_nouvelle", []),
        ("structure", [distribution.s1.uuid]),
    ):
        texte = client.get(reverse(f"partenaires:{route}", args=["vallee", *cle])).content.decode()
        # Les onglets, et la liste du téléphone : la page y est marquée, jamais deux à la fois.
        assert texte.count('aria-label="Pages du réseau"') == 1, route
        onglets = texte.split('aria-label="Pages du réseau"')[1].split("</nav>")[0]
        assert onglets.count('aria-current="page"') == 2, route
    for adresse in (reverse("accueil:tableau"), reverse("porteurs:dossiers", args=["vallee"])):
        assert "Pages du réseau" not in client.get(adresse).content.decode()
    absente = reverse("partenaires:convention", args=["vallee", uuid4()])
    assert "Pages du réseau" not in client.get(absente).content.decode()
