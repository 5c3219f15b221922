"""Un droit qui a pris fin ne se voit plus nulle part : page, liste, lecteurs, tableau."""

import pytest
from django.urls import reverse

from porteurs.enums import Audience
from porteurs.lecteurs import lecteurs
from porteurs.models import Acces
from tests.fabriques import DossierFabrique, RelaisFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("fin", "voit"), [(None, True), (1, True), (0, False)])
def test_partout_a_la_meme_date(connecter, voisine, distribution, fin, voit):
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )
    RelaisFabrique(dossier=dossier, vers=distribution.s2)
    Acces.objects.filter(dossier=dossier).exclude(volet="professionnel").update(
        jusqua=None if fin is None else aujourd_hui(fin)
    )
    client, slug = connecter(voisine), distribution.reseau.slug
    page = client.get(reverse("porteurs:dossier", args=[slug, dossier.uuid]))
    assert (page.status_code == 200) == voit
    for adresse in (reverse("porteurs:dossiers", args=[slug]), reverse("accueil:tableau")):
        assert (dossier.intitule in client.get(adresse).content.decode()) == voit, adresse
    assert (voisine.nom_complet in lecteurs(dossier, [])[Audience.RESEAU]) == voit
