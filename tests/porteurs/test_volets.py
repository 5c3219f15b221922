"""Les deux volets et la part de chaque adulte : qui les écrit, qui les lit, à deux sur le formulaire."""

import pytest
from django.urls import reverse

from porteurs.models import PartAdulte, VoletPrive, VoletProfessionnel
from porteurs.services import volets
from socle.editions import empreinte, valeurs_de
from socle.models import AccesJournal
from tests.fabriques import AffectationFabrique, DossierFabrique
from tests.fabriques.partage import AccordFabrique, ParticipationFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )


@pytest.fixture
def principal(dossier):
    return dossier.participations.get(rang=1)


@pytest.fixture
def conjoint(dossier):
    return ParticipationFabrique(dossier=dossier, porteur__prenom="Karim")


def url(route, dossier, *suite):
    return reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid, *suite])


def version(objet, champs) -> str:
    return empreinte(valeurs_de(objet, champs))


def version_pro(dossier) -> str:
    return version(volets.volet_professionnel(dossier), volets.CHAMPS_PROFESSIONNELS)


# --- Écrire -------------------------------------------------------------------------------------


def test_le_volet_professionnel_s_ecrit_et_se_cherche(
    connecter, auteur, voisine, dossier, marqueur
):
    adresse = url("volet_professionnel", dossier)
    envoi = {
        "activite": marqueur,
        "budget": "85 000,50 €",
        "emplois": "2",
        "echeance": aujourd_hui(90).isoformat(),
        "lu": version_pro(dossier),
    }
    assert connecter(voisine).post(adresse, envoi).status_code == 403
    assert not VoletProfessionnel.objects.filter(dossier=dossier).exists()
    client = connecter(auteur)
    assert client.post(adresse, envoi).status_code == 302
    volet = VoletProfessionnel.objects.get(dossier=dossier)
    assert (volet.activite, str(volet.budget), volet.emplois) == (marqueur, "85000.50", 2)
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])
    trouve = client.post(liste, {"q": marqueur}, follow=True).content.decode()
    assert dossier.intitule in trouve
    assert (
        dossier.intitule
        not in connecter(voisine).post(liste, {"q": marqueur}, follow=True).content.decode()
    )


@pytest.mark.parametrize(
    "route", ["volet_professionnel", "volet_prive", "part_adulte", "personne_modifier"]
)
def test_ouvrir_une_page_qui_montre_des_donnees_entre_au_journal(
    connecter, auteur, distribution, dossier, principal, route
):
    AccordFabrique(participation=principal, structure=distribution.s1)
    suites = {"part_adulte": [principal.uuid], "personne_modifier": [principal.porteur.uuid]}
    adresse = url(route, dossier, *suites.get(route, []))
    lectures = AccesJournal.objects.filter(
        utilisateur=auteur, operation="consultation", reference=dossier.uuid
    )
    client = connecter(auteur)
    assert client.get(adresse).status_code == 200
    assert lectures.count() == 1
    # Une saisie qui ne passe pas montre la page de nouveau.
    assert (
        client.post(adresse, {"budget": "?", "prenom": "", "emploi": "x" * 999}).status_code == 200
    )
    assert lectures.count() == 2


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"budget": "beaucoup"}, "Écrivez un montant en euros"),
        ({"budget": "-5"}, "Un montant est positif"),
        ({"emplois": "deux"}, "Écrivez un nombre entier"),
        ({"echeance": "31/02/2027"}, "Cette date n’existe pas"),
    ],
)
def test_une_saisie_fausse_s_explique_et_se_garde(connecter, auteur, dossier, champs, phrase):
    envoi = {"activite": "Le fournil", "lu": version_pro(dossier)} | champs
    lue = connecter(auteur).post(url("volet_professionnel", dossier), envoi).content.decode()
    assert phrase in lue
    assert "Le fournil" in lue
    assert not VoletProfessionnel.objects.filter(dossier=dossier).exists()


# --- À deux -------------------------------------------------------------------------------------


def test_le_second_est_prevenu_et_voit_les_deux_versions(connecter, auteur, collegue, dossier):
    adresse, lu = url("volet_professionnel", dossier), version_pro(dossier)
    connecter(collegue).post(adresse, {"lieu": "Ambert", "budget": "1000", "lu": lu})
    client = connecter(auteur)
    refusee = client.post(adresse, {"lieu": "Thiers", "budget": "1000", "lu": lu}).content.decode()
    assert "Quelqu’un a modifié ceci pendant que vous écriviez" in refusee
    assert "Enregistré : <strong>Ambert</strong><br>Vous : Thiers" in refusee
    assert "Enregistré : <strong>1000" not in refusee
    assert VoletProfessionnel.objects.get(dossier=dossier).lieu == "Ambert"
    # Ce qu'elle renvoie après avoir vu la version de l'autre passe.
    assert f'value="{version_pro(dossier)}"' in refusee
    client.post(adresse, {"lieu": "Thiers", "budget": "1000", "lu": version_pro(dossier)})
    assert VoletProfessionnel.objects.get(dossier=dossier).lieu == "Thiers"


def test_la_personne_aussi_ne_s_ecrase_pas(connecter, auteur, collegue, dossier):
    porteur = dossier.porteurs.get()
    adresse = url("personne_modifier", dossier, porteur.uuid)
    lu = next(
        ligne.split('value="')[1].split('"')[0]
        for ligne in connecter(auteur).get(adresse).content.decode().split("<input")
        if 'name="lu"' in ligne
    )
    envoi = {"prenom": "Zoé", "nom": "Premier", "langue": "fr", "lu": lu}
    connecter(collegue).post(adresse, envoi)
    refusee = connecter(auteur).post(adresse, envoi | {"nom": "Second"}).content.decode()
    assert "Enregistré : <strong>Premier</strong><br>Vous : Second" in refusee
    porteur.refresh_from_db()
    assert porteur.nom == "Premier"


# --- Le volet privé : l'accord d'abord, chacun pour soi -----------------------------------------


def test_sans_accord_la_page_le_demande(connecter, auteur, dossier):
    reponse = connecter(auteur).get(url("volet_prive", dossier))
    assert reponse["Location"] == url("accord_noter", dossier)


def test_le_volet_prive_attend_chaque_adulte_la_part_de_chacun_le_sien(
    connecter, auteur, dossier, principal, conjoint, distribution, marqueur
):
    VoletPrive.objects.create(dossier=dossier, logement=f"foyer{marqueur}")
    PartAdulte.objects.create(participation=principal, emploi=f"zoe{marqueur}")
    PartAdulte.objects.create(participation=conjoint, emploi=f"karim{marqueur}")
    client = connecter(auteur)

    def lue() -> str:
        return client.get(url("dossier", dossier)).content.decode()

    for secret in ("foyer", "zoe", "karim"):
        assert secret + marqueur not in lue()
    AccordFabrique(participation=principal, structure=distribution.s1)
    assert f"zoe{marqueur}" in lue()
    assert f"foyer{marqueur}" not in lue()
    assert f"karim{marqueur}" not in lue()
    assert client.get(url("part_adulte", dossier, principal.uuid)).status_code == 200
    assert client.get(url("part_adulte", dossier, conjoint.uuid)).status_code == 302
    AccordFabrique(participation=conjoint, structure=distribution.s1)
    for secret in ("foyer", "zoe", "karim"):
        assert secret + marqueur in lue()


def test_l_accord_a_une_structure_n_ouvre_rien_a_l_autre(
    connecter, auteur, voisine, dossier, principal, distribution, marqueur
):
    VoletPrive.objects.create(dossier=dossier, logement=marqueur)
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    AccordFabrique(participation=principal, structure=distribution.s1)
    assert marqueur in connecter(auteur).get(url("dossier", dossier)).content.decode()
    suivie = connecter(voisine).get(url("dossier", dossier)).content.decode()
    assert "Volet professionnel" in suivie
    assert marqueur not in suivie
    envoi = {"logement": "forcé", "lu": version(volets.volet_prive(dossier), volets.CHAMPS_PRIVES)}
    assert connecter(voisine).post(url("volet_prive", dossier), envoi).status_code == 302
    assert VoletPrive.objects.get(dossier=dossier).logement == marqueur


def test_la_part_d_un_adulte_s_ecrit_sans_la_raison(
    connecter, auteur, dossier, principal, distribution
):
    AccordFabrique(participation=principal, structure=distribution.s1)
    adresse = url("part_adulte", dossier, principal.uuid)
    client = connecter(auteur)
    assert "Jamais la raison" in client.get(adresse).content.decode()
    lu = version(volets.part_de(principal), volets.CHAMPS_D_UN_ADULTE)
    client.post(adresse, {"soins": "Un médecin traitant", "lu": lu})
    assert PartAdulte.objects.get(participation=principal).soins == "Un médecin traitant"
