"""La liste des dossiers : facettes, recherche, pages, nombre de requêtes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from porteurs.models import Dossier
from socle.pagination import paginer
from tests.fabriques import AffectationFabrique, DossierFabrique, RelaisFabrique, commune
from tests.fabriques.partenaires import THIERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    return reverse("porteurs:dossiers", args=[distribution.reseau.slug])


@pytest.fixture
def creer(distribution):
    def creer(**champs):
        commun = {
            "reseau": distribution.reseau,
            "structure_responsable": distribution.s1,
            "informe": True,
        }
        return DossierFabrique(**commun | champs)

    return creer


def titres(reponse) -> set[str]:
    return {d.intitule for d in reponse.context["page_dossiers"]}


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_nombre_de_requetes_ne_suit_pas_les_lignes(
    connecter, auteur, adresse, creer, distribution, nombre, nombre_de_requetes
):
    dossiers = [creer(avec_referent=distribution.mandats["auteur"]) for _ in range(nombre)]
    client = connecter(auteur)
    client.get(adresse)
    with nombre_de_requetes(11):
        reponse = client.get(adresse)
    assert titres(reponse) == {d.intitule for d in dossiers}
    for dossier in dossiers:
        assert dossier.intitule in reponse.content.decode()


def test_chacun_ne_voit_que_les_portes_qu_il_ouvre(connecter, distribution, adresse, creer):
    d = distribution

    def lien(route):
        return f'href="{reverse(f"porteurs:{route}", args=[d.reseau.slug])}"'

    suivi = creer(intitule="Suivi")
    AffectationFabrique(dossier=suivi, mandat=d.mandats["parrain"], role="parrain", acceptee=True)
    liste = {
        qui: connecter(getattr(d, qui)).get(adresse).content.decode()
        for qui in ("auteur", "parrain", "animatrice")
    }
    for route in ("financements", "concours"):
        assert all(lien(route) in page for page in liste.values()), route
    assert lien("installations") in liste["parrain"]
    assert lien("installations") not in liste["animatrice"]
    assert lien("conservation") in liste["auteur"]
    assert lien("conservation") not in liste["parrain"]
    soutiens = reverse("porteurs:dossier_soutiens", args=[d.reseau.slug, suivi.uuid])
    lue = connecter(d.auteur).get(soutiens).content.decode()
    assert all(lien(route) in lue for route in ("financements", "concours", "installations"))


def test_les_facettes(connecter, auteur, adresse, creer, distribution):
    creer(intitule="Fournil", etape="montage", secteur="C")
    creer(intitule="Auberge", etape="idee", secteur="I", commune=commune(THIERS))
    creer(intitule="Vieux projet", dormant=True)
    creer(intitule="Fini", clos=True)
    suivi = creer(intitule="Suivi")
    AffectationFabrique(dossier=suivi, mandat=distribution.mandats["auteur"], acceptee=True)
    passe = creer(intitule="Passé")
    RelaisFabrique(dossier=passe, vers=distribution.s2)
    creer(intitule="Voisin", structure_responsable=distribution.s2)
    client = connecter(auteur)
    ouverts = {"Fournil", "Auberge", "Vieux projet", "Suivi", "Passé", "Voisin"}
    attendus = {
        (): ouverts,
        (("situation", "tous"),): ouverts | {"Fini"},
        (("situation", "clos"),): {"Fini"},
        (("situation", "dormants"),): {"Vieux projet"},
        (("situation", "relais"),): {"Passé"},
        (("etape", "montage"),): {"Fournil"},
        (("secteur", "I"),): {"Auberge"},
        (("territoire", "thiers"),): {"Auberge"},
        (("territoire", "63300"),): {"Auberge"},
        (("epci", "200070712"),): {"Auberge"},
        (("referent", "moi"),): {"Suivi"},
        (("referent", str(auteur.uuid)),): {"Suivi"},
        (("referent", "aucun"),): ouverts - {"Suivi"},
        (("structure", str(distribution.s2.uuid)),): {"Voisin"},
    }
    for parametres, trouves in attendus.items():
        assert titres(client.get(adresse, dict(parametres))) == trouves, parametres


@pytest.mark.parametrize(
    "texte", ["boulangeries", "BOULANGÈRIE", "boulang", "Ambert reprise", "2020-7777"]
)
def test_la_recherche_ignore_accents_pluriels_et_fins_de_mots(
    connecter, auteur, adresse, creer, texte
):
    creer(intitule="Reprise de la boulangerie", reference="2020-7777")
    creer(intitule="Gîte")
    page = connecter(auteur).post(adresse, {"q": texte}, follow=True)
    assert titres(page) == {"Reprise de la boulangerie"}


@pytest.mark.parametrize("texte", ["'", "!!!", "a & | b", "<->", ":*", "%", "\\"])
def test_toute_saisie_est_une_recherche(connecter, auteur, adresse, creer, texte):
    creer(intitule="Gîte")
    page = connecter(auteur).post(adresse, {"q": texte}, follow=True)
    assert page.status_code == 200
    assert titres(page) <= {"Gîte"}


def test_un_nom_cherche_ne_passe_pas_par_l_adresse(connecter, auteur, voisine, adresse, creer):
    creer(intitule="Fournil", porteur__nom="Introuvable")
    page = connecter(auteur).post(adresse, {"q": "Introuvable"}, follow=True)
    assert titres(page) == {"Fournil"}
    assert "introuvable" not in page.redirect_chain[0][0].lower()
    # Le numéro d'une recherche ne vaut que dans la session qui l'a faite.
    ailleurs = connecter(voisine).get(page.redirect_chain[0][0])
    assert "Introuvable" not in ailleurs.content.decode()


def test_le_nom_et_le_telephone_ne_se_cherchent_que_par_qui_suit(
    connecter, auteur, voisine, adresse, creer
):
    creer(
        intitule="Fournil", porteur__nom="Zwingelstein", porteur__telephone_saisi="06 39 98 12 34"
    )
    for texte in ("Zwingelstein", "Zwing", "0639981234", "06 39 98 12 34"):
        assert titres(connecter(voisine).post(adresse, {"q": texte}, follow=True)) == set(), texte
    for texte in ("Zwingelstein", "Zwing", "06 39 98 12 34"):
        assert titres(connecter(auteur).post(adresse, {"q": texte}, follow=True)) == {"Fournil"}, (
            texte
        )


def test_les_pages_se_suivent_sans_trou_ni_doublon(creer, distribution):
    instant = timezone.now()
    crees = [creer() for _ in range(7)]
    # Trois dossiers du même instant : le départage doit tenir.
    Dossier.objects.filter(pk__in=[d.pk for d in crees[:3]]).update(activite_le=instant)
    Dossier.objects.filter(pk__in=[d.pk for d in crees[3:]]).update(
        activite_le=instant - timedelta(hours=1)
    )
    lignes, curseur, pages = [], None, 0
    while True:
        page = paginer(
            Dossier.objects.filter(reseau=distribution.reseau), "activite_le", curseur, taille=2
        )
        lignes += [d.pk for d in page]
        pages += 1
        if not page.suivante:
            break
        curseur = page.suivante
    assert len(lignes) == len(set(lignes)) == 7
    assert pages == 4


def test_un_curseur_faux_ramene_au_debut(connecter, auteur, adresse, creer):
    dossier = creer()
    for curseur in ("n'importe quoi", "AAAA", "MjAyNi0wMS0wMXww", "é"):
        assert titres(connecter(auteur).get(adresse, {"apres": curseur})) == {dossier.intitule}


def test_les_siens_et_ceux_de_sa_structure_sont_a_portee(connecter, auteur, elue, adresse):
    client = connecter(auteur)
    lue = client.get(adresse).content.decode()
    assert "Ma structure" in lue
    assert f'href="{adresse}?referent=moi">Les miens' in lue
    choisie = client.get(adresse, {"referent": "moi"}).content.decode()
    assert f'href="{adresse}?referent=moi" aria-current="true">Les miens' in choisie
    assert "Les miens" not in connecter(elue).get(adresse).content.decode()


def test_une_liste_vide_dit_quoi_faire(connecter, auteur, adresse):
    client = connecter(auteur)
    assert "six réponses suffisent" in client.get(adresse).content.decode()
    vide = client.post(adresse, {"q": "introuvable"}, follow=True).content.decode()
    assert "Aucun dossier ne répond à cette recherche" in vide


def test_le_fragment_est_la_meme_liste(connecter, auteur, adresse, creer):
    creer(intitule="Fournil")
    client = connecter(auteur)
    fragment = client.get(adresse, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert fragment.strip() in client.get(adresse).content.decode()
