"""L'ordre du jour : chaque raison, l'ordre, les droits, le nombre de requêtes."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from partenaires.enums import Fonction
from porteurs import agenda
from porteurs.enums import EtatReunion, NatureReunion
from porteurs.models import Dossier
from socle.acteur import acteur_de
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    MandatFabrique,
    PointReunionFabrique,
    RelaisFabrique,
    ReunionFabrique,
    UtilisateurFabrique,
)
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture
def reunion(distribution):
    """Dans dix jours ; la précédente a eu lieu il y a vingt jours."""
    ReunionFabrique(
        reseau=distribution.reseau,
        debut=timezone.now() - timedelta(days=20),
        etat=EtatReunion.TENUE,
    )
    return ReunionFabrique(reseau=distribution.reseau, debut=timezone.now() + timedelta(days=10))


@pytest.fixture
def ouvrir(distribution):
    """Un dossier de S1 dont aucune raison ne parle : avec référent, vivant, déjà vu."""

    def creer(**champs):
        return DossierFabrique(
            **{
                "reseau": distribution.reseau,
                "structure_responsable": distribution.s1,
                "informe": True,
                "avec_referent": distribution.mandats["collegue"],
            }
            | champs
        )

    return creer


def codes(reunion, personne) -> dict[str, list[str]]:
    """Par référence, les raisons, la principale d'abord."""
    return {
        ligne.dossier.reference: [raison.code for raison in ligne.raisons]
        for section in agenda.ordre_du_jour(reunion, acteur_de(personne))
        for ligne in section.lignes
    }


def _nouveau(ouvrir, reunion, d):
    return ouvrir(ouvert_le=aujourd_hui(-5))


def _role(ouvrir, reunion, d):
    return AffectationFabrique(
        dossier=ouvrir(), role="parrain", mandat=d.mandats["parrain"]
    ).dossier


def _relais(ouvrir, reunion, d):
    return RelaisFabrique(dossier=ouvrir(), vers=d.s2).dossier


def _dormant(ouvrir, reunion, d):
    return ouvrir(dormant=True)


def _action(ouvrir, reunion, d):
    return ActionFabrique(dossier=ouvrir(), echeance=aujourd_hui(10)).dossier


def _ajoute(ouvrir, reunion, d):
    return PointReunionFabrique(reunion=reunion, dossier=ouvrir()).dossier


CAS = {
    "nouveau": _nouveau,
    "role": _role,
    "relais": _relais,
    "dormant": _dormant,
    "action": _action,
    "ajoute": _ajoute,
}


@pytest.mark.parametrize("code", CAS)
@pytest.mark.parametrize("nombre", [1, 3])
def test_chaque_raison_appelle_ses_dossiers_et_eux_seuls(
    code, nombre, distribution, reunion, ouvrir, nombre_de_requetes
):
    ouvrir()
    attendus = [CAS[code](ouvrir, reunion, distribution) for _ in range(nombre)]
    acteur = acteur_de(distribution.auteur)
    # Référent, précédente réunion, toutes les raisons, dossiers, équipe, personnes, points.
    with nombre_de_requetes(7):
        sections = agenda.ordre_du_jour(reunion, acteur)
    assert [s.raison.code for s in sections] == [code]
    assert {ligne.dossier.intitule for ligne in sections[0].lignes} == {
        d.intitule for d in attendus
    }
    assert all([r.code for r in ligne.raisons] == [code] for ligne in sections[0].lignes)
    assert (sections[0].total, sections[0].autres) == (nombre, 0)


def test_sans_referent_est_un_nombre_jamais_une_enumeration(
    distribution, reunion, ouvrir, connecter
):
    """Un nouveau dossier sans référent reste énuméré, sous « nouveaux » ; il compte des deux côtés."""
    d = distribution
    ouvrir(avec_referent=None)
    nouveau = ouvrir(avec_referent=None, ouvert_le=aujourd_hui(-5))
    assert codes(reunion, d.auteur) == {nouveau.reference: ["nouveau", "sans_referent"]}
    lignes = agenda.lignes_visibles(reunion, acteur_de(d.auteur))
    assert agenda.compte_de(lignes) == agenda.Compte(1, 1)
    assert [r.phrase for r in agenda.resumer(lignes)] == ["2 dossiers sans référent"]
    base = f"/r/{d.reseau.slug}"
    corps = connecter(d.auteur).get(f"{base}/reunions/{reunion.uuid}/").content.decode()
    assert f'<a href="{base}/dossiers/?referent=aucun">2 dossiers sans référent</a>' in corps
    liste = connecter(d.auteur).get(f"{base}/dossiers/?referent=aucun").content.decode()
    assert liste.count(f"{base}/dossiers/{nouveau.uuid}/") == 1


def test_a_vous_ce_qui_attend_votre_reponse(distribution, reunion, ouvrir):
    """Un relais est à la structure qui doit répondre ; un rôle, à la personne à qui on le propose."""
    d = distribution
    relais = RelaisFabrique(dossier=ouvrir(), vers=d.s2).dossier
    role = AffectationFabrique(
        dossier=ouvrir(avec_referent=None), mandat=d.mandats["voisine"]
    ).dossier
    autre = AffectationFabrique(
        dossier=ouvrir(), role="parrain", mandat=d.mandats["parrain"]
    ).dossier

    def a_vous(personne):
        acteur = acteur_de(personne)
        lignes = agenda.lignes_visibles(reunion, acteur)
        assert agenda.lectures(reunion, [acteur])[acteur.utilisateur_id].lignes == lignes
        return {ligne.dossier_id for ligne in lignes if ligne.a_vous}

    assert a_vous(d.voisine) == {relais.pk, role.pk}
    assert a_vous(d.auteur) == {relais.pk, role.pk, autre.pk}
    assert a_vous(d.animatrice) == set()


def test_un_dossier_parait_une_fois_sous_sa_premiere_raison(distribution, reunion, ouvrir):
    dossier = RelaisFabrique(
        dossier=ouvrir(avec_referent=None, dormant=True), vers=distribution.s2
    ).dossier
    assert codes(reunion, distribution.auteur) == {
        dossier.reference: ["relais", "dormant", "sans_referent"]
    }


@pytest.mark.parametrize(
    ("trait", "champs"),
    [
        ("ouvert avant la réunion précédente", {"ouvert_le": aujourd_hui(-21)}),
        ("clos", {"clos": True, "avec_referent": None, "dormant": True}),
        ("actif il y a vingt-neuf jours", {"activite_le": timezone.now() - timedelta(days=29)}),
    ],
)
def test_ce_qui_n_appelle_pas_de_discussion_n_y_est_pas(
    trait, champs, distribution, reunion, ouvrir
):
    ouvrir(**champs)
    assert codes(reunion, distribution.auteur) == {}


def test_une_action_apres_la_reunion_ou_deja_faite_ne_compte_pas(distribution, reunion, ouvrir):
    ActionFabrique(dossier=ouvrir(), echeance=aujourd_hui(11))
    ActionFabrique(dossier=ouvrir(), echeance=aujourd_hui(3), faite_le=aujourd_hui())
    assert codes(reunion, distribution.auteur) == {}


def test_sans_reunion_precedente_nouveau_veut_dire_trente_et_un_jours(distribution, ouvrir):
    reunion = ReunionFabrique(reseau=distribution.reseau, debut=timezone.now() + timedelta(days=1))
    # Annulée, ou d'un comité : aucune des deux n'est la réunion précédente.
    ReunionFabrique(
        reseau=distribution.reseau,
        debut=timezone.now() - timedelta(days=2),
        etat=EtatReunion.ANNULEE,
    )
    ReunionFabrique(
        reseau=distribution.reseau,
        debut=timezone.now() - timedelta(days=2),
        nature=NatureReunion.SUIVI,
    )
    dedans = ouvrir(ouvert_le=aujourd_hui(-30))
    ouvrir(ouvert_le=aujourd_hui(-31))
    assert codes(reunion, distribution.auteur) == {dedans.reference: ["nouveau"]}


def test_ce_qu_on_ne_voit_pas_n_est_ni_montre_ni_compte(
    distribution, reunion, ouvrir, connecter, marqueur
):
    d = distribution
    ferme = ouvrir(informe=False, dormant=True, intitule=f"Fermé {marqueur}")
    partage = ouvrir(dormant=True)
    page = f"/r/{d.reseau.slug}/reunions/{reunion.uuid}/"
    assert marqueur in connecter(d.auteur).get(page).content.decode()
    for personne in (d.voisine, d.animatrice):
        corps = connecter(personne).get(page).content.decode()
        assert marqueur not in corps
        assert partage.intitule in corps
        assert agenda.compter(reunion, acteur_de(personne)).total == 1
    assert codes(reunion, d.auteur).keys() == {ferme.reference, partage.reference}
    assert agenda.compter(reunion, acteur_de(d.auteur)) == agenda.Compte(2, 2)
    assert agenda.compter(reunion, acteur_de(d.etrangere)).total == 0


def test_les_siens_viennent_d_abord(distribution, reunion, ouvrir):
    d = distribution
    ancien = ouvrir(activite_le=timezone.now() - timedelta(days=80))
    mien = ouvrir(dormant=True, structure_responsable=d.s2)
    relais = RelaisFabrique(dossier=ouvrir(), vers=d.s2).dossier
    sections = agenda.ordre_du_jour(reunion, acteur_de(d.voisine))
    assert [(s.raison.code, [(x.dossier, x.a_vous) for x in s.lignes]) for s in sections] == [
        ("relais", [(relais, True)]),
        ("dormant", [(mien, True), (ancien, False)]),
    ]


def test_une_section_longue_compte_le_reste_et_mene_a_la_liste(
    distribution, reunion, ouvrir, connecter
):
    for _ in range(agenda.MONTRES + 3):
        ouvrir(dormant=True)
    sections = agenda.ordre_du_jour(reunion, acteur_de(distribution.auteur))
    assert (len(sections[0].lignes), sections[0].autres) == (agenda.MONTRES, 3)
    corps = (
        connecter(distribution.auteur)
        .get(f"/r/{distribution.reseau.slug}/reunions/{reunion.uuid}/")
        .content.decode()
    )
    assert "et 3 autres" in corps
    assert f"/r/{distribution.reseau.slug}/dossiers/?situation=dormants" in corps


def test_le_lot_et_la_page_donnent_la_meme_reponse(distribution, reunion, ouvrir):
    """La table des accès lue pour un lot répond comme ``visible_par``, pour tout le monde."""
    d = distribution
    for code in CAS:
        for informe in (True, False):
            CAS[code](lambda informe=informe, **c: ouvrir(**{"informe": informe} | c), reunion, d)
    ouvrir(avec_referent=d.mandats["voisine"], informe=False, dormant=True)
    acteurs = [acteur_de(getattr(d, nom)) for nom in d.mandats]
    lot = agenda.lectures(reunion, acteurs)
    assert len(lot[d.auteur.pk].lignes) > len(lot[d.voisine.pk].lignes) > 0
    for acteur in acteurs:
        seul = agenda.lignes_visibles(reunion, acteur)
        lecture = lot[acteur.utilisateur_id]
        assert lecture.lignes == seul
        suivis = set(Dossier.objects.suivis_par(acteur).values_list("pk", flat=True))
        ids = {ligne.dossier_id for ligne in seul}
        assert lecture.suivis & ids == suivis & ids


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_lot_coute_autant_pour_une_personne_que_pour_trois(
    nombre, distribution, reunion, ouvrir, nombre_de_requetes
):
    ouvrir(dormant=True)
    acteurs = [
        acteur_de(
            MandatFabrique(
                utilisateur=UtilisateurFabrique(),
                structure=distribution.s1,
                reseau=distribution.reseau,
            ).utilisateur
        )
        for _ in range(nombre)
    ]
    with nombre_de_requetes(4):
        lot = agenda.lectures(reunion, acteurs)
    assert [len(lecture.lignes) for lecture in lot.values()] == [1] * nombre


# --- Les comités ---------------------------------------------------------------------------


@pytest.fixture
def comite(distribution):
    return ReunionFabrique(reseau=distribution.reseau, nature=NatureReunion.PILOTAGE)


def test_un_elu_ne_lit_que_des_nombres_masques_sous_le_seuil(
    distribution, comite, ouvrir, connecter, marqueur
):
    d = distribution
    for _ in range(4):
        ouvrir(activite_le=timezone.now() - timedelta(days=90), intitule=f"Projet {marqueur}")
    for _ in range(8):
        ouvrir(avec_referent=None, informe=False, intitule=f"Projet {marqueur}")
    nombres = {r.code: n for r, n in agenda.chiffres(comite, acteur_de(d.elue))}
    assert nombres == {
        "relais": None,
        "besoin": None,
        "role": None,
        "nouveau": None,
        "action": None,
        "sans_referent": 5,
        "dormant": None,
    }
    page = f"/r/{d.reseau.slug}/reunions/{comite.uuid}/"
    corps = connecter(d.elue).get(page).content.decode()
    assert "moins de 5" in corps
    assert "environ 5" in corps
    assert marqueur not in corps
    # L'animation compte ce qu'elle voit, sans masque ; le comité ne nomme rien à elle non plus.
    assert {r.code: n for r, n in agenda.chiffres(comite, acteur_de(d.animatrice))} == {
        "relais": 0,
        "besoin": 0,
        "role": 0,
        "nouveau": 0,
        "action": 0,
        "sans_referent": 0,
        "dormant": 4,
    }
    assert marqueur not in connecter(d.animatrice).get(page).content.decode()
    assert agenda.ordre_du_jour(comite, acteur_de(d.animatrice)) == []


@pytest.mark.parametrize("pas", range(2, 11))
def test_deux_nombres_montres_different_de_rien_ou_d_un_seuil(pas):
    montres = [agenda.arrondir(n, pas) for n in range(8 * pas)]
    assert montres[:pas] == [None] * pas
    assert all(m is None or 0 <= n - m < pas for n, m in enumerate(montres))
    ecarts = {abs((a or 0) - (b or 0)) for a in montres for b in montres}
    assert all(ecart == 0 or ecart >= pas for ecart in ecarts)


def test_sans_seuil_les_nombres_sont_exacts():
    assert [agenda.arrondir(n, pas) for pas in (0, 1) for n in (0, 3, 7)] == [0, 3, 7] * 2


def test_comparer_deux_comites_n_apprend_rien_a_un_elu(distribution, ouvrir):
    """Quatre actions échoient entre deux comités : sous le seuil, elles ne s'isolent pas."""
    d = distribution
    comites = [
        ReunionFabrique(
            reseau=d.reseau,
            nature=nature,
            debut=timezone.now() + timedelta(days=jours, hours=1),
        )
        for nature, jours in ((NatureReunion.SUIVI, 1), (NatureReunion.PILOTAGE, 60))
    ]
    for echeance in [aujourd_hui(-40)] * 6 + [aujourd_hui(30)] * 4:
        ActionFabrique(dossier=ouvrir(), echeance=echeance)
    lus = [{r.code: n for r, n in agenda.chiffres(comite, acteur_de(d.elue))} for comite in comites]
    assert lus[0] == lus[1]
    assert lus[0]["action"] == 5
    exacts = [dict(agenda.chiffres(c, acteur_de(d.animatrice))) for c in comites]
    assert [{r.code: n for r, n in lu.items()}["action"] for lu in exacts] == [6, 10]


def test_l_elue_ne_voit_pas_la_reunion_technique(distribution, reunion, comite, connecter):
    base = f"/r/{distribution.reseau.slug}/reunions/"
    client = connecter(distribution.elue)
    assert client.get(f"{base}{comite.uuid}/").status_code == 200
    assert client.get(f"{base}{reunion.uuid}/").status_code == 404
    assert str(reunion.uuid) not in client.get(base).content.decode()
    assert Fonction.ELU in acteur_de(distribution.elue).fonctions(distribution.reseau.pk)


def test_le_jour_d_une_reunion_est_celui_du_reseau(distribution):
    d = distribution
    d.reseau.fuseau = "Indian/Reunion"
    reunion = ReunionFabrique.build(
        reseau=d.reseau, debut=datetime.fromisoformat("2026-12-01T21:00:00+00:00")
    )
    assert agenda.jour_de(reunion).isoformat() == "2026-12-02"
    assert reunion.quand == "mercredi 2 décembre 2026, 1\u00a0h"
