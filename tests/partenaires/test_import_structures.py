"""Importer une liste de structures : relire, corriger, tout ou rien."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partenaires.models import Convention, ImportStructures, Structure
from partenaires.natures import nature_inconnue, reconnaitre_nature
from partenaires.services.fusions import reunir
from socle.acteur import acteur_de
from socle.tableurs import lire
from tests.fabriques import ConventionFabrique, StructureFabrique, commune

pytestmark = pytest.mark.django_db

LISTE = """Nom;Nature;Commune;CP;SIRET;Téléphone;Mail
Coopérative des Monts;CAE;Ambert;63600;732 829 320 00074;0465710000;contact@essai.test
Communauté de communes du Haut;com com;Thiers;;;;
"""


@pytest.fixture
def adresse(distribution):
    return reverse("partenaires:structures_import", args=[distribution.reseau.slug])


@pytest.fixture
def client(connecter, distribution):
    return connecter(distribution.animatrice)


def deposer(client, adresse, liste="", fichier=None, nom="structures.csv", **plus):
    envoi = {"liste": liste} | plus
    if fichier is not None:
        envoi["fichier"] = SimpleUploadedFile(nom, fichier)
    return client.post(adresse, envoi, follow=True)


def relire(page) -> str:
    assert page.redirect_chain, page.context["form"].errors
    return page.redirect_chain[-1][0]


def phrases(page) -> dict[int, list[str]]:
    return {
        ligne["rangee"].numero: [champ["phrase"] for champ in ligne["champs"]]
        for ligne in page.context["a_corriger"]
    }


def test_une_liste_juste_entre_tout_entiere(client, adresse, distribution):
    page = deposer(client, adresse, LISTE, suite="/r/vallee/carnet/")
    assert not Structure.objects.filter(nom="Coopérative des Monts").exists()
    assert page.context["comptes"]["nouvelle"] == 2
    fin = client.post(relire(page), {"importer": ""})
    assert fin["Location"] == "/r/vallee/carnet/"
    membres = Structure.objects.membres(distribution.reseau.pk, distribution.reseau.aujourd_hui())
    coop = membres.get(nom="Coopérative des Monts")
    assert (coop.type, coop.commune.code, coop.siret) == ("cae", "63003", "73282932000074")
    assert (coop.telephone, coop.email) == ("04 65 71 00 00", "contact@essai.test")
    assert membres.get(nom="Communauté de communes du Haut").type == "epci"
    assert Convention.objects.get(structures=coop).etat == "principe"
    assert not ImportStructures.objects.exists()


def test_la_reimporter_ne_change_rien(client, adresse):
    client.post(relire(deposer(client, adresse, LISTE)), {"importer": ""})
    structures, conventions = Structure.objects.count(), Convention.objects.count()
    page = deposer(client, adresse, LISTE)
    assert page.context["comptes"] == {"membre": 2}
    suite = client.post(relire(page), {"importer": ""}, follow=True)
    assert "étaient déjà membres" in suite.content.decode()
    assert (Structure.objects.count(), Convention.objects.count()) == (structures, conventions)


def test_chaque_ligne_fautive_s_explique_a_sa_place(client, adresse):
    page = deposer(
        client,
        adresse,
        "Nom;Nature;Commune;SIRET;Téléphone;Mail\n"
        "Coop A;cooperative;Ambert;;;\n"
        "Coop B;CAE;Nullepart-sur-Rien;;;\n"
        "Coop C;CAE;Saint-Julien;;;\n"
        "Coop D;CAE;Ambert;732 829 320 00079;;\n"
        "Coop E;CAE;Ambert;;12;pasbon\n"
        "coop d;CAE;Thiers;;;\n"
        "Coop F;CAE;Thiers;;;\n"
        "COOP F;cae;thiers;;;\n"
        ";CAE;Thiers;;;\n",
    )
    dites = phrases(page)
    assert "Nous ne connaissons pas la nature «\u00a0cooperative\u00a0»" in dites[2][0]
    assert "Nous ne connaissons pas de commune «\u00a0Nullepart-sur-Rien\u00a0»" in dites[3][0]
    assert "Plusieurs communes répondent" in dites[4][0]
    assert "clé est fausse" in dites[5][0]
    assert len(dites[6]) == 2
    assert 7 not in dites
    assert dites[9] == ["C’est la même structure qu’à la ligne 8."]
    assert dites[10] == ["Le nom de la structure manque."]
    # Rien n'entre tant qu'une ligne est fautive.
    refus = client.post(relire(page), {"importer": ""})
    assert "rien n’a été importé" in refus.content.decode()
    assert not Structure.objects.filter(nom__startswith="Coop ").exists()


def test_on_corrige_on_choisit_on_laisse_de_cote(client, adresse):
    page = deposer(
        client,
        adresse,
        "Nom;Nature;Commune\nCoop A;bidule;Ambert\nCoop C;CAE;Saint-Julien\nCoop D;CAE;\n",
    )
    relecture = relire(page)
    choix = {
        champ["nom"]: champ["choix"]
        for ligne in page.context["a_corriger"]
        for champ in ligne["champs"]
    }
    saint_julien = choix["l3-commune"][0][0]
    reponses = {"l2-montree": "1", "l2-type": "cae", "l3-montree": "1", "l3-commune": saint_julien}
    page = client.post(
        relecture, reponses | {"l4-montree": "1", "l4-ecarter": "on", "corriger": ""}, follow=True
    )
    assert page.context["comptes"] == {"nouvelle": 2, "ecartee": 1}
    client.post(relecture, {"importer": ""})
    assert sorted(
        Structure.objects.filter(nom__startswith="Coop ").values_list("nom", flat=True)
    ) == ["Coop A", "Coop C"]


def test_un_champ_facultatif_vide_s_efface(client, adresse):
    page = deposer(
        client,
        adresse,
        "Nom;Nature;Commune;SIRET;Téléphone;Mail\n"
        "Coop E;CAE;Ambert;732 829 320 00079;12;pasbon\nCoop G;bidule;Saint-Julien\n",
    )
    relecture = relire(page)
    vides = {f"l2-{champ}": "" for champ in ("montree", "siret", "telephone", "email")}
    # Un choix qu'on n'a pas encore fait garde ce que disait la liste.
    page = client.post(
        relecture, vides | {"l3-montree": "", "l3-type": "", "l3-commune": ""}, follow=True
    )
    assert list(phrases(page)) == [3]
    assert "«\u00a0bidule\u00a0»" in phrases(page)[3][0]
    assert "Plusieurs communes répondent" in phrases(page)[3][1]
    client.post(relecture, {"l3-montree": "", "l3-ecarter": "on"})
    client.post(relecture, {"importer": ""})
    entree = Structure.objects.get(nom="Coop E")
    assert (entree.siret, entree.telephone, entree.email) == ("", "", "")


@pytest.mark.parametrize(
    ("saisie", "proposees"),
    [
        ("maison de santé", ["assurance maladie ou santé"]),
        ("comune", ["commune"]),
        ("Maison des associations", ["association"]),
        ("service des eaux", []),
        ("bidule", []),
    ],
)
def test_une_nature_inconnue_ne_propose_que_ce_qui_s_en_approche(saisie, proposees):
    _, _, suite = nature_inconnue(saisie).partition(" Vouliez-vous dire ")
    assert suite == (f"{' ou '.join(proposees)}\u00a0?" if proposees else "")


def test_une_structure_voisine_est_elle_la_meme(client, adresse, distribution):
    connue = StructureFabrique(nom="Coop connue", type="cae", commune=commune("63430"))
    autre = StructureFabrique(nom="Coop ailleurs", type="cae", commune=commune("63430"))
    ConventionFabrique(reseau=distribution.reseau_b, structures=[autre])
    ConventionFabrique(reseau=distribution.reseau, structures=[connue], echue=True)
    ConventionFabrique(reseau=distribution.reseau, structures=[distribution.s2])
    liste = "Nom;Nature;Commune\nPays de la vallée;Pays;Ambert\nCoop ailleurs;CAE;Ambert\n"
    page = deposer(client, adresse, liste)
    # La voisine visible se demande ; celle d'un autre réseau n'existe pas pour qui importe.
    assert list(phrases(page)) == [2]
    assert "Est-ce la même" in phrases(page)[2][0]
    relecture = relire(page)
    page = client.post(relecture, {"l2-montree": "1", "l2-connue": "meme"}, follow=True)
    assert page.context["comptes"] == {"membre": 1, "nouvelle": 1}
    page = client.post(relecture, {"importer": ""}, follow=True)
    assert Structure.objects.filter(nom="Coop ailleurs").count() == 2


def test_le_siret_reconnait_une_structure_d_un_autre_reseau(client, adresse, distribution):
    Structure.objects.filter(pk=distribution.s3.pk).update(siret="73282932000074")
    page = deposer(client, adresse, LISTE)
    # Rien ne dit, avant d'importer, qu'elle existe ailleurs.
    assert distribution.s3.nom not in page.content.decode()
    client.post(relire(page), {"importer": ""})
    assert Convention.objects.filter(structures=distribution.s3).count() == 2
    assert Structure.objects.filter(siret="73282932000074").count() == 1


def test_une_simple_liste_de_noms_se_colle(client, adresse):
    page = deposer(
        client, adresse, "Communauté de communes du Haut;;Ambert\nMairie de Thiers;;Thiers\n"
    )
    assert page.context["comptes"] == {"nouvelle": 2}
    assert [r.type for r in page.context["rangees"]] == ["epci", "commune"]


@pytest.mark.parametrize(
    ("saisie", "nom", "nature"),
    [
        ("CCI", "", "cci"),
        ("chambre de métiers", "", "cma"),
        ("Communauté de communes", "", "epci"),
        ("", "Mairie d’Ambert", "commune"),
        ("", "Plateforme d’initiative locale", "plateforme"),
        ("", "Les amis du bourg", ""),
        ("truc", "Mairie d’Ambert", ""),
    ],
)
def test_la_nature_se_reconnait(saisie, nom, nature):
    assert reconnaitre_nature(saisie, nom) == nature


def classeur(lignes, fusion="") -> bytes:
    fichier = openpyxl.Workbook()
    feuille = fichier.active
    for ligne in lignes:
        feuille.append(ligne)
    if fusion:
        feuille.merge_cells(fusion)
    sortie = io.BytesIO()
    fichier.save(sortie)
    return sortie.getvalue()


def test_un_classeur_un_ancien_encodage_des_formules_et_des_cases_fusionnees(client, adresse):
    lignes = [
        ["Structure", "Nature", "Ville"],
        ["Coop X", "CAE", "Ambert"],
        ["Coop Y", "CAE", "Thiers"],
    ]
    page = deposer(client, adresse, fichier=classeur(lignes), nom="s.xlsx")
    assert page.context["comptes"] == {"nouvelle": 2}
    cp1252 = "Nom;Nature;Commune\nCoopérative dômoise;CAE;Ambert\n".encode("cp1252")
    page = deposer(client, adresse, fichier=cp1252)
    assert [r.nom for r in page.context["rangees"]] == ["Coopérative dômoise"]
    for mauvais in (
        classeur([*lignes, ["=1+1", "CAE", "Thiers"]]),
        classeur(lignes, fusion="A2:A3"),
    ):
        refus = deposer(client, adresse, fichier=mauvais, nom="s.xlsx")
        assert refus.context["form"].errors["fichier"]
    assert not Structure.objects.filter(nom__startswith="Coop X").exists()


def test_vingt_mille_lignes_se_refusent_d_une_phrase(client, adresse):
    liste = "Nom;Nature;Commune\n" + "Coop;CAE;Ambert\n" * 20_000
    refus = deposer(client, adresse, fichier=liste.encode())
    assert "on en lit au plus" in str(refus.context["form"].errors["fichier"])
    assert not ImportStructures.objects.exists()


def test_ni_liste_ni_fichier_ni_colonne_de_nom(client, adresse):
    assert "Collez une liste" in str(deposer(client, adresse).context["form"].errors)
    refus = deposer(client, adresse, fichier=b"Ville;Couleur\nAmbert;bleu\n")
    assert "Aucune colonne ne s’appelle" in str(refus.context["form"].errors["fichier"])


def test_une_suite_d_ailleurs_est_ignoree(client, adresse, distribution):
    for mauvaise in ("https://ailleurs.test/", "//ailleurs.test/", "/\\ailleurs.test"):
        fin = client.post(relire(deposer(client, adresse, LISTE, suite=mauvaise)), {"importer": ""})
        assert fin["Location"] == reverse("partenaires:annuaire", args=[distribution.reseau.slug])


def test_un_caractere_nul_ne_se_garde_pas(client, adresse):
    """PostgreSQL le refuserait : une ligne corrigée en est débarrassée."""
    page = deposer(client, adresse, LISTE)
    relecture = relire(page)
    numero = page.context["rangees"][0].numero
    page = client.post(
        relecture,
        {f"l{numero}-montree": "", f"l{numero}-nom": "Atelier\0 des Monts"},
        follow=True,
    )
    assert page.status_code == 200
    client.post(relecture, {"importer": ""})
    assert Structure.objects.filter(nom="Atelier des Monts").exists()


def test_un_telephone_importe_tient_dans_sa_colonne(client, adresse):
    liste = "Nom;Nature;Commune;CP;Téléphone\nCoopérative;CAE;Ambert;63600;{}\n"
    page = deposer(client, adresse, liste.format("04 65 71 00 00 ext 12345678"))
    assert any("trop long" in p for p in next(iter(phrases(page).values()))), phrases(page)
    page = deposer(client, adresse, liste.format("+33 (0) 4 65 71 00 00"))
    client.post(relire(page), {"importer": ""})
    assert Structure.objects.get(nom="Coopérative").telephone == "04 65 71 00 00"


def test_la_liste_en_attente_est_a_sa_personne(client, connecter, adresse, distribution):
    relecture = relire(deposer(client, adresse, LISTE))
    assert "Coopérative des Monts" in client.get(relecture).content.decode()
    assert connecter(distribution.auteur).get(relecture).status_code == 403
    assert connecter(distribution.etrangere).get(relecture).status_code == 404
    client.post(relecture, {"abandonner": ""})
    assert client.get(relecture).status_code == 404


def test_le_modele_se_reimporte(client, adresse, distribution):
    modele = client.get(
        reverse("partenaires:structures_import_modele", args=[distribution.reseau.slug])
    )
    octets = b"".join(modele.streaming_content)
    assert lire(octets, nom="modele.xlsx").entetes[:3] == ["Nom", "Nature", "Commune"]
    assert (
        deposer(client, adresse, fichier=octets, nom="modele.xlsx").context["comptes"]["nouvelle"]
        == 2
    )


def test_relire_coute_toujours_le_meme_nombre_de_requetes(client, adresse, nombre_de_requetes):
    relecture = relire(deposer(client, adresse, LISTE))
    with nombre_de_requetes(9):
        client.get(relecture)
    longue = "Nom;Nature;Commune;SIRET\nCoop;CAE;Ambert;732 829 320 00074\n"
    longue += "".join(f"Coop {n};CAE;Ambert;\n" for n in range(59))
    relecture = relire(deposer(client, adresse, longue))
    with nombre_de_requetes(9):
        page = client.get(relecture)
    assert page.context["comptes"] == {"nouvelle": 60}


def test_une_fiche_reunie_se_reconnait_dans_celle_qui_reste(client, adresse, distribution):
    premiere, seconde = (
        StructureFabrique(nom=nom, type="cae", commune=commune()) for nom in ("Coop A", "Coop B")
    )
    ConventionFabrique(reseau=distribution.reseau, structures=[distribution.s1, premiere, seconde])
    acteur = acteur_de(distribution.administratrice)
    reunir(acteur=acteur, gardee=seconde, absorbee=premiere)
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=seconde)
    page = deposer(client, adresse, "Nom;Nature;Commune\nCoop A;CAE;Ambert\n")
    assert page.context["comptes"] == {"membre": 1}
