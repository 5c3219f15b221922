"""Les chiffres : chacun bouge d'un quand une ligne bouge, et rien de masqué ne se retrouve."""

import itertools
from collections import defaultdict
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bourse.models import FrequentationJour
from partenaires.models import Evenement, PopulationCommune, Reseau, ReseauCommune
from porteurs.models import (
    Affectation,
    Dossier,
    Echange,
    EtapeDossier,
    Financement,
    Installation,
    PointReunion,
    Reunion,
)
from porteurs.services.effacement import effacer_dossiers
from socle.indicateurs import (
    Indicateur,
    calculer_tous,
    consolider,
    masques,
    masques_de_l_ensemble,
)
from socle.listes import contributions
from socle.models import Utilisateur

ANNEE = timezone.localdate().year - 1
LOIN = ANNEE - 5


@pytest.fixture
def reseau(db):
    return Reseau.objects.get(slug="livradois-forez")


@pytest.fixture
def chiffre(reseau):
    def lire(code, annee=ANNEE):
        [indicateur] = [i for i in contributions("MAILLON_INDICATEURS") if i.code == code]
        return indicateur.calculer([reseau], annee)[reseau.pk]

    return lire


# --- Une ligne bouge, le chiffre bouge d'un -------------------------------------------------


def test_une_installation_change_d_annee(reseau, chiffre):
    installation = (
        Installation.objects.filter(dossier__reseau=reseau, le__year=ANNEE, origine="ailleurs")
        .order_by("pk")
        .first()
    )
    codes = ["installations", "installations_ailleurs"]
    avant = [chiffre(c) for c in codes] + [chiffre(c, LOIN) for c in codes]
    adultes = chiffre("installations_adultes")
    installation.le = installation.le.replace(year=LOIN, day=1)
    installation.save()
    apres = [chiffre(c) for c in codes] + [chiffre(c, LOIN) for c in codes]
    assert [b - a for a, b in zip(avant, apres, strict=True)] == [-1, -1, 1, 1]
    assert chiffre("installations_adultes") == adultes - installation.adultes


def test_un_referent_de_moins(reseau, chiffre):
    [dossier_id] = (
        Affectation.objects.filter(
            dossier__reseau=reseau, role="referent", periode__overlap=_annee(ANNEE)
        )
        .filter(dossier__participations__rang=1)
        .exclude(dossier__participations__rang=2)
        .order_by("pk")
        .values_list("dossier", flat=True)[:1]
    )
    assert chiffre("avec_referent") == 150
    Affectation.objects.filter(dossier=dossier_id, role="referent").delete()
    assert chiffre("avec_referent") == 149
    assert chiffre("projets_suivis") == 500


def _annee(annee):
    return (datetime(annee, 1, 1).date(), datetime(annee + 1, 1, 1).date())


def test_un_referent_qui_n_a_pas_accepte_ne_compte_pas(reseau, chiffre):
    un = Affectation.objects.filter(
        dossier__reseau=reseau, etat="acceptee", role="referent", periode__overlap=_annee(ANNEE)
    )
    personnes = chiffre("avec_referent")
    dossier = un.order_by("pk").first().dossier
    Affectation.objects.filter(dossier=dossier).update(etat="declinee")
    assert chiffre("avec_referent") == personnes - dossier.participations.count()


def test_un_dossier_sans_geste_n_est_pas_suivi(reseau, chiffre):
    """Échange, changement d'étape ou décision : chacun suffit, aucun ne manque à l'appel."""
    dossier = (
        Dossier.objects.filter(reseau=reseau, ouvert_le__year=ANNEE, clos_le=None)
        .order_by("pk")
        .first()
    )
    EtapeDossier.objects.filter(dossier=dossier).exclude(etape="idee").delete()
    PointReunion.objects.filter(dossier=dossier).delete()
    assert chiffre("projets_suivis") == 500, "il reste ses échanges"
    Echange.objects.filter(dossier=dossier).update(le=datetime(LOIN, 1, 2).date())
    assert chiffre("projets_suivis") == 499, "l'étape d'ouverture n'est pas un changement"
    etape = EtapeDossier.objects.create(dossier=dossier, etape="etude", le=dossier.ouvert_le)
    assert chiffre("projets_suivis") == 500
    etape.delete()
    PointReunion.objects.create(
        dossier=dossier,
        reunion=Reunion.objects.filter(reseau=reseau).order_by("pk").first(),
        decision="On continue.",
        decide_le=dossier.ouvert_le,
    )
    assert chiffre("projets_suivis") == 500


def test_un_dossier_clos_avant_l_annee_n_est_pas_suivi(reseau, chiffre):
    dossier = (
        Dossier.objects.filter(reseau=reseau, clos_le__year=ANNEE, ouvert_le__year__lt=ANNEE)
        .order_by("pk")
        .first()
    )
    assert chiffre("projets_suivis") == 500
    Dossier.objects.filter(pk=dossier.pk).update(clos_le=dossier.ouvert_le)
    assert chiffre("projets_suivis") == 499


def test_un_pret_change_d_annee_ou_de_nature(reseau, chiffre):
    prets = Financement.objects.filter(
        dossier__reseau=reseau,
        nature="pret_honneur",
        structure__type="plateforme",
        accorde_le__year=ANNEE,
    ).order_by("pk")
    assert chiffre("finances_plateformes") == 45
    premier, deuxieme, troisieme = prets[:3]
    Financement.objects.create(
        dossier=premier.dossier,
        nature="pret_honneur",
        structure=premier.structure,
        montant=1000,
        accorde_le=premier.accorde_le,
    )
    assert chiffre("finances_plateformes") == 45, "un dossier se compte une fois"
    Financement.objects.filter(pk=deuxieme.pk).update(accorde_le=datetime(LOIN, 5, 1).date())
    assert (chiffre("finances_plateformes"), chiffre("finances_plateformes", LOIN)) == (44, 1)
    Financement.objects.filter(pk=troisieme.pk).update(nature="aide")
    assert chiffre("finances_plateformes") == 43


def test_un_prix_change_d_annee(reseau, chiffre):
    prix = Financement.objects.filter(
        dossier__reseau=reseau, nature="prix", accorde_le__year=ANNEE
    ).order_by("pk")[0]
    assert (chiffre("laureats"), chiffre("primes")) == (10, 52_000)
    Financement.objects.filter(pk=prix.pk).update(accorde_le=datetime(LOIN, 5, 1).date())
    assert (chiffre("laureats"), chiffre("primes")) == (9, 52_000 - prix.montant)


def test_une_formation_et_un_comite_annules(reseau, chiffre):
    assert (chiffre("formations"), chiffre("comites")) == (3, 2)
    Evenement.objects.filter(
        pk=Evenement.objects.filter(reseau=reseau, nature="formation", debut__year=ANNEE)[:1]
    ).update(etat="annule")
    comite = Reunion.objects.filter(reseau=reseau, debut__year=ANNEE).exclude(nature="technique")
    Reunion.objects.filter(pk=comite.order_by("pk")[:1]).update(etat="annulee")
    assert (chiffre("formations"), chiffre("comites")) == (2, 1)


def test_douze_visites_de_plus_en_font_une_par_mois(reseau, chiffre):
    assert (chiffre("visites"), chiffre("visites_par_mois")) == (12_000, 1_000)
    FrequentationJour.objects.filter(reseau=reseau, jour=f"{ANNEE}-03-03").update(
        visites=F("visites") + 12
    )
    assert (chiffre("visites"), chiffre("visites_par_mois")) == (12_012, 1_001)


def test_une_commune_de_moins_et_une_annee_sans_donnee(reseau, chiffre):
    couverture = ReseauCommune.objects.filter(reseau=reseau).order_by("pk").first()
    habitants = PopulationCommune.objects.get(commune=couverture.commune, annee=ANNEE).population
    avant = chiffre("population")
    couverture.delete()
    assert chiffre("population") == avant - habitants
    assert chiffre("population", 1900) is None


def test_l_annee_est_celle_du_fuseau_du_reseau(reseau, chiffre):
    """La nuit du 31 décembre à 23 h 30, temps universel, est déjà l'an neuf à Paris."""
    avant = chiffre("formations", LOIN), chiffre("formations", LOIN + 1)
    assert avant == (0, 0)
    nuit = datetime(LOIN, 12, 31, 23, 30, tzinfo=UTC)
    Evenement.objects.create(
        reseau=reseau, nature="formation", intitule="Nuit", debut=nuit, fin=nuit, etat="tenu"
    )
    assert (chiffre("formations", LOIN), chiffre("formations", LOIN + 1)) == (0, 1)
    Reseau.objects.filter(pk=reseau.pk).update(fuseau="America/Cayenne")
    assert (chiffre("formations", LOIN), chiffre("formations", LOIN + 1)) == (1, 0)


def test_chaque_lecture_est_faite_une_fois_pour_le_lot(reseau, nombre_de_requetes):
    reseaux = list(Reseau.objects.order_by("pk"))
    indicateurs = contributions("MAILLON_INDICATEURS")
    with nombre_de_requetes(7):
        seul = calculer_tous(indicateurs, [reseau], [ANNEE])
    with nombre_de_requetes(7):
        tous = calculer_tous(indicateurs, reseaux, [ANNEE - 1, ANNEE, ANNEE + 1])
    for code, valeurs in seul.items():
        assert tous[code][reseau.pk, ANNEE] == valeurs[reseau.pk, ANNEE], code


# --- La page --------------------------------------------------------------------------------


@pytest.fixture
def page(connecter):
    def lire(adresse, slug="livradois-forez"):
        personne = Utilisateur.objects.get(email=f"{adresse}@demo.maillon.invalid")
        return connecter(personne).get(reverse("accueil:chiffres", args=[slug]))

    return lire


def _case(reponse, code, annee):
    [ligne] = [li for li in reponse.context["lignes"] if li["indicateur"].code == code]
    [case] = [c for c in ligne["cellules"] if c.annee == annee]
    return case.texte.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_l_animation_lit_tout_et_l_elue_masque(page, reseau):
    prix = Financement.objects.filter(
        dossier__reseau=reseau, nature="prix", accorde_le__year=ANNEE
    ).order_by("pk")
    Financement.objects.filter(pk__in=list(prix.values_list("pk", flat=True)[:6])).delete()
    reste = f"{sum(p.montant for p in prix.all()):,.0f} €".replace(",", " ")
    libre, masquee = page("animatrice"), page("elue")
    assert (_case(libre, "laureats", ANNEE), _case(libre, "primes", ANNEE)) == ("4", reste)
    assert _case(masquee, "laureats", ANNEE) == _case(masquee, "primes", ANNEE) == "masqué"
    assert reste.replace(" ", "\N{NARROW NO-BREAK SPACE}") not in masquee.content.decode()
    assert _case(masquee, "projets_suivis", ANNEE) == "500"
    assert _case(masquee, "comites", ANNEE) == "2", "une réunion n'est pas une personne"
    assert page("technicienne.ambert").context["libre"] is False


def _sans_dossier(reseau):
    effacer_dossiers(list(Dossier.objects.filter(reseau=reseau).values_list("pk", flat=True)))


def test_les_annees_d_avant_le_reseau_ne_se_montrent_pas(page, reseau, monkeypatch):
    """Une colonne où tout est nul ou masqué, en tête, disparaît ; la population seule n'y fait rien."""
    entiere = page("animatrice").context["annees"]
    monkeypatch.setattr("accueil.views.chiffres.ANNEES_CLOSES", 12)
    for qui in ("animatrice", "elue"):
        reponse = page(qui)
        annees = reponse.context["annees"]
        assert entiere[-2:] == annees[-2:]
        assert len(annees) < 13
        assert all(len(li["cellules"]) == len(annees) for li in reponse.context["lignes"])
        assert any(
            not li["cellules"][0].muette
            for li in reponse.context["lignes"]
            if li["indicateur"].additif
        )
    _sans_dossier(reseau)
    Reunion.objects.filter(reseau=reseau).delete()
    Evenement.objects.filter(reseau=reseau).delete()
    FrequentationJour.objects.filter(reseau=reseau).delete()
    assert page("animatrice").context["annees"] == entiere[-1:]


def test_la_page_se_ferme_aux_autres(page, reseau):
    assert page("animatrice").status_code == 200
    assert page("technicien.voisin").status_code == 404
    assert page("coordination.region").status_code == 404
    assert page("auditrice").status_code == page("accueil.mairie").status_code == 403
    assert page("parrain").status_code == 403


def test_le_reseau_parent_somme_ses_enfants_et_masque_ce_qu_ils_masquent(page, reseau):
    voisin = Reseau.objects.get(slug="saint-flour-hautes-terres")
    reponse = page("coordination.region", "auvergne")
    assert _case(reponse, "projets_suivis", ANNEE) == "584"
    assert _case(reponse, "population", ANNEE).startswith("1 3")
    # Trois lauréats chez le voisin, masqués : treize moins dix les rendraient.
    assert _case(reponse, "laureats", ANNEE) == "masqué"
    assert "-0001" not in reponse.content.decode(), "aucun dossier ne se lit d'ici"
    _sans_dossier(voisin)
    apres = page("coordination.region", "auvergne")
    assert _case(apres, "projets_suivis", ANNEE) == "masqué", "ils diraient zéro par différence"


def test_la_page_tient_en_douze_requetes(connecter, reseau, nombre_de_requetes):
    personne = Utilisateur.objects.get(email="animatrice@demo.maillon.invalid")
    client = connecter(personne)
    adresse = reverse("accueil:chiffres", args=[reseau.slug])
    client.get(adresse)
    with nombre_de_requetes(12):
        client.get(adresse)


# --- Le masquage, dans tous les mondes possibles ----------------------------------------------


def _indicateur(code, **traits):
    return Indicateur(code, code, "", "", calcul=lambda portees, annees: {}, **traits)


TOTAL, PARTIE = _indicateur("total"), _indicateur("partie", partie_de="total")
SUITE = _indicateur("suite", sensible=False, suit="total")
LIBRE = _indicateur("libre", sensible=False)
SEUIL = 3


def _vue(monde):
    """Ce que publient ensemble les tableaux de deux réseaux et de leur parent."""
    indicateurs = [TOTAL, PARTIE]
    parent = SimpleNamespace(pk=0, seuil_masquage=SEUIL)
    enfants = [SimpleNamespace(pk=n, seuil_masquage=SEUIL) for n in (1, 2)]
    valeurs = defaultdict(lambda: defaultdict(int))
    for enfant, (total, partie) in zip(enfants, monde, strict=True):
        valeurs["total"][enfant.pk, 1] = total
        valeurs["partie"][enfant.pk, 1] = partie
    vue = []
    for enfant in enfants:
        propres = {i.code: valeurs[i.code][enfant.pk, 1] for i in indicateurs}
        caches = masques(indicateurs, propres, SEUIL)
        vue += [(c, None if c in caches else v) for c, v in propres.items()]
    sommes = consolider(indicateurs, valeurs, parent, enfants, [1])[1]
    caches = masques_de_l_ensemble(indicateurs, valeurs, parent, enfants, [1])[1]
    return tuple(vue + [(c, None if c in caches else v) for c, v in sommes.items()])


def test_aucune_case_masquee_ne_se_retrouve():
    """Tous les mondes à deux réseaux, jusqu'à douze : chaque case masquée reste indécise.

    Deux mondes qui publient les mêmes tableaux sont indiscernables ; une case masquée est sûre
    si, parmi eux, elle prend plusieurs valeurs.
    """
    reseaux = [(total, partie) for total in range(13) for partie in range(total + 1)]
    mondes = defaultdict(list)
    for monde in itertools.product(reseaux, repeat=2):
        mondes[_vue(monde)].append((*monde[0], *monde[1]))
    indecises = 0
    for vue, semblables in mondes.items():
        for rang in range(4):
            # Au bord du domaine énuméré, les semblables plus grands n'y sont pas tous.
            if vue[rang][1] is None and max(vue[0][1] or 0, vue[2][1] or 0) <= 8:
                assert len({monde[rang] for monde in semblables}) > 1, (vue, rang)
                indecises += 1
    assert indecises > 100


def test_ce_qui_accompagne_un_nombre_masque_l_est_aussi():
    indicateurs = [TOTAL, PARTIE, SUITE, LIBRE]
    valeurs = {"total": 2, "partie": 1, "suite": 40_000, "libre": 1}
    assert masques(indicateurs, valeurs, SEUIL) == {"total", "partie", "suite"}
    assert masques(indicateurs, valeurs | {"total": 9, "partie": 8}, SEUIL) == {"partie"}
    assert masques(indicateurs, valeurs, 0) == set(), "un seuil nul ne masque rien"
