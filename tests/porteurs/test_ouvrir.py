"""Ouvrir un dossier : la saisie rapide, ses refus, et les ressemblances."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import ModeInformation
from porteurs.models import Dossier, DoublonSignale
from tests.fabriques import DossierFabrique, commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    return reverse("porteurs:dossier_ouvrir", args=[distribution.reseau.slug])


def saisie(**champs):
    return {
        "prenom": "Zoé",
        "nom": "Œillet-Durand",
        "intitule": "Reprise d’une boulangerie",
        "nature": "reprise",
        "commune": "Ambert",
        "informe": "non",
        "cle_envoi": str(uuid.uuid4()),
    } | champs


def test_six_reponses_suffisent(connecter, auteur, distribution, adresse):
    reponse = connecter(auteur).post(adresse, saisie())
    dossier = Dossier.objects.get(intitule="Reprise d’une boulangerie", reseau=distribution.reseau)
    assert reponse["Location"] == reverse(
        "porteurs:dossier", args=[distribution.reseau.slug, dossier.uuid]
    )
    assert dossier.structure_responsable == distribution.s1
    assert dossier.reference == f"{timezone.localdate().year}-0001"
    assert dossier.commune == commune("63003")
    assert not dossier.partageable


def test_ferme_au_reseau_tant_que_la_personne_n_est_pas_informee(
    connecter, auteur, collegue, voisine, adresse
):
    client = connecter(auteur)
    page = client.post(adresse, saisie())["Location"]
    assert "Œillet-Durand" in connecter(collegue).get(page).content.decode()
    assert connecter(voisine).get(page).status_code == 404

    client.post(f"{page}information/", {"le": timezone.localdate(), "mode": "oral"})
    fiche = connecter(voisine).get(page).content.decode()
    assert "Zoé Œ." in fiche
    assert "Œillet-Durand" not in fiche


def test_informee_a_la_saisie(connecter, auteur, adresse, distribution):
    jour = timezone.localdate()
    connecter(auteur).post(
        adresse, saisie(informe="oui", informe_le=jour.isoformat(), information_mode="courrier")
    )
    dossier = Dossier.objects.get(reseau=distribution.reseau)
    assert (dossier.informe_le, dossier.information_mode) == (jour, ModeInformation.COURRIER)


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"commune": "Ville-Imaginaire"}, "Nous ne connaissons pas cette commune"),
        ({"telephone": "zéro six"}, "Ce numéro ne se lit pas"),
        ({"email": "zoe@"}, "il faut un @ et un point"),
        ({"informe": "oui", "informe_le": "31/02/2026"}, "Cette date n’existe pas"),
        ({"informe": "oui", "informe_le": "2999-01-01"}, "Cette date est dans l’avenir"),
        ({"informe": "oui", "informe_le": ""}, "Dites quel jour"),
        ({"informe": ""}, "Répondez par oui ou par non"),
    ],
)
def test_une_saisie_fausse_s_explique_et_se_garde(connecter, auteur, adresse, champs, phrase):
    envoyee = saisie(**champs)
    page = connecter(auteur).post(adresse, envoyee).content.decode()
    assert phrase in page
    assert 'value="Œillet-Durand"' in page
    assert not Dossier.objects.filter(intitule=envoyee["intitule"]).exists()


def test_envoyer_deux_fois_n_ouvre_qu_un_dossier(connecter, auteur, distribution, adresse):
    envoi = saisie()
    client = connecter(auteur)
    premiere, seconde = client.post(adresse, envoi), client.post(adresse, envoi)
    assert Dossier.objects.filter(reseau=distribution.reseau).count() == 1
    assert premiere.status_code == 302
    assert seconde.status_code == 302
    assert seconde["Location"] == premiere["Location"]


def test_une_ressemblance_visible_se_montre_avant_d_enregistrer(
    connecter, auteur, distribution, adresse
):
    connu = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        informe=True,
        porteur__prenom="Marie",
        porteur__nom="Delorme",
    )
    client = connecter(auteur)
    # Accents, casse et ordre du nom ne cachent pas la ressemblance.
    envoi = saisie(prenom="DELORME", nom="Màrie")
    page = client.post(adresse, envoi).content.decode()
    assert connu.reference in page
    assert "Marie D." in page
    assert not Dossier.objects.filter(intitule=envoi["intitule"]).exists()

    client.post(adresse, envoi | {"meme_personne": "autre"})
    assert Dossier.objects.filter(intitule=envoi["intitule"]).count() == 1


@pytest.mark.parametrize("champ", ["email", "telephone"])
def test_une_ressemblance_par_courriel_ou_telephone(
    connecter, auteur, distribution, adresse, champ
):
    connu = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        porteur__email="zoe@ailleurs.test",
        porteur__telephone_saisi="+33 6 39 98 77 66",
    )
    valeur = {"email": "ZOE@ailleurs.test", "telephone": "06.39.98.77.66"}[champ]
    page = connecter(auteur).post(adresse, saisie(**{champ: valeur})).content.decode()
    assert connu.reference in page


def test_la_meme_personne_se_reprend_d_un_dossier_que_l_on_suit(
    connecter, auteur, distribution, adresse
):
    connu = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        porteur__prenom="Zoé",
        porteur__nom="Œillet-Durand",
    )
    connecter(auteur).post(adresse, saisie(meme_personne=str(connu.uuid)))
    nouveau = Dossier.objects.get(intitule="Reprise d’une boulangerie", reseau=distribution.reseau)
    assert nouveau.porteurs.get() == connu.porteurs.get()


def test_une_simple_fiche_ne_prete_pas_sa_personne(connecter, auteur, distribution, adresse):
    """Sinon, ouvrir un dossier « de la même personne » donnerait ses coordonnées."""
    fiche = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        informe=True,
        porteur__prenom="Zoé",
        porteur__nom="Œillet-Durand",
    )
    page = connecter(auteur).post(adresse, saisie(meme_personne=str(fiche.uuid))).content.decode()
    assert "Ce choix n’est plus possible" in page
    assert not Dossier.objects.filter(intitule="Reprise d’une boulangerie").exists()


def test_une_ressemblance_invisible_ne_se_devine_pas_mais_se_signale(
    connecter, auteur, animatrice, distribution, adresse
):
    cache = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        ferme=True,
        porteur__prenom="Zoé",
        porteur__nom="Œillet-Durand",
    )
    reponse = connecter(auteur).post(adresse, saisie())
    assert reponse.status_code == 302, "aucun signe pour qui ne voit pas l'autre dossier"
    signale = DoublonSignale.objects.get(dossier__reseau=distribution.reseau)
    assert signale.autre == cache
    tableau = connecter(animatrice).get(reverse("accueil:tableau")).content.decode()
    assert cache.reference in tableau
    assert "Œillet" not in tableau


def test_au_nom_de_quelle_structure(connecter, auteur, distribution, adresse):
    """Qui agit pour deux structures choisit ; qui n'en a qu'une n'a rien à choisir."""
    from tests.fabriques import MandatFabrique

    client = connecter(auteur)
    assert "Au nom de quelle structure" not in client.get(adresse).content.decode()
    MandatFabrique(utilisateur=auteur, structure=distribution.s2, reseau=distribution.reseau)
    assert "Au nom de quelle structure" in client.get(adresse).content.decode()
    client.post(adresse, saisie(structure=distribution.s2.pk))
    dossier = Dossier.objects.get(reseau=distribution.reseau)
    assert dossier.structure_responsable == distribution.s2


def test_les_references_se_suivent_et_ignorent_l_autre_reseau(distribution, auteur):
    from porteurs.services.dossier import prochaine_reference

    jour = timezone.localdate()
    for rang in (1, 2):
        assert prochaine_reference(distribution.reseau, jour) == f"{jour.year}-{rang:04d}"
        DossierFabrique(reseau=distribution.reseau, reference=f"{jour.year}-{rang:04d}")
    assert prochaine_reference(distribution.reseau_b, jour) == f"{jour.year}-0001"
    DossierFabrique(reseau=distribution.reseau, reference=f"{jour.year}-9999")
    assert prochaine_reference(distribution.reseau, jour) == f"{jour.year}-10000"
    DossierFabrique(reseau=distribution.reseau, reference=f"{jour.year}-10000")
    assert prochaine_reference(distribution.reseau, jour) == f"{jour.year}-10001"


@pytest.mark.parametrize("champ", ["email", "telephone"])
def test_un_telephone_tape_ne_dit_pas_a_qui_il_est(
    connecter, auteur, voisine, distribution, adresse, champ
):
    """D'une simple fiche, ni courriel ni téléphone ne rapprochent ; l'animation, elle, le sait."""
    fiche = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        informe=True,
        porteur__email="zoe@ailleurs.test",
        porteur__telephone_saisi="06 39 98 77 66",
    )
    valeur = {"email": "zoe@ailleurs.test", "telephone": "06 39 98 77 66"}[champ]
    envoi = saisie(prenom="Autre", nom="Personne", **{champ: valeur})
    assert fiche.reference in connecter(voisine).post(adresse, envoi).content.decode()
    assert connecter(auteur).post(adresse, envoi).status_code == 302
    assert DoublonSignale.objects.get(dossier__reseau=distribution.reseau).autre == fiche


def test_interroger_le_fichier_en_boucle_s_arrete(connecter, auteur, adresse, monkeypatch):
    monkeypatch.setattr("porteurs.views.ouverture.OUVERTURES_PAR_HEURE", 1)
    client = connecter(auteur)
    assert client.post(adresse, saisie()).status_code == 302
    page = client.post(adresse, saisie(nom="Suivante")).content.decode()
    assert "reprenez un peu plus tard" in page
    assert 'value="Suivante"' in page
