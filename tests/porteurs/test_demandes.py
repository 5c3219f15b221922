"""Recevoir une demande : qui la lit, qui y répond, ce qui passe à d'autres."""

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Reseau
from porteurs.enums import EtatDemande, MotifCloture, OrigineDossier
from porteurs.models import Demande, Dossier, Rapprochement
from porteurs.services import demandes as service
from porteurs.services.demandes import rapprocher
from socle.acteur import acteur_de
from socle.models import AccesJournal, Courriel
from socle.refus import Refus
from tests.fabriques import DossierFabrique, ReseauFabrique
from tests.fabriques.demandes import DemandeFabrique

pytestmark = pytest.mark.django_db


@pytest.fixture
def demande(distribution, marqueur):
    """Confiée à S1."""
    return DemandeFabrique(
        reseau=distribution.reseau,
        structure=distribution.s1,
        nom="Petitjean-Secretin",
        projet=f"Projet {marqueur}",
        message="Message-de-la-mairie",
        telephone_saisi="06 39 98 12 34",
        email="zoe.secrete@personne.test",
    )


SECRETS = ("Petitjean-Secretin", "06 39 98 12 34", "zoe.secrete", "Message-de-la-mairie")


def page_de(demande, route="demande", **plus):
    return reverse(
        f"porteurs:{route}",
        kwargs={"reseau": demande.reseau.slug, "uuid": demande.uuid} | plus,
    )


# --- Qui lit quoi ------------------------------------------------------------------------------


def test_la_structure_lit_tout_l_animation_de_quoi_aiguiller(
    connecter, auteur, collegue, animatrice, demande, marqueur
):
    for personne in (auteur, collegue):
        lue = connecter(personne).get(page_de(demande)).content.decode()
        assert all(secret in lue for secret in (*SECRETS, marqueur))
    triee = connecter(animatrice).get(page_de(demande)).content.decode()
    assert marqueur in triee
    assert "Chambre de la vallée" in triee
    assert [s for s in SECRETS if s in triee] == []
    liste = reverse("porteurs:demandes", args=[demande.reseau.slug])
    assert "Petitjean-Secretin" in connecter(auteur).get(liste).content.decode()
    vue = connecter(animatrice).get(liste).content.decode()
    assert marqueur in vue
    assert [s for s in SECRETS if s in vue] == []


def test_ni_une_autre_structure_ni_un_autre_reseau_ne_la_voient(
    connecter, auteur, demande, distribution, marqueur
):
    assert marqueur in connecter(auteur).get(page_de(demande)).content.decode()
    for nom in ("voisine", "etrangere", "animatrice_b", "elue", "parrain", "echue", "auditrice"):
        client = connecter(getattr(distribution, nom))
        assert client.get(page_de(demande)).status_code == 404, nom
        for route in ("demande_prendre", "demande_clore", "demande_transmettre"):
            assert client.post(page_de(demande, route), {}).status_code == 404, (nom, route)
    liste = reverse("porteurs:demandes", args=[demande.reseau.slug])
    assert marqueur not in connecter(distribution.voisine).get(liste).content.decode()
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.NOUVELLE


def test_confiee_a_personne_l_animation_lit_tout(connecter, animatrice, voisine, demande):
    Demande.objects.filter(pk=demande.pk).update(structure=None)
    lue = connecter(animatrice).get(page_de(demande)).content.decode()
    assert all(secret in lue for secret in SECRETS)
    assert connecter(voisine).get(page_de(demande)).status_code == 404


def test_la_lecture_se_journalise(connecter, auteur, animatrice, demande):
    connecter(animatrice).get(page_de(demande))
    lectures = AccesJournal.objects.filter(objet="demande", reference=str(demande.uuid))
    assert not lectures.exists()
    connecter(auteur).get(page_de(demande))
    assert [ligne.utilisateur for ligne in lectures] == [auteur]


def test_requetes_et_ordre_de_la_liste(connecter, auteur, distribution, nombre_de_requetes):
    client = connecter(auteur)
    liste = reverse("porteurs:demandes", args=[distribution.reseau.slug])
    client.get(liste)
    for nombre in (1, 3):
        while Demande.objects.filter(structure=distribution.s1).count() < nombre:
            DemandeFabrique(reseau=distribution.reseau, structure=distribution.s1)
        with nombre_de_requetes(5):
            page = client.get(liste).content.decode()
        assert page.count("ligne-dossier") == nombre
    attendues = Demande.objects.filter(structure=distribution.s1).order_by("confiee_le")
    places = [page.index(d.projet) for d in attendues]
    assert places == sorted(places)


def test_le_tableau_montre_ce_qui_attend(connecter, auteur, animatrice, voisine, demande, marqueur):
    tableau = reverse("accueil:tableau")
    assert marqueur in connecter(auteur).get(tableau).content.decode()
    assert marqueur not in connecter(voisine).get(tableau).content.decode()
    # Dans les délais et confiée, l'animation n'a rien à faire.
    assert marqueur not in connecter(animatrice).get(tableau).content.decode()
    hier = timezone.localdate() - timezone.timedelta(days=1)
    Demande.objects.filter(pk=demande.pk).update(promise_le=hier, alerte_le=hier)
    lu = connecter(animatrice).get(tableau).content.decode()
    assert marqueur in lu
    assert "Petitjean-Secretin" not in lu


# --- Prendre -----------------------------------------------------------------------------------


def fiche(demande, **champs):
    return {
        "prenom": demande.prenom,
        "nom": demande.nom,
        "intitule": demande.projet,
        "nature": "reprise",
        "commune": "Ambert (63600)",
        "informe": "non",
        "telephone": demande.telephone_saisi,
        "email": demande.email,
    } | champs


def test_prendre_ouvre_un_dossier_rempli(
    connecter, auteur, accueil, distribution, demande, valider
):
    Demande.objects.filter(pk=demande.pk).update(
        signalant=accueil, signalant_structure=distribution.s1
    )
    client = connecter(auteur)
    saisie = client.get(page_de(demande, "demande_prendre")).content.decode()
    assert "Petitjean-Secretin" in saisie
    reponse = client.post(page_de(demande, "demande_prendre"), fiche(demande))
    demande.refresh_from_db()
    dossier = Dossier.objects.get(intitule=demande.projet)
    assert reponse.url == reverse("porteurs:dossier", args=[demande.reseau.slug, dossier.uuid])
    assert (demande.etat, demande.dossier, demande.repondue_par) == (
        EtatDemande.PRISE,
        dossier,
        auteur,
    )
    assert dossier.structure_responsable == distribution.s1
    assert dossier.origine == OrigineDossier.SIGNALEMENT
    # Le délai de premier contact : de l'arrivée à l'ouverture.
    assert demande.premier_contact == 0
    assert Courriel.objects.filter(genre="demande_suite", destinataire=accueil).exists()
    page = connecter(accueil).get(reverse("porteurs:signalements")).content.decode()
    assert "Prise" in page
    assert dossier.reference not in page
    # Une seconde fois : trop tard, sans second dossier.
    assert client.post(page_de(demande, "demande_prendre"), fiche(demande)).status_code == 403
    assert Dossier.objects.filter(intitule=demande.projet).count() == 1


def test_l_animation_ne_prend_pas(connecter, animatrice, demande):
    assert connecter(animatrice).get(page_de(demande)).status_code == 200
    assert connecter(animatrice).post(page_de(demande, "demande_prendre")).status_code == 403
    assert connecter(animatrice).get(page_de(demande, "demande_clore")).status_code == 403


def test_deja_suivie_la_demande_rejoint_son_dossier(connecter, auteur, distribution, demande):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        porteur__prenom=demande.prenom,
        porteur__nom=demande.nom,
    )
    etrangere = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s2, informe=True
    )
    rapprocher(demande)
    client = connecter(auteur)
    page = client.get(page_de(demande)).content.decode()
    assert "joindre à ce dossier" in page
    assert dossier.reference in page
    vers = page_de(demande, "demande_rattacher", dossier=etrangere.uuid)
    assert client.post(vers).status_code == 404
    client.post(page_de(demande, "demande_rattacher", dossier=dossier.uuid))
    demande.refresh_from_db()
    assert (demande.etat, demande.dossier) == (EtatDemande.PRISE, dossier)


def test_les_rapprochements_ne_disent_que_ce_qu_on_lit(
    connecter, auteur, animatrice, distribution, demande, marqueur
):
    ailleurs = DemandeFabrique(
        reseau=distribution.reseau,
        structure=distribution.s2,
        prenom="Secretin Petitjean",
        nom=demande.prenom,
        projet="Autre-projet-ailleurs",
    )
    par_tel = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        intitule="Dossier-ailleurs",
        porteur__telephone_saisi="+33 6 39 98 12 34",
    )
    rapprocher(demande)
    assert {(r.autre, r.dossier) for r in demande.rapprochements.all()} == {
        (ailleurs, None),
        (None, par_tel),
    }
    siennes = connecter(auteur).get(page_de(demande)).content.decode()
    assert marqueur in siennes
    for secret in ("Peut-être déjà connue", "Autre-projet", "Dossier-ailleurs", par_tel.reference):
        assert secret not in siennes
    animee = connecter(animatrice).get(page_de(demande)).content.decode()
    assert "mettez les deux en relation" in animee
    assert "Pays de la vallée" in animee
    assert par_tel.reference not in animee


# --- Clore, transmettre ------------------------------------------------------------------------


def test_clore_demande_une_raison(connecter, auteur, demande):
    client, adresse = connecter(auteur), page_de(demande, "demande_clore")
    assert "Choisissez une raison." in client.post(adresse, {"precision": ""}).content.decode()
    sans_mot = client.post(adresse, {"motif": "autre"}).content.decode()
    assert "Dites en quelques mots" in sans_mot
    forgee = client.post(adresse, {"motif": "sans_reponse"})
    assert forgee.status_code == 200
    assert client.post(adresse, {"motif": "injoignable"}).status_code == 302
    demande.refresh_from_db()
    assert (demande.etat, demande.motif) == (EtatDemande.CLOSE, MotifCloture.INJOIGNABLE)


def test_transmettre_a_une_autre_structure(connecter, auteur, voisine, distribution, demande):
    client, adresse = connecter(auteur), page_de(demande, "demande_transmettre")
    assert client.post(adresse, {"vers": "s999999", "motif": "x"}).status_code == 200
    etranger = f"s{distribution.s3.pk}"
    assert client.post(adresse, {"vers": etranger, "motif": "x"}).status_code == 200
    reponse = client.post(adresse, {"vers": f"s{distribution.s2.pk}", "motif": "Son secteur."})
    assert reponse.status_code == 302
    demande.refresh_from_db()
    assert (demande.etat, demande.structure) == (EtatDemande.TRANSMISE, distribution.s2)
    assert client.get(page_de(demande)).status_code == 404
    lue = connecter(voisine).get(page_de(demande)).content.decode()
    assert "Petitjean-Secretin" in lue
    assert "Son secteur." in lue
    [passage] = demande.transmissions.all()
    assert (passage.de, passage.vers, passage.par) == (distribution.s1, distribution.s2, auteur)
    assert Courriel.objects.filter(genre="demande_personne", adresse=demande.email).count() == 1
    assert Courriel.objects.filter(genre="demande_recue", destinataire=voisine).exists()


def test_transmettre_au_parent_qui_la_passe_a_un_enfant(
    connecter, auteur, animatrice_b, distribution, demande, marqueur
):
    Reseau.objects.filter(pk=distribution.reseau.pk).update(parent=distribution.reseau_b)
    demande.reseau.refresh_from_db()
    client = connecter(auteur)
    vers = f"r{distribution.reseau_b.pk}"
    client.post(page_de(demande, "demande_transmettre"), {"vers": vers, "motif": "Hors réseau."})
    demande = Demande.objects.select_related("reseau").get(pk=demande.pk)
    assert demande.reseau == distribution.reseau_b
    parente = connecter(animatrice_b)
    assert marqueur in parente.get(page_de(demande)).content.decode()
    vers = f"r{distribution.reseau.pk}"
    parente.post(page_de(demande, "demande_transmettre"), {"vers": vers, "motif": "À vous."})
    demande = Demande.objects.select_related("reseau").get(pk=demande.pk)
    assert demande.reseau == distribution.reseau
    assert parente.get(page_de(demande)).status_code == 404


def test_un_reseau_sans_rapport_n_est_pas_une_destination(auteur, distribution, demande):
    autre = ReseauFabrique(couvertes=["43040"])
    with pytest.raises(Refus):
        service.transmettre(acteur=acteur_de(auteur), demande=demande, vers=autre, motif="x")


def test_deux_reponses_a_la_fois_la_seconde_est_refusee(auteur, collegue, demande):
    service.clore(acteur=acteur_de(auteur), demande=demande, motif=MotifCloture.DEJA)
    with pytest.raises(Refus, match="pendant que vous lisiez"):
        service.clore(acteur=acteur_de(collegue), demande=demande, motif=MotifCloture.DEJA)
    assert Rapprochement.objects.filter(demande=demande).count() == 0
