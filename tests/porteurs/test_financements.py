"""Un financement se demande, s'accorde, se refuse, se verse ; ses totaux selon qui les lit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from porteurs.cessions import mot_de_l_etape
from porteurs.enums import CHAINE, EtatFinancement, NatureFinancement, NatureProjet
from porteurs.models import Dossier, Financement
from porteurs.montants import euros
from porteurs.services import financements as service
from porteurs.views.financements import contexte_des_financements
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, FinancementFabrique
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )


def noter(auteur, dossier, **change):
    champs = {
        "nature": NatureFinancement.AIDE,
        "etat": EtatFinancement.DEMANDE,
        "montant": Decimal(4000),
        "le": aujourd_hui(-10),
        "financeur": "Conseil départemental",
    } | change
    return service.ajouter_financement(acteur=acteur_de(auteur), dossier=dossier, **champs)


def test_de_la_demande_au_versement(auteur, dossier):
    demande = noter(auteur, dossier)
    assert (demande.montant_demande, demande.montant) == (4000, None)
    accorde = service.repondre_financement(
        acteur=acteur_de(auteur),
        financement=demande,
        reponse=EtatFinancement.ACCORDE,
        le=aujourd_hui(-4),
        montant=Decimal(3000),
    )
    assert (accorde.montant_demande, accorde.montant) == (4000, 3000)
    verse = service.repondre_financement(
        acteur=acteur_de(auteur),
        financement=accorde,
        reponse=EtatFinancement.VERSE,
        le=aujourd_hui(-1),
    )
    assert (verse.etat, verse.verse_le) == (EtatFinancement.VERSE, aujourd_hui(-1))
    assert service.suites(verse) == []


def test_un_refus_demande_un_motif_et_ne_revient_pas(auteur, dossier):
    demande = noter(auteur, dossier)
    refuser = {
        "acteur": acteur_de(auteur),
        "financement": demande,
        "reponse": EtatFinancement.REFUSE,
        "le": aujourd_hui(-1),
    }
    with pytest.raises(Refus, match="pourquoi"):
        service.repondre_financement(**refuser)
    refuse = service.repondre_financement(**refuser, motif="Enveloppe épuisée")
    assert refuse.motif == "Enveloppe épuisée"
    with pytest.raises(Refus, match="déjà"):
        service.repondre_financement(
            **refuser | {"reponse": EtatFinancement.ACCORDE, "montant": Decimal(10)}
        )


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"le": aujourd_hui(1)}, "avenir"),
        ({"etat": EtatFinancement.ACCORDE, "montant": None}, "montant"),
        ({"etat": EtatFinancement.REFUSE}, "pourquoi"),
        ({"financeur": ""}, "financeur"),
    ],
)
def test_ce_qui_se_contredit_est_refuse(change, phrase, auteur, dossier):
    with pytest.raises(Refus, match=phrase):
        noter(auteur, dossier, **change)
    assert not dossier.financements.exists()


def test_la_reponse_vient_apres_la_demande(auteur, dossier):
    demande = noter(auteur, dossier)
    with pytest.raises(Refus, match="vient après"):
        service.repondre_financement(
            acteur=acteur_de(auteur),
            financement=demande,
            reponse=EtatFinancement.ACCORDE,
            le=aujourd_hui(-20),
            montant=Decimal(1),
        )


def test_la_base_tient_les_memes_regles(dossier):
    financement = FinancementFabrique(dossier=dossier)
    for faux in (
        {"etat": EtatFinancement.REFUSE},
        {"montant": None},
        {"accorde_le": None},
        {"financeur": "Deux à la fois"},
        {"verse_le": aujourd_hui()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Financement.objects.filter(pk=financement.pk).update(**faux)


def test_plusieurs_par_dossier_et_la_page_en_fait_la_somme(auteur, dossier):
    noter(auteur, dossier)
    FinancementFabrique(dossier=dossier, montant=Decimal(5000))
    FinancementFabrique(dossier=dossier, montant=Decimal("250.50"))
    dossier.suivi = True
    contexte = contexte_des_financements(acteur_de(auteur), dossier)
    assert len(contexte["financements"]) == 3
    assert (
        euros(contexte["finance"]) == "5\N{NARROW NO-BREAK SPACE}250,50\N{NARROW NO-BREAK SPACE}€"
    )


def test_l_argent_ne_se_lit_pas_sur_la_fiche(distribution, dossier, connecter):
    ligne = FinancementFabrique(dossier=dossier, structure=None, financeur="Fonds secret")
    parrain = distribution.mandats["parrain"]
    AffectationFabrique(dossier=dossier, mandat=parrain, role="parrain", acceptee=True)
    page = reverse("porteurs:financement_repondre", args=[dossier.reseau.slug, ligne.uuid])
    assert "Fonds secret" in connecter(distribution.auteur).get(page).content.decode()
    # La marraine lit mais ne tient pas ; la voisine voit la fiche, pas l'argent.
    assert connecter(distribution.parrain).get(page).status_code == 403
    for absente in ("voisine", "animatrice", "etrangere", "echue"):
        reponse = connecter(getattr(distribution, absente)).get(page)
        assert reponse.status_code == 404
        assert "Fonds secret" not in reponse.content.decode()


def test_la_page_note_et_garde_ce_qui_est_faux(auteur, dossier, connecter):
    client = connecter(auteur)
    page = reverse("porteurs:financement_ajouter", args=[dossier.reseau.slug, dossier.uuid])
    corps = {
        "nature": "pret_honneur",
        "etat": "accorde",
        "montant": "8 500,50",
        "le": aujourd_hui(-1).isoformat(),
        "financeur": "",
    }
    faux = client.post(page, corps)
    assert faux.status_code == 200
    assert "écrivez un nom" in faux.content.decode()
    assert "8 500,50" in faux.content.decode()
    note = client.post(page, corps | {"financeur": "Initiative"})
    soutiens = reverse("porteurs:dossier_soutiens", args=[dossier.reseau.slug, dossier.uuid])
    assert (note.status_code, note.url) == (302, soutiens)
    assert dossier.financements.get().montant == Decimal("8500.50")


def test_retirer_une_ligne_mais_pas_un_prix_de_palmares(auteur, dossier, connecter):
    ligne = FinancementFabrique(dossier=dossier)
    adresse = reverse("porteurs:financement_retirer", args=[dossier.reseau.slug, ligne.uuid])
    assert connecter(auteur).get(adresse).status_code == 405
    assert connecter(auteur).post(adresse).status_code == 302
    assert not dossier.financements.exists()


# --- Les totaux ---------------------------------------------------------------------------------


def test_les_totaux_selon_qui_les_lit(distribution, dossier, connecter):
    ailleurs = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s2, informe=True
    )
    jour = aujourd_hui()
    FinancementFabrique(dossier=dossier, montant=Decimal(1000), accorde_le=jour)
    FinancementFabrique(dossier=ailleurs, montant=Decimal(70000), accorde_le=jour)
    page = reverse("porteurs:financements", args=[distribution.reseau.slug])
    sommes = {}
    for qui in ("auteur", "voisine", "animatrice"):
        reponse = connecter(getattr(distribution, qui)).get(page)
        sommes[qui] = reponse.context["total"]["somme"]
        assert ailleurs.intitule not in reponse.content.decode()
    assert sommes == {"auteur": 1000, "voisine": 70000, "animatrice": 71000}
    # Sous le seuil, l'animatrice n'en lit rien : une somme serait celle de quelqu'un.
    chez_elle = connecter(distribution.animatrice).get(page).content.decode()
    assert "Trop peu de projets" in chez_elle
    assert "71" not in chez_elle.partition("<main")[2].partition("</main")[0]
    assert connecter(distribution.elue).get(page).status_code == 403
    assert connecter(distribution.etrangere).get(page).status_code == 404


def test_l_animation_ne_lit_pas_une_somme_qui_designe_quelqu_un(distribution, connecter):
    jour = aujourd_hui()
    for nature, nombre in ((NatureFinancement.AIDE, 6), (NatureFinancement.GARANTIE, 5)):
        for _ in range(nombre):
            dossier = DossierFabrique(
                reseau=distribution.reseau, structure_responsable=distribution.s2
            )
            FinancementFabrique(
                dossier=dossier, nature=nature, montant=Decimal(1000), accorde_le=jour
            )
    FinancementFabrique(
        dossier=dossier,
        nature=NatureFinancement.PRET_HONNEUR,
        montant=Decimal(77123),
        accorde_le=jour,
    )
    page = reverse("porteurs:financements", args=[distribution.reseau.slug])
    lu = connecter(distribution.animatrice).get(page)
    assert "77" not in lu.content.decode().partition("Par nature")[2].partition("Par financeur")[0]
    # La plus petite des autres se tait aussi : la différence rendrait la ligne tue.
    assert {x["nature"]: x["masque"] for x in lu.context["natures"]} == {
        NatureFinancement.AIDE: False,
        NatureFinancement.GARANTIE: True,
        NatureFinancement.PRET_HONNEUR: True,
    }
    qui_suit = connecter(distribution.voisine).get(page)
    assert not any(x["masque"] for x in qui_suit.context["natures"])


def test_une_demande_n_entre_pas_dans_ce_qui_est_accorde(auteur, dossier, connecter):
    noter(auteur, dossier)
    reponse = connecter(auteur).get(reverse("porteurs:financements", args=[dossier.reseau.slug]))
    assert reponse.context["total"]["nombre"] == 0
    assert reponse.context["attente"] == {
        "nombre": 1,
        "dossiers": 1,
        "somme": 4000,
        "masque": False,
    }


def test_les_totaux_ne_lisent_pas_plus_pour_trois(distribution, dossier, connecter):
    client = connecter(distribution.auteur)
    page = reverse("porteurs:financements", args=[distribution.reseau.slug])

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(page).status_code == 200
        return len(requetes)

    FinancementFabrique(dossier=dossier, accorde_le=aujourd_hui())
    client.get(page)
    une = compter()
    for nature in (NatureFinancement.AIDE, NatureFinancement.GARANTIE):
        FinancementFabrique(dossier=dossier, nature=nature, accorde_le=aujourd_hui())
    assert compter() == une <= 12


def test_une_annee_qui_n_en_est_pas_une_ramene_a_celle_ci(distribution, connecter):
    page = reverse("porteurs:financements", args=[distribution.reseau.slug])
    reponse = connecter(distribution.auteur).get(page + "?annee=’;--")
    assert reponse.context["annee"] == aujourd_hui().year


# --- Un cédant suit la même chaîne, avec ses mots -----------------------------------------------


def test_une_transmission_se_dit_avec_ses_mots():
    mots = {etape: mot_de_l_etape(NatureProjet.CESSION, etape) for etape in CHAINE}
    assert len(set(mots.values())) == len(CHAINE)
    assert mots["creation"] == "cession"
    assert mot_de_l_etape(NatureProjet.CREATION, "creation") == "création ou reprise"
    assert mot_de_l_etape(NatureProjet.CESSION, "abandonne") == "abandonné"


def test_un_dossier_clos_se_complete_encore(auteur, dossier):
    ligne = noter(auteur, dossier)
    jour = aujourd_hui()
    Dossier.objects.filter(pk=dossier.pk).update(
        etape="abandonne", etape_depuis=jour, clos_le=jour, ouvert_le=jour - timedelta(days=60)
    )
    service.repondre_financement(
        acteur=acteur_de(auteur),
        financement=ligne,
        reponse=EtatFinancement.REFUSE,
        le=jour,
        motif="Projet arrêté",
    )
