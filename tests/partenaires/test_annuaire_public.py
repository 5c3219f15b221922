"""L'annuaire que tout le monde lit : ce qui y paraît, et ce qui n'y paraît jamais."""

import pytest
from django.urls import reverse

from partenaires.enums import CHAINE, Module
from partenaires.models import Competence, CompetencePersonne, Theme
from tests.fabriques import ConventionFabrique, StructureFabrique

pytestmark = pytest.mark.django_db

DISCRETS = {"email": "interne@essai.test", "telephone": "04 65 71 99 99"}


@pytest.fixture
def adresse(distribution):
    return reverse("partenaires:annuaire_public", args=[distribution.reseau.slug])


@pytest.fixture
def donnees(distribution):
    return reverse("partenaires:annuaire_public_donnees", args=[distribution.reseau.slug])


def publier(structure, marqueur, **champs):
    valeurs = DISCRETS | {
        "annuaire_public": True,
        "description": f"Elle aide {marqueur}",
        "email_public": "bonjour@essai.test",
        "horaires": [[["09:00", "12:00"]]] * 5 + [[], []],
    }
    for champ, valeur in (valeurs | champs).items():
        setattr(structure, champ, valeur)
    structure.save()
    return structure


def test_qui_l_a_voulu_y_parait_et_nul_autre(connecter, distribution, adresse, donnees, marqueur):
    publier(distribution.s1, marqueur)
    publier(distribution.s3, "ailleurs")
    theme = Theme.objects.filter(reseau=None).first()
    competence = Competence.objects.create(structure=distribution.s1, theme=theme, etape=CHAINE[0])
    CompetencePersonne.objects.create(competence=competence, utilisateur=distribution.auteur)
    for lieu in (adresse, donnees):
        page = connecter().get(lieu).content.decode()
        for present in (marqueur, distribution.s1.nom, "bonjour@essai.test"):
            assert present in page
        assert theme.libelle in page.lower()
        # Ni une structure qui n'a rien dit, ni une d'ailleurs, ni une personne, ni l'interne.
        for absent in (
            distribution.s2.nom,
            distribution.s3.nom,
            distribution.auteur.nom,
            distribution.auteur.email,
            *DISCRETS.values(),
        ):
            assert absent not in page
    assert (
        "Du lundi au vendredi, 9\u00a0h\u00a0– 12\u00a0h"
        in connecter().get(adresse).content.decode()
    )
    assert connecter().get(donnees).json()[0]["horaires_accueil"].startswith("Mo 09:00-12:00")


def test_une_fin_de_convention_l_en_retire(connecter, distribution, adresse, marqueur):
    sortie = publier(StructureFabrique(nom="Sortie"), marqueur)
    convention = ConventionFabrique(reseau=distribution.reseau, structures=[sortie])
    assert marqueur in connecter().get(adresse).content.decode()
    convention.delete()
    assert marqueur not in connecter().get(adresse).content.decode()


def test_sans_le_module_la_page_n_existe_pas(connecter, distribution, adresse, donnees, marqueur):
    publier(distribution.s1, marqueur)
    assert connecter().get(adresse).status_code == 200
    reseau = distribution.reseau
    reseau.modules = [m for m in reseau.modules if m != Module.ANNUAIRE]
    reseau.save()
    assert connecter().get(adresse).status_code == 404
    assert connecter().get(donnees).status_code == 404


def test_elle_se_garde_en_cache_sans_session_ni_jeton(connecter, distribution, adresse, marqueur):
    publier(distribution.s1, marqueur)
    reponse = connecter().get(adresse)
    page = reponse.content.decode()
    assert reponse["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in reponse
    for interdit in ("csrf", "nonce=", "<script"):
        assert interdit not in page
    assert connecter().get(adresse, headers={"if-none-match": reponse["ETag"]}).status_code == 304
    # Connectée, la personne lit la même page.
    assert connecter(distribution.auteur).get(adresse).content == reponse.content


def test_un_besoin_choisit_ceux_qui_s_en_occupent(connecter, distribution, adresse, marqueur):
    publier(distribution.s1, marqueur)
    publier(distribution.s2, "autrechose")
    theme = Theme.objects.filter(reseau=None).first()
    Competence.objects.create(structure=distribution.s1, theme=theme, etape=CHAINE[0])
    page = connecter().get(adresse, {"theme": theme.code}).content.decode()
    assert marqueur in page
    assert "autrechose" not in page


def test_requetes_constantes(connecter, distribution, adresse, marqueur, nombre_de_requetes):
    publier(distribution.s1, marqueur)
    themes = list(Theme.objects.filter(reseau=None)[:3])
    Competence.objects.create(structure=distribution.s1, theme=themes[0], etape=CHAINE[0])
    client = connecter()
    with nombre_de_requetes(5):
        assert marqueur in client.get(adresse).content.decode()
    for rang in range(2):
        autre = publier(StructureFabrique(nom=f"Autre {rang}"), marqueur)
        ConventionFabrique(reseau=distribution.reseau, structures=[autre])
        for theme in themes:
            Competence.objects.create(structure=autre, theme=theme, etape=CHAINE[0])
    with nombre_de_requetes(5):
        page = client.get(adresse)
    assert [s.nom for s in page.context["page_structures"]] == [
        "Autre 0",
        "Autre 1",
        distribution.s1.nom,
    ]


def test_vide_elle_le_dit(connecter, adresse):
    assert "se remplit" in connecter().get(adresse).content.decode()
