"""Ce qu'on tape se garde, revient à qui l'a tapé et à nul autre, et s'efface à l'heure dite."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from socle import brouillons
from socle.acteur import acteur_de
from socle.models import Brouillon
from socle.reprise import CLE
from socle.tasks import purger
from tests.fabriques import DossierFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )


def cle(dossier, page="echange_noter"):
    return brouillons.cle_de(page, dossier.uuid)


def garder(client, cle_, **champs):
    return client.post(reverse("socle:brouillon"), {"brouillon": cle_} | champs)


def page(client, dossier, route="dossier"):
    return client.get(
        reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid])
    ).content.decode()


def test_le_brouillon_revient_a_qui_l_a_ecrit_et_a_nul_autre(
    connecter, auteur, collegue, dossier, marqueur
):
    client = connecter(auteur)
    reponse = garder(client, cle(dossier), texte=marqueur, nature="appel", csrfmiddlewaretoken="x")
    assert "h" in reponse.json()["heure"]
    lue = page(client, dossier)
    assert marqueur in lue
    assert "Votre brouillon de" in lue
    assert "est repris" in lue
    assert '<option value="appel" selected>' in lue
    # Ouvert depuis une session neuve, il est encore là ; la page d'un geste le reprend aussi.
    assert marqueur in page(connecter(auteur), dossier)
    assert marqueur in page(client, dossier, "echange_noter")
    assert marqueur not in page(connecter(collegue), dossier)
    assert "csrfmiddlewaretoken" not in Brouillon.objects.get().champs


def test_enregistrer_l_efface_et_repartir_de_zero_aussi(connecter, auteur, dossier):
    client = connecter(auteur)
    garder(client, cle(dossier), texte="En cours")
    client.post(
        reverse("porteurs:echange_noter", args=[dossier.reseau.slug, dossier.uuid]),
        {
            "texte": "Fini",
            "nature": "note",
            "audience": "equipe",
            "le": aujourd_hui().isoformat(),
        },
    )
    assert not Brouillon.objects.exists()
    garder(client, cle(dossier), texte="En cours")
    retour = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    reponse = client.post(
        reverse("socle:brouillon_oublier"), {"brouillon": cle(dossier), "retour": retour}
    )
    assert reponse["Location"] == retour
    assert not Brouillon.objects.exists()


@pytest.mark.parametrize(
    "retour", ["https://ailleurs.test/", "//ailleurs.test/", "javascript:alert(1)"]
)
def test_repartir_de_zero_ne_mene_pas_ailleurs(connecter, auteur, retour):
    reponse = connecter(auteur).post(
        reverse("socle:brouillon_oublier"), {"brouillon": "x:y", "retour": retour}
    )
    assert reponse["Location"] == "/"


def test_un_volet_garde_la_version_lue_avec_ce_qui_est_tape(
    connecter, auteur, collegue, dossier, marqueur
):
    """Repris après que l'autre a enregistré, le brouillon se heurte à sa version au lieu de l'écraser."""
    adresse = reverse("porteurs:volet_professionnel", args=[dossier.reseau.slug, dossier.uuid])
    client = connecter(auteur)
    lu = client.get(adresse).context["form"]["lu"].value()
    garder(client, cle(dossier, "volet_professionnel"), lieu=marqueur, lu=lu)
    connecter(collegue).post(adresse, {"lieu": "Ambert", "lu": lu})
    form = client.get(adresse).context["form"]
    assert (form["lieu"].value(), form["lu"].value()) == (marqueur, lu)
    refusee = client.post(adresse, {"lieu": marqueur, "lu": lu}).content.decode()
    assert "Quelqu’un a modifié ceci" in refusee


@pytest.mark.parametrize(
    ("cle_", "texte"),
    [("sans-objet", "x"), ("Page:../..", "x"), ("", "x"), ("page_x:y", "a" * 40_000)],
)
def test_ce_qui_ne_convient_pas_n_est_pas_garde(connecter, auteur, cle_, texte):
    assert garder(connecter(auteur), cle_, texte=texte).status_code == 400
    assert not Brouillon.objects.exists()


def test_une_frappe_en_rafale_attend(connecter, auteur, monkeypatch):
    monkeypatch.setattr("socle.views_brouillons.ENVOIS", 1)
    client = connecter(auteur)
    assert garder(client, "page_x:y", texte="a").status_code == 200
    assert garder(client, "page_x:y", texte="ab").status_code == 429


def test_une_semaine_puis_rien(connecter, auteur, dossier, marqueur):
    client = connecter(auteur)
    garder(client, cle(dossier), texte=marqueur)
    garder(client, cle(dossier, "relais_proposer"), resume="Récent")
    Brouillon.objects.filter(cle=cle(dossier)).update(
        ecrit_le=timezone.now() - brouillons.DUREE - timedelta(minutes=1)
    )
    purger()
    assert Brouillon.objects.get().cle == cle(dossier, "relais_proposer")
    assert marqueur not in page(client, dossier)


def test_les_plus_anciens_cedent_la_place(auteur, monkeypatch):
    monkeypatch.setattr(brouillons, "PAR_PERSONNE", 2)
    acteur = acteur_de(auteur)
    for n in range(3):
        brouillons.garder(acteur, f"page_x:{n}", _saisie(texte=str(n)))
    assert sorted(Brouillon.objects.values_list("cle", flat=True)) == ["page_x:1", "page_x:2"]


def _saisie(**champs):
    saisie = QueryDict(mutable=True)
    saisie.update(champs)
    return saisie


def test_ce_dont_il_parle_s_efface_et_lui_avec(connecter, auteur, collegue, dossier, distribution):
    autre = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    for qui in (auteur, collegue):
        garder(connecter(qui), cle(dossier), texte="À effacer")
        garder(connecter(qui), cle(autre), texte="À garder")
    assert brouillons.effacer_de([dossier.uuid]) == 2
    assert set(Brouillon.objects.values_list("cle", flat=True)) == {cle(autre)}


def test_sans_session_rien_ne_se_garde_ni_n_attend_la_reconnexion(client, dossier):
    reponse = client.post(
        reverse("socle:brouillon"),
        {"brouillon": cle(dossier), "texte": "Perdu"},
        headers={"origin": "http://testserver"},
    )
    assert reponse.status_code == 302
    assert CLE not in client.session
    assert not Brouillon.objects.exists()
