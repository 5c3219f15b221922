"""Proposer un besoin, le prendre, le refuser, le passer ; les liens d'un geste ; les rappels."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Cote
from porteurs.enums import EtatBesoin, EtatDemandeAcces, EtatOrientation
from porteurs.models import Acces, Dossier, Orientation
from porteurs.services import besoins_delais
from porteurs.services import orientations as service
from porteurs.services.acces import LUS_PAR_LA_REGLE, ecarts, recalculer
from porteurs.services.besoins import clore_besoin
from socle import liens
from socle.acteur import acteur_de
from socle.courriels import composer
from socle.models import Courriel, LienSigne
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, MandatFabrique
from tests.fabriques.besoins import (
    BesoinFabrique,
    CompetenceFabrique,
    OrientationFabrique,
    accorder,
    theme,
)
from tests.fabriques.partage import DemandeAccesFabrique
from tests.fabriques.partenaires import aujourd_hui


def messages(genre):
    """Les courriels de ce genre, composés comme au départ : ``[(adresse, Message ou None)]``."""
    lignes = list(
        Courriel.objects.filter(genre=genre).select_related("destinataire").order_by("pk")
    )

    def rater(ligne, raison):
        raise AssertionError(raison)

    return [(ligne.adresse, message) for ligne, message in composer(lignes, rater)]


def au_net(dossier) -> list[str]:
    lus = Dossier.objects.select_related("reseau").prefetch_related(*LUS_PAR_LA_REGLE)
    return ecarts(lus.filter(pk=dossier.pk))


@pytest.fixture
def besoin(distribution, marqueur):
    """Un besoin de financement de S1, que S2 sait servir."""
    CompetenceFabrique(structure=distribution.s2)
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        intitule="Fournil du bourg",
        porteur__nom="Nomsecret",
        porteur__email="zoe@porteur.test",
    )
    return BesoinFabrique(dossier=dossier, precisions=marqueur)


def proposer_a_s2(d, besoin, **plus):
    return service.orienter(acteur=acteur_de(d.auteur), besoin=besoin, structure=d.s2, **plus)


def test_proposer_previent_la_structure_et_lui_ouvre_la_fiche(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin, message="Un prêt de 8 000 euros.")
    besoin.refresh_from_db()
    assert besoin.etat == EtatBesoin.ORIENTE
    assert orientation.raisons[0] == "sert la commune d’Ambert"
    assert not any("Violette" in raison for raison in orientation.raisons)
    [(adresse, message)] = messages("besoin_propose")
    assert adresse == distribution.voisine.email
    for lu in ("Fournil du bourg", besoin.dossier.reference, "Un prêt de 8 000 euros.", "Ambert"):
        assert lu in message.texte
    assert "Nomsecret" not in message.texte + message.html
    volet = Acces.objects.get(
        dossier=besoin.dossier, beneficiaire=f"s{distribution.s2.pk}:{distribution.reseau.pk}"
    ).volet
    assert volet == "fiche"
    assert au_net(besoin.dossier) == []


def test_prendre_ouvre_le_dossier_et_le_dit_a_tous(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin)
    service.repondre(acteur=acteur_de(distribution.voisine), orientation=orientation, accepte=True)
    besoin.refresh_from_db()
    assert besoin.etat == EtatBesoin.PRIS
    premiere = besoin.pris_le
    assert premiere is not None
    [(adresse, _)] = messages("besoin_pris")
    assert adresse == distribution.auteur.email
    [(adresse, message)] = messages("besoin_porteur_pris")
    assert adresse == "zoe@porteur.test"
    assert "Violette" in message.texte
    assert distribution.s2.nom in message.texte
    assert Dossier.objects.suivis_par(acteur_de(distribution.voisine)).get() == besoin.dossier
    # Fermé, le besoin ne donne plus rien à suivre.
    clore_besoin(acteur=acteur_de(distribution.voisine), besoin=besoin, etat="repondu")
    assert not Dossier.objects.suivis_par(acteur_de(distribution.voisine)).exists()
    besoin.refresh_from_db()
    assert besoin.pris_le == premiere
    assert au_net(besoin.dossier) == []


def test_qui_repond_du_dossier_reprend_un_besoin_pris(distribution, besoin, connecter, marqueur):
    d = distribution
    orientation = proposer_a_s2(d, besoin)
    service.repondre(acteur=acteur_de(d.voisine), orientation=orientation, accepte=True)
    page = reverse("porteurs:dossier", args=[besoin.dossier.reseau.slug, besoin.dossier.uuid])
    assert Dossier.objects.suivis_par(acteur_de(d.voisine)).exists()
    retirer = reverse(
        "porteurs:orientation_retirer", args=[besoin.dossier.reseau.slug, orientation.uuid]
    )
    assert connecter(d.voisine).post(retirer).status_code == 403
    du_besoin = reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])
    assert "Retirer ce besoin" in connecter(d.auteur).get(du_besoin).content.decode()
    assert connecter(d.auteur).post(retirer).status_code == 302
    besoin.refresh_from_db()
    assert besoin.etat == EtatBesoin.OUVERT
    assert not Dossier.objects.suivis_par(acteur_de(d.voisine)).exists()
    assert "n’est plus confié à" in connecter(d.auteur).get(page).content.decode()
    [(adresse, message)] = messages("besoin_repris")
    assert adresse == d.voisine.email
    for tu in ("Nomsecret", "Fournil du bourg", marqueur):
        assert tu not in message.sujet + message.texte + message.html
    assert au_net(besoin.dossier) == []


def test_qui_suit_pour_un_temps_ne_se_donne_pas_le_besoin(distribution, besoin):
    d = distribution
    demande = DemandeAccesFabrique(
        dossier=besoin.dossier,
        structure=d.s2,
        demandeur=d.voisine,
        etat=EtatDemandeAcces.ACCEPTEE,
        jusqua=aujourd_hui(20),
    )
    recalculer([besoin.dossier_id])
    voisine = acteur_de(d.voisine)
    for personne in (None, d.voisine):
        with pytest.raises(Refus, match="que pour un temps"):
            service.orienter(acteur=voisine, besoin=besoin, structure=d.s2, personne=personne)
    acces = Acces.objects.get(dossier=besoin.dossier, beneficiaire__startswith=f"s{d.s2.pk}:")
    assert acces.jusqua == demande.jusqua
    # Référente, sa structure suit sans fin : elle prend d'un geste.
    AffectationFabrique(dossier=besoin.dossier, mandat=d.mandats["voisine"], acceptee=True)
    prise = service.orienter(acteur=voisine, besoin=besoin, structure=d.s2)
    assert prise.etat == EtatOrientation.PRISE


def test_refuser_demande_un_motif_et_previent_qui_a_propose(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin)
    voisine = acteur_de(distribution.voisine)
    with pytest.raises(Refus) as refus:
        service.repondre(acteur=voisine, orientation=orientation, accepte=False, motif="  ")
    assert refus.value.champ == "motif"
    service.repondre(
        acteur=voisine, orientation=orientation, accepte=False, motif="Plus de budget cette année."
    )
    [(adresse, message)] = messages("besoin_retour")
    assert adresse == distribution.auteur.email
    assert "Plus de budget cette année." in message.texte
    besoin.refresh_from_db()
    # La seule structure qui savait faire a refusé : c'est un trou de la chaîne, compté ce jour.
    assert besoin.etat == EtatBesoin.SANS_SOLUTION
    assert besoin.sans_solution_le == aujourd_hui()
    with pytest.raises(Refus):
        service.repondre(acteur=voisine, orientation=orientation, accepte=True)


def test_passer_garde_la_chaine_et_ferme_la_fiche_a_qui_passe(distribution, besoin):
    CompetenceFabrique(structure=distribution.s1)
    orientation = proposer_a_s2(distribution, besoin)
    suite = service.passer(
        acteur=acteur_de(distribution.voisine), orientation=orientation, structure=distribution.s1
    )
    orientation.refresh_from_db()
    assert (orientation.etat, suite.suite_de) == (EtatOrientation.PASSEE, orientation)
    assert suite.etat == EtatOrientation.ENVOYEE
    assert suite.envoyee_par == distribution.voisine
    assert au_net(besoin.dossier) == []


def test_le_cote_prive_ne_dit_que_le_theme_sans_l_accord_de_chacun(distribution, besoin):
    prive = BesoinFabrique(dossier=besoin.dossier, theme=theme("logement"), precisions="")
    assert prive.cote == Cote.PRIVE
    CompetenceFabrique(structure=distribution.s2, theme=theme("logement"))
    with pytest.raises(Refus) as refus:
        proposer_a_s2(distribution, prive, message="Trois chambres.")
    assert refus.value.champ == "message"
    accorder(besoin.dossier, distribution.s2)
    proposer_a_s2(distribution, prive, message="Trois chambres.")
    [(_, message)] = messages("besoin_propose")
    assert "Trois chambres." in message.texte
    # L'accord retiré avant le départ : le mot ne part plus.
    besoin.dossier.participations.get().accords.update(retire_le=timezone.now())
    [(_, message)] = messages("besoin_propose")
    assert "Trois chambres." not in message.texte + message.html


@pytest.mark.parametrize("trait", ["ferme", "oppose"])
def test_un_dossier_ferme_ne_se_confie_pas_ailleurs(distribution, trait):
    CompetenceFabrique(structure=distribution.s2)
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, **{trait: True}
    )
    besoin = BesoinFabrique(dossier=dossier)
    with pytest.raises(Refus):
        proposer_a_s2(distribution, besoin)
    assert not besoin.orientations.exists()
    # La structure responsable, elle, peut s'en charger.
    CompetenceFabrique(structure=distribution.s1)
    sienne = service.orienter(
        acteur=acteur_de(distribution.auteur), besoin=besoin, structure=distribution.s1
    )
    assert sienne.etat == EtatOrientation.PRISE


def test_le_premier_qui_prend_libere_les_autres(distribution, besoin):
    CompetenceFabrique(structure=distribution.s1)
    a_s2 = proposer_a_s2(distribution, besoin)
    a_s1 = service.orienter(
        acteur=acteur_de(distribution.auteur),
        besoin=besoin,
        structure=distribution.s1,
        personne=distribution.collegue,
    )
    assert a_s1.etat == EtatOrientation.ENVOYEE
    service.repondre(acteur=acteur_de(distribution.collegue), orientation=a_s1, accepte=True)
    a_s2.refresh_from_db()
    assert a_s2.etat == EtatOrientation.RETIREE
    with pytest.raises(Refus):
        service.repondre(acteur=acteur_de(distribution.voisine), orientation=a_s2, accepte=True)


# --- Les liens d'un geste ----------------------------------------------------------------------


def lien_de(orientation, personne, but=service.BUT_PRENDRE):
    return liens.creer(
        but, timedelta(days=3), utilisateur=personne, contexte={"orientation": orientation.pk}
    )


def page_du_lien(lien, geste="prendre"):
    return reverse(f"porteurs:besoin_{geste}_lien", args=[liens.jeton(lien)])


def test_le_lien_presente_puis_agit_une_seule_fois(distribution, besoin, connecter):
    orientation = proposer_a_s2(distribution, besoin)
    lien = lien_de(orientation, distribution.voisine)
    client = connecter()
    page = client.get(page_du_lien(lien))
    assert "Fournil du bourg" in page.content.decode()
    orientation.refresh_from_db()
    assert orientation.etat == EtatOrientation.ENVOYEE
    assert "C’est noté" in client.post(page_du_lien(lien), {}).content.decode()
    orientation.refresh_from_db()
    assert (orientation.etat, orientation.repondue_par) == (
        EtatOrientation.PRISE,
        distribution.voisine,
    )
    assert client.post(page_du_lien(lien), {}).status_code == 410


def test_un_refus_sans_motif_ne_consomme_pas_le_lien(distribution, besoin, connecter):
    orientation = proposer_a_s2(distribution, besoin)
    lien = lien_de(orientation, distribution.voisine, service.BUT_REFUSER)
    client = connecter()
    page = client.post(page_du_lien(lien, "refuser"), {"motif": ""})
    assert page.status_code == 200
    assert "qui a proposé doit savoir" in page.content.decode()
    lien.refresh_from_db()
    assert lien.utilise_le is None
    client.post(page_du_lien(lien, "refuser"), {"motif": "Hors de notre mission."})
    orientation.refresh_from_db()
    assert orientation.motif == "Hors de notre mission."


def test_un_lien_forge_detourne_ou_perime_ne_dit_rien(distribution, besoin, connecter):
    orientation = proposer_a_s2(distribution, besoin)
    bon = lien_de(orientation, distribution.voisine)
    expire = lien_de(orientation, distribution.voisine)
    LienSigne.objects.filter(pk=expire.pk).update(expire_le=timezone.now() - timedelta(hours=1))
    expire.refresh_from_db()
    etranger = lien_de(orientation, distribution.etrangere)
    client = connecter()
    mauvais = [
        reverse("porteurs:besoin_prendre_lien", args=["0" * 32 + ":forge"]),
        # Le même jeton, sur l'autre geste : lié à son but.
        reverse("porteurs:besoin_refuser_lien", args=[liens.jeton(bon)]),
        page_du_lien(expire),
        page_du_lien(etranger),
    ]
    for adresse in mauvais:
        for reponse in (client.get(adresse), client.post(adresse, {})):
            assert reponse.status_code == 410
            assert "Fournil du bourg" not in reponse.content.decode()
    orientation.refresh_from_db()
    assert orientation.etat == EtatOrientation.ENVOYEE
    # Le bon, lui, vaut ; puis son mandat finit, et il ne vaut plus.
    assert client.get(page_du_lien(bon)).status_code == 200
    distribution.mandats["voisine"].delete()
    assert client.post(page_du_lien(bon), {}).status_code == 410


# --- Les rappels -------------------------------------------------------------------------------


def vieillir(orientation, jours):
    Orientation.objects.filter(pk=orientation.pk).update(
        envoyee_le=timezone.now() - timedelta(days=jours)
    )


def rappels():
    rappeles = Courriel.objects.filter(genre__startswith="besoin_").exclude(genre="besoin_propose")
    return sorted(rappeles.values_list("genre", "adresse"))


def test_neuf_vingt_et_un_trente_jours_une_fois_chacun(distribution, besoin):
    MandatFabrique(
        reseau=distribution.reseau,
        structure=distribution.s2,
        utilisateur__email="second@essai.test",
    )
    d = distribution
    orientation = proposer_a_s2(d, besoin, personne=d.voisine)
    attendus = []
    for jours, nouveaux in (
        (8, []),
        (9, [("besoin_rappel", d.voisine.email)]),
        (20, []),
        (21, [("besoin_collegues", "second@essai.test")]),
        (
            30,
            [
                ("besoin_porteur_attente", "zoe@porteur.test"),
                ("besoin_sans_reponse", d.animatrice.email),
            ],
        ),
        (45, []),
    ):
        vieillir(orientation, jours)
        for _ in range(2):
            besoins_delais.suivre_les_besoins(d.reseau)
        attendus = sorted(attendus + nouveaux)
        assert rappels() == attendus, jours
    [(_, message)] = messages("besoin_sans_reponse")
    assert besoin.dossier.reference in message.texte
    assert "Nomsecret" not in message.texte
    [(_, message)] = messages("besoin_porteur_attente")
    assert d.s2.nom not in message.texte
    assert d.s1.nom in message.texte


def test_un_passage_manque_se_rattrape(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin, personne=distribution.voisine)
    vieillir(orientation, 40)
    besoins_delais.suivre_les_besoins(distribution.reseau)
    genres = [genre for genre, _ in rappels()]
    assert genres == [
        "besoin_collegues",
        "besoin_porteur_attente",
        "besoin_rappel",
        "besoin_sans_reponse",
    ]


def test_a_revoir_met_l_attente_entre_parentheses(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin)
    vieillir(orientation, 8)
    auteur = acteur_de(distribution.auteur)
    for jours in (0, 61):
        with pytest.raises(Refus):
            service.reporter(acteur=auteur, orientation=orientation, jusqua=aujourd_hui(jours))
    service.reporter(acteur=auteur, orientation=orientation, jusqua=aujourd_hui(30))
    # Revenir plus tôt que prévu rend les jours qui n'ont pas passé.
    service.reporter(acteur=auteur, orientation=orientation, jusqua=aujourd_hui(10))
    orientation.refresh_from_db()
    assert orientation.suspendu == 10
    vieillir(orientation, 18)
    Orientation.objects.filter(pk=orientation.pk).update(revoir_le=aujourd_hui())
    besoins_delais.suivre_les_besoins(distribution.reseau)
    assert rappels() == []
    vieillir(orientation, 19)
    besoins_delais.suivre_les_besoins(distribution.reseau)
    assert [genre for genre, _ in rappels()] == ["besoin_rappel"]


def test_un_rappel_se_tait_quand_la_reponse_est_venue(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin)
    vieillir(orientation, 9)
    besoins_delais.suivre_les_besoins(distribution.reseau)
    [(_, message)] = messages("besoin_rappel")
    assert "Fournil du bourg" in message.texte
    service.repondre(acteur=acteur_de(distribution.voisine), orientation=orientation, accepte=True)
    assert messages("besoin_rappel") == [(distribution.voisine.email, None)]


def test_une_structure_partie_rend_le_besoin(distribution, besoin):
    orientation = proposer_a_s2(distribution, besoin)
    distribution.s2.parties.all().delete()
    besoins_delais.suivre_les_besoins(distribution.reseau)
    orientation.refresh_from_db()
    besoin.refresh_from_db()
    assert (orientation.etat, besoin.etat) == (
        EtatOrientation.RETIREE,
        EtatBesoin.SANS_SOLUTION,
    )
    assert au_net(besoin.dossier) == []


# --- Les pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sens", ["", "?sens=envoyees"])
def test_la_liste_coute_autant_a_une_ligne_et_a_trois(
    sens, distribution, connecter, nombre_de_requetes
):
    d = distribution
    lecteur = d.auteur if sens else d.voisine
    client = connecter(lecteur)
    adresse = reverse("porteurs:besoins", args=[d.reseau.slug]) + sens
    client.get(adresse)
    titres = []
    for nombre in (1, 3):
        while len(titres) < nombre:
            dossier = DossierFabrique(
                reseau=d.reseau,
                structure_responsable=d.s1,
                informe=True,
                intitule=f"Ligne {len(titres)}",
            )
            OrientationFabrique(
                besoin=BesoinFabrique(dossier=dossier),
                structure=d.s2,
                envoyee_par=d.auteur,
                personne=d.voisine,
            )
            titres.append(dossier.intitule)
        with nombre_de_requetes(6 if sens else 5):
            page = client.get(adresse).content.decode()
        assert all(titre in page for titre in titres)


def test_un_besoin_refuse_revient_a_qui_l_a_propose(distribution, besoin, connecter):
    d = distribution
    CompetenceFabrique(structure=d.s1)
    orientation = proposer_a_s2(d, besoin)
    service.repondre(
        acteur=acteur_de(d.voisine), orientation=orientation, accepte=False, motif="Hors secteur."
    )
    liste = reverse("porteurs:besoins", args=[d.reseau.slug])
    page = reverse("porteurs:besoin", args=[d.reseau.slug, besoin.uuid])
    for adresse in (f"{liste}?sens=envoyees", reverse("accueil:tableau")):
        lue = connecter(d.auteur).get(adresse).content.decode()
        assert "À orienter de nouveau" in lue
        assert "Hors secteur." in lue
        assert f"{page}#a-qui" in lue
        assert "Hors secteur." not in connecter(d.voisine).get(adresse).content.decode()
    assert f"refusé par {d.voisine.nom_complet}" in connecter(d.auteur).get(page).content.decode()
    service.orienter(acteur=acteur_de(d.auteur), besoin=besoin, structure=d.s1)
    assert not Orientation.objects.a_orienter_de_nouveau(acteur_de(d.auteur)).exists()


def test_le_fil_dit_ce_que_deviennent_les_besoins(distribution, besoin, connecter):
    d = distribution
    CompetenceFabrique(structure=d.s1)
    orientation = proposer_a_s2(d, besoin)
    page = reverse("porteurs:dossier", args=[d.reseau.slug, besoin.dossier.uuid])
    assert f"proposé à {d.s2.nom}" in connecter(d.auteur).get(page).content.decode()
    service.repondre(
        acteur=acteur_de(d.voisine), orientation=orientation, accepte=False, motif="Hors secteur."
    )
    suivi = connecter(d.auteur).get(page).content.decode()
    assert f"refusé par {d.s2.nom}" in suivi
    assert "Hors secteur." in suivi
    fiche = connecter(d.voisine).get(page).content.decode()
    assert "refusé par" not in fiche
    assert "Hors secteur." not in fiche
    service.orienter(acteur=acteur_de(d.auteur), besoin=besoin, structure=d.s1)
    pris = connecter(d.auteur).get(page).content.decode()
    assert f"pris en charge par {d.s1.nom}" in pris
    assert f"proposé à {d.s1.nom}" not in pris
