"""Les premiers pas d'un réseau : à qui le tableau les montre, et jusqu'à quand."""

import re

import pytest
from django.urls import reverse

from partenaires.enums import EtatConvention, Fonction
from partenaires.models import Mandat
from partenaires.services import invitations
from partenaires.tuiles import premiers_pas
from socle.acteur import acteur_de
from tests.fabriques import ConventionFabrique, StructureFabrique

pytestmark = pytest.mark.django_db
TABLEAU = "/tableau/"


def tuile(personne):
    return premiers_pas(acteur_de(personne))


def test_un_reseau_seul_avec_son_premier_membre(distribution, connecter, animatrice_b):
    client = connecter(animatrice_b)
    page = client.get(TABLEAU).content.decode()
    bloc = page.split('aria-labelledby="premiers-pas"')[1].split("</section>")[0]
    slug = distribution.reseau_b.slug
    attendus = [
        reverse(route, args=[slug])
        for route in ("partenaires:structure_nouvelle", "porteurs:reunion_nouvelle")
    ]
    # Un technicien est déjà là : ce pas est fait, il n'a plus de bouton.
    assert re.findall('href="([^"]+)"', bloc) == attendus
    assert bloc.count(">fait<") == 1
    for adresse in attendus:
        assert client.get(adresse).status_code == 200
    assert tuile(animatrice_b).attentes == 1
    voisine = StructureFabrique()
    ConventionFabrique(
        reseau=distribution.reseau_b, structures=[voisine], etat=EtatConvention.PRINCIPE
    )
    assert tuile(animatrice_b) is None
    assert "premiers-pas" not in client.get(TABLEAU).content.decode()


def test_un_reseau_sans_technicien(distribution, connecter, animatrice, nombre_de_requetes):
    assert tuile(animatrice) is None
    Mandat.objects.filter(reseau=distribution.reseau, fonction=Fonction.TECHNICIEN).delete()
    acteur = acteur_de(animatrice)
    with nombre_de_requetes(1):
        assert premiers_pas(acteur).attentes == 1
    client = connecter(animatrice)
    page = client.get(TABLEAU).content.decode()
    inviter = reverse("partenaires:inviter", args=[distribution.reseau.slug])
    assert f'href="{inviter}"' in page
    assert "elle attend sa réponse" not in page
    invitations.inviter(
        acteur=acteur,
        reseau=distribution.reseau,
        structure=distribution.s1,
        fonction=Fonction.TECHNICIEN,
        email="nadia@ailleurs.test",
    )
    assert "elle attend sa réponse" in client.get(TABLEAU).content.decode()


@pytest.mark.parametrize("nom", ["etrangere", "elue", "accueil", "parrain", "administratrice"])
def test_les_autres_ne_la_voient_pas(nom, distribution):
    assert tuile(getattr(distribution, nom)) is None
