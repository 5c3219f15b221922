"""La page d'un dossier : ce qu'elle montre à chacun, ce qui manque, et ce qu'elle coûte."""

import pytest
from django.urls import reverse

from partenaires.models import Theme
from porteurs.models import Besoin, VoletProfessionnel
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    RelaisFabrique,
)
from tests.fabriques.partage import AccordFabrique, DemandeAccesFabrique, ParticipationFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        porteur__prenom="Zoé",
        porteur__nom="Petitjean-Secretin",
    )


def page(connecter, qui, dossier, route="dossier"):
    return connecter(qui).get(
        reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid])
    )


def remplir(dossier, distribution, nombre):
    """De chaque chose que la page montre, ce nombre de lignes."""
    for n in range(nombre):
        EchangeFabrique(dossier=dossier, auteur=distribution.auteur, texte=f"Note numéro {n}")
        ActionFabrique(dossier=dossier, responsable=distribution.auteur, libelle=f"Action {n}")
        ParticipationFabrique(dossier=dossier, rang=n + 2, porteur__prenom=f"Adulte{n}")
        Besoin.objects.create(
            dossier=dossier,
            theme=Theme.objects.order_by("pk")[n],
            cote="professionnel",
            etape="idee",
        )
        RelaisFabrique(dossier=dossier, vers=distribution.s2, etat="refuse", motif="Complet")
        AffectationFabrique(
            dossier=dossier,
            mandat=distribution.mandats["collegue"],
            etat="declinee",
            motif="Complet",
        )
    VoletProfessionnel.objects.create(dossier=dossier, activite="Le fournil du bourg")


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_coute_autant_de_requetes_quoi_qu_elle_montre(
    connecter, auteur, distribution, dossier, nombre, nombre_de_requetes
):
    remplir(dossier, distribution, nombre)
    client = connecter(auteur)
    adresse = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    client.get(adresse)
    with nombre_de_requetes(12):
        lue = client.get(adresse).content.decode()
    for n in range(nombre):
        assert f"Note numéro {n}" in lue
        assert f"Action {n}" in lue
        assert f"Adulte{n}" in lue
    assert "Le fournil du bourg" in lue


def test_ce_qui_manque_mene_au_geste_qui_y_repond(connecter, auteur, distribution):
    nu = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        porteur__email="",
        porteur__telephone_saisi="",
        porteur__telephone="",
    )
    lue = page(connecter, auteur, nu).content.decode()
    manques = {
        "La personne n’est pas encore informée": "dossier_information",
        "Ni téléphone ni courriel : on ne sait pas": None,
        "Aucune action datée": "action_ajouter",
        "Ce qui vient ensuite n’est pas dit": "dossier_modifier",
        "Aucun besoin noté": "besoin_ajouter",
        "Il manque l’accord de Zoé": "accord_noter",
        "Le volet professionnel est vide": "volet_professionnel",
    }
    for phrase, route in manques.items():
        assert phrase in lue
        if route:
            assert reverse(f"porteurs:{route}", args=[nu.reseau.slug, nu.uuid]) in lue
    assert "Sans référent pour l’instant." in lue
    ActionFabrique(dossier=nu, responsable=auteur)
    assert "Aucune action datée" not in page(connecter, auteur, nu).content.decode()


def test_la_fiche_seule_ne_dit_ni_les_manques_ni_les_volets(
    connecter, auteur, voisine, dossier, marqueur
):
    VoletProfessionnel.objects.create(dossier=dossier, activite=marqueur)
    ParticipationFabrique(dossier=dossier, porteur__prenom="Prudence", porteur__nom="Tue")
    suivie = page(connecter, auteur, dossier).content.decode()
    fiche = page(connecter, voisine, dossier).content.decode()
    for reserve in (marqueur, "Il manque encore", "Petitjean-Secretin", "Prudence", "Volet privé"):
        assert reserve in suivie
        assert reserve not in fiche
    assert "Zoé P." in fiche
    assert "Demander l’accès" in fiche
    assert "Demander l’accès" not in suivie


def test_le_parrain_lit_le_volet_professionnel_et_pas_le_prive(
    connecter, parrain, distribution, dossier, marqueur
):
    VoletProfessionnel.objects.create(dossier=dossier, activite=marqueur)
    assert page(connecter, parrain, dossier).status_code in (403, 404)
    AffectationFabrique(
        dossier=dossier, mandat=distribution.mandats["parrain"], role="parrain", acceptee=True
    )
    lue = page(connecter, parrain, dossier).content.decode()
    assert marqueur in lue
    assert "Noter l’accord" not in lue
    assert page(connecter, parrain, dossier, "dossier_soutiens").status_code == 200
    assert page(connecter, parrain, dossier, "dossier_partage").status_code == 403


def test_qui_anime_lit_la_fiche_seule(connecter, animatrice, dossier):
    fiche = page(connecter, animatrice, dossier).content.decode()
    assert dossier.intitule in fiche
    assert "Petitjean-Secretin" not in fiche
    assert "Demander l’accès" not in fiche
    assert page(connecter, animatrice, dossier, "dossier_soutiens").status_code == 403


def test_une_demande_d_acces_attend_en_tete_de_page(
    connecter, auteur, voisine, distribution, dossier
):
    demande = DemandeAccesFabrique(
        dossier=dossier, structure=distribution.s2, demandeur=distribution.voisine
    )
    lue = page(connecter, auteur, dossier).content.decode()
    assert demande.motif in lue
    repondre = reverse("porteurs:acces_repondre", args=[dossier.reseau.slug, demande.uuid])
    assert repondre in lue
    chez_elle = page(connecter, voisine, dossier).content.decode()
    assert "Retirer la demande" in chez_elle
    assert "Demander l’accès" not in chez_elle
    assert repondre in connecter(auteur).get(reverse("accueil:tableau")).content.decode()
    assert repondre not in connecter(voisine).get(reverse("accueil:tableau")).content.decode()


def test_la_page_du_partage_dit_qui_lit_et_qui_l_a_permis(
    connecter, auteur, voisine, distribution, dossier
):
    adulte = dossier.participations.get()
    AccordFabrique(participation=adulte, structure=distribution.s1)
    passe = AccordFabrique(
        participation=adulte,
        structure=distribution.s2,
        donne_le=aujourd_hui(-20),
        jusqua=aujourd_hui(-1),
    )
    lue = page(connecter, auteur, dossier, "dossier_partage").content.decode()
    assert "Tout le dossier, volet privé compris" in lue
    assert "Accords passés (1)" in lue
    assert passe.structure.nom in lue
    assert page(connecter, voisine, dossier, "dossier_partage").status_code == 403
