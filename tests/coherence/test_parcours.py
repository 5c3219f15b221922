"""Pour chaque route, quelqu'un y entre et quelqu'un s'y voit refuser : les deux sont joués."""

import pytest
from django.test import Client
from django.urls import reverse

from socle.permissions import regles_par_route
from tests.coherence.parcours import PARCOURS, PORTEUR, VISITEUR
from tests.coherence.parcours.compte import COMPTE
from tests.coherence.routes import routes
from tests.coherence.scene import COURRIEL, Scene
from tests.fabriques.distribution import redonner_le_mot_de_passe
from tests.gardes.empreinte import ecrites_depuis, rien_ne_change, tables_ecrites
from tests.porteurs.espace import espace_de

TOUS = [*PARCOURS, *COMPTE]
# Joué dans une base sans compte : tests/coherence/test_premier_lancement.py.
A_PART = {"accueil:premier_lancement"}
PAR_NOM = pytest.mark.parametrize("p", TOUS, ids=[p.route for p in TOUS])


@pytest.fixture
def ouvrir(distribution, connecter):
    """Le client d'une personne de la distribution, ou celui d'un visiteur."""

    def client(nom: str, mot_de_passe_redonne: bool = False) -> Client:
        if nom == VISITEUR:
            return connecter()
        if nom == PORTEUR:
            return espace_de(COURRIEL)
        ouvert = connecter(getattr(distribution, nom))
        if mot_de_passe_redonne:
            redonner_le_mot_de_passe(ouvert, getattr(distribution, nom))
        return ouvert

    return client


@pytest.fixture
def scene(distribution, marqueur):
    return lambda p: Scene(distribution, marqueur, **dict.fromkeys(p.traits, True))


def test_toute_route_a_son_parcours():
    connus = [p.route for p in TOUS]
    assert len(connus) == len(set(connus))
    assert sorted(set(routes()) - set(connus) - A_PART) == []
    assert sorted(set(connus) - set(routes())) == []


def test_seule_une_route_publique_se_passe_de_refus():
    sans_refus = {p.route for p in TOUS if p.refuse is None}
    publiques = {
        route for route, rs in regles_par_route().items() if any("public" in r.roles for r in rs)
    }
    assert sorted(sans_refus - publiques) == []


@PAR_NOM
def test_la_personne_permise_entre(p, scene, ouvrir, request):
    s = scene(p)
    p.prepare(s)
    if p.redis:
        request.getfixturevalue("redis")
    attendu = p.montre(s) if p.montre else None
    adresse = reverse(p.route, kwargs=p.adresse(s))
    donnees = p.donnees(s) if p.donnees else None
    client = ouvrir(p.permis, p.mot_de_passe_redonne)
    page = client.get(adresse)
    if p.bouton:
        assert page.status_code == 405
    else:
        assert page.status_code == (p.attendu if donnees is None else 200), page.headers
        if attendu:
            assert attendu in page.content.decode()
    if donnees is None:
        return
    avant = tables_ecrites()
    reponse = client.post(adresse, donnees)
    assert reponse.status_code == p.attendu, _erreurs(reponse)
    assert ecrites_depuis(avant) or not p.ecrit, "le geste permis n'a rien changé"


def _erreurs(reponse) -> str:
    formulaire = (reponse.context or {}).get("form") if reponse.context else None
    return str(getattr(formulaire, "errors", "")) or reponse.content.decode()[:2000]


@PAR_NOM
def test_la_personne_refusee_n_entre_pas(p, scene, ouvrir):
    if p.refuse is None:
        # Page publique : le refus n'existe pas, l'entrée d'un visiteur sans compte suffit.
        assert p.permis == VISITEUR
        return
    s = scene(p)
    secret = p.montre(s) if p.montre else s.marqueur
    adresse = reverse(p.route, kwargs=(p.adresse_refusee or p.adresse)(s))
    donnees = p.donnees(s) if p.donnees else None
    client = ouvrir(p.refuse)
    with rien_ne_change(f"{p.refuse} sur {p.route}"):
        if not p.bouton:
            refuser(client.get(adresse), p.code, secret, p.renvoi)
        if donnees is not None:
            refuser(client.post(adresse, donnees), p.code, secret, p.renvoi)


def refuser(reponse, code: int, secret: str, renvoi: str = "account_login") -> None:
    """Le refus a ce code ; une redirection mène où il est dit ; le secret n'y est pas."""
    assert reponse.status_code == code
    if code == 302:
        assert reponse.url.partition("?")[0] == reverse(renvoi)
    assert secret not in reponse.content.decode()
