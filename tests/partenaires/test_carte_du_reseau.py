"""La page Territoire : qui la lit, ce qu'elle montre du réseau et de sa population."""

import csv
import io
import re

import pytest
from django.urls import reverse

from partenaires import population
from partenaires.models import Commune, PopulationCommune, Reseau, ReseauCommune, Structure
from partenaires.population import Serie
from tests.fabriques.partenaires import ReseauFabrique

AMBERT, MARSAC, THIERS = "63003", "63211", "63430"


def adresse(distribution, nom="carte"):
    return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug])


def couvrir(reseau, *codes):
    reseau.communes.set(Commune.objects.filter(code__in=codes))


@pytest.fixture
def territoire(distribution):
    # Les réseaux de la démonstration couvrent les mêmes communes : ici, on est seul.
    ReseauCommune.objects.all().delete()
    couvrir(distribution.reseau, AMBERT, MARSAC, THIERS)
    return distribution


def texte(reponse):
    # Les espaces insécables restent : ce sont eux qu'on vérifie.
    return re.sub(r"[ \n]+", " ", reponse.content.decode())


# --- Qui la lit ------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", ["auteur", "accueil", "parrain", "animatrice", "elue"])
def test_tous_les_membres_la_lisent(nom, territoire, connecter, marqueur):
    Commune.objects.filter(code=AMBERT).update(nom=marqueur)
    client = connecter(getattr(territoire, nom))
    page = client.get(adresse(territoire))
    assert page.status_code == 200
    assert marqueur in texte(page)
    assert client.get(adresse(territoire, "carte_population")).status_code == 200


@pytest.mark.parametrize("nom", ["etrangere", "echue", "auditrice", "administratrice"])
def test_les_autres_ne_la_voient_pas(nom, territoire, connecter, marqueur):
    Commune.objects.filter(code=AMBERT).update(nom=marqueur)
    assert marqueur in texte(connecter(territoire.auteur).get(adresse(territoire)))
    client = connecter(getattr(territoire, nom))
    for route in ("carte", "carte_population"):
        reponse = client.get(adresse(territoire, route))
        assert reponse.status_code == 404
        assert marqueur not in reponse.content.decode()


# --- Ce qu'elle montre -----------------------------------------------------------------------


def test_la_carte_les_intercommunalites_et_leur_population(territoire, connecter):
    page = texte(connecter(territoire.auteur).get(adresse(territoire)))
    assert "<title>Territoire · Réseau de la vallée · Maillon</title>" in page
    for commune in ("Ambert", "Marsac-en-Livradois", "Thiers"):
        assert f"<title>{commune}</title>" in page
    assert 'href="?epci=200070761">CC Ambert Livradois Forez</a>' in page
    assert "CC Thiers Dore et Montagne" in page
    # Ambert et Marsac : 8 165 en 2019, 7 898 en 2026.
    assert "7\u00a0898" in page
    assert "−3,3\u00a0%" in page
    assert "L’axe ne part pas de zéro" in page


def test_une_intercommunalite_commune_par_commune(territoire, connecter):
    client = connecter(territoire.elue)
    page = texte(client.get(adresse(territoire), {"epci": "200070761"}))
    assert "<title>Ambert · 6\u00a0517\u00a0habitants (−2,8\u00a0%)</title>" in page
    assert "<title>Thiers" not in page
    assert '<th scope="row">Marsac-en-Livradois</th>' in page
    assert client.get(adresse(territoire), {"epci": "200067627"}).status_code == 404
    assert client.get(adresse(territoire), {"epci": ""}).status_code == 404


def test_qui_gagne_et_qui_perd(territoire, connecter):
    page = texte(connecter(territoire.auteur).get(adresse(territoire), {"vue": "evolution"}))
    assert "perd de 1 à 5\u00a0%" in page
    assert '<g class="k-fragile" fill="url(#carte-fragile)">' in page
    inconnue = connecter(territoire.auteur).get(adresse(territoire), {"vue": "autre"})
    assert inconnue.context["vue"] == "epci"


def test_une_commune_dans_deux_reseaux_est_montree(territoire, connecter):
    voisin = ReseauFabrique(nom="Réseau du haut pays")
    couvrir(voisin, AMBERT)
    parent = ReseauFabrique(nom="Région entière")
    couvrir(parent, AMBERT, MARSAC)
    Reseau.objects.filter(pk=territoire.reseau.pk).update(parent=parent)
    client = connecter(territoire.auteur)
    page = texte(client.get(adresse(territoire)))
    assert "1 commune aussi couverte par <b>Réseau du haut pays</b>\u00a0: Ambert." in page
    assert "<title>Ambert · aussi couverte par Réseau du haut pays</title>" in page
    assert "Région entière" not in page
    assert 'class="carte-surcouche"' in page
    detail = texte(client.get(adresse(territoire), {"epci": "200070761"}))
    assert "aussi couverte par Réseau du haut pays" in detail


def test_les_sieges_des_structures_membres(territoire, connecter):
    ambert = Commune.objects.get(code=AMBERT)
    Structure.objects.filter(pk=territoire.s1.pk).update(commune=ambert)
    Structure.objects.filter(pk=territoire.s3.pk).update(commune=ambert)
    page = texte(connecter(territoire.auteur).get(adresse(territoire)))
    assert f"<title>{territoire.s1.nom}, à Ambert</title>" in page
    assert territoire.s3.nom not in page


def test_un_reseau_sans_commune_dit_quoi_faire(distribution, connecter):
    distribution.reseau.communes.clear()
    page = texte(connecter(distribution.auteur).get(adresse(distribution)))
    assert "Ce réseau n’a pas encore de commune" in page


def test_requetes_constantes(distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.auteur)
    couvrir(distribution.reseau, AMBERT)
    client.get(adresse(distribution))
    for codes in ((AMBERT,), (AMBERT, MARSAC, THIERS)):
        couvrir(distribution.reseau, *codes)
        with nombre_de_requetes(10):
            page = client.get(adresse(distribution))
        assert page.context["nombre"] == len(codes)


def test_un_grand_reseau_tient_dans_la_page(distribution, connecter):
    distribution.reseau.communes.set(
        Commune.objects.filter(departement__code__in=["03", "15", "43", "63"])
    )
    reponse = connecter(distribution.auteur).get(adresse(distribution))
    assert reponse.context["nombre"] == 1287
    assert len(reponse.content) < 60_000
    assert "?epci=200070761" in texte(reponse)
    assert "leur territoire a changé, une année leur manque" in texte(reponse)


# --- L'export --------------------------------------------------------------------------------


def test_l_export_de_la_population(territoire, connecter):
    client = connecter(territoire.auteur)
    reponse = client.get(adresse(territoire, "carte_population"), {"format": "csv"})
    assert "population-vallee.csv" in reponse["Content-Disposition"]
    lu = b"".join(reponse.streaming_content).decode("utf-8-sig")
    entetes, *lignes = csv.reader(io.StringIO(lu), delimiter=";")
    assert entetes[:4] == ["Code", "Commune", "Intercommunalité", "2019"]
    assert [ligne[1] for ligne in lignes] == ["Ambert", "Marsac-en-Livradois", "Thiers"]
    assert lignes[0][3:10] == ["6707", "6655", "6636", "6616", "6556", "6517", "-190"]
    classeur = client.get(adresse(territoire, "carte_population"))
    assert classeur["Content-Disposition"].endswith('population-vallee.xlsx"')


# --- Les contours de la carte de choix -------------------------------------------------------


def test_les_contours_d_un_departement(distribution, connecter):
    client = connecter(distribution.elue)
    contours = client.get(reverse("partenaires:contours", args=["63"])).json()
    assert "Ambert" in {commune[1] for commune in contours["communes"]}
    assert client.get(reverse("partenaires:contours", args=["99"])).status_code == 404
    assert connecter().get(reverse("partenaires:contours", args=["63"])).status_code == 302


# --- Les calculs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("debut", "fin", "sens", "signe", "classe"),
    [
        (1000, 1030, "hausse", "+3,0\u00a0%", "assure"),
        (1000, 1005, "stable", "+0,5\u00a0%", "double"),
        (1000, 1000, "stable", "0,0\u00a0%", "double"),
        (1000, 970, "baisse", "−3,0\u00a0%", "fragile"),
        (1000, 900, "baisse", "−10,0\u00a0%", "vide"),
    ],
)
def test_une_evolution_a_un_signe_et_un_mot(debut, fin, sens, signe, classe):
    serie = Serie({2019: debut, 2026: fin})
    assert (serie.sens, serie.signe, serie.classe) == (sens, signe, classe)
    assert serie.ecart == fin - debut


def test_une_seule_annee_ne_se_compare_pas():
    serie = Serie({2026: 120})
    assert (serie.ecart, serie.sens, serie.signe, serie.classe) == (None, "", "", "neutre")
    assert population.courbe(serie) is None
    assert Serie().fin is None


@pytest.mark.django_db
def test_un_total_ecarte_ce_qui_ne_se_compare_pas():
    communes = list(Commune.objects.filter(code__in=[AMBERT, "15031"]).order_by("code"))
    series = population.par_commune(communes)
    annees = population.annees_connues(series)
    assert annees == [2019, 2022, 2023, 2024, 2025, 2026]
    somme = population.total(communes, series, annees)
    assert somme.ecartees == ["Celles"]
    assert somme.communes == 1
    assert somme.valeurs == dict(
        PopulationCommune.objects.filter(commune__code=AMBERT).values_list("annee", "population")
    )


@pytest.mark.parametrize(
    "valeurs", [(134_186, 136_607), (91, 97), (1, 1), (0, 2), (9_999, 10_001), (27_565, 27_687)]
)
def test_la_courbe_tient_dans_son_cadre(valeurs):
    courbe = population.courbe(Serie(dict(zip((2019, 2026), valeurs, strict=True))))
    reperes = [g["valeur"] for g in courbe["graduations"]]
    assert 3 <= len(reperes) <= 7
    assert reperes[0] <= min(valeurs)
    assert max(valeurs) <= reperes[-1]
    for point in courbe["points"]:
        assert 0 <= int(point["x"]) <= population.LARGEUR
        assert 0 <= int(point["y"]) <= population.HAUTEUR
