"""Confier d'un coup ce qu'une personne suit : tout ou rien, un courriel par personne."""

import pytest
from django.urls import reverse

from porteurs.courriels.passations import GENRES
from porteurs.enums import EtatAffectation, RoleAffectation
from porteurs.invariants import verifier
from porteurs.models import Affectation, Dossier
from porteurs.services.passations import (
    GENRE_PERSONNE,
    GENRE_SUITE,
    confier,
    successeurs,
    suivis_de,
)
from socle.acteur import acteur_de
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import ActionFabrique, AffectationFabrique, DossierFabrique, MandatFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def suivis(distribution):
    """Deux dossiers dont l'auteur est référent, et un dont il n'a qu'une action."""
    memes = {"reseau": distribution.reseau, "structure_responsable": distribution.s1}
    referent = distribution.mandats["auteur"]
    deux = [
        DossierFabrique(**memes, informe=True, avec_referent=referent),
        DossierFabrique(**memes, ferme=True, avec_referent=referent),
    ]
    troisieme = DossierFabrique(**memes)
    ActionFabrique(dossier=troisieme, responsable=distribution.auteur)
    return [*deux, troisieme]


def tout_confier(distribution, suivis) -> int:
    return confier(
        acteur=acteur_de(distribution.auteur),
        mandat=distribution.mandats["auteur"],
        vers={d.pk: distribution.mandats["collegue"] for d in suivis},
    )


def test_tout_change_de_mains_et_le_passe_reste(distribution, suivis):
    assert tout_confier(distribution, suivis) == 3
    for dossier in suivis[:2]:
        ancien, nouveau = dossier.affectations.order_by("pk")
        assert ancien.periode.upper == aujourd_hui()
        assert (nouveau.utilisateur, nouveau.etat) == (
            distribution.collegue,
            EtatAffectation.ACCEPTEE,
        )
    assert suivis[2].actions.get().responsable == distribution.collegue
    assert verifier(Dossier.objects.filter(pk__in=[d.pk for d in suivis])) == []
    # Un départ n'est pas une activité du projet.
    assert not Dossier.objects.filter(pk=suivis[0].pk, activite_le__gt=suivis[0].activite_le)


def test_le_second_envoi_ne_double_rien(distribution, suivis):
    tout_confier(distribution, suivis)
    assert tout_confier(distribution, suivis) == 0
    assert Affectation.objects.filter(dossier=suivis[0]).count() == 2
    assert Courriel.objects.filter(genre=GENRE_SUITE).count() == 1


def test_chaque_personne_recoit_un_seul_courriel(distribution, suivis):
    tout_confier(distribution, suivis)
    suite = Courriel.objects.get(genre=GENRE_SUITE)
    assert suite.destinataire == distribution.collegue
    # Seule la personne informée en est prévenue.
    personne = Courriel.objects.get(genre=GENRE_PERSONNE)
    assert personne.adresse == suivis[0].porteurs.get().email
    composer = {genre.code: genre.composer for genre in GENRES}
    lu = composer[GENRE_SUITE]([suite])[suite.pk]
    assert all(d.reference in lu.texte and d.intitule in lu.texte for d in suivis)
    assert "Durandessai" not in lu.texte
    dit = composer[GENRE_PERSONNE]([personne])[personne.pk]
    assert distribution.collegue.nom_complet in dit.texte
    assert distribution.auteur.nom_complet in dit.texte


def test_tout_ou_rien(distribution, suivis):
    with pytest.raises(Refus, match="n’agit plus"):
        confier(
            acteur=acteur_de(distribution.auteur),
            mandat=distribution.mandats["auteur"],
            vers={
                suivis[0].pk: distribution.mandats["collegue"],
                suivis[1].pk: distribution.mandats["voisine"],
            },
        )
    assert suivis[0].affectations.get().utilisateur == distribution.auteur


def test_un_parrain_doit_accepter_et_l_ancien_reste_d_ici_la(distribution):
    ancien = distribution.mandats["parrain"]
    nouveau = MandatFabrique(
        reseau=distribution.reseau, structure=distribution.s1, fonction="parrain"
    )
    dossier = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    AffectationFabrique(dossier=dossier, mandat=ancien, role=RoleAffectation.PARRAIN, acceptee=True)
    assert list(successeurs(ancien, aujourd_hui())) == [nouveau]
    confier(acteur=acteur_de(distribution.parrain), mandat=ancien, vers={dossier.pk: nouveau})
    assert dossier.affectations.en_cours().get().utilisateur == distribution.parrain
    assert dossier.affectations.proposees().get().utilisateur == nouveau.utilisateur


def test_on_ne_confie_que_ce_qu_on_voit(distribution):
    """Un parrain de S1 suit un dossier de S2 : qui administre S1 n'en apprend rien."""
    dossier = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s2)
    parrain = distribution.mandats["parrain"]
    AffectationFabrique(
        dossier=dossier, mandat=parrain, role=RoleAffectation.PARRAIN, acceptee=True
    )
    assert suivis_de(parrain, acteur_de(distribution.auteur)) == []
    (sien,) = suivis_de(parrain, acteur_de(distribution.parrain))
    assert sien.dossier == dossier


def test_la_page_et_ses_refus(distribution, connecter, suivis):
    page = reverse(
        "porteurs:passation", args=[distribution.reseau.slug, distribution.mandats["auteur"].uuid]
    )
    lu = connecter(distribution.auteur).get(page).content.decode()
    assert suivis[0].intitule in lu
    for personne, code in (
        (distribution.collegue, 403),
        (distribution.voisine, 403),
        (distribution.etrangere, 404),
    ):
        refuse = connecter(personne).get(page)
        assert refuse.status_code == code
        assert suivis[0].intitule not in refuse.content.decode()
        assert connecter(personne).post(page, {}).status_code == code


def test_choisir_dossier_par_dossier(distribution, connecter, suivis):
    page = reverse(
        "porteurs:passation", args=[distribution.reseau.slug, distribution.mandats["auteur"].uuid]
    )
    client = connecter(distribution.auteur)
    cle = client.get(page).context["form"]["cle_envoi"].value()
    rien = client.post(page, {"cle_envoi": cle})
    assert "au moins une personne" in rien.content.decode()
    donnees = {
        "cle_envoi": cle,
        "tous": str(distribution.mandats["collegue"].uuid),
        f"vers-{suivis[1].uuid}": "reste",
    }
    assert client.post(page, donnees).status_code == 302
    assert client.post(page, donnees).status_code == 302
    tenus = Affectation.objects.en_cours().filter(utilisateur=distribution.collegue)
    assert [a.dossier for a in tenus] == [suivis[0]]
    assert suivis[1].affectations.get().utilisateur == distribution.auteur


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_coute_autant_pour_un_ou_trois(distribution, connecter, nombre_de_requetes, nombre):
    for rang in range(nombre):
        DossierFabrique(
            reseau=distribution.reseau, structure_responsable=distribution.s1,
            intitule=f"Projet {rang}", avec_referent=distribution.mandats["auteur"],
        )  # fmt: skip
    page = reverse(
        "porteurs:passation", args=[distribution.reseau.slug, distribution.mandats["auteur"].uuid]
    )
    client = connecter(distribution.auteur)
    client.get(page)
    with nombre_de_requetes(11):
        lu = client.get(page).content.decode()
    assert all(f"Projet {rang}" in lu for rang in range(nombre))
