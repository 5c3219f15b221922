"""Les structures qui n'ont rien dit : la matrice les nomme, le guide les compte, l'animation les relance."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.courriels.competences import GENRES
from partenaires.enums import Etape
from partenaires.models import Competence, GrilleCompetences, Structure, Theme
from partenaires.services.grilles import GENRE, Rappel, pas, rappeler
from socle.models import Courriel
from tests.fabriques import ConventionFabrique, MandatFabrique, StructureFabrique

AIDE = "n’ont pas encore rempli leur grille"


def remplir(structure):
    theme = Theme.objects.get(code="ecole", reseau=None)
    Competence.objects.create(structure=structure, theme=theme, etape=Etape.IDEE)


def enregistrer_vide(structure):
    GrilleCompetences.objects.create(structure=structure, modifiee_le=timezone.now())


def adresse(distribution, route="couverture", *args):
    return reverse(f"partenaires:{route}", args=[distribution.reseau.slug, *args])


def membres(distribution):
    return Structure.objects.membres(distribution.reseau.pk, distribution.reseau.aujourd_hui())


@pytest.fixture
def relance(distribution):
    """Le réseau, dont chaque structure administrée l'est par un membre de la distribution."""
    Courriel.objects.filter(genre=GENRE).delete()
    mandat = distribution.mandats["auteur"]
    mandat.administre = True
    mandat.save(update_fields=["administre"])
    return distribution


def composer():
    lignes = list(Courriel.objects.filter(genre=GENRE).select_related("destinataire"))
    (genre,) = GENRES
    return {c.destinataire.email: genre.composer(lignes)[c.pk] for c in lignes}


# --- La matrice ---------------------------------------------------------------------------------


def test_la_matrice_nomme_les_structures_sans_grille(distribution, connecter):
    """Chacun lit leur nom ; qui peut remplir une grille y va d'un geste."""
    s1, s2 = distribution.s1, distribution.s2
    lien = f'href="{adresse(distribution, "competences", s1.uuid)}"'
    autre = f'href="{adresse(distribution, "competences", s2.uuid)}"'
    rappeler_la = f'action="{adresse(distribution, "grilles_rappeler")}"'
    n = membres(distribution).count()
    pages = {
        nom: connecter(getattr(distribution, nom)).get(adresse(distribution)).content.decode()
        for nom in ("auteur", "animatrice", "elue")
    }
    for page in pages.values():
        assert f"{n} structures {AIDE}" in page
        assert f"{s1.nom}" in page
    assert (lien in pages["auteur"], autre in pages["auteur"]) == (True, False)
    assert lien not in pages["elue"]
    # L'animation y va par la fiche, qui sait si la grille est à sa portée.
    assert lien not in pages["animatrice"]
    assert f'href="{adresse(distribution, "structure", s2.uuid)}"' in pages["animatrice"]
    assert [nom for nom, page in pages.items() if rappeler_la in page] == ["animatrice"]


def test_une_grille_remplie_ou_enregistree_vide_ne_manque_plus(distribution, connecter):
    client = connecter(distribution.elue)
    n = membres(distribution).count()
    remplir(distribution.s1)
    for structure in membres(distribution).exclude(pk=distribution.s1.pk):
        page = client.get(adresse(distribution)).content.decode()
        assert "grilles-absentes" in page
        assert f"{n - 1} structure" in page
        enregistrer_vide(structure)
        n -= 1
    assert "grilles-absentes" not in client.get(adresse(distribution)).content.decode()


# --- Le guide ------------------------------------------------------------------------------------


def test_le_guide_dit_combien_de_grilles_sont_remplies(distribution, nombre_de_requetes):
    n = membres(distribution).count()
    (avant,) = pas([distribution.reseau])[distribution.reseau.pk]
    assert (avant.etat, avant.fait, avant.requis) == ("Aucune grille remplie encore", False, False)
    remplir(distribution.s1)
    for reseaux in ([distribution.reseau], [distribution.reseau, distribution.reseau_b]):
        with nombre_de_requetes(1):
            (apres,) = pas(reseaux)[distribution.reseau.pk]
        assert (apres.etat, apres.fait) == (f"1 grille remplie sur {n}", False)
    for structure in membres(distribution).exclude(pk=distribution.s1.pk):
        enregistrer_vide(structure)
    (fini,) = pas([distribution.reseau])[distribution.reseau.pk]
    assert (fini.etat, fini.fait) == (f"{n} grilles remplies sur {n}", True)


# --- Le rappel -----------------------------------------------------------------------------------


def test_l_animation_rappelle_une_fois_en_sept_jours(relance, connecter):
    client, lien = connecter(relance.animatrice), adresse(relance, "grilles_rappeler")
    assert "Le rappel part" in client.post(lien, follow=True).content.decode()
    premiers = Courriel.objects.filter(genre=GENRE)
    assert premiers.filter(destinataire=relance.auteur).count() == 1
    nombre = premiers.count()
    assert "Déjà rappelées" in client.post(lien, follow=True).content.decode()
    assert premiers.count() == nombre
    # Sept jours plus tard, et seulement ce qui manque encore.
    remplir(relance.s1)
    rappeler(reseau=relance.reseau, maintenant=timezone.now() + timedelta(days=7, minutes=1))
    assert premiers.filter(destinataire=relance.auteur).count() == 1


def test_une_structure_entree_depuis_est_rappelee_sans_attendre(relance):
    rappeler(reseau=relance.reseau)
    neuve = StructureFabrique(nom="Entrée depuis")
    ConventionFabrique(reseau=relance.reseau, structures=[neuve])
    seule = rappeler(reseau=relance.reseau)
    assert (seule.prevenues, seule.sans_personne >= 1) == (0, True)
    personne = MandatFabrique(reseau=relance.reseau, structure=neuve, administre=True).utilisateur
    assert rappeler(reseau=relance.reseau).prevenues == 1
    assert composer()[personne.email].sujet.startswith("Que fait Entrée depuis")


def test_qui_vient_d_etre_prevenu_pour_une_structure_l_est_pour_une_autre(relance):
    rappeler(reseau=relance.reseau)
    autre = StructureFabrique(nom="Seconde")
    ConventionFabrique(reseau=relance.reseau, structures=[autre])
    MandatFabrique(
        reseau=relance.reseau, structure=autre, utilisateur=relance.auteur, administre=True
    )
    assert rappeler(reseau=relance.reseau).prevenues == 1
    assert Courriel.objects.filter(genre=GENRE, destinataire=relance.auteur).count() == 2


def test_le_courriel_se_tait_quand_la_grille_est_remplie_entre_temps(relance):
    rappeler(reseau=relance.reseau)
    message = composer()[relance.auteur.email]
    assert relance.s1.nom in message.sujet
    assert adresse(relance, "competences", relance.s1.uuid) in message.texte
    assert GENRES[0].famille == "structure"
    remplir(relance.s1)
    assert composer()[relance.auteur.email] is None


def test_le_courriel_se_tait_pour_qui_n_administre_plus(relance):
    rappeler(reseau=relance.reseau)
    assert composer()[relance.auteur.email] is not None
    relance.mandats["auteur"].delete()
    assert composer()[relance.auteur.email] is None


@pytest.mark.parametrize(("nom", "code"), [("auteur", 403), ("elue", 403), ("animatrice_b", 404)])
def test_seule_l_animation_rappelle(nom, code, relance, connecter):
    lien = adresse(relance, "grilles_rappeler")
    assert connecter(getattr(relance, nom)).post(lien).status_code == code
    assert not Courriel.objects.filter(genre=GENRE).exists()
    assert connecter(relance.animatrice).get(lien).status_code == 405
    assert connecter(relance.animatrice).post(lien).status_code == 302
    assert Courriel.objects.filter(genre=GENRE).exists()


def test_personne_a_rappeler_ne_depose_rien(relance):
    for structure in membres(relance):
        enregistrer_vide(structure)
    assert rappeler(reseau=relance.reseau) == Rappel(0, 0, 0)
    assert not Courriel.objects.filter(genre=GENRE).exists()


# --- Sur un téléphone -----------------------------------------------------------------------------


def test_la_matrice_dit_qu_elle_continue_a_droite(distribution, connecter):
    page = connecter(distribution.elue).get(adresse(distribution)).content.decode()
    assert page.count("glissez vers la droite") == page.count("<caption>") > 0
