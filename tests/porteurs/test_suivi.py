"""Les gestes sur un dossier : étapes, échanges, actions, rôles, relais, départs."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Mandat
from porteurs.enums import EtatAffectation, EtatRelais
from porteurs.models import Action, Affectation, Dossier, Echange, Relais
from porteurs.services import departs
from porteurs.services.acces import ecarts, recalculer
from porteurs.services.personnes import CHAMPS
from porteurs.services.suivi import noter_echange, proposer_relais
from socle.acteur import acteur_de
from socle.editions import empreinte, valeurs_de
from socle.refus import Refus
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    RelaisFabrique,
)
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        etape="montage",
        etape_depuis=aujourd_hui(-10),
    )


def url(route, dossier, *suite):
    return reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid, *suite])


def relire(objet):
    objet.refresh_from_db()
    return objet


# --- Étapes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"etape": "idee"}, "Un retour en arrière ou une sortie se raconte"),
        ({"etape": "abandonne"}, "Un retour en arrière ou une sortie se raconte"),
        ({"etape": "montage"}, "Le projet est déjà à cette étape"),
        ({"etape": "financement", "le": "2999-01-01"}, "Cette date est dans l’avenir"),
        ({"etape": "financement", "le": "2001-01-01"}, "Cette date précède l’étape en cours"),
        ({"etape": "financement", "le": "32/01/2026"}, "Cette date n’existe pas"),
    ],
)
def test_une_etape_impossible_s_explique(connecter, auteur, dossier, champs, phrase):
    envoi = {"le": aujourd_hui().isoformat(), "motif": ""} | champs
    page = connecter(auteur).post(url("dossier_etape", dossier), envoi).content.decode()
    assert phrase in page
    assert relire(dossier).etape == "montage"


def test_reculer_avec_un_motif(connecter, auteur, voisine, dossier):
    connecter(auteur).post(
        url("dossier_etape", dossier),
        {"etape": "etude", "le": aujourd_hui().isoformat(), "motif": "Le local est vendu."},
    )
    assert relire(dossier).etape == "etude"
    assert "Le local est vendu." in connecter(auteur).get(url("dossier", dossier)).content.decode()
    # Le motif n'est pas sur la fiche partagée.
    fiche = connecter(voisine).get(url("dossier", dossier)).content.decode()
    assert "Étape : étude" in fiche
    assert "Le local est vendu." not in fiche


def test_sortir_clot_le_dossier_et_ses_propositions_puis_rouvrir(
    connecter, auteur, dossier, distribution
):
    relais = RelaisFabrique(dossier=dossier, vers=distribution.s2)
    proposition = AffectationFabrique(dossier=dossier, mandat=distribution.mandats["collegue"])
    client = connecter(auteur)
    jour = aujourd_hui().isoformat()
    client.post(
        url("dossier_etape", dossier), {"etape": "abandonne", "le": jour, "motif": "Plus d’envie."}
    )
    assert relire(dossier).clos_le == aujourd_hui()
    assert relire(relais).etat == EtatRelais.ANNULE
    assert relire(proposition).etat == EtatAffectation.RETIREE
    assert client.get(url("echange_noter", dossier)).status_code == 403

    client.post(
        url("dossier_etape", dossier), {"etape": "idee", "le": jour, "motif": "Il revient."}
    )
    assert relire(dossier).clos_le is None
    assert ecarts([dossier]) == []


# --- Échanges et actions -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "lisent"),
    [
        ("equipe", {"auteur", "collegue"}),
        ("structure", {"auteur", "collegue"}),
        ("reseau", {"auteur", "collegue", "voisine", "animatrice"}),
    ],
)
def test_un_echange_n_est_lu_que_de_son_audience(
    connecter, distribution, dossier, marqueur, audience, lisent
):
    connecter(distribution.auteur).post(
        url("echange_noter", dossier),
        {
            "texte": marqueur,
            "nature": "appel",
            "le": aujourd_hui().isoformat(),
            "audience": audience,
        },
    )
    assert Echange.objects.filter(texte=marqueur).count() == 1
    for nom in ("auteur", "collegue", "voisine", "animatrice"):
        client = connecter(getattr(distribution, nom))
        page = client.get(url("dossier", dossier)).content.decode()
        assert (marqueur in page) == (nom in lisent), nom
        trouves = client.post(
            reverse("porteurs:dossiers", args=[dossier.reseau.slug]), {"q": marqueur}, follow=True
        ).content.decode()
        assert (dossier.intitule in trouves) == (nom in lisent), nom


def test_avant_d_ecrire_on_sait_qui_lira(connecter, auteur, dossier, distribution):
    page = connecter(auteur).get(url("echange_noter", dossier)).content.decode()
    equipe = f"{distribution.auteur.nom_complet}, {distribution.collegue.nom_complet}"
    assert f"L’équipe du dossier (2 personnes : {equipe}, et qui la rejoindra)" in page
    assert "Tout le réseau (4 personnes" in page


def test_un_echange_vide_ou_futur_s_explique(connecter, auteur, dossier):
    client = connecter(auteur)
    commun = {"nature": "note", "audience": "equipe"}
    vide = client.post(
        url("echange_noter", dossier), commun | {"texte": "", "le": aujourd_hui().isoformat()}
    )
    assert "Écrivez au moins une ligne" in vide.content.decode()
    futur = client.post(
        url("echange_noter", dossier), commun | {"texte": "Vu demain", "le": "2999-01-01"}
    )
    assert "dans l’avenir" in futur.content.decode()
    assert "Vu demain" in futur.content.decode()
    assert not dossier.echanges.exists()


def test_une_action_se_confie_a_qui_suit_et_se_coche(connecter, auteur, collegue, voisine, dossier):
    client = connecter(auteur)
    envoi = {"libelle": "Envoyer le bail", "echeance": aujourd_hui(3).isoformat()}
    refusee = client.post(url("action_ajouter", dossier), envoi | {"responsable": voisine.pk})
    assert refusee.status_code == 200
    assert not dossier.actions.exists()
    client.post(url("action_ajouter", dossier), envoi | {"responsable": collegue.pk})
    action = Action.objects.get(dossier=dossier)
    assert "Envoyer le bail" in connecter(collegue).get(reverse("accueil:tableau")).content.decode()
    faire = reverse("porteurs:action_terminer", args=[dossier.reseau.slug, action.uuid])
    assert connecter(voisine).post(faire).status_code == 404
    assert relire(action).faite_le is None
    connecter(collegue).post(faire)
    assert relire(action).faite_le == aujourd_hui()


# --- Rôles -----------------------------------------------------------------------------------


def test_referent_propose_accepte(connecter, auteur, voisine, dossier, distribution):
    connecter(auteur).post(
        url("affectation_proposer", dossier, "referent"),
        {"mandat": distribution.mandats["voisine"].pk},
    )
    proposition = Affectation.objects.get(dossier=dossier)
    client = connecter(voisine)
    assert dossier.intitule in client.get(reverse("accueil:tableau")).content.decode()
    nom = dossier.porteurs.get().nom
    assert nom not in client.get(url("dossier", dossier)).content.decode()
    repondre = reverse(
        "porteurs:affectation_repondre", args=[dossier.reseau.slug, proposition.uuid]
    )
    assert connecter(auteur).post(repondre, {"reponse": "oui"}).status_code == 403
    client.post(repondre, {"reponse": "oui"})
    assert relire(proposition).etat == EtatAffectation.ACCEPTEE
    assert nom in client.get(url("dossier", dossier)).content.decode()
    assert ecarts([relire(dossier)]) == []


def test_decliner_demande_un_motif_et_referme(connecter, auteur, dossier, distribution):
    parrain = distribution.parrain
    connecter(auteur).post(
        url("affectation_proposer", dossier, "parrain"),
        {"mandat": distribution.mandats["parrain"].pk},
    )
    proposition = Affectation.objects.get(dossier=dossier)
    repondre = reverse(
        "porteurs:affectation_repondre", args=[dossier.reseau.slug, proposition.uuid]
    )
    client = connecter(parrain)
    assert client.get(url("dossier", dossier)).status_code == 200
    client.post(repondre, {"motif": ""})
    assert relire(proposition).etat == EtatAffectation.PROPOSEE
    client.post(repondre, {"motif": "Trop loin de chez moi."})
    assert relire(proposition).etat == EtatAffectation.DECLINEE
    assert client.get(url("dossier", dossier)).status_code == 404


def test_se_proposer_vaut_acceptation_et_remplace(
    connecter, auteur, collegue, dossier, distribution
):
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["collegue"], acceptee=True)
    connecter(auteur).post(
        url("affectation_proposer", dossier, "referent"),
        {"mandat": distribution.mandats["auteur"].pk},
    )
    en_cours = Affectation.objects.en_cours().get(dossier=dossier)
    assert en_cours.utilisateur == auteur


def test_un_mandat_etranger_ne_se_choisit_pas(connecter, auteur, dossier, distribution):
    for nom in ("etrangere", "echue", "elue"):
        page = connecter(auteur).post(
            url("affectation_proposer", dossier, "referent"),
            {"mandat": distribution.mandats[nom].pk},
        )
        assert "n’a pas de mandat en cours" in page.content.decode(), nom
    assert not dossier.affectations.exists()


# --- Relais ----------------------------------------------------------------------------------


def proposer(client, dossier, structure, **champs):
    return client.post(
        url("relais_proposer", dossier),
        {"vers": structure.pk, "resume": "Étude bouclée, reste le local."} | champs,
    )


def test_un_relais_accepte_change_la_structure_qui_repond(
    connecter, auteur, voisine, dossier, distribution
):
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["auteur"], acceptee=True)
    proposer(connecter(auteur), dossier, distribution.s2)
    relais = Relais.objects.get(dossier=dossier)
    assert relire(dossier).structure_responsable == distribution.s1, "l'autre n'a rien accepté"
    client = connecter(voisine)
    assert "Étude bouclée" in client.get(url("dossier", dossier)).content.decode()
    repondre = reverse("porteurs:relais_repondre", args=[dossier.reseau.slug, relais.uuid])
    client.post(repondre, {"reponse": "oui"})
    assert relire(dossier).structure_responsable == distribution.s2
    assert not dossier.affectations.en_cours().exists(), (
        "le référent passe la main avec sa structure"
    )
    assert dossier.porteurs.get().nom in client.get(url("dossier", dossier)).content.decode()
    assert connecter(auteur).get(url("dossier_modifier", dossier)).status_code == 403
    assert ecarts([dossier]) == []


def test_refuser_un_relais_demande_pourquoi(connecter, auteur, voisine, dossier, distribution):
    proposer(connecter(auteur), dossier, distribution.s2)
    relais = Relais.objects.get(dossier=dossier)
    repondre = reverse("porteurs:relais_repondre", args=[dossier.reseau.slug, relais.uuid])
    client = connecter(voisine)
    assert "Dites pourquoi" in client.post(repondre, {"motif": " "}).content.decode()
    assert relire(relais).etat == EtatRelais.PROPOSE
    client.post(repondre, {"motif": "Nous n’avons plus personne cet hiver."})
    assert relire(relais).etat == EtatRelais.REFUSE
    assert relire(dossier).structure_responsable == distribution.s1
    page = connecter(auteur).get(url("dossier", dossier)).content.decode()
    assert "Nous n’avons plus personne cet hiver." in page


def test_deux_reponses_la_seconde_est_prevenue(connecter, auteur, voisine, dossier, distribution):
    proposer(connecter(auteur), dossier, distribution.s2)
    relais = Relais.objects.get(dossier=dossier)
    repondre = reverse("porteurs:relais_repondre", args=[dossier.reseau.slug, relais.uuid])
    client = connecter(voisine)
    client.post(repondre, {"reponse": "oui"})
    page = client.post(repondre, {"motif": "Finalement non"}, follow=True).content.decode()
    assert "déjà reçu une réponse" in page
    assert relire(relais).etat == EtatRelais.ACCEPTE


def test_un_relais_impossible_s_explique(connecter, auteur, dossier, distribution):
    client = connecter(auteur)
    for ailleurs in (distribution.s1, distribution.s3):
        page = proposer(client, dossier, ailleurs).content.decode()
        assert "Choisissez une autre structure du réseau" in page
    muet = proposer(client, dossier, distribution.s2, resume="")
    assert "deux lignes suffisent" in muet.content.decode()
    Dossier.objects.filter(pk=dossier.pk).update(informe_le=None, information_mode="")
    ferme = proposer(client, dossier, distribution.s2).content.decode()
    assert "doit d’abord être informée" in ferme
    assert "Étude bouclée" in ferme, "ce qui a été tapé reste"
    assert not dossier.relais.exists()


def test_un_relais_ne_va_qu_a_qui_peut_repondre(connecter, auteur, dossier, distribution):
    """Sans technicien en poste, la proposition resterait sans réponse."""
    offertes = connecter(auteur).get(url("relais_proposer", dossier)).context["form"]
    noms = [nom for valeur, nom in offertes.fields["vers"].choices if valeur]
    assert distribution.s2.nom in noms
    assert distribution.s1.nom not in noms
    Mandat.objects.filter(structure=distribution.s2, fonction="technicien").delete()
    offertes = connecter(auteur).get(url("relais_proposer", dossier)).context["form"]
    assert distribution.s2.nom not in dict(offertes.fields["vers"].choices).values()
    with pytest.raises(Refus, match="technicien en poste"):
        proposer_relais(
            acteur=acteur_de(auteur), dossier=dossier, vers=distribution.s2, resume="Suite"
        )
    assert not dossier.relais.exists()


def test_retirer_un_relais(connecter, auteur, voisine, dossier, distribution):
    relais = RelaisFabrique(dossier=dossier, vers=distribution.s2)
    retirer = reverse("porteurs:relais_annuler", args=[dossier.reseau.slug, relais.uuid])
    assert connecter(voisine).post(retirer).status_code == 403
    connecter(auteur).post(retirer)
    assert relire(relais).etat == EtatRelais.ANNULE


# --- Partage ---------------------------------------------------------------------------------


def test_s_opposer_ferme_partout_aussitot(connecter, auteur, voisine, dossier, marqueur):
    Dossier.objects.filter(pk=dossier.pk).update(intitule=marqueur)
    client = connecter(voisine)
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])
    assert marqueur in client.get(liste).content.decode()
    connecter(auteur).post(url("dossier_opposition", dossier), {"le": aujourd_hui().isoformat()})
    assert client.get(url("dossier", dossier)).status_code == 404
    assert marqueur not in client.get(liste).content.decode()
    assert marqueur in connecter(auteur).get(liste).content.decode()


def test_deux_personnes_sur_la_meme_fiche(connecter, auteur, collegue, dossier):
    champs = {"nature": "reprise", "secteur": "", "commune": "Ambert", "prochaine_etape": ""}
    lue = {"revision": dossier.revision}
    connecter(auteur).post(
        url("dossier_modifier", dossier), champs | lue | {"intitule": "Version de l’une"}
    )
    client = connecter(collegue)
    page = client.post(
        url("dossier_modifier", dossier), champs | lue | {"intitule": "Version de l’autre"}
    ).content.decode()
    assert "Quelqu’un a modifié cette fiche" in page
    assert "Version de l’une" in page
    assert 'value="Version de l’autre"' in page
    assert relire(dossier).intitule == "Version de l’une"
    client.post(
        url("dossier_modifier", dossier),
        champs | {"revision": dossier.revision, "intitule": "Version de l’autre"},
    )
    assert relire(dossier).intitule == "Version de l’autre"


def test_l_animation_ne_voit_des_fermes_que_structure_etape_et_dates(
    connecter, animatrice, voisine, distribution, marqueur
):
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        ferme=True,
        intitule=marqueur,
        porteur__nom="Nomsecret",
    )
    liste = reverse("porteurs:dossiers", args=[distribution.reseau.slug])
    page = connecter(animatrice).get(liste).content.decode()
    assert "Pas encore partagés avec le réseau" in page
    assert distribution.s1.nom in page
    assert marqueur not in page
    assert "Nomsecret" not in page
    assert "Pas encore partagés" not in connecter(voisine).get(liste).content.decode()


# --- Départs ---------------------------------------------------------------------------------


def test_ce_que_suivait_une_personne_revient_a_qui_administre_sa_structure(dossier, distribution):
    parti = distribution.mandats["collegue"]
    AffectationFabrique(dossier=dossier, mandat=parti, acceptee=True)
    action = ActionFabrique(dossier=dossier, responsable=parti.utilisateur)
    demain = aujourd_hui(1)
    parti.periode = DateRange(parti.periode.lower, demain)
    parti.save(update_fields=["periode"])
    assert departs.reprendre_les_suivis(distribution.reseau) == 1
    assert not dossier.affectations.en_cours().exists()
    assert dossier.affectations.proposees().get().utilisateur == distribution.auteur
    assert relire(action).responsable == distribution.auteur
    assert departs.reprendre_les_suivis(distribution.reseau) == 0, "rejouer ne double rien"
    assert ecarts([relire(dossier)]) == []


def test_ce_que_suivait_une_structure_revient_a_la_coordinatrice(dossier, distribution):
    from partenaires.models import Convention, ConventionStructure

    convention = Convention.objects.create(
        reseau=distribution.reseau,
        intitule="Reste",
        etat="signee",
        periode=DateRange(aujourd_hui(-10), None),
    )
    ConventionStructure.objects.create(convention=convention, structure=distribution.s2)
    Convention.objects.filter(reseau=distribution.reseau).exclude(pk=convention.pk).update(
        periode=DateRange(aujourd_hui(-730), aujourd_hui(1))
    )
    avant = relire(dossier).activite_le
    assert departs.reprendre_les_suivis(distribution.reseau) == 1
    assert relire(dossier).structure_responsable == distribution.s2
    assert dossier.activite_le == avant, "un départ ne réveille pas un dossier dormant"


def test_un_dossier_dormant_attend_sur_le_tableau(connecter, auteur, distribution):
    dormant = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        dormant=True,
        avec_referent=distribution.mandats["auteur"],
    )
    EchangeFabrique(dossier=dormant, le=timezone.localdate() - timedelta(days=45))
    page = connecter(auteur).get(reverse("accueil:tableau")).content.decode()
    assert "Sans nouvelle depuis" in page
    assert dormant.intitule in page


# --- Ce qui doit rester dans la structure ----------------------------------------------------


def test_s_opposer_retire_ce_qui_etait_propose_ailleurs(
    connecter, auteur, voisine, dossier, distribution
):
    relais = RelaisFabrique(dossier=dossier, vers=distribution.s2)
    ailleurs = AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"])
    client = connecter(voisine)
    assert client.get(url("dossier", dossier)).status_code == 200
    connecter(auteur).post(url("dossier_opposition", dossier), {"le": aujourd_hui().isoformat()})
    assert relire(relais).etat == EtatRelais.ANNULE
    assert relire(ailleurs).etat == EtatAffectation.RETIREE
    assert client.get(url("dossier", dossier)).status_code == 404
    repondre = reverse("porteurs:relais_repondre", args=[dossier.reseau.slug, relais.uuid])
    assert client.post(repondre, {"reponse": "oui"}).status_code == 404
    assert relire(dossier).structure_responsable == distribution.s1


def test_rien_ne_sort_de_la_structure_avant_l_ouverture_du_partage(
    connecter, auteur, dossier, distribution
):
    type(distribution.reseau).objects.filter(pk=distribution.reseau.pk).update(
        partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None
    )
    page = proposer(connecter(auteur), dossier, distribution.s2).content.decode()
    assert "n’a pas encore ouvert le partage" in page
    refusee = connecter(auteur).post(
        url("affectation_proposer", dossier, "referent"),
        {"mandat": distribution.mandats["voisine"].pk},
    )
    assert "n’a pas de mandat en cours" in refusee.content.decode()
    assert not dossier.relais.exists()
    assert not dossier.affectations.exists()


def test_retirer_une_proposition_de_role(connecter, auteur, voisine, dossier, distribution):
    proposition = AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"])
    retirer = reverse("porteurs:affectation_retirer", args=[dossier.reseau.slug, proposition.uuid])
    assert connecter(voisine).post(retirer).status_code == 403
    connecter(auteur).post(retirer)
    assert relire(proposition).etat == EtatAffectation.RETIREE


def test_une_opposition_ne_s_efface_pas_d_une_date_ancienne(connecter, auteur, voisine, dossier):
    client = connecter(auteur)
    client.post(url("dossier_opposition", dossier), {"le": aujourd_hui().isoformat()})
    page = client.post(
        url("dossier_information", dossier), {"le": "2020-01-01", "mode": "oral"}
    ).content.decode()
    assert "son accord doit être plus récent" in page
    assert connecter(voisine).get(url("dossier", dossier)).status_code == 404
    client.post(
        url("dossier_information", dossier), {"le": aujourd_hui().isoformat(), "mode": "oral"}
    )
    assert connecter(voisine).get(url("dossier", dossier)).status_code == 200
    fil = client.get(url("dossier", dossier)).content.decode()
    assert "La personne s’oppose au partage" in fil
    assert "La personne accepte de nouveau le partage" in fil


def test_les_droits_sont_relus_sous_le_verrou(dossier, distribution):
    """La page était ouverte avant que l'autre structure n'accepte : le geste ne passe plus."""
    ancienne = acteur_de(distribution.auteur)
    vu = Dossier.objects.avec_volet(ancienne).get(pk=dossier.pk)
    assert vu.suivi
    Dossier.objects.filter(pk=dossier.pk).update(structure_responsable=distribution.s2)
    recalculer([dossier.pk])
    with pytest.raises(Refus, match="a changé de mains"):
        proposer_relais(acteur=ancienne, dossier=vu, vers=distribution.s1, resume="Retour")
    with pytest.raises(Refus, match="a changé de mains"):
        noter_echange(
            acteur=ancienne,
            dossier=vu,
            structure=distribution.s1,
            nature="note",
            le=aujourd_hui(),
            texte="Trop tard",
            audience="equipe",
        )
    assert not dossier.echanges.exists()


def test_corriger_les_coordonnees_les_rend_cherchables(connecter, auteur, voisine, dossier):
    porteur = dossier.porteurs.get()
    adresse = url("personne_modifier", dossier, porteur.uuid)
    champs = {
        "prenom": "Zoé",
        "nom": "Nouveaunom",
        "telephone_saisi": "06 39 98 55 44",
        "email": "",
        "langue": "fr",
        "lu": empreinte(valeurs_de(porteur, CHAMPS)),
    }
    assert connecter(voisine).post(adresse, champs).status_code == 403
    client = connecter(auteur)
    faux = client.post(adresse, champs | {"telephone_saisi": "zéro"}).content.decode()
    assert "Ce numéro ne se lit pas" in faux
    assert 'value="Nouveaunom"' in faux
    client.post(adresse, champs)
    assert relire(porteur).telephone == "+33639985544"
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])
    trouve = client.post(liste, {"q": "Nouveaunom"}, follow=True).content.decode()
    assert dossier.intitule in trouve


def test_un_caractere_invisible_ne_passe_pas(connecter, auteur, dossier):
    page = connecter(auteur).post(
        url("dossier_modifier", dossier),
        {
            "intitule": "Un titre\u000bcoupé",
            "nature": "reprise",
            "commune": "Ambert",
            "revision": dossier.revision,
        },
    )
    assert "Une seule ligne" in page.content.decode()


def test_ecrire_au_reseau_ne_se_propose_pas_tant_qu_il_ne_voit_pas(
    connecter, auteur, dossier, distribution
):
    client = connecter(auteur)
    assert "Tout le réseau" in client.get(url("echange_noter", dossier)).content.decode()
    client.post(url("dossier_opposition", dossier), {"le": aujourd_hui().isoformat()})
    assert "Tout le réseau" not in client.get(url("echange_noter", dossier)).content.decode()


def test_un_parrain_seul_ne_tient_pas_lieu_de_referent(connecter, auteur, dossier, distribution):
    AffectationFabrique(
        dossier=dossier, mandat=distribution.mandats["parrain"], role="parrain", acceptee=True
    )
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])
    assert "Sans référent" in connecter(auteur).get(liste).content.decode().split("resultats")[1]


def test_envoyer_deux_fois_la_fiche_n_accuse_personne(connecter, auteur, dossier):
    client = connecter(auteur)
    envoi = {
        "intitule": "Une seule fois",
        "nature": "reprise",
        "commune": "Ambert",
        "revision": dossier.revision,
        "cle_envoi": "7f6c1f5e-6d0c-4a53-9a4e-2f1d5f0f9a11",
    }
    premiere = client.post(url("dossier_modifier", dossier), envoi)
    seconde = client.post(url("dossier_modifier", dossier), envoi)
    assert premiere["Location"] == seconde["Location"] == url("dossier", dossier)
    assert relire(dossier).revision == 2
