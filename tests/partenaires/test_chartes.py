"""La charte de fonctionnement : écrite, publiée et figée, acceptée structure par structure."""

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.courriels.conventions import GENRES
from partenaires.enums import EtatCharte
from partenaires.models import AcceptationCharte, CharteFonctionnement
from partenaires.services.chartes import accepter_charte, publier_charte, rappeler_la_charte
from partenaires.tuiles import charte_a_accepter
from socle.acteur import acteur_de
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import ConventionFabrique, StructureFabrique

pytestmark = pytest.mark.django_db
GENRE = {g.code: g for g in GENRES}["charte_a_accepter"]


@pytest.fixture
def adresse(distribution):
    def de(nom, *suite):
        return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])

    return de


@pytest.fixture
def publier(distribution):
    def une(numero=1, texte="Ensemble") -> CharteFonctionnement:
        return CharteFonctionnement.objects.create(
            reseau=distribution.reseau,
            numero=numero,
            texte=texte,
            etat=EtatCharte.PUBLIEE,
            publiee_le=timezone.now(),
        )

    return une


def test_ecrire_relire_publier(connecter, animatrice, auteur, distribution, adresse):
    client = connecter(animatrice)
    assert "Accueillir toute personne" in client.get(adresse("charte_ecrire")).content.decode()
    client.post(adresse("charte_ecrire"), {"texte": "# Nos règles", "revision": 0})
    # Tant qu'elle n'est pas publiée, nul autre ne la lit.
    assert "Nos règles" in client.get(adresse("charte_version", 1)).content.decode()
    assert connecter(auteur).get(adresse("charte_version", 1)).status_code == 404
    assert "Nos règles" not in connecter(auteur).get(adresse("charte")).content.decode()
    page = client.post(adresse("charte_publier", 1), {"revision": 1}, follow=True)
    assert "1 courriel pour demander" in page.content.decode()
    assert "Nos règles" in connecter(auteur).get(adresse("charte")).content.decode()
    assert client.post(adresse("charte_publier", 1), {"revision": 1}).status_code == 404
    assert list(
        Courriel.objects.filter(genre="charte_a_accepter").values_list(
            "destinataire__email", flat=True
        )
    ) == [auteur.email]


def test_un_texte_change_apres_relecture_ne_se_publie_pas(distribution):
    brouillon = CharteFonctionnement.objects.create(
        reseau=distribution.reseau, numero=1, texte="x", revision=2
    )
    with pytest.raises(Refus):
        publier_charte(acteur=acteur_de(distribution.animatrice), charte=brouillon, revision=1)
    brouillon.refresh_from_db()
    assert brouillon.etat == EtatCharte.BROUILLON


def test_deux_mains_sur_le_brouillon(connecter, animatrice, adresse):
    client, url = connecter(animatrice), adresse("charte_ecrire")
    client.post(url, {"texte": "La première", "revision": 0})
    page = client.post(url, {"texte": "La seconde", "revision": 0}).content.decode()
    assert "La première" in page
    assert "La seconde" in page
    assert CharteFonctionnement.objects.get(numero=1, reseau__slug="vallee").texte == "La première"
    client.post(url, {"texte": "La seconde", "revision": 1})
    assert CharteFonctionnement.objects.get(numero=1, reseau__slug="vallee").texte == "La seconde"


def test_accepter_au_nom_de_sa_structure(
    connecter, auteur, collegue, animatrice, distribution, publier, adresse
):
    publier()
    donnees = {"structure": str(distribution.s1.uuid)}
    url = adresse("charte_accepter", 1)
    assert connecter(collegue).post(url, donnees).status_code == 403
    client = connecter(auteur)
    assert "au nom de Chambre de la vallée" in client.get(adresse("charte")).content.decode()
    # Ni pour une autre structure, ni pour n'importe quoi.
    for autre in (str(distribution.s2.uuid), "pas-un-identifiant"):
        assert client.post(url, {"structure": autre}).status_code == 404
    client.post(url, donnees)
    client.post(url, donnees)
    acceptation = AcceptationCharte.objects.get(charte__reseau=distribution.reseau)
    assert (acceptation.structure, acceptation.acceptee_par) == (distribution.s1, auteur)
    page = connecter(animatrice).get(adresse("charte")).content.decode()
    assert auteur.nom_complet in page
    assert page.index("Accords attendus") < page.index("Pays de la vallée")


def test_une_version_plus_recente_prend_la_place(distribution, publier, connecter, elue, adresse):
    ancienne = publier(1, "Les anciennes règles")
    publier(2, "Les nouvelles règles")
    with pytest.raises(Refus, match="plus récente"):
        accepter_charte(
            acteur=acteur_de(distribution.auteur), charte=ancienne, structure=distribution.s1
        )
    page = connecter(elue).get(adresse("charte")).content.decode()
    assert "Les nouvelles règles" in page
    assert "Les anciennes règles" not in page
    assert "Les anciennes règles" in (
        connecter(elue).get(adresse("charte_version", 1)).content.decode()
    )


def test_un_rappel_par_jour(connecter, animatrice, distribution, publier, adresse):
    with pytest.raises(Refus):
        rappeler_la_charte(reseau=distribution.reseau)
    publier()
    client = connecter(animatrice)
    page = client.post(adresse("charte_rappeler"), follow=True).content.decode()
    assert "1 courriel" in page
    page = client.post(adresse("charte_rappeler"), follow=True).content.decode()
    assert "déjà parti" in page
    assert Courriel.objects.filter(genre="charte_a_accepter").count() == 1


def test_le_courriel_se_tait_une_fois_la_charte_acceptee(distribution, publier):
    charte = publier()
    rappeler_la_charte(reseau=distribution.reseau)
    courriel = Courriel.objects.get(genre="charte_a_accepter")
    assert "Chambre de la vallée" in GENRE.composer([courriel])[courriel.pk].texte
    accepter_charte(acteur=acteur_de(distribution.auteur), charte=charte, structure=distribution.s1)
    assert GENRE.composer([courriel]) == {courriel.pk: None}


def test_la_tuile_de_qui_administre(distribution, publier, nombre_de_requetes):
    auteur, collegue = acteur_de(distribution.auteur), acteur_de(distribution.collegue)
    assert charte_a_accepter(auteur) is None
    charte = publier()
    with nombre_de_requetes(2):
        tuile = charte_a_accepter(auteur)
    assert tuile.contexte["chartes"][0]["structures"] == ["Chambre de la vallée"]
    with nombre_de_requetes(0):
        assert charte_a_accepter(collegue) is None
    accepter_charte(acteur=auteur, charte=charte, structure=distribution.s1)
    assert charte_a_accepter(auteur) is None


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_ne_grandit_pas_avec_les_membres(
    connecter, animatrice, distribution, publier, adresse, nombre_de_requetes, nombre
):
    publier()
    structures = [StructureFabrique() for _ in range(nombre)]
    ConventionFabrique(reseau=distribution.reseau, structures=structures)
    client = connecter(animatrice)
    with nombre_de_requetes(11):
        page = client.get(adresse("charte")).content.decode()
    assert all(s.nom in page for s in structures)
