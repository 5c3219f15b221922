"""Les droits se relisent le dossier réservé : la page pouvait être ouverte depuis longtemps."""

import pytest
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import EtatDemandeAcces, EtatFusion, EtatOrientation, EtatRelais
from porteurs.models import Action, Dossier, DoublonSignale, Echange, FusionDossiers, Relais
from porteurs.services import conservation, suivi
from porteurs.services.acces import ecarts
from porteurs.services.dossier import ouvrir_dossier
from porteurs.services.doublons import dire_distincts
from porteurs.services.fusion import recalculer_structures
from porteurs.services.historique import ouvrir_lecture
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, RelaisFabrique
from tests.fabriques.besoins import BesoinFabrique, OrientationFabrique
from tests.fabriques.partage import AccordFabrique, DemandeAccesFabrique
from tests.fabriques.partenaires import StructureFabrique, aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )


def test_un_relais_ne_se_prend_qu_a_la_structure_choisie(distribution, dossier):
    relais = RelaisFabrique(dossier=dossier, de=distribution.s1, vers=distribution.s2)
    with pytest.raises(Refus, match="changé de mains"):
        suivi.repondre_relais(acteur=acteur_de(distribution.auteur), relais=relais, accepte=True)
    assert Relais.objects.get(pk=relais.pk).etat == EtatRelais.PROPOSE
    suivi.repondre_relais(acteur=acteur_de(distribution.voisine), relais=relais, accepte=True)
    dossier.refresh_from_db()
    assert dossier.structure_responsable == distribution.s2


def test_archiver_et_lire_l_historique_se_verifient_au_moment_d_agir(distribution, dossier):
    archive = {"motif": "Un contentieux est en cours", "jusqua": aujourd_hui(90)}
    voisine, auteur = acteur_de(distribution.voisine), acteur_de(distribution.auteur)
    with pytest.raises(Refus, match="changé de mains"):
        conservation.archiver(acteur=voisine, dossier=dossier, **archive)
    assert conservation.archiver(acteur=auteur, dossier=dossier, **archive).dossier == dossier
    with pytest.raises(Refus, match="changé de mains"):
        ouvrir_lecture(acteur=voisine, dossier=dossier, motif="Une plainte")
    lecture = ouvrir_lecture(
        acteur=acteur_de(distribution.animatrice), dossier=dossier, motif="Une plainte"
    )
    assert lecture.jusqua > timezone.now()


def test_dire_distincts_demande_de_suivre_les_deux(distribution, dossier):
    autre = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    with pytest.raises(Refus, match="ne suivez plus"):
        dire_distincts(acteur=acteur_de(distribution.voisine), dossier=dossier, autre=autre)
    assert not DoublonSignale.objects.filter(dossier=dossier).exists()
    dire_distincts(acteur=acteur_de(distribution.auteur), dossier=dossier, autre=autre)
    assert DoublonSignale.objects.get(dossier=dossier).distincts


def test_une_action_ne_se_confie_qu_a_qui_suit(distribution, dossier):
    action = {"dossier": dossier, "libelle": "Rappeler", "echeance": aujourd_hui(3)}
    auteur = acteur_de(distribution.auteur)
    with pytest.raises(Refus, match="ne suit pas le dossier"):
        suivi.ajouter_action(acteur=auteur, responsable=distribution.voisine, **action)
    assert not Action.objects.filter(dossier=dossier).exists()
    suivi.ajouter_action(acteur=auteur, responsable=distribution.collegue, **action)
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    suivi.ajouter_action(acteur=auteur, responsable=distribution.voisine, **action)
    assert Action.objects.filter(dossier=dossier).count() == 2


def test_on_n_ecrit_et_n_ouvre_qu_au_nom_des_siennes(distribution, dossier):
    auteur = acteur_de(distribution.auteur)
    echange = {"nature": "note", "le": aujourd_hui(), "texte": "Vu", "audience": "equipe"}
    with pytest.raises(Refus, match="où vous exercez"):
        suivi.noter_echange(acteur=auteur, dossier=dossier, structure=distribution.s2, **echange)
    suivi.noter_echange(acteur=auteur, dossier=dossier, structure=distribution.s1, **echange)
    assert Echange.objects.get(dossier=dossier).structure == distribution.s1
    fiche = {
        "prenom": "Zoé",
        "nom": "Petit",
        "intitule": "Fournil",
        "nature": "creation",
        "commune": dossier.commune,
        "reseau": distribution.reseau,
    }
    with pytest.raises(Refus, match="où vous exercez"):
        ouvrir_dossier(acteur=auteur, structure=distribution.s2, **fiche)
    ouvert = ouvrir_dossier(acteur=auteur, structure=distribution.s1, **fiche)
    assert Dossier.objects.get(intitule="Fournil", reseau=distribution.reseau) == ouvert


def test_les_mots_d_une_structure_a_l_autre_ne_se_lisent_pas_de_la_fiche(
    connecter, distribution, dossier, marqueur
):
    RelaisFabrique(
        dossier=dossier, de=distribution.s1, vers=StructureFabrique(), resume=f"Relais {marqueur}"
    )
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    assert marqueur in connecter(distribution.auteur).get(page).content.decode()
    for personne in (distribution.voisine, distribution.animatrice):
        lue = connecter(personne).get(page)
        assert lue.status_code == 200
        assert marqueur not in lue.content.decode()


def test_la_structure_choisie_lit_le_resume_pour_repondre(
    connecter, distribution, dossier, marqueur
):
    RelaisFabrique(dossier=dossier, de=distribution.s1, vers=distribution.s2, resume=marqueur)
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    assert marqueur in connecter(distribution.voisine).get(page).content.decode()
    assert marqueur not in connecter(distribution.animatrice).get(page).content.decode()


def test_la_page_du_partage_mene_aux_dossiers_reunis(connecter, distribution, dossier):
    fusion = FusionDossiers.objects.create(
        reseau=distribution.reseau,
        garde=dossier,
        absorbe_uuid="0e3f0a3e-7c1b-4d51-9f8f-4d6f1a0c3b11",
        absorbe_reference="2026-0999",
        etat=EtatFusion.FAITE,
        faite_le=timezone.now(),
        proposee_par=distribution.auteur,
    )
    page = reverse("porteurs:dossier_partage", args=[dossier.reseau.slug, dossier.uuid])
    lien = reverse("porteurs:fusion_annuler", args=[dossier.reseau.slug, fusion.uuid])
    assert lien in connecter(distribution.auteur).get(page).content.decode()
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    lue = connecter(distribution.voisine).get(page).content.decode()
    assert "2026-0999" in lue
    assert lien not in lue


@pytest.mark.parametrize("par", ["orientation", "acces", "accord"])
def test_reunir_deux_structures_remet_tous_les_acces_au_net(distribution, dossier, par):
    double = StructureFabrique()
    if par == "orientation":
        ligne = OrientationFabrique(
            besoin=BesoinFabrique(dossier=dossier), structure=double, etat=EtatOrientation.PRISE
        )
    elif par == "acces":
        ligne = DemandeAccesFabrique(
            dossier=dossier,
            structure=double,
            demandeur=distribution.voisine,
            etat=EtatDemandeAcces.ACCEPTEE,
            jusqua=aujourd_hui(30),
        )
    else:
        AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
        ligne = AccordFabrique(participation=dossier.participations.get(), structure=double)
    type(ligne).objects.filter(pk=ligne.pk).update(structure=distribution.s2)
    assert ecarts(Dossier.objects.filter(pk=dossier.pk)) != []
    recalculer_structures([distribution.s2.pk])
    assert ecarts(Dossier.objects.filter(pk=dossier.pk)) == []
