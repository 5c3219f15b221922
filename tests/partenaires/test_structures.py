"""Faire entrer une structure dans un réseau."""

import uuid

import pytest
from django.urls import reverse

from partenaires.enums import BaseLegale, TypeStructure
from partenaires.models import Convention, Structure
from partenaires.services import imports
from partenaires.services.reseaux import creer_reseau
from partenaires.services.structures import GENRE_ENTREE, ajouter_structure
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.models import Courriel
from tests.fabriques import commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    return reverse("partenaires:structure_nouvelle", args=[distribution.reseau.slug])


def saisie(**champs):
    return {
        "nom": "Coopérative des métiers du bois",
        "type": "cae",
        "commune": "Ambert",
        "cle_envoi": str(uuid.uuid4()),
    } | champs


def test_elle_est_membre_aussitot(connecter, animatrice, auteur, distribution, adresse):
    page = connecter(animatrice).post(adresse, saisie(), follow=True)
    assert "Coopérative des métiers du bois entre dans le réseau" in page.content.decode()
    structure = Structure.objects.get(nom="Coopérative des métiers du bois")
    membres = Structure.objects.membres(distribution.reseau.pk, distribution.reseau.aujourd_hui())
    assert structure in membres
    annuaire = reverse("partenaires:annuaire", args=[distribution.reseau.slug])
    assert structure.nom in connecter(auteur).get(annuaire).content.decode()


@pytest.mark.parametrize(
    ("nature", "base"),
    [
        (TypeStructure.ASSOCIATION, BaseLegale.INTERET_LEGITIME),
        (TypeStructure.PLATEFORME, BaseLegale.INTERET_LEGITIME),
        (TypeStructure.CMA, BaseLegale.MISSION_PUBLIQUE),
        (TypeStructure.COMMUNE, BaseLegale.MISSION_PUBLIQUE),
    ],
)
def test_sa_base_legale_est_celle_de_sa_nature(nature, base, distribution):
    """Ajoutée, importée ou à la tête d'un réseau neuf : la même règle, et la démonstration aussi."""
    acteur = acteur_de(distribution.administratrice)
    ajoutee = ajouter_structure(
        reseau=distribution.reseau, nom="Ajoutée", type_=nature, commune=commune()
    )
    liste = f"Nom;Nature;Commune\nImportée;{nature.label};Ambert\n"
    import_ = imports.deposer(acteur=acteur, reseau=distribution.reseau, fichier_ou_texte=liste)
    imports.importer(acteur=acteur, import_=import_)
    neuf = creer_reseau(
        acteur=acteur,
        nom="Réseau neuf",
        slug="neuf",
        epcis=[],
        structure_nom="À la tête",
        structure_type=nature,
        email="animation@essai.test",
        prenom="Ada",
        nom_personne="Neuve",
    )
    importee = Structure.objects.get(nom="Importée")
    for structure in (ajoutee, importee, neuf.structure_coordinatrice):
        assert structure.base_legale == base
    connues = Structure.objects.filter(type=nature, email__endswith="@demo.maillon.invalid")
    assert {s.base_legale for s in connues} <= {base}


def test_la_meme_dans_un_autre_reseau_n_existe_qu_une_fois(
    connecter, animatrice, animatrice_b, distribution, adresse
):
    connecter(animatrice).post(adresse, saisie())
    ailleurs = reverse("partenaires:structure_nouvelle", args=[distribution.reseau_b.slug])
    connecter(animatrice_b).post(ailleurs, saisie(nom="COOPERATIVE des métiers du bois"))
    structure = Structure.objects.get(
        commune=commune("63003"), cle_tri__startswith="cooperative des metiers"
    )
    assert structure.nom == "Coopérative des métiers du bois"
    assert Convention.objects.filter(structures=structure).count() == 2


def test_deja_membre_ou_mal_dite_s_explique(connecter, animatrice, adresse):
    client = connecter(animatrice)
    client.post(adresse, saisie())
    assert "déjà membre" in client.post(adresse, saisie()).content.decode()
    page = client.post(adresse, saisie(commune="Nulle-Part")).content.decode()
    assert "Nous ne connaissons pas cette commune" in page
    assert 'value="Coopérative des métiers du bois"' in page


def test_envoyer_deux_fois_n_en_ajoute_qu_une(connecter, animatrice, adresse):
    client, envoi = connecter(animatrice), saisie()
    premiere, seconde = client.post(adresse, envoi), client.post(adresse, envoi)
    assert premiere["Location"] == seconde["Location"]
    assert Convention.objects.filter(structures__nom=envoi["nom"]).count() == 1


def test_seule_l_animation_ajoute(connecter, auteur, etrangere, adresse):
    assert connecter(auteur).get(adresse).status_code == 403
    assert connecter(etrangere).post(adresse, saisie()).status_code == 404
    assert not Structure.objects.filter(nom="Coopérative des métiers du bois").exists()


def test_ses_administrateurs_d_ailleurs_l_apprennent(connecter, animatrice_b, distribution):
    """Un autre réseau compte la structure : qui l’administre le lit, et personne d’autre."""
    s1 = distribution.s1
    s1.commune = commune()
    s1.save(update_fields=["commune"])
    ailleurs = reverse("partenaires:structure_nouvelle", args=[distribution.reseau_b.slug])
    connecter(animatrice_b).post(ailleurs, saisie(nom=s1.nom, type=s1.type, commune="Ambert"))
    courriel = Courriel.objects.get(genre=GENRE_ENTREE)
    assert courriel.destinataire == distribution.auteur
    composer = genres()[GENRE_ENTREE].composer
    assert s1.nom in composer([courriel])[courriel.pk].sujet
    assert distribution.reseau_b.nom in composer([courriel])[courriel.pk].texte
    distribution.mandats["auteur"].delete()
    assert composer([courriel])[courriel.pk] is None
