"""Les pages de la reprise d'un tableau : ce qu'on y dépose, ce qu'on y lit, qui les lit."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from porteurs.models import Dossier, ImportDossiers
from porteurs.models.imports import EtatImport
from porteurs.services.imports import travaux
from socle.models import AccesJournal, Fichier
from tests.fabriques.partenaires import MandatFabrique

pytestmark = pytest.mark.django_db

EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def contenu(*noms: str, commune="Ambert") -> bytes:
    lignes = [f"N{rang};Zoé;{nom};Gîte {nom};{commune}" for rang, nom in enumerate(noms)]
    return ("Réf;Prénom;Nom;Projet;Commune\n" + "\n".join(lignes) + "\n").encode()


@pytest.fixture
def client(connecter, distribution):
    return connecter(distribution.auteur)


def adresse(distribution, route, *args):
    return reverse(f"porteurs:{route}", args=[distribution.reseau.slug, *args])


def deposer(client, distribution, octets, nom="suivi.csv", **plus):
    envoi = {"fichier": SimpleUploadedFile(nom, octets)} | plus
    return client.post(adresse(distribution, "import_nouveau"), envoi)


def associer(client, page, entetes=("reference", "prenom", "nom", "intitule", "commune")):
    champs = {f"colonne{rang}": code for rang, code in enumerate(entetes)}
    reponse = client.post(page, champs | {"nature": "creation"})
    assert reponse.status_code == 302, reponse.context["form"].errors
    return reponse["Location"]


def mener():
    travaux.mener_les_imports()
    return ImportDossiers.objects.order_by("-pk").first()


def test_du_depot_a_l_ecriture_puis_retour(client, distribution):
    reponse = deposer(client, distribution, contenu("Marqueur", "Autre"))
    page = client.get(reponse["Location"]).content.decode()
    # Chaque colonne est déjà reconnue, avec un exemple de ce qu'elle contient.
    assert "Marqueur" in page
    assert '<option value="intitule" selected>' in page
    # Le fichier déposé n'a plus de raison d'être.
    assert not Fichier.objects.exists()
    suite = associer(client, reponse["Location"])
    attente = client.get(suite)
    assert "sur 2" in attente.content.decode()
    mener()
    relire = client.get(suite).content.decode()
    assert "Marqueur" in relire
    assert "Nouveau dossier" in relire
    import_dossiers = ImportDossiers.objects.get()
    ecrire = adresse(distribution, "import_ecrire", import_dossiers.uuid)
    client.post(ecrire)
    assert client.post(ecrire).status_code == 302
    assert mener().etat == EtatImport.TERMINE
    assert Dossier.objects.filter(reseau=distribution.reseau).count() == 2
    assert "2 nouveaux" in client.get(suite).content.decode()
    information = client.get(adresse(distribution, "import_information", import_dossiers.uuid))
    assert "Marqueur" in information.content.decode()
    annuler = adresse(distribution, "import_annuler", import_dossiers.uuid)
    assert "disparaissent" in client.get(annuler).content.decode()
    client.post(annuler)
    assert mener().etat == EtatImport.ANNULE
    assert not Dossier.objects.filter(reseau=distribution.reseau).exists()
    assert "redevenus" in client.get(suite).content.decode()
    assert AccesJournal.objects.filter(objet="import").count() >= 5


def test_un_double_envoi_ne_depose_qu_une_fois(client, distribution):
    cle = "6f0c1f0e-59c7-4a53-8b0f-1f1f6d1c0a11"
    premiere = deposer(client, distribution, contenu("Un"), cle_envoi=cle)
    seconde = deposer(client, distribution, contenu("Un"), cle_envoi=cle)
    assert premiere["Location"] == seconde["Location"]
    assert ImportDossiers.objects.count() == 1


@pytest.mark.parametrize(
    ("octets", "nom", "phrase"),
    [
        (b"a" * (10 * 1024 * 1024), "gros.csv", "au plus"),
        (b"%PDF-1.7 rien", "suivi.csv", "extension"),
        (b"<svg/>", "suivi.svg", "pas accepté"),
        (b"Pr\xc3\xa9nom;Nom\n", "suivi.csv", "que ses titres"),
        (contenu(*["Un"] * 20_001), "suivi.csv", "20\u202f000 à la fois"),
    ],
)
def test_un_fichier_qu_on_ne_lit_pas_se_dit_a_cote_du_champ(
    client, distribution, octets, nom, phrase
):
    reponse = deposer(client, distribution, octets, nom)
    assert reponse.status_code == 200
    assert phrase in str(reponse.context["form"].errors["fichier"])
    assert not ImportDossiers.objects.exists()


def test_un_virus_d_essai_est_refuse(client, distribution, settings, monkeypatch):
    settings.MAILLON_CLAMD = "localhost:1"
    monkeypatch.setattr(
        "socle.fichiers.antivirus._demander", lambda ordre, contenu=None: "stream: Eicar FOUND"
    )
    reponse = deposer(client, distribution, EICAR.encode())
    assert "malveillant" in str(reponse.context["form"].errors["fichier"])
    assert not ImportDossiers.objects.exists()


def test_les_lignes_fautives_se_telechargent_et_rien_ne_s_ecrit(client, distribution):
    reponse = deposer(
        client, distribution, contenu("Juste") + b"N9;Zo\xc3\xa9;=Faux;G\xc3\xaete;Xyzzyx\n"
    )
    suite = associer(client, reponse["Location"])
    import_dossiers = mener()
    page = client.get(f"{suite}?etat=fautive").content.decode()
    assert "Nous ne connaissons pas de commune" in page
    assert "envoyez-le de nouveau en entier" in page
    assert "Juste" not in page.split("Les lignes")[-1]
    fichier = client.get(adresse(distribution, "import_fautives", import_dossiers.uuid))
    livre = openpyxl.load_workbook(io.BytesIO(b"".join(fichier.streaming_content)))
    titres, ligne = livre.active.iter_rows(values_only=True)
    assert titres[-1] == "Ce qui ne va pas"
    assert ligne[2] == "=Faux"
    assert "Xyzzyx" in ligne[-1]
    client.post(adresse(distribution, "import_ecrire", import_dossiers.uuid))
    import_dossiers.refresh_from_db()
    assert import_dossiers.etat == EtatImport.VERIFIE
    client.post(adresse(distribution, "import_abandonner", import_dossiers.uuid))
    assert not ImportDossiers.objects.exists()


def test_deux_colonnes_pour_un_champ_et_ce_qui_manque_se_disent(client, distribution):
    page = deposer(client, distribution, contenu("Un"))["Location"]
    double = client.post(page, {"colonne1": "nom", "colonne2": "nom", "nature": "creation"})
    assert "déjà à cela" in double.content.decode()
    manque = client.post(page, {"colonne1": "prenom", "colonne2": "nom", "nature": "creation"})
    assert "nomme le projet" in manque.content.decode()


def test_l_animation_lit_le_resume_et_pas_les_lignes(client, connecter, distribution):
    suite = associer(client, deposer(client, distribution, contenu("Marqueur"))["Location"])
    import_dossiers = mener()
    assert "Marqueur" in client.get(suite).content.decode()
    animatrice = connecter(distribution.animatrice)
    resume = animatrice.get(suite)
    assert resume.status_code == 200
    assert "Marqueur" not in resume.content.decode()
    assert animatrice.get(adresse(distribution, "imports")).status_code == 200
    for route in ("import_nouveau", "import_modele"):
        assert animatrice.get(adresse(distribution, route)).status_code == 403
    for route in ("import_associer", "import_fautives", "import_annuler", "import_information"):
        assert animatrice.get(adresse(distribution, route, import_dossiers.uuid)).status_code == 403
    assert connecter(distribution.voisine).get(suite).status_code == 404
    assert connecter(distribution.etrangere).get(suite).status_code == 404


def test_animer_une_structure_ne_suffit_pas_pour_reprendre_en_son_nom(connecter, distribution):
    MandatFabrique(
        utilisateur=distribution.auteur,
        reseau=distribution.reseau,
        structure=distribution.s2,
        fonction="animateur",
    )
    client = connecter(distribution.auteur)
    page = client.get(adresse(distribution, "import_nouveau")).content.decode()
    assert distribution.s2.nom not in page
    deposer(client, distribution, contenu("Un"), structure=distribution.s2.pk)
    assert not ImportDossiers.objects.filter(structure=distribution.s2).exists()
    MandatFabrique(
        utilisateur=distribution.auteur,
        reseau=distribution.reseau,
        structure=distribution.s2,
        fonction="technicien",
    )
    assert (
        distribution.s2.nom in client.get(adresse(distribution, "import_nouveau")).content.decode()
    )
    deposer(client, distribution, contenu("Deux"), structure=distribution.s2.pk)
    assert ImportDossiers.objects.filter(structure=distribution.s2).exists()


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_coute_le_meme_nombre_de_requetes(
    client, distribution, nombre, nombre_de_requetes
):
    for rang in range(nombre):
        deposer(client, distribution, contenu(f"Nom{rang}"), nom=f"suivi{rang}.csv")
    page = adresse(distribution, "imports")
    client.get(page)
    with nombre_de_requetes(REQUETES_LISTE):
        reponse = client.get(page).content.decode()
    assert [f"suivi{rang}.csv" in reponse for rang in range(3)] == [
        rang < nombre for rang in range(3)
    ]


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_relecture_coute_le_meme_nombre_de_requetes(
    client, distribution, nombre, nombre_de_requetes
):
    noms = [f"Nom{rang}" for rang in range(nombre)]
    suite = associer(client, deposer(client, distribution, contenu(*noms))["Location"])
    mener()
    client.get(suite)
    with nombre_de_requetes(REQUETES_RELECTURE):
        reponse = client.get(suite).content.decode()
    assert all(f"Gîte {nom}" in reponse for nom in noms)


REQUETES_LISTE = 5
REQUETES_RELECTURE = 6
