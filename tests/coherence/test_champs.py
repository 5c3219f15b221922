"""La fiche partagée et rien de plus : nom entier, coordonnées et notes d'équipe n'y sont pas.

La voisine voit la fiche ; l'auteur suit le dossier et lit tout. Chaque absence chez l'une est
vérifiée à côté de la présence chez l'autre.
"""

import pytest
from django.urls import reverse

from porteurs.services.reunion import preparer_digests
from socle.expedition import expedier_lot
from socle.models import Courriel
from tests.coherence.scene import COURRIEL, NOM, TELEPHONE, Scene
from tests.fabriques import DossierFabrique, PorteurFabrique

SECRETS = [NOM, TELEPHONE, TELEPHONE.replace(" ", ""), "+33639981234", COURRIEL]


@pytest.fixture
def scene(distribution, marqueur):
    scene = Scene(distribution, marqueur, informe=True)
    scene.dossier, scene.point  # noqa: B018 — les créer suffit
    return scene


def texte(reponse) -> str:
    assert reponse.status_code == 200
    return reponse.content.decode()


def chercher(client, adresse: str, mot: str) -> str:
    """La page de résultats ; le mot s'envoie en POST, l'adresse ne le porte pas."""
    reponse = client.post(adresse, {"q": mot}, follow=True)
    assert mot not in reponse.redirect_chain[-1][0]
    return texte(reponse)


def secrets_de(scene) -> list[str]:
    return [*SECRETS, f"Noteequipe{scene.marqueur}", f"Notestructure{scene.marqueur}"]


def test_la_page_d_un_dossier(scene, distribution, connecter):
    adresse = reverse("porteurs:dossier", kwargs=scene.de(scene.dossier))
    complete = texte(connecter(distribution.auteur).get(adresse))
    for secret in (NOM, COURRIEL, *secrets_de(scene)[-2:]):
        assert secret in complete
    for nom in ("voisine", "animatrice"):
        fiche = texte(connecter(getattr(distribution, nom)).get(adresse))
        assert scene.marqueur in fiche
        assert "Zoé P." in fiche
        assert f"Notereseau{scene.marqueur}" in fiche
        assert [s for s in secrets_de(scene) if s in fiche] == []


@pytest.mark.parametrize("page", ["porteurs:dossiers", "porteurs:reunions"])
def test_les_listes(scene, distribution, connecter, page):
    adresse = reverse(page, kwargs=scene.reseau)
    for nom in ("voisine", "animatrice"):
        lue = texte(connecter(getattr(distribution, nom)).get(adresse))
        assert [s for s in secrets_de(scene) if s in lue] == []
    assert page != "porteurs:dossiers" or scene.marqueur in lue


def test_l_ordre_du_jour(scene, distribution, connecter):
    adresse = reverse("porteurs:reunion", kwargs=scene.de(scene.reunion))
    lue = texte(connecter(distribution.voisine).get(adresse))
    assert scene.marqueur in lue
    assert [s for s in secrets_de(scene) if s in lue] == []


@pytest.mark.parametrize("cherche", [NOM, "Petitjean", TELEPHONE, "0639981234", COURRIEL, "zoe.se"])
def test_la_recherche_ne_devine_pas_un_nom_ni_un_numero(scene, distribution, connecter, cherche):
    adresse = reverse("porteurs:dossiers", kwargs=scene.reseau)
    trouvee = chercher(connecter(distribution.auteur), adresse, cherche)
    if cherche in (NOM, "Petitjean", COURRIEL):
        assert scene.marqueur in trouvee
    for nom in ("voisine", "animatrice"):
        resultat = chercher(connecter(getattr(distribution, nom)), adresse, cherche)
        assert scene.marqueur not in resultat
        assert scene.dossier.reference not in resultat


@pytest.mark.parametrize("audience", ["equipe", "structure"])
def test_la_recherche_ne_lit_pas_les_notes_des_autres(scene, distribution, connecter, audience):
    adresse = reverse("porteurs:dossiers", kwargs=scene.reseau)
    mot = f"Note{audience}{scene.marqueur}"
    assert scene.dossier.reference in chercher(connecter(distribution.auteur), adresse, mot)
    resultat = chercher(connecter(distribution.voisine), adresse, mot)
    assert scene.dossier.reference not in resultat


def test_un_doublon_visible_ne_montre_que_la_fiche(scene, distribution, connecter):
    """La voisine tape la même personne : elle voit la fiche qui ressemble, sans coordonnées."""
    saisie = {
        "prenom": "Zoé",
        "nom": NOM,
        "intitule": "Un autre projet",
        "nature": "creation",
        "commune": "Ambert",
        "informe": "non",
    }
    adresse = reverse("porteurs:dossier_ouvrir", kwargs=scene.reseau)
    page = texte(connecter(distribution.voisine).post(adresse, saisie))
    assert scene.dossier.reference in page
    caches = [s for s in secrets_de(scene) if s != NOM]
    assert [s for s in caches if s in page] == []


def test_un_doublon_invisible_ne_donne_aucun_signe(distribution, connecter, marqueur):
    """Deux saisies de la voisine : l'une ressemble à un dossier fermé de S1, l'autre à rien."""
    scene = Scene(distribution, marqueur, ferme=True)
    scene.dossier  # noqa: B018 — le créer suffit
    adresse = reverse("porteurs:dossier_ouvrir", kwargs=scene.reseau)

    def ouvrir(nom, courriel):
        return connecter(distribution.voisine).post(
            adresse,
            {
                "prenom": "Zoé",
                "nom": nom,
                "email": courriel,
                "intitule": "Un projet",
                "nature": "creation",
                "commune": "Ambert",
                "informe": "non",
            },
        )

    assert ouvrir(NOM, COURRIEL).status_code == 302
    assert ouvrir("Inconnue", "inconnue@porteur.test").status_code == 302


def test_le_courriel_de_reunion(scene, distribution):
    """Composé avec les droits de chacune : la fiche pour la voisine, aucun nom pour personne."""
    preparer_digests()
    poste = Courriel.objects.filter(destinataire=distribution.voisine)
    expedier_lot(list(poste.values_list("pk", flat=True)))
    recu = Courriel.objects.get(destinataire=distribution.voisine)
    corps = f"{recu.sujet}\n{recu.corps_texte}\n{recu.corps_html}\n{recu.pieces}"
    assert scene.dossier.reference in corps
    assert [s for s in secrets_de(scene) if s in corps] == []
    assert not Courriel.objects.filter(destinataire=distribution.etrangere).exists()


def test_les_pages_du_reseau_voisin_ne_nomment_jamais_le_dossier(scene, distribution, connecter):
    """Listes, comptes, recherche et réunions du réseau B : rien de A n'y paraît."""
    DossierFabrique(
        reseau=distribution.reseau_b,
        structure_responsable=distribution.s3,
        informe=True,
        porteur=PorteurFabrique(reseau=distribution.reseau_b),
    )
    client = connecter(distribution.etrangere)
    for page in ("porteurs:dossiers", "porteurs:reunions", "partenaires:annuaire"):
        lue = texte(client.get(reverse(page, args=[distribution.reseau_b.slug])))
        for secret in (scene.marqueur, scene.dossier.reference, *SECRETS):
            assert secret not in lue
    adresse = reverse("porteurs:dossiers", args=[distribution.reseau_b.slug])
    assert scene.dossier.reference not in chercher(client, adresse, scene.marqueur)
