"""La page « Personnes » : chercher par nom, structure et fonction, sans nom dans l'adresse."""

import pytest
from django.urls import reverse

from partenaires.enums import Fonction
from tests.fabriques import MandatFabrique, StructureFabrique

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(distribution):
    return reverse("partenaires:personnes", args=[distribution.reseau.slug])


def noms(reponse) -> list[str]:
    return [m.utilisateur.nom_complet for m in reponse.context["page_lignes"]]


def test_un_nom_cherche_ne_reste_pas_dans_l_adresse(connecter, distribution, page):
    client = connecter(distribution.animatrice)
    cherchee = distribution.voisine
    suite = client.post(page, {"vue": "presentes", "q": cherchee.nom})
    assert cherchee.nom not in suite["Location"]
    reponse = client.get(suite["Location"])
    assert cherchee.nom_complet in noms(reponse)
    assert distribution.auteur.nom_complet not in noms(reponse)
    assert f'value="{cherchee.nom}"' in reponse.content.decode()
    suite = client.post(page, {"vue": "presentes", "q": "Zzyx"})
    assert "Personne ne répond à cette recherche" in client.get(suite["Location"]).content.decode()
    # Qui n'anime pas le réseau n'y cherche rien.
    refus = connecter(distribution.auteur).post(page, {"q": cherchee.nom})
    assert refus.status_code == 403


def test_par_structure_et_par_fonction(connecter, distribution, page):
    client = connecter(distribution.animatrice)
    suite = client.post(page, {"vue": "presentes", "q": distribution.s2.nom})
    trouves = client.get(suite["Location"]).context["page_lignes"]
    assert trouves
    assert {m.structure_id for m in trouves} == {distribution.s2.pk}
    reponse = client.get(page, {"vue": "presentes", "fonction": Fonction.ELU})
    assert noms(reponse) == [distribution.elue.nom_complet]
    tous = client.get(page, {"vue": "presentes", "fonction": "inconnue"})
    assert len(noms(tous)) > 1


@pytest.mark.parametrize("nombre", [1, 3])
def test_les_requetes_ne_suivent_pas_le_nombre(
    connecter, distribution, page, nombre_de_requetes, nombre
):
    structure = StructureFabrique(nom="Atelier Quenouille")
    for _ in range(nombre):
        MandatFabrique(
            reseau=distribution.reseau, structure=structure, fonction=Fonction.PREMIER_ACCUEIL
        )
    client = connecter(distribution.animatrice)
    suite = client.post(page, {"vue": "presentes", "q": "quenouille"})["Location"]
    with nombre_de_requetes(6):
        reponse = client.get(suite)
    assert len(noms(reponse)) == nombre
