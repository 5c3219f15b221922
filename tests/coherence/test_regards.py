"""Un dossier, six regards qui n'y ont pas droit : 404 ou 403, rien ne change, rien ne fuit.

Chaque refus est joué à côté de la personne permise, qui lit le marqueur : un refus qui ne
refuserait que parce que rien ne s'affiche ne prouverait rien.
"""

import pytest
from django.urls import reverse

from tests.coherence.parcours import ABSENT, CONNEXION, INTERDIT, PARCOURS, VISITEUR
from tests.coherence.scene import COURRIEL, NOM, TELEPHONE, Scene
from tests.coherence.test_parcours import refuser
from tests.gardes.empreinte import rien_ne_change

DU_DOSSIER = [p for p in PARCOURS if p.dossier]
PAR_ROUTE = pytest.mark.parametrize("p", DU_DOSSIER, ids=[p.route for p in DU_DOSSIER])
FIGES = [p for p in DU_DOSSIER if p.clos is not None]
# Regard, personne, traits du dossier, réponse. Fermé au réseau, le dossier n'existe que pour S1.
REGARDS = [
    ("anonyme", VISITEUR, "informe", {CONNEXION}),
    ("autre réseau", "etrangere", "informe", {ABSENT}),
    ("autre structure", "voisine", "ferme", {ABSENT}),
    ("bonne structure, mandat d'élue", "elue", "informe", {ABSENT, INTERDIT}),
    ("bonne structure, premier accueil", "accueil", "informe", {ABSENT, INTERDIT}),
    ("bonne structure, parrain d'un autre", "parrain", "informe", {ABSENT, INTERDIT}),
    ("mandat échu", "echue", "informe", {ABSENT}),
    ("administration de l'installation", "administratrice", "informe", {ABSENT}),
]


def essais(p, client, scene):
    """Les réponses du GET et du POST de cette route, sur le dossier de la scène."""
    adresse = reverse(p.route, kwargs=p.adresse(scene))
    donnees = p.donnees(scene) if p.donnees else None
    with rien_ne_change(p.route):
        if not p.bouton:
            yield client.get(adresse)
        if donnees is not None:
            yield client.post(adresse, donnees)


def client_de(distribution, connecter, nom):
    return connecter(None if nom == VISITEUR else getattr(distribution, nom))


def marqueur_lu(connecter, distribution, scene) -> bool:
    page = connecter(distribution.auteur).get(
        reverse("porteurs:dossier", kwargs=scene.de(scene.dossier))
    )
    return scene.marqueur in page.content.decode()


@pytest.mark.parametrize("regard", REGARDS, ids=[r[0] for r in REGARDS])
@PAR_ROUTE
def test_qui_n_a_pas_droit_n_apprend_rien(p, regard, distribution, connecter, marqueur):
    _, nom, trait, codes = regard
    scene = Scene(distribution, marqueur, **{trait: True})
    assert marqueur_lu(connecter, distribution, scene)
    if (p.route, nom) == ("porteurs:relais_annuler", "voisine"):
        # Sa structure est celle à qui le relais est proposé : elle voit la fiche, sans ce geste.
        codes = {INTERDIT}
    for reponse in essais(p, client_de(distribution, connecter, nom), scene):
        assert reponse.status_code in codes
        refuser(reponse, reponse.status_code, marqueur)
        assert NOM not in reponse.content.decode()


@pytest.mark.parametrize("p", FIGES, ids=[p.route for p in FIGES])
def test_un_dossier_clos_ne_bouge_plus(p, distribution, connecter, marqueur):
    """Clos, il se lit encore ; il ne se modifie que par ce qui le rouvre ou le ferme au réseau."""
    scene = Scene(distribution, marqueur, informe=True, clos=True)
    assert marqueur_lu(connecter, distribution, scene)
    for reponse in essais(p, client_de(distribution, connecter, p.permis), scene):
        refuser(reponse, p.clos, marqueur)


def test_une_adresse_d_un_reseau_ne_mene_pas_au_dossier_d_un_autre(
    distribution, connecter, marqueur
):
    """L'étrangère essaie le dossier de A sous l'adresse de son propre réseau."""
    scene = Scene(distribution, marqueur, informe=True)
    for p in DU_DOSSIER:
        kwargs = p.adresse(scene) | {"reseau": distribution.reseau_b.slug}
        donnees = p.donnees(scene) if p.donnees else {}
        client = connecter(distribution.etrangere)
        with rien_ne_change(p.route):
            reponse = client.post(reverse(p.route, kwargs=kwargs), donnees)
        assert reponse.status_code in (ABSENT, 405), p.route
        assert marqueur not in reponse.content.decode()


def test_un_champ_de_trop_est_ignore(distribution, connecter, marqueur):
    """Une fiche modifiée avec des clés en plus : ni structure, ni réseau, ni porteur ne bougent."""
    scene = Scene(distribution, marqueur, informe=True)
    dossier = scene.dossier
    modifier = next(p for p in DU_DOSSIER if p.route == "porteurs:dossier_modifier")
    de_trop = {
        "structure_responsable": distribution.s2.pk,
        "structure": distribution.s2.pk,
        "reseau": distribution.reseau_b.pk,
        "reference": "2020-9999",
        "clos_le": scene.jour,
        "telephone": "01 99 00 00 00",
    }
    reponse = connecter(distribution.auteur).post(
        reverse(modifier.route, kwargs=modifier.adresse(scene)), modifier.donnees(scene) | de_trop
    )
    assert reponse.status_code == 302
    avant = (dossier.structure_responsable_id, dossier.reseau_id, dossier.reference, None)
    dossier.refresh_from_db()
    assert (
        dossier.structure_responsable_id,
        dossier.reseau_id,
        dossier.reference,
        dossier.clos_le,
    ) == avant
    porteur = dossier.participations.get(rang=1).porteur
    assert (porteur.email, porteur.telephone_saisi) == (COURRIEL, TELEPHONE)
