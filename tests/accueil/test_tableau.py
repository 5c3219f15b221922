"""« Mon tableau » : ce qui attend chacun, selon sa fonction, tous réseaux confondus."""

import pytest
from django.urls import reverse

from accueil.views.tableau import salutation
from partenaires.models import Reseau
from tests.fabriques import (
    AffectationFabrique,
    DossierFabrique,
    MandatFabrique,
    RelaisFabrique,
    ReunionFabrique,
)

pytestmark = pytest.mark.django_db
TABLEAU = "/tableau/"


@pytest.mark.parametrize(
    ("attentes", "phrase"),
    [
        (0, "Rien ne vous attend, tout est à jour."),
        (1, "Une chose vous attend."),
        (2, "Deux choses vous attendent."),
        (11, "11 choses vous attendent."),
    ],
)
def test_la_salutation_s_accorde(attentes, phrase):
    assert salutation(attentes) == phrase


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_nombre_de_requetes_ne_suit_pas_ce_qui_attend(
    connecter, voisine, distribution, nombre, nombre_de_requetes
):
    relais = []
    for _ in range(nombre):
        dossier = DossierFabrique(
            reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
        )
        relais.append(RelaisFabrique(dossier=dossier, vers=distribution.s2))
        AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"])
    ReunionFabrique(reseau=distribution.reseau)
    client = connecter(voisine)
    client.get(TABLEAU)
    with nombre_de_requetes(12):
        page = client.get(TABLEAU).content.decode()
    for attendu in relais:
        assert attendu.dossier.intitule in page


def test_un_seul_tableau_pour_plusieurs_reseaux(connecter, voisine, distribution):
    MandatFabrique(utilisateur=voisine, structure=distribution.s3, reseau=distribution.reseau_b)
    attendus = []
    for reseau, donneur, vers in (
        (distribution.reseau, distribution.s1, distribution.s2),
        (distribution.reseau_b, distribution.s1, distribution.s3),
    ):
        dossier = DossierFabrique(reseau=reseau, structure_responsable=donneur, informe=True)
        RelaisFabrique(dossier=dossier, vers=vers)
        attendus.append(dossier.intitule)
    page = connecter(voisine).get(TABLEAU).content.decode()
    assert all(intitule in page for intitule in attendus)
    assert "Deux choses vous attendent." in page


def test_un_relais_vers_l_autre_structure_n_attend_pas_chez_nous(connecter, collegue, distribution):
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )
    RelaisFabrique(dossier=dossier, vers=distribution.s2)
    assert "Relais proposé" in connecter(distribution.voisine).get(TABLEAU).content.decode()
    assert "Relais proposé" not in connecter(collegue).get(TABLEAU).content.decode()


def test_l_elue_lit_des_chiffres_et_aucun_dossier(connecter, elue, distribution, marqueur):
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        intitule=marqueur,
        avec_referent=distribution.mandats["auteur"],
    )
    assert marqueur in connecter(distribution.auteur).get(TABLEAU).content.decode()
    page = connecter(elue).get(TABLEAU).content.decode()
    assert marqueur not in page
    assert reverse("accueil:chiffres", args=[distribution.reseau.slug]) in page


def test_sans_mandat_en_cours_le_tableau_dit_pourquoi(connecter, echue, distribution):
    page = connecter(echue).get(TABLEAU).content.decode()
    assert "Aucun mandat en cours" in page


def test_l_animation_est_menee_a_l_ouverture_du_partage(connecter, animatrice, distribution):
    lien = reverse("partenaires:partage", args=[distribution.reseau.slug])
    assert lien not in connecter(animatrice).get(TABLEAU).content.decode()
    Reseau.objects.filter(pk=distribution.reseau.pk).update(
        partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None
    )
    assert lien in connecter(animatrice).get(TABLEAU).content.decode()
    assert lien not in connecter(distribution.auteur).get(TABLEAU).content.decode()
