"""Deux dossiers pour une même personne : rapprochés par ce que l'acteur lit, jamais par le reste."""

import pytest
from django.urls import reverse

from porteurs.models import DoublonSignale, Participation
from porteurs.services.doublons import (
    a_regarder,
    dire_distincts,
    montrables,
    presque_le_meme_nom,
    ressemblants,
    semblables,
    signaler_les_invisibles,
)
from socle.acteur import acteur_de
from tests.fabriques import DossierFabrique, PorteurFabrique

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("un", "autre", "proches"),
    [
        (("Marie", "Durand"), ("Marie", "Durant"), True),
        (("Marie", "Durand"), ("Durnad", "Marie"), True),
        (("Jean-Pierre", "Morel"), ("Jeanpierre", "Morel"), True),
        (("Anne", "Le Goff"), ("Anne", "Legof"), True),
        (("Élodie", "Chassaigne"), ("Elodie", "Chasaigne"), True),
        (("Marie", "Durand"), ("Marie", "Dupont"), False),
        (("Luc", "Roy"), ("Lou", "Roy"), False),
        (("Marie", "Durand"), ("Mario", "Durant"), False),
    ],
)
def test_une_faute_de_frappe_pas_deux(un, autre, proches):
    assert presque_le_meme_nom(un, autre) is proches


def dossier(distribution, structure="s1", **plus):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=getattr(distribution, structure), **plus
    )


def identite(**plus) -> dict:
    return {"prenom": "Marie", "nom": "Durand", "email": "", "telephone": ""} | plus


@pytest.mark.parametrize(
    "connu",
    [
        {"porteur__prenom": "DURAND", "porteur__nom": "Marie"},
        {"porteur__prenom": "Marié", "porteur__nom": "durand"},
        {"porteur__prenom": "Marie", "porteur__nom": "Durant"},
        {"porteur__email": "marie@porteur.test"},
        {"porteur__telephone_saisi": "+33 6 39 98 44 55"},
    ],
)
def test_retrouve_par_le_nom_le_courriel_ou_le_telephone(distribution, connu):
    attendu = dossier(distribution, **connu)
    dossier(distribution, porteur__prenom="Paul", porteur__nom="Autre")
    trouves = ressemblants(
        distribution.reseau,
        **identite(email="Marie@porteur.test", telephone="06.39.98.44.55"),
    )
    assert list(trouves) == [attendu]


def test_d_une_fiche_seul_le_nom_entier_rapproche(distribution):
    """La voisine lit la fiche : une faute de frappe ou un courriel ne doivent rien lui dire."""
    exact = dossier(distribution, informe=True, porteur__prenom="Marie", porteur__nom="Durand")
    dossier(distribution, informe=True, porteur__prenom="Marie", porteur__nom="Durant")
    dossier(distribution, informe=True, porteur__email="marie@porteur.test")
    demande = identite(email="marie@porteur.test")
    voisine, auteur = acteur_de(distribution.voisine), acteur_de(distribution.auteur)
    assert list(montrables(voisine, distribution.reseau, **demande)) == [exact]
    assert montrables(auteur, distribution.reseau, **demande).count() == 3


def test_un_adulte_que_la_fiche_ne_nomme_pas_ne_rapproche_rien(distribution):
    autre = dossier(distribution, informe=True)
    conjointe = PorteurFabrique(reseau=distribution.reseau, prenom="Marie", nom="Durand")
    part = Participation.objects.create(dossier=autre, porteur=conjointe, rang=2)
    voisine = acteur_de(distribution.voisine)
    assert not montrables(voisine, distribution.reseau, **identite()).exists()
    part.informe_le = autre.informe_le
    part.save()
    assert list(montrables(voisine, distribution.reseau, **identite())) == [autre]


def test_ce_qu_on_ne_montre_pas_est_signale_a_l_animation(distribution, connecter):
    cache = dossier(distribution, "s2", porteur__prenom="Marie", porteur__nom="Durant")
    saisi = dossier(distribution, porteur__prenom="Marie", porteur__nom="Durand")
    acteur = acteur_de(distribution.auteur)
    assert signaler_les_invisibles(saisi, saisi.porteurs.get(), acteur) == 1
    page = reverse("porteurs:doublons", args=[distribution.reseau.slug])
    lu = connecter(distribution.animatrice).get(page).content.decode()
    for dit in (cache.reference, saisi.reference, distribution.s1.nom, distribution.s2.nom):
        assert dit in lu
    for tu in ("Durant", "Durand", cache.intitule, saisi.intitule):
        assert tu not in lu
    assert cache.reference not in connecter(distribution.auteur).get(page).content.decode()


def test_les_paires_a_regarder_et_leurs_raisons(distribution):
    nom = {"porteur__prenom": "Marie", "porteur__nom": "Durand"}
    un = dossier(distribution, informe=True, **nom)
    deux = dossier(distribution, informe=True, porteur__prenom="Marie", porteur__nom="Durant")
    cache = dossier(distribution, "s2", **nom)
    auteur, voisine = acteur_de(distribution.auteur), acteur_de(distribution.voisine)
    (paire,) = a_regarder(auteur, distribution.reseau)
    assert (paire.ancien, paire.recent) == (un, deux)
    assert paire.phrases == ["même nom, à une lettre près"]
    # La voisine suit « caché » et lit la fiche des deux autres : le nom entier seul rapproche.
    (vue,) = a_regarder(voisine, distribution.reseau)
    assert {vue.ancien, vue.recent} == {un, cache}
    assert [p.recent for p in semblables(auteur, un)] == [deux]


def test_un_foyer_se_voit_a_l_oeil(distribution):
    un = dossier(distribution, porteur__prenom="Marie", porteur__nom="Vachelard")
    autre = dossier(distribution, porteur__prenom="Ali", porteur__nom="Vachelard")
    (paire,) = a_regarder(acteur_de(distribution.auteur), distribution.reseau)
    assert {paire.ancien, paire.recent} == {un, autre}
    assert "foyer" in paire.phrases[0]


def test_deux_personnes_dites_distinctes_ne_reviennent_pas(distribution):
    nom = {"porteur__prenom": "Marie", "porteur__nom": "Durand"}
    un, autre = dossier(distribution, **nom), dossier(distribution, **nom)
    acteur = acteur_de(distribution.auteur)
    DoublonSignale.objects.create(dossier=autre, autre=un)
    dire_distincts(acteur=acteur, dossier=un, autre=autre)
    assert a_regarder(acteur, distribution.reseau) == []
    (signale,) = DoublonSignale.objects.filter(dossier=autre)
    assert signale.traite_le is not None
    assert signale.traite_par == distribution.auteur


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_coute_autant_pour_une_ou_trois_paires(
    distribution, connecter, nombre_de_requetes, nombre
):
    for rang in range(nombre):
        nom = {"porteur__prenom": "Marie", "porteur__nom": f"Durand{'abc'[rang] * 3}"}
        dossier(distribution, intitule=f"Premier {rang}", **nom)
        dossier(distribution, intitule=f"Second {rang}", **nom)
    client = connecter(distribution.auteur)
    page = reverse("porteurs:doublons", args=[distribution.reseau.slug])
    client.get(page)
    with nombre_de_requetes(12):
        lu = client.get(page).content.decode()
    assert all(f"Premier {r}" in lu and f"Second {r}" in lu for r in range(nombre))
