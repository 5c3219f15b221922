"""Le carnet de route et le diagnostic partagé : lire, écrire, ne rien écraser."""

import pytest
from django.urls import reverse

from partenaires.enums import EtatJalon, Rubrique
from partenaires.models import Jalon, RubriqueDiagnostic
from tests.fabriques import JalonFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    def de(nom, *suite):
        return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])

    return de


@pytest.mark.parametrize("nombre", [1, 3])
def test_les_jalons_dans_l_ordre_et_ce_qui_tarde(
    connecter, elue, distribution, adresse, nombre_de_requetes, nombre
):
    for rang in range(nombre):
        JalonFabrique(
            reseau=distribution.reseau,
            structure=distribution.s1,
            responsable=distribution.auteur,
            intitule=f"Jalon numéro {rang}",
            echeance=aujourd_hui(10 * rang - 5),
        )
    JalonFabrique(reseau=distribution.reseau_b, intitule="Jalon d’ailleurs")
    client = connecter(elue)
    with nombre_de_requetes(9):
        page = client.get(adresse("carnet")).content.decode()
    rangs = [page.index(f"Jalon numéro {rang}") for rang in range(nombre)]
    assert rangs == sorted(rangs)
    assert page.count("échéance passée") == 1
    assert "d’ailleurs" not in page


def test_qui_en_a_la_charge_dit_ou_il_en_est(connecter, auteur, voisine, distribution, adresse):
    jalon = JalonFabrique(reseau=distribution.reseau, structure=distribution.s1)
    saisie = {"etat": EtatJalon.FAIT, "note": "C’est fait.", "revision": 1}
    saisie["intitule"] = "Un intitulé qu’elle n’a pas à changer"
    assert connecter(voisine).post(adresse("jalon", jalon.uuid), saisie).status_code == 403
    page = connecter(auteur).post(adresse("jalon", jalon.uuid), saisie, follow=True)
    assert "Le jalon est à jour" in page.content.decode()
    avant = jalon.intitule
    jalon.refresh_from_db()
    assert (jalon.etat, jalon.fait_le, jalon.intitule) == (EtatJalon.FAIT, aujourd_hui(), avant)


def test_fait_dans_l_avenir_s_explique_et_garde_la_saisie(
    connecter, animatrice, distribution, adresse
):
    jalon = JalonFabrique(reseau=distribution.reseau)
    saisie = {
        "intitule": "Un intitulé corrigé",
        "echeance": aujourd_hui(3).isoformat(),
        "etat": EtatJalon.FAIT,
        "fait_le": aujourd_hui(2).isoformat(),
        "note": "presque",
        "revision": 1,
    }
    page = connecter(animatrice).post(adresse("jalon", jalon.uuid), saisie).content.decode()
    assert "Cette date est dans l’avenir" in page
    assert "Un intitulé corrigé" in page
    assert "presque" in page
    jalon.refresh_from_db()
    assert jalon.etat == EtatJalon.A_FAIRE


def test_deux_mains_sur_un_jalon(connecter, auteur, animatrice, distribution, adresse):
    """La seconde voit la version de la première, garde la sienne, et peut l’enregistrer."""
    jalon = JalonFabrique(reseau=distribution.reseau, structure=distribution.s1)
    url = adresse("jalon", jalon.uuid)
    connecter(auteur).post(url, {"etat": "en_cours", "note": "La première", "revision": 1})
    seconde = {
        "intitule": jalon.intitule,
        "echeance": jalon.echeance.isoformat(),
        "etat": "abandonne",
        "note": "La seconde",
        "revision": 1,
    }
    page = connecter(animatrice).post(url, seconde).content.decode()
    assert "La première" in page
    assert "La seconde" in page
    assert Jalon.objects.get(pk=jalon.pk).note == "La première"
    connecter(animatrice).post(url, seconde | {"revision": 2})
    assert Jalon.objects.get(pk=jalon.pk).note == "La seconde"


def test_un_jalon_ne_se_confie_qu_a_un_membre(connecter, animatrice, distribution, adresse):
    saisie = {
        "intitule": "Former",
        "echeance": aujourd_hui(9).isoformat(),
        "structure": str(distribution.s3.uuid),
        "responsable": str(distribution.etrangere.uuid),
    }
    page = connecter(animatrice).post(adresse("jalon_nouveau"), saisie).content.decode()
    assert "Former" in page
    assert not Jalon.objects.filter(reseau=distribution.reseau).exists()


def test_l_export_neutralise_les_formules(connecter, auteur, distribution, adresse):
    JalonFabrique(reseau=distribution.reseau, intitule="=1+1")
    reponse = connecter(auteur).get(adresse("carnet_export"), {"format": "csv"})
    contenu = b"".join(reponse) if reponse.streaming else reponse.content
    assert "'=1+1" in contenu.decode("utf-8-sig")


def test_une_rubrique_garde_ses_versions(connecter, auteur, voisine, elue, adresse, distribution):
    url = adresse("rubrique", Rubrique.SERVICES)
    connecter(auteur).post(url, {"atouts": "Une école par bourg", "revision": 0})
    connecter(voisine).post(url, {"atouts": "Une école sur deux", "revision": 1})
    assert "Une école par bourg" in connecter(auteur).get(url).content.decode()
    page = connecter(elue).get(adresse("diagnostic")).content.decode()
    assert "Une école sur deux" in page
    assert "Une école par bourg" not in page
    assert RubriqueDiagnostic.objects.filter(reseau=distribution.reseau).count() == 2


def test_deux_mains_sur_une_rubrique(connecter, auteur, voisine, adresse):
    url = adresse("rubrique", Rubrique.SERVICES)
    connecter(auteur).post(url, {"atouts": "La première", "revision": 0})
    page = connecter(voisine).post(url, {"manques": "La seconde", "revision": 0}).content.decode()
    assert "La première" in page
    assert "La seconde" in page
    assert RubriqueDiagnostic.objects.count() == 1 + _de_la_demonstration()


def _de_la_demonstration() -> int:
    return RubriqueDiagnostic.objects.filter(reseau__slug="livradois-forez").count()


def test_une_rubrique_vide_ou_inconnue(connecter, auteur, adresse):
    vide = connecter(auteur).post(adresse("rubrique", Rubrique.SERVICES), {"revision": 0})
    assert "Écrivez au moins une ligne" in vide.content.decode()
    assert connecter(auteur).get(adresse("rubrique", "autre")).status_code == 404
