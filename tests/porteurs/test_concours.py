"""Un concours : son appel, ses candidats, son palmarès, et qui y paraît."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from porteurs.enums import EtatCandidature, ModeInformation, NatureFinancement
from porteurs.models import Candidature, Concours
from porteurs.services import concours as service
from porteurs.services.dossier import enregistrer_opposition
from porteurs.services.financements import retirer_financement
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import DossierFabrique
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture
def concours(distribution):
    """Organisé par S2, dont la voisine est technicienne ; l'appel est ouvert."""
    concours = Concours.objects.create(
        reseau=distribution.reseau,
        nom="Créer au pays",
        annee=aujourd_hui().year,
        structure=distribution.s2,
        ouvre_le=aujourd_hui(-10),
        ferme_le=aujourd_hui(10),
        dotation=Decimal(5000),
    )
    concours.refresh_from_db()
    return concours


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Atelier {marqueur}",
        informe=True,
    )


def presenter(personne, concours, dossier, **change) -> Candidature:
    champs = {"accord_le": aujourd_hui(-1), "accord_mode": ModeInformation.ORAL} | change
    return service.candidater(
        acteur=acteur_de(personne), concours=concours, dossier=dossier, **champs
    )


def proclamer(personne, concours, **prix):
    return service.proclamer(
        acteur=acteur_de(personne),
        concours=concours,
        le=aujourd_hui(),
        resultats={
            int(pk[1:]): service.Resultat(EtatCandidature.LAUREATE, Decimal(montant), 1)
            for pk, montant in prix.items()
        },
    )


def _adresse(nom, concours):
    return reverse(f"porteurs:{nom}", args=[concours.reseau.slug, concours.uuid])


# --- L'appel ------------------------------------------------------------------------------------


def test_on_presente_ce_que_l_on_suit_avec_l_accord(distribution, concours, dossier):
    candidature = presenter(distribution.auteur, concours, dossier)
    assert candidature.etat == EtatCandidature.DEPOSEE
    with pytest.raises(Refus, match="déjà candidat"):
        presenter(distribution.auteur, concours, dossier)
    with pytest.raises(Refus, match="changé de mains"):
        presenter(distribution.voisine, concours, dossier)


@pytest.mark.parametrize(
    ("jours", "phrase"), [((-20, -1), "fermé"), ((1, 20), "ouvre le")], ids=["après", "avant"]
)
def test_hors_de_l_appel(jours, phrase, distribution, concours, dossier):
    debut, fin = jours
    Concours.objects.filter(pk=concours.pk).update(
        ouvre_le=aujourd_hui(debut), ferme_le=aujourd_hui(fin)
    )
    with pytest.raises(Refus, match=phrase):
        presenter(distribution.auteur, concours, dossier)


def test_une_fiche_fermee_ne_se_presente_pas(distribution, concours):
    ferme = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    with pytest.raises(Refus, match="pas partagée"):
        presenter(distribution.auteur, concours, ferme)


def test_retiree_elle_peut_revenir(distribution, concours, dossier):
    candidature = presenter(distribution.auteur, concours, dossier)
    acteur = acteur_de(distribution.auteur)
    assert service.retirer_candidature(acteur=acteur, candidature=candidature)
    assert not service.retirer_candidature(acteur=acteur, candidature=candidature)
    assert presenter(distribution.auteur, concours, dossier).pk == candidature.pk


def test_la_page_presente_par_la_reference(distribution, concours, dossier, connecter):
    corps = {
        "reference": dossier.reference,
        "accord_le": aujourd_hui().isoformat(),
        "accord_mode": "oral",
        "accord": "on",
    }
    page = _adresse("concours_candidater", concours)
    vierge = connecter(distribution.auteur).get(page).context["form"]
    assert vierge["accord_le"].value() is None
    sans = connecter(distribution.auteur).post(page, corps | {"accord": ""})
    assert "Sans son accord" in sans.content.decode()
    refus = connecter(distribution.voisine).post(page, corps)
    assert refus.status_code == 200
    assert "parmi ceux que vous suivez" in refus.content.decode()
    assert connecter(distribution.elue).post(page, corps).status_code == 403
    assert not Candidature.objects.filter(concours=concours).exists()
    assert connecter(distribution.auteur).post(page, corps).status_code == 302
    assert Candidature.objects.get(concours=concours).dossier == dossier


# --- Qui lit les candidatures -------------------------------------------------------------------


def test_qui_suit_et_qui_tient_le_concours_lisent(
    distribution, concours, dossier, connecter, marqueur
):
    presenter(distribution.auteur, concours, dossier)
    page = _adresse("concours_edition", concours)
    for qui in ("auteur", "collegue", "voisine", "animatrice"):
        assert marqueur in connecter(getattr(distribution, qui)).get(page).content.decode(), qui
    elue = connecter(distribution.elue).get(page)
    assert elue.status_code == 200
    assert marqueur not in elue.content.decode()
    assert connecter(distribution.etrangere).get(page).status_code == 404
    # L'organisateur n'en lit que la fiche : le nom entier reste à qui suit.
    nom = dossier.porteurs.get().nom
    assert nom in connecter(distribution.auteur).get(page).content.decode()
    assert nom not in connecter(distribution.voisine).get(page).content.decode()


def test_une_opposition_ferme_aussitot_la_candidature(distribution, concours, dossier):
    candidature = presenter(distribution.auteur, concours, dossier)
    vues = Candidature.objects.filter(pk=candidature.pk)
    assert vues.visible_par(acteur_de(distribution.voisine)).exists()
    enregistrer_opposition(acteur=acteur_de(distribution.auteur), dossier=dossier, le=aujourd_hui())
    assert not vues.visible_par(acteur_de(distribution.voisine)).exists()
    assert vues.visible_par(acteur_de(distribution.auteur)).exists()


# --- La présélection et le palmarès -------------------------------------------------------------


def test_preselectionner_ne_touche_que_ce_qu_on_lit(distribution, concours, dossier):
    candidature = presenter(distribution.auteur, concours, dossier)
    acteur = acteur_de(distribution.voisine)
    assert service.preselectionner(acteur=acteur, concours=concours, retenues={candidature.pk}) == 1
    assert service.preselectionner(acteur=acteur, concours=concours, retenues={0}) == 0
    candidature.refresh_from_db()
    assert candidature.etat == EtatCandidature.DEPOSEE
    with pytest.raises(Refus, match="changé de mains"):
        service.preselectionner(
            acteur=acteur_de(distribution.auteur), concours=concours, retenues=set()
        )


def test_le_palmares_ecrit_le_prix_au_dossier_et_se_fige(distribution, concours, dossier):
    laureate = presenter(distribution.auteur, concours, dossier)
    autre = presenter(
        distribution.auteur,
        concours,
        DossierFabrique(
            reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
        ),
    )
    proclamer(distribution.voisine, concours, **{f"c{laureate.pk}": 3000})
    concours.refresh_from_db()
    autre.refresh_from_db()
    assert (concours.clos_le, autre.etat) == (aujourd_hui(), EtatCandidature.NON_RETENUE)
    prix = dossier.financements.get()
    assert (prix.nature, prix.montant, prix.accorde_le, prix.structure) == (
        NatureFinancement.PRIX,
        3000,
        aujourd_hui(),
        distribution.s2,
    )
    acteur = acteur_de(distribution.auteur)
    with pytest.raises(Refus, match="proclamé"):
        proclamer(distribution.voisine, concours, **{f"c{autre.pk}": 100})
    with pytest.raises(Refus, match="proclamé"):
        service.preselectionner(
            acteur=acteur_de(distribution.voisine), concours=concours, retenues=set()
        )
    with pytest.raises(Refus, match="fermé"):
        presenter(distribution.auteur, concours, dossier)
    assert not service.retirer_candidature(acteur=acteur, candidature=laureate)
    assert not retirer_financement(acteur=acteur, financement=prix)
    assert dossier.financements.count() == 1


def test_les_prix_tiennent_dans_la_dotation(distribution, concours, dossier):
    candidature = presenter(distribution.auteur, concours, dossier)
    with pytest.raises(Refus, match="dotation"):
        proclamer(distribution.voisine, concours, **{f"c{candidature.pk}": 5001})
    assert not dossier.financements.exists()
    concours.refresh_from_db()
    assert not concours.clos


def test_la_page_du_palmares(distribution, concours, dossier, connecter):
    candidature = presenter(distribution.auteur, concours, dossier)
    page = _adresse("concours_palmares", concours)
    corps = {"le": aujourd_hui().isoformat(), f"prix_{candidature.pk}": "2 500"}
    assert connecter(distribution.auteur).post(page, corps).status_code == 403
    assert connecter(distribution.voisine).post(page, corps).status_code == 302
    assert dossier.financements.get().montant == 2500


# --- Le palmarès public -------------------------------------------------------------------------


def test_seuls_paraissent_ceux_qui_l_ont_voulu(distribution, concours, dossier, connecter):
    discret = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule="Projet discret",
        informe=True,
    )
    nommee = presenter(
        distribution.auteur, concours, dossier, publication=True, nom_publie="Le Fournil"
    )
    taite = presenter(distribution.auteur, concours, discret)
    page = reverse("porteurs:laureats", args=[distribution.reseau.slug])
    assert "Le Fournil" not in connecter().get(page).content.decode()
    proclamer(distribution.voisine, concours, **{f"c{nommee.pk}": 3000, f"c{taite.pk}": 1000})
    texte = connecter().get(page).content.decode()
    assert "Le Fournil" in texte
    assert "Projet discret" not in texte
    assert dossier.porteurs.get().nom not in texte
    service.accorder_la_publication(
        acteur=acteur_de(distribution.auteur), candidature=nommee, le=None
    )
    assert "Le Fournil" not in connecter().get(page).content.decode()


def test_un_nom_est_demande_a_qui_accepte(distribution, concours, dossier):
    with pytest.raises(Refus, match="quel nom"):
        presenter(distribution.auteur, concours, dossier, publication=True)


# --- Tenir l'édition ----------------------------------------------------------------------------


def _edition(**change) -> dict:
    return {
        "nom": "Entreprendre ici",
        "annee": 2026,
        "organisateur": "Fondation du plateau",
        "ouvre_le": aujourd_hui().isoformat(),
        "ferme_le": aujourd_hui(30).isoformat(),
        "dotation": "12 000",
    } | change


def test_l_animation_annonce_une_technicienne_pour_sa_structure(distribution, connecter):
    page = reverse("porteurs:concours_nouveau", args=[distribution.reseau.slug])
    refus = connecter(distribution.auteur).post(page, _edition())
    assert refus.status_code == 200
    assert "votre structure" in refus.content.decode()
    assert connecter(distribution.elue).post(page, _edition()).status_code == 403
    sien = _edition(organisateur="", organisatrice=str(distribution.s1.uuid))
    assert connecter(distribution.auteur).post(page, sien).status_code == 302
    # Le même nom, la même année : l'édition existe.
    double = connecter(distribution.animatrice).post(page, _edition())
    assert "existe déjà" in double.content.decode()
    assert connecter(distribution.animatrice).post(page, _edition(annee=2027)).status_code == 302
    assert Concours.objects.filter(nom="Entreprendre ici").count() == 2


def test_un_concours_clos_ne_se_modifie_plus(distribution, concours, connecter):
    proclamer(distribution.voisine, concours)
    page = _adresse("concours_modifier", concours)
    reponse = connecter(distribution.voisine).post(
        page, _edition(organisateur="", organisatrice=str(distribution.s2.uuid))
    )
    assert reponse.status_code == 200
    assert "plus rien ne change" in reponse.content.decode()
    concours.refresh_from_db()
    assert concours.nom == "Créer au pays"


def test_sans_reglement_la_page_n_existe_pas(distribution, concours, connecter):
    page = _adresse("concours_reglement", concours)
    assert connecter(distribution.auteur).get(page).status_code == 404


def test_une_elue_ne_lit_pas_un_nombre_qui_designe_quelqu_un(
    distribution, concours, dossier, connecter
):
    """Ni les lauréats sous le seuil, ni leurs primes, ni combien d'autres se présentent."""
    candidature = presenter(distribution.auteur, concours, dossier)
    edition = _adresse("concours_edition", concours)
    liste = reverse("porteurs:concours", args=[distribution.reseau.slug])
    assert "autre candidature" not in connecter(distribution.elue).get(edition).content.decode()
    DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s2)
    technicienne = connecter(distribution.collegue)
    assert technicienne.get(edition).context["autres"] == 0
    proclamer(distribution.voisine, concours, **{f"c{candidature.pk}": 1500})
    elue = connecter(distribution.elue).get(liste)
    assert "moins de 5 lauréats" in elue.content.decode()
    [lue] = [c for c in elue.context["editions"] if c.pk == concours.pk]
    assert (lue.laureats, lue.primes) == (None, None)
    [exacte] = [c for c in technicienne.get(liste).context["editions"] if c.pk == concours.pk]
    assert (exacte.laureats, exacte.primes) == (1, 1500)


def test_les_pages_ne_lisent_pas_plus_pour_trois(distribution, concours, connecter):
    client = connecter(distribution.animatrice)
    pages = [
        reverse("porteurs:concours", args=[distribution.reseau.slug]),
        _adresse("concours_edition", concours),
    ]

    def compter() -> list[int]:
        nombres = []
        for page in pages:
            with CaptureQueriesContext(connection) as requetes:
                assert concours.nom in client.get(page).content.decode()
            nombres.append(len(requetes))
        return nombres

    def ajouter():
        dossier = DossierFabrique(
            reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
        )
        presenter(distribution.auteur, concours, dossier)

    ajouter()
    compter()
    une = compter()
    ajouter()
    ajouter()
    assert compter() == une
    assert max(une) <= 12
