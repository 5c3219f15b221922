"""« Mon tableau » : ce qui attend chacun, selon sa fonction, tous réseaux confondus."""

import pytest
from django.urls import reverse

from accueil.views.tableau import salutation
from partenaires.models import Reseau
from porteurs.enums import NatureReunion
from socle.tuiles import Tuile
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


@pytest.mark.parametrize("ailleurs", [True, False])
def test_une_tuile_ne_dit_pas_rien_quand_une_autre_demande(
    connecter, distribution, monkeypatch, ailleurs
):
    monkeypatch.setattr(
        "accueil.views.tableau.contributions",
        lambda liste: [
            lambda acteur: Tuile(
                "porteurs/_tuile_a_vous.html",
                {
                    "relais": [],
                    "propositions": [],
                    "actions": [],
                    "dormants": [],
                    "doublons": [],
                    "nombre_a_vous": 0,
                    "jour": acteur.jour,
                    "peut_relayer": False,
                },
            ),
            lambda acteur: Tuile("composants/_demonstration.html", attentes=int(ailleurs)),
        ],
    )
    page = connecter(distribution.animatrice).get(TABLEAU).content.decode()
    assert ("Une chose vous attend." in page) is ailleurs
    assert ("Du côté des dossiers, tout est à jour." in page) is ailleurs
    assert ("Rien n’attend votre réponse" in page) is not ailleurs


def test_a_qui_rien_ne_peut_attendre_bonjour_suffit():
    assert salutation(0, attendu=False) == ""


@pytest.mark.parametrize(
    ("nom", "phrase", "routes"),
    [
        ("accueil", "L’annuaire dit qui appeler", ["partenaires:annuaire"]),
        ("elue", "jamais des personnes", ["accueil:chiffres", "porteurs:reunions"]),
        ("auditrice", "qui vous seront confiés arriveront ici", []),
    ],
)
def test_chaque_fonction_lit_ce_qui_la_concerne(connecter, distribution, nom, phrase, routes):
    """Et chaque lien proposé s'ouvre pour elle ; aucune n'est félicitée d'être à jour."""
    client = connecter(getattr(distribution, nom))
    page = client.get(TABLEAU).content.decode()
    assert phrase in page
    assert "tout est à jour" not in page
    assert "Ouvrir un dossier" not in page
    for route in routes:
        adresse = reverse(route, args=[distribution.reseau.slug])
        assert f'href="{adresse}"' in page
        assert client.get(adresse).status_code == 200


def test_le_parrain_lit_ce_qui_viendra(connecter, distribution):
    page = connecter(distribution.parrain).get(TABLEAU).content.decode()
    assert "Rien ne vous attend, tout est à jour." in page
    assert "dont vous acceptez le parrainage" in page
    assert "Ouvrir un dossier" not in page


def test_ouvrir_un_dossier_est_a_un_geste(connecter, voisine, distribution):
    adresse = reverse("porteurs:dossier_ouvrir", args=[distribution.reseau.slug])
    page = connecter(voisine).get(TABLEAU).content.decode()
    assert f'<a class="btn btn-primary" href="{adresse}">Ouvrir un dossier</a>' in page
    MandatFabrique(utilisateur=voisine, structure=distribution.s3, reseau=distribution.reseau_b)
    page = connecter(voisine).get(TABLEAU).content.decode()
    for reseau in (distribution.reseau, distribution.reseau_b):
        assert f"Ouvrir un dossier, {reseau.nom}</a>" in page


def test_un_comite_ne_se_compte_pas_en_dossiers(connecter, elue, distribution):
    comite = ReunionFabrique(reseau=distribution.reseau, nature=NatureReunion.SUIVI)
    page = connecter(elue).get(TABLEAU).content.decode()
    assert str(comite.uuid) in page
    assert "Les nombres du réseau" in page
    assert "À l’ordre du jour" not in page


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
    lien = reverse("partenaires:conformite", args=[distribution.reseau.slug])
    assert lien not in connecter(animatrice).get(TABLEAU).content.decode()
    Reseau.objects.filter(pk=distribution.reseau.pk).update(
        partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None
    )
    assert lien in connecter(animatrice).get(TABLEAU).content.decode()
    assert lien not in connecter(distribution.auteur).get(TABLEAU).content.decode()
