"""Réunir deux dossiers n'élargit pas le cercle : qui n'en lisait qu'un n'en lit pas deux."""

import pytest
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import (
    EtatBesoin,
    EtatDemandeAcces,
    EtatFusion,
    EtatOrientation,
    RoleAffectation,
)
from porteurs.invariants import verifier
from porteurs.models import Dossier, FusionDossiers, Participation
from porteurs.services import fusions_dossiers as service
from porteurs.services.acces import recalculer
from porteurs.services.fusions_comparaison import lire, paires_probables
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, EchangeFabrique
from tests.fabriques.besoins import BesoinFabrique, OrientationFabrique
from tests.fabriques.partage import DemandeAccesFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.gardes.photographie import photographie

pytestmark = pytest.mark.django_db
# Se connecter pour lire la page se note à la personne.
TRACES = {"porteurs_fusiondossiers", "socle_utilisateur"}


@pytest.fixture
def deux(distribution, marqueur):
    """Deux dossiers de S1, que le réseau voit ; le secret est dans le premier."""
    memes = {"reseau": distribution.reseau, "structure_responsable": distribution.s1}
    garde, absorbe = (DossierFabrique(**memes, informe=True) for _ in range(2))
    EchangeFabrique(
        dossier=garde, auteur=distribution.auteur, texte=marqueur, le=garde.dernier_contact_le
    )
    return garde, absorbe


def fusionner(personne, garde, absorbe, paires=None) -> FusionDossiers:
    if paires is None:
        paires = paires_probables(lire(garde), lire(absorbe))
    return service.reunir(
        acteur=acteur_de(personne), garde=garde, absorbe=absorbe, choix={}, paires=paires
    )


def suivre_par_un_besoin(dossier, d):
    besoin = BesoinFabrique(dossier=dossier, etat=EtatBesoin.PRIS, pris_le=timezone.now())
    OrientationFabrique(besoin=besoin, structure=d.s2, etat=EtatOrientation.PRISE)


def suivre_par_un_acces(dossier, d):
    DemandeAccesFabrique(
        dossier=dossier,
        structure=d.s2,
        demandeur=d.voisine,
        etat=EtatDemandeAcces.ACCEPTEE,
        jusqua=aujourd_hui(40),
    )
    recalculer([dossier.pk])


def lit(personne, dossier, connecter, marqueur) -> bool:
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    return marqueur in connecter(personne).get(page).content.decode()


@pytest.mark.parametrize("suivre", [suivre_par_un_besoin, suivre_par_un_acces])
def test_qui_ne_suivait_que_l_un_ne_lit_pas_l_autre(
    connecter, distribution, deux, marqueur, suivre
):
    garde, absorbe = deux
    suivre(absorbe, distribution)
    avant = photographie(TRACES)
    suivis = Dossier.objects.suivis_par(acteur_de(distribution.voisine))
    assert suivis.get() == absorbe
    phrases = service.apercu(acteur_de(distribution.auteur), garde, absorbe).lecteurs
    assert [distribution.s2.nom in p and "prend fin" in p for p in phrases] == [True]
    fusion = fusionner(distribution.auteur, garde, absorbe)
    assert not suivis.exists()
    assert lit(distribution.auteur, garde, connecter, marqueur)
    assert not lit(distribution.voisine, garde, connecter, marqueur)
    assert garde.echanges.filter(texte__contains="fini, faute de lire l’autre").exists()
    assert verifier(Dossier.objects.filter(pk=garde.pk)) == []
    service.defaire(acteur=acteur_de(distribution.auteur), fusion=fusion)
    assert photographie(TRACES) == avant


def test_qui_suivait_les_deux_suit_encore_le_dossier_reuni(connecter, distribution, deux, marqueur):
    garde, absorbe = deux
    suivre_par_un_acces(garde, distribution)
    suivre_par_un_acces(absorbe, distribution)
    assert service.apercu(acteur_de(distribution.auteur), garde, absorbe).lecteurs == []
    fusionner(distribution.auteur, garde, absorbe)
    assert lit(distribution.voisine, garde, connecter, marqueur)


def test_un_droit_court_ne_devient_pas_long(distribution, deux):
    garde, absorbe = deux
    suivre_par_un_acces(garde, distribution)
    suivre_par_un_besoin(absorbe, distribution)
    fusionner(distribution.auteur, garde, absorbe)
    acces = garde.acces.get(beneficiaire=f"s{distribution.s2.pk}:{distribution.reseau.pk}")
    assert acces.jusqua == aujourd_hui(40)


def test_un_parrain_d_un_seul_dossier_s_arrete_la(connecter, distribution, deux, marqueur):
    garde, absorbe = deux
    AffectationFabrique(
        dossier=absorbe,
        mandat=distribution.mandats["parrain"],
        role=RoleAffectation.PARRAIN,
        acceptee=True,
    )
    fusionner(distribution.auteur, garde, absorbe)
    # La journée entamée compte dans la période, plus dans les droits.
    assert (
        not Dossier.objects.visible_par(acteur_de(distribution.parrain))
        .filter(pk=garde.pk)
        .exists()
    )
    assert lit(distribution.auteur, garde, connecter, marqueur)


@pytest.mark.parametrize(("etat", "lu"), [({"informe": True}, True), ({"oppose": True}, False)])
def test_le_referent_garde_lit_le_tout_si_la_fiche_reste_partagee(
    connecter, distribution, marqueur, etat, lu
):
    memes = {"reseau": distribution.reseau, "structure_responsable": distribution.s1}
    garde, absorbe = DossierFabrique(**memes, **etat), DossierFabrique(**memes, informe=True)
    EchangeFabrique(dossier=garde, auteur=distribution.auteur, texte=marqueur)
    AffectationFabrique(dossier=absorbe, mandat=distribution.mandats["voisine"], acceptee=True)
    (phrase,) = service.apercu(acteur_de(distribution.auteur), garde, absorbe).lecteurs
    assert ("lira aussi" in phrase) is lu
    assert ("prend fin" in phrase) is not lu
    fusionner(distribution.auteur, garde, absorbe)
    assert lit(distribution.auteur, garde, connecter, marqueur)
    assert lit(distribution.voisine, garde, connecter, marqueur) is lu


# --- L'opposition, chez l'autre structure ------------------------------------------------------


@pytest.fixture
def de_deux_structures(distribution):
    """Le gardé à S1, l'absorbé à S2 ; S1 suit les deux."""
    garde = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )
    absorbe = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s2, informe=True
    )
    AffectationFabrique(dossier=absorbe, mandat=distribution.mandats["auteur"], acceptee=True)
    return garde, absorbe


@pytest.mark.parametrize(
    "ferme", [{"opposition_le": aujourd_hui()}, {"informe_le": None, "information_mode": ""}]
)
def test_un_dossier_ferme_aux_autres_ne_se_propose_pas(distribution, de_deux_structures, ferme):
    garde, absorbe = de_deux_structures
    Dossier.objects.filter(pk=absorbe.pk).update(**ferme)
    with pytest.raises(Refus, match="reste dans la structure qui le tient"):
        fusionner(distribution.auteur, garde, absorbe)
    assert not FusionDossiers.objects.filter(garde=garde).exists()


def test_une_opposition_venue_apres_la_proposition_l_arrete(distribution, de_deux_structures):
    garde, absorbe = de_deux_structures
    fusion = fusionner(distribution.auteur, garde, absorbe)
    Dossier.objects.filter(pk=absorbe.pk).update(opposition_le=aujourd_hui())
    voisine = acteur_de(distribution.voisine)
    with pytest.raises(Refus, match="reste dans la structure qui le tient"):
        service.repondre(acteur=voisine, fusion=fusion, accepte=True)
    Dossier.objects.filter(pk=absorbe.pk).update(opposition_le=None)
    assert service.repondre(acteur=voisine, fusion=fusion, accepte=True).etat == EtatFusion.FAITE


def test_la_meme_fiche_de_personne_ne_fait_qu_un_adulte(distribution, deux):
    garde, absorbe = deux
    Participation.objects.filter(dossier=absorbe).update(porteur=garde.participations.get().porteur)
    fusionner(distribution.auteur, garde, absorbe, paires={})
    assert garde.participations.count() == 1
    assert verifier(Dossier.objects.filter(pk=garde.pk)) == []


def test_les_droits_se_relisent_au_moment_d_agir(distribution, deux, de_deux_structures):
    garde, absorbe = deux
    voisine = acteur_de(distribution.voisine)
    with pytest.raises(Refus, match="changé de mains"):
        fusionner(distribution.voisine, garde, absorbe)
    fusion = fusionner(distribution.auteur, *de_deux_structures)
    auteur = acteur_de(distribution.auteur)
    with pytest.raises(Refus, match="changé de mains"):
        service.repondre(acteur=auteur, fusion=fusion, accepte=True)
    with pytest.raises(Refus, match="changé de mains"):
        service.retirer(acteur=voisine, fusion=fusion)
    assert service.retirer(acteur=auteur, fusion=fusion)
    un, autre = (d.participations.select_related("dossier__reseau").get() for d in deux)
    with pytest.raises(Refus, match="changé de mains"):
        service.reunir_personnes(acteur=voisine, garde=un, absorbe=autre, choix={})
    faite = fusionner(distribution.auteur, garde, absorbe)
    with pytest.raises(Refus, match="changé de mains"):
        service.defaire(acteur=voisine, fusion=faite)
    assert service.defaire(acteur=auteur, fusion=faite).etat == EtatFusion.ANNULEE
