"""Noter un besoin, qui le lit, le compter quand personne n'y répond ; et tenir quoi qu'on en fasse."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partenaires.enums import Etape
from partenaires.models import Competence
from porteurs.agenda import candidats
from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.models import Besoin, Dossier, Orientation
from porteurs.services import besoins as service
from porteurs.services import besoins_delais, orientations
from porteurs.services.acces import LUS_PAR_LA_REGLE, ecarts
from porteurs.tuiles_besoins import besoins_en_attente, besoins_sans_personne
from porteurs.views.besoins import contexte_besoins
from socle.acteur import acteur_de
from socle.models import AccesJournal, Courriel
from socle.refus import Refus
from socle.tuiles import tuiles_de
from tests.fabriques import DossierFabrique, ReunionFabrique
from tests.fabriques.besoins import (
    BesoinFabrique,
    CompetenceFabrique,
    OrientationFabrique,
    accorder,
    theme,
)
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        intitule="Fournil du bourg",
        etape=Etape.MONTAGE,
    )


def page(besoin):
    return reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])


def lue(besoin) -> Besoin:
    besoin.refresh_from_db()
    return besoin


# --- Noter ---------------------------------------------------------------------------------------


def test_noter_un_besoin_en_un_geste(distribution, dossier, connecter):
    CompetenceFabrique(structure=distribution.s2, etape=Etape.MONTAGE)
    client = connecter(distribution.auteur)
    adresse = reverse("porteurs:besoin_ajouter", args=[distribution.reseau.slug, dossier.uuid])
    vide = client.get(adresse).context["form"]
    assert vide["etape"].value() == Etape.MONTAGE
    cle = vide["cle_envoi"].value()
    donnees = {
        "theme": theme().pk,
        "etape": "montage",
        "precisions": "Un four.",
        "cle_envoi": cle,
    }
    for _ in range(2):
        reponse = client.post(adresse, donnees, follow=True)
    besoin = Besoin.objects.get(dossier=dossier)
    assert (besoin.etat, besoin.precisions) == (EtatBesoin.OUVERT, "Un four.")
    assert distribution.s2.nom in reponse.content.decode()
    assert AccesJournal.objects.filter(objet="besoin", reference=dossier.uuid).exists()


def test_ce_qui_ne_se_note_pas_dit_pourquoi(distribution, dossier):
    auteur = acteur_de(distribution.auteur)
    champs = {"acteur": auteur, "dossier": dossier, "etape": "idee"}
    service.ajouter_besoin(theme=theme(), **champs)
    with pytest.raises(Refus, match="déjà noté"):
        service.ajouter_besoin(theme=theme(), **champs)
    with pytest.raises(Refus, match="côté privé") as refus:
        service.ajouter_besoin(theme=theme("logement"), precisions="Trois chambres", **champs)
    assert refus.value.champ == "precisions"
    # Le thème seul se note ; avec l'accord de chacun, ses précisions aussi.
    service.ajouter_besoin(theme=theme("logement"), **champs)
    accorder(dossier, distribution.s1)
    service.ajouter_besoin(theme=theme("ecole"), precisions="Deux places", **champs)
    with pytest.raises(Refus):
        service.ajouter_besoin(
            acteur=acteur_de(distribution.voisine), dossier=dossier, theme=theme(), etape="suivi"
        )


# --- Qui lit quoi --------------------------------------------------------------------------------


def test_les_precisions_suivent_le_cote(distribution, dossier, connecter, marqueur):
    """Le thème est dans la fiche ; les précisions, à qui suit ; celles du côté privé, à qui l'accord."""
    d = distribution
    pro = BesoinFabrique(dossier=dossier, precisions=f"pro{marqueur}")
    prive = BesoinFabrique(dossier=dossier, theme=theme("logement"), precisions=f"priv{marqueur}")
    attendu = {
        # personne: (professionnel, privé)
        d.auteur: (True, False),
        d.voisine: (False, False),
        d.animatrice: (False, False),
    }
    for personne, lisibles in attendu.items():
        for besoin, lisible in zip((pro, prive), lisibles, strict=True):
            contenu = connecter(personne).get(page(besoin)).content.decode()
            assert besoin.theme.libelle.capitalize() in contenu
            assert (besoin.precisions in contenu) == lisible, (personne, besoin)
            bloc = contexte_besoins(acteur_de(personne), dossier)["besoins"]
            [montre] = [b for b in bloc if b.pk == besoin.pk]
            assert montre.lisible == lisible
    accorder(dossier, d.s1)
    assert prive.precisions in connecter(d.auteur).get(page(prive)).content.decode()
    for absente in (d.etrangere, d.elue, d.auditrice, d.echue):
        reponse = connecter(absente).get(page(pro))
        assert reponse.status_code == 404
        assert marqueur not in reponse.content.decode()


def test_le_mot_et_le_motif_restent_entre_ceux_qui_suivent(
    distribution, dossier, connecter, marqueur
):
    d = distribution
    besoin = BesoinFabrique(dossier=dossier)
    OrientationFabrique(besoin=besoin, structure=d.s2, message=f"mot{marqueur}")
    assert f"mot{marqueur}" in connecter(d.auteur).get(page(besoin)).content.decode()
    assert f"mot{marqueur}" in connecter(d.voisine).get(page(besoin)).content.decode()
    tiers = DossierFabrique(reseau=d.reseau, structure_responsable=d.s2, informe=True)
    d_ailleurs = BesoinFabrique(dossier=tiers)
    OrientationFabrique(besoin=d_ailleurs, structure=d.s2, message=f"mot{marqueur}")
    # Le même réseau lit le besoin, jamais ce que d'autres s'en disent.
    contenu = connecter(d.auteur).get(page(d_ailleurs)).content.decode()
    assert "Financement" in contenu
    assert marqueur not in contenu


def test_qui_ne_peut_pas_ne_peut_pas(distribution, dossier, connecter):
    d = distribution
    CompetenceFabrique(structure=d.s2)
    besoin = BesoinFabrique(dossier=dossier)
    orientation = OrientationFabrique(besoin=besoin, structure=d.s2, envoyee_par=d.auteur)
    de = {"reseau": d.reseau.slug, "uuid": orientation.uuid}
    repondre = reverse("porteurs:orientation_repondre", kwargs=de)
    retirer = reverse("porteurs:orientation_retirer", kwargs=de)
    clore = reverse("porteurs:besoin_clore", args=[d.reseau.slug, besoin.uuid])
    essais = [
        (d.auteur, repondre, {"reponse": "oui"}, 403),
        (d.animatrice, repondre, {"reponse": "oui"}, 403),
        (d.etrangere, repondre, {"reponse": "oui"}, 404),
        (d.voisine, retirer, {}, 403),
        (d.voisine, clore, {"etat": "repondu"}, 403),
        (d.parrain, clore, {"etat": "repondu"}, 404),
    ]
    for personne, adresse, donnees, code in essais:
        assert connecter(personne).post(adresse, donnees).status_code == code, (personne, adresse)
    assert lue(orientation).etat == EtatOrientation.ENVOYEE
    assert connecter(d.voisine).post(repondre, {"reponse": "oui"}).status_code == 302
    assert lue(orientation).etat == EtatOrientation.PRISE


# --- La page et ses requêtes ---------------------------------------------------------------------


def test_la_page_coute_autant_quel_que_soit_le_reseau(
    distribution, dossier, connecter, nombre_de_requetes
):
    d = distribution
    besoin = BesoinFabrique(dossier=dossier)
    client = connecter(d.auteur)
    client.get(page(besoin))
    for structures in ([d.s2], [d.s1]):
        for structure in structures:
            CompetenceFabrique(structure=structure)
        with nombre_de_requetes(9):
            contenu = client.get(page(besoin)).content.decode()
        assert all(s.nom in contenu for s in structures)


# --- Ce que personne ne sert ---------------------------------------------------------------------


def test_un_besoin_sans_personne_est_compte_puis_rouvert(distribution, dossier, connecter):
    d = distribution
    besoin = service.ajouter_besoin(
        acteur=acteur_de(d.auteur), dossier=dossier, theme=theme("connexion"), etape="montage"
    )
    assert (besoin.etat, besoin.sans_solution_le) == (EtatBesoin.SANS_SOLUTION, aujourd_hui())
    adresse = reverse("porteurs:besoins_trous", args=[d.reseau.slug])
    contenu = connecter(d.animatrice).get(adresse).content.decode()
    assert "Téléphone et internet" in contenu
    assert dossier.intitule not in contenu
    assert dossier.reference not in contenu
    assert connecter(d.auteur).get(adresse).status_code == 403
    assert connecter(d.etrangere).get(adresse).status_code == 404
    tuile = besoins_sans_personne(acteur_de(d.animatrice))
    assert tuile.contexte["trous"] == [(d.reseau.nom, d.reseau.slug, 1)]
    # Personne n'apparaît : rien ne bouge. Une compétence apparaît : le besoin se rouvre, une fois.
    besoins_delais.suivre_les_besoins(d.reseau)
    assert lue(besoin).etat == EtatBesoin.SANS_SOLUTION
    CompetenceFabrique(structure=d.s2, theme=theme("connexion"), etape=Etape.MONTAGE)
    for _ in range(2):
        besoins_delais.suivre_les_besoins(d.reseau)
    assert lue(besoin).etat == EtatBesoin.OUVERT
    assert Courriel.objects.get(genre="besoin_rouvert").destinataire == d.auteur


def test_on_ne_compte_pas_un_manque_que_quelqu_un_sert(distribution, dossier):
    besoin = BesoinFabrique(dossier=dossier)
    CompetenceFabrique(structure=distribution.s2)
    auteur = acteur_de(distribution.auteur)
    with pytest.raises(Refus):
        service.compter_sans_solution(acteur=auteur, besoin=besoin)
    Competence.objects.all().delete()
    service.compter_sans_solution(acteur=auteur, besoin=besoin)
    assert lue(besoin).etat == EtatBesoin.SANS_SOLUTION


# --- Ailleurs dans le portail --------------------------------------------------------------------


def test_le_tableau_et_l_ordre_du_jour_le_rappellent(distribution, dossier, connecter):
    d = distribution
    besoin = BesoinFabrique(dossier=dossier)
    OrientationFabrique(
        besoin=besoin,
        structure=d.s2,
        envoyee_par=d.auteur,
        envoyee_le=timezone.now() - timedelta(days=12),
    )
    recue = connecter(d.voisine).get(reverse("accueil:tableau")).content.decode()
    envoyee = connecter(d.auteur).get(reverse("accueil:tableau")).content.decode()
    assert "On compte sur votre structure" in recue
    assert "Vous attendez une réponse" in envoyee
    assert tuiles_de(acteur_de(d.elue), [besoins_en_attente, besoins_sans_personne]) == []
    reunion = ReunionFabrique(reseau=d.reseau)
    [candidat] = candidats(reunion, Dossier.objects.filter(pk=dossier.pk))
    assert "besoin" in [raison.code for raison in candidat.raisons]
    Orientation.objects.update(revoir_le=aujourd_hui(30))
    trouves = candidats(reunion, Dossier.objects.filter(pk=dossier.pk))
    assert all("besoin" not in [r.code for r in c.raisons] for c in trouves)


# --- Quoi qu'on en fasse -------------------------------------------------------------------------

GESTES = (
    "orienter_s1",
    "orienter_s2",
    "orienter_collegue",
    "prendre",
    "refuser",
    "passer",
    "retirer",
    "reporter",
    "compter",
    "clore",
    "accorder",
    "vieillir",
    "quitter",
)


def _jouer(geste: str, d, besoin, rang: int) -> None:
    """Un geste, par qui peut le tenter ; un refus ne laisse rien derrière lui."""
    auteur, voisine = acteur_de(d.auteur), acteur_de(d.voisine)
    besoin = Besoin.objects.select_related(*service.LUS).get(pk=besoin.pk)
    orientation = (
        Orientation.objects.select_related("besoin__dossier", "structure")
        .filter(besoin=besoin)
        .order_by("-pk")
        .first()
    )
    if geste.startswith("orienter"):
        structure = d.s2 if geste.endswith("s2") else d.s1
        personne = d.collegue if geste.endswith("collegue") else None
        orientations.orienter(acteur=auteur, besoin=besoin, structure=structure, personne=personne)
    elif geste == "compter":
        service.compter_sans_solution(acteur=auteur, besoin=besoin)
    elif geste == "clore":
        service.clore_besoin(acteur=auteur, besoin=besoin, etat="repondu")
    elif geste == "accorder" and rang == 0:
        accorder(besoin.dossier, d.s2)
    elif geste == "vieillir":
        Orientation.objects.filter(besoin=besoin).update(
            envoyee_le=timezone.now() - timedelta(days=22)
        )
        besoins_delais.suivre_les_besoins(d.reseau)
    elif geste == "quitter":
        d.s2.parties.filter(convention__reseau=d.reseau).update(retrait_le=aujourd_hui())
        besoins_delais.suivre_les_besoins(d.reseau)
    elif orientation is not None:
        repond = voisine if orientation.structure_id == d.s2.pk else acteur_de(d.collegue)
        if geste in ("prendre", "refuser"):
            orientations.repondre(
                acteur=repond, orientation=orientation, accepte=geste == "prendre", motif="Non."
            )
        elif geste == "passer":
            vers = d.s1 if orientation.structure_id == d.s2.pk else d.s2
            orientations.passer(acteur=repond, orientation=orientation, structure=vers)
        elif geste == "retirer":
            orientations.retirer(acteur=auteur, orientation=orientation)
        elif geste == "reporter":
            orientations.reporter(acteur=auteur, orientation=orientation, jusqua=aujourd_hui(10))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(gestes=st.lists(st.sampled_from(GESTES), min_size=2, max_size=7))
def test_aucune_suite_de_gestes_ne_derange_les_droits(distribution, dossier, gestes):
    """Après chaque geste, les accès disent la règle, et l'état du besoin dit ses orientations."""
    d = distribution
    point = transaction.savepoint()
    try:
        CompetenceFabrique(structure=d.s1)
        CompetenceFabrique(structure=d.s2)
        besoin = BesoinFabrique(dossier=dossier)
        pris_le = None
        for rang, geste in enumerate(gestes):
            try:
                with transaction.atomic():
                    _jouer(geste, d, besoin, rang)
            except Refus:
                continue
            lus = Dossier.objects.select_related("reseau").prefetch_related(*LUS_PAR_LA_REGLE)
            assert ecarts(lus.filter(pk=dossier.pk)) == []
            _verifier(lue(besoin))
            pris_le = pris_le or besoin.pris_le
            # La première prise en charge date le besoin pour toujours.
            assert besoin.pris_le == pris_le
    finally:
        transaction.savepoint_rollback(point)


def _verifier(besoin: Besoin) -> None:
    etats = list(besoin.orientations.values_list("etat", flat=True))
    assert etats.count(EtatOrientation.PRISE) <= 1
    if besoin.clos:
        assert EtatOrientation.ENVOYEE not in etats
    elif EtatOrientation.PRISE in etats:
        assert besoin.etat == EtatBesoin.PRIS
        assert EtatOrientation.ENVOYEE not in etats
    elif EtatOrientation.ENVOYEE in etats:
        assert besoin.etat == EtatBesoin.ORIENTE
    else:
        assert besoin.etat in (EtatBesoin.OUVERT, EtatBesoin.SANS_SOLUTION)
