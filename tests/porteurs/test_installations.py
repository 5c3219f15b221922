"""L'installation notée d'un geste, et les nouvelles que l'on en prend."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Module
from porteurs import invariants, tuiles_installations
from porteurs.courriels.installations import GENRES
from porteurs.enums import Etape, NatureProjet, Origine, ReponseSuivi
from porteurs.models import (
    Dossier,
    Echange,
    Installation,
    LienDossiers,
    Participation,
    SuiviInstallation,
)
from porteurs.services import cessions
from porteurs.services import installations as service
from porteurs.services import suivis_installation as nouvelles
from socle import liens
from socle.acteur import acteur_de
from socle.enums import EtatCourriel, Frequence
from socle.models import AccesJournal, Courriel, LienSigne
from socle.preferences import regler
from socle.refus import Refus
from socle.tuiles import tuiles_de
from tests.fabriques import DossierFabrique, InstallationFabrique
from tests.fabriques.partenaires import aujourd_hui, commune


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )


def faits(**change) -> dict:
    return {
        "le": aujourd_hui(-3),
        "commune": commune(),
        "adultes": 2,
        "enfants": 3,
        "emplois": 1,
        "origine": Origine.AILLEURS,
    } | change


def installe_il_y_a(dossier, mois: int, **champs) -> Installation:
    """Une installation dont le suivi à ``mois`` mois est dû d'hier."""
    installation = InstallationFabrique(dossier=dossier, **champs)
    nouvelles.prevoir([installation.pk])
    hier = aujourd_hui(-1)
    for suivi in installation.suivis.all():
        suivi.echeance = hier + timedelta(days=30 * (suivi.mois - mois))
        suivi.save(update_fields=["echeance"])
    return installation


# --- Noter, corriger ----------------------------------------------------------------------------


def test_noter_une_installation_fait_avancer_et_prevoit_les_nouvelles(auteur, dossier):
    installation = service.installer(acteur=acteur_de(auteur), dossier=dossier, **faits())
    dossier.refresh_from_db()
    assert (dossier.etape, dossier.etape_depuis) == (Etape.INSTALLE, installation.le)
    assert list(installation.suivis.order_by("mois").values_list("mois", flat=True)) == [
        6,
        12,
        24,
        36,
    ]
    assert nouvelles.prevoir() == 0 or not SuiviInstallation.objects.filter(
        installation=installation
    ).exclude(mois__in=[6, 12, 24, 36])
    assert installation.suivis.count() == 4


def test_le_31_aout_a_six_mois_est_le_dernier_jour_de_fevrier(dossier):
    installation = InstallationFabrique(dossier=dossier, le=date(2025, 8, 31))
    nouvelles.prevoir([installation.pk])
    assert installation.suivis.get(mois=6).echeance == date(2026, 2, 28)


def test_la_page_dit_tout_en_un_formulaire(auteur, dossier, connecter):
    client = connecter(auteur)
    page = reverse("porteurs:installation_saisir", args=[dossier.reseau.slug, dossier.uuid])
    assert "Noter l’installation" in client.get(page).content.decode()
    reponse = client.post(
        page,
        {
            "le": aujourd_hui(-1).isoformat(),
            "commune": "Ambert",
            "adultes": 1,
            "enfants": 0,
            "emplois": 1,
            "origine": "ailleurs",
            "provenance": "",
        },
    )
    assert reponse.status_code == 302
    assert Installation.objects.get(dossier=dossier).commune.nom == "Ambert"


def test_une_date_a_venir_ou_d_un_autre_temps_est_refusee(auteur, dossier):
    acteur = acteur_de(auteur)
    with pytest.raises(Refus, match="avenir"):
        service.installer(acteur=acteur, dossier=dossier, **faits(le=aujourd_hui(1)))
    with pytest.raises(Refus, match="vérifiez l’année"):
        service.installer(acteur=acteur, dossier=dossier, **faits(le=aujourd_hui(-12 * 365)))
    assert not Installation.objects.filter(dossier=dossier).exists()
    dossier.refresh_from_db()
    assert dossier.etape == Etape.IDEE


def test_on_note_une_installation_d_avant_le_dossier(auteur, dossier):
    depuis = dossier.etape_depuis
    installation = service.installer(
        acteur=acteur_de(auteur), dossier=dossier, **faits(le=aujourd_hui(-400))
    )
    dossier.refresh_from_db()
    assert installation.le == aujourd_hui(-400)
    assert (dossier.etape, dossier.etape_depuis) == (Etape.INSTALLE, depuis)
    assert invariants.verifier(Dossier.objects.filter(pk=dossier.pk)) == []


def test_un_dossier_ne_s_installe_qu_une_fois(auteur, dossier):
    acteur = acteur_de(auteur)
    service.installer(acteur=acteur, dossier=dossier, **faits())
    with pytest.raises(Refus, match="déjà notée"):
        service.installer(acteur=acteur, dossier=dossier, **faits())


def test_la_provenance_garde_la_region_et_un_local_n_en_a_pas(auteur, dossier):
    departement = commune().departement
    installation = service.installer(
        acteur=acteur_de(auteur), dossier=dossier, departement=departement, **faits()
    )
    assert installation.region_origine == departement.region
    corrigee = service.corriger_installation(
        acteur=acteur_de(auteur),
        dossier=dossier,
        motif="Ils étaient déjà d’ici",
        departement=departement,
        **faits(origine=Origine.LOCALE),
    )
    assert (corrigee.region_origine, corrigee.departement_origine) == (None, None)


def test_corriger_garde_le_motif_et_redate_ce_qui_attend(auteur, dossier):
    acteur = acteur_de(auteur)
    installation = service.installer(acteur=acteur, dossier=dossier, **faits())
    service.corriger_installation(
        acteur=acteur, dossier=dossier, motif="Date du bail", **faits(le=aujourd_hui(-20))
    )
    installation.refresh_from_db()
    assert installation.le == aujourd_hui(-20)
    assert Echange.objects.filter(dossier=dossier, texte__contains="Date du bail").exists()
    six = installation.suivis.get(mois=6).echeance
    assert 170 <= (six - installation.le).days <= 190
    with pytest.raises(Refus, match="pourquoi"):
        service.corriger_installation(acteur=acteur, dossier=dossier, motif="", **faits())


def test_qui_ne_suit_pas_ne_note_ni_ne_lit(distribution, dossier, connecter, marqueur):
    installation = installe_il_y_a(dossier, 6)
    suivi = installation.suivis.get(mois=6)
    suivi.a_appeler_le = timezone.now()
    suivi.save(update_fields=["a_appeler_le"])
    Dossier.objects.filter(pk=dossier.pk).update(intitule=f"Atelier {marqueur}")
    liste = reverse("porteurs:installations", args=[dossier.reseau.slug])
    assert marqueur in connecter(distribution.auteur).get(liste).content.decode()
    assert marqueur not in connecter(distribution.voisine).get(liste).content.decode()
    noter = reverse("porteurs:suivi_noter", args=[dossier.reseau.slug, suivi.uuid])
    corps = {"reponse": "active", "le": aujourd_hui().isoformat()}
    assert connecter(distribution.voisine).post(noter, corps).status_code == 404
    assert connecter(distribution.parrain).post(noter, corps).status_code == 404
    suivi.refresh_from_db()
    assert suivi.reponse == ""
    assert connecter(distribution.auteur).post(noter, corps).status_code == 302
    suivi.refresh_from_db()
    assert (suivi.reponse, suivi.par) == ("active", distribution.auteur)


# --- Le courriel, la relance, l'appel -----------------------------------------------------------


def _courriels(dossier):
    return Courriel.objects.filter(genre=nouvelles.GENRE).order_by("pk")


def _composer(courriel):
    [genre] = GENRES
    return genre.composer([courriel])[courriel.pk]


def test_un_suivi_du_part_une_fois_et_se_relance_une_fois(dossier, distribution):
    suivi = installe_il_y_a(dossier, 6).suivis.get(mois=6)
    for _ in range(2):
        nouvelles.prendre_des_nouvelles(distribution.reseau)
    [courriel] = _courriels(dossier)
    message = _composer(courriel)
    assert dossier.reference in message.texte
    assert dossier.intitule in message.texte
    nom = Participation.objects.get(dossier=dossier).porteur.nom
    assert nom not in message.texte
    assert nom not in message.html
    assert nom not in message.sujet

    SuiviInstallation.objects.filter(pk=suivi.pk).update(
        demande_le=timezone.now() - timedelta(days=14)
    )
    for _ in range(2):
        nouvelles.prendre_des_nouvelles(distribution.reseau)
    assert _courriels(dossier).count() == 2

    SuiviInstallation.objects.filter(pk=suivi.pk).update(
        relance_le=timezone.now() - timedelta(days=14)
    )
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    suivi.refresh_from_db()
    assert suivi.a_appeler_le is not None
    assert _courriels(dossier).count() == 2


def test_repondu_entre_temps_le_courriel_ne_part_plus(auteur, dossier, distribution):
    suivi = installe_il_y_a(dossier, 6).suivis.get(mois=6)
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    nouvelles.noter_le_suivi(
        acteur=acteur_de(auteur), suivi=suivi, reponse="active", le=aujourd_hui()
    )
    assert _composer(_courriels(dossier).get()) is None


@pytest.mark.parametrize("raison", ["sans adresse", "pas informée", "ne veut pas"])
def test_sans_courriel_possible_la_structure_appelle(raison, dossier, distribution, auteur):
    suivi = installe_il_y_a(dossier, 12).suivis.get(mois=12)
    porteur = Participation.objects.get(dossier=dossier).porteur
    if raison == "sans adresse":
        porteur.email = ""
        porteur.save(update_fields=["email"])
    elif raison == "pas informée":
        Dossier.objects.filter(pk=dossier.pk).update(informe_le=None, information_mode="")
    else:
        regler(porteur.email.lower(), {nouvelles.FAMILLE: Frequence.JAMAIS})
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    suivi.refresh_from_db()
    assert suivi.a_appeler_le is not None
    assert suivi.demande_le is None
    assert not _courriels(dossier).exists()
    tuile = tuiles_installations.a_appeler(acteur_de(auteur))
    assert tuile.contexte["suivis_a_appeler"] == [suivi]
    assert tuiles_de(acteur_de(distribution.voisine), [tuiles_installations.a_appeler]) == []


def test_un_courriel_refuse_ou_perdu_se_transforme_en_appel(dossier, distribution):
    suivi = installe_il_y_a(dossier, 6).suivis.get(mois=6)
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    _courriels(dossier).update(etat=EtatCourriel.ECHEC)
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    suivi.refresh_from_db()
    assert suivi.a_appeler_le is not None


def test_le_suivi_d_apres_clot_celui_d_avant(dossier, distribution):
    installation = installe_il_y_a(dossier, 24)
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    assert installation.suivis.get(mois=6).clos_le is not None
    assert installation.suivis.get(mois=12).clos_le is not None
    assert installation.suivis.get(mois=24).demande_le is not None
    assert installation.suivis.get(mois=36).demande_le is None
    assert _courriels(dossier).count() == 1


def test_apres_un_arret_on_ne_demande_plus_rien(auteur, dossier, distribution):
    installation = installe_il_y_a(dossier, 6)
    nouvelles.noter_le_suivi(
        acteur=acteur_de(auteur),
        suivi=installation.suivis.get(mois=6),
        reponse=ReponseSuivi.ARRETEE,
        le=aujourd_hui(),
    )
    assert not installation.suivis.sans_reponse().exists()


# --- Le lien du courriel ------------------------------------------------------------------------


@pytest.fixture
def lien(dossier):
    suivi = installe_il_y_a(dossier, 6).suivis.get(mois=6)
    return liens.creer(
        nouvelles.BUT,
        timedelta(days=3),
        contexte={
            "suivi": suivi.pk,
            "porteur": Participation.objects.get(dossier=dossier).porteur_id,
        },
    )


def _page(lien) -> str:
    return reverse("porteurs:suivi_repondre", args=[liens.jeton(lien)])


def test_le_lien_montre_puis_ecrit_une_seule_fois(dossier, lien, connecter):
    client = connecter()
    page = client.get(_page(lien) + "?reponse=active")
    assert page.status_code == 200
    assert dossier.intitule in page.content.decode()
    assert "checked" in page.content.decode()
    suivi = SuiviInstallation.objects.get(pk=lien.contexte["suivi"])
    # Une messagerie qui suit le lien ne répond pas à la place de la personne.
    assert suivi.reponse == ""
    avant = dossier.dernier_contact_le
    corps = {"reponse": "active", "satisfaction": "4", "emplois": "2", "mot": "Tout va bien"}
    assert "Merci" in client.post(_page(lien), corps).content.decode()
    suivi.refresh_from_db()
    dossier.refresh_from_db()
    assert (suivi.reponse, suivi.satisfaction, suivi.emplois, suivi.par) == ("active", 4, 2, None)
    assert dossier.dernier_contact_le == aujourd_hui() > avant
    assert AccesJournal.objects.filter(reference=dossier.uuid).exists()
    rejoue = client.post(_page(lien), corps | {"reponse": "arretee"})
    assert rejoue.status_code == 410
    suivi.refresh_from_db()
    assert suivi.reponse == "active"


def test_le_module_eteint_le_lien_refuse_poliment(dossier, lien, connecter):
    reseau = dossier.reseau
    reseau.modules = [m for m in reseau.modules if m != Module.DOSSIERS]
    reseau.save(update_fields=["modules"])
    for reponse in (
        connecter().get(_page(lien)),
        connecter().post(_page(lien), {"reponse": "active"}),
    ):
        assert reponse.status_code == 410
        assert "ne suit plus de projets" in reponse.content.decode()
        assert dossier.intitule not in reponse.content.decode()
    assert SuiviInstallation.objects.get(pk=lien.contexte["suivi"]).reponse == ""


def test_l_autre_courriel_ne_repond_pas_une_seconde_fois(dossier, lien, connecter):
    second = liens.creer(nouvelles.BUT, timedelta(days=3), contexte=lien.contexte)
    nouvelles.repondre_du_lien(lien=lien, reponse="active")
    reponse = connecter().post(_page(second), {"reponse": "arretee"})
    assert reponse.status_code == 410
    assert "déjà votre réponse" in reponse.content.decode()


@pytest.mark.parametrize(
    "comment", ["forgé", "expiré", "révoqué", "d’un autre but", "plus du projet"]
)
def test_un_lien_qui_ne_vaut_pas_n_ecrit_rien(comment, dossier, lien, connecter):
    page = _page(lien)
    assert connecter().get(page).status_code == 200
    if comment == "forgé":
        page = reverse("porteurs:suivi_repondre", args=["0" * 32 + ":forge"])
    elif comment == "expiré":
        LienSigne.objects.filter(pk=lien.pk).update(expire_le=timezone.now())
    elif comment == "révoqué":
        liens.revoquer(LienSigne.objects.filter(pk=lien.pk))
    elif comment == "d’un autre but":
        autre = liens.creer("ligne", timedelta(days=1), contexte=lien.contexte)
        page = reverse("porteurs:suivi_repondre", args=[liens.jeton(autre)])
    else:
        Participation.objects.filter(dossier=dossier).update(role="foyer")
    reponse = connecter().post(page, {"reponse": "active"})
    assert reponse.status_code == 410
    assert dossier.intitule not in reponse.content.decode()
    assert (
        not SuiviInstallation.objects.filter(installation__dossier=dossier)
        .exclude(reponse="")
        .exists()
    )


def test_une_reponse_incomplete_garde_le_lien(dossier, lien, connecter):
    reponse = connecter().post(_page(lien), {"mot": "Bonjour à tous"})
    assert reponse.status_code == 200
    assert "Choisissez l’une des deux" in reponse.content.decode()
    assert "Bonjour à tous" in reponse.content.decode()
    lien.refresh_from_db()
    assert lien.utilise_le is None


def test_en_anglais_pour_qui_l_a_choisi(dossier, lien, connecter, distribution):
    porteur = Participation.objects.get(dossier=dossier).porteur
    porteur.langue = "en"
    porteur.save(update_fields=["langue"])
    assert "Still running" in connecter().get(_page(lien)).content.decode()
    nouvelles.prendre_des_nouvelles(distribution.reseau)
    texte = _composer(_courriels(dossier).get()).texte
    assert "Six months ago" in texte
    assert "Il y a six mois" in texte


def test_la_base_refuse_une_note_hors_de_l_echelle(dossier):
    suivi = installe_il_y_a(dossier, 6).suivis.get(mois=6)
    with pytest.raises(IntegrityError), transaction.atomic():
        SuiviInstallation.objects.filter(pk=suivi.pk).update(
            reponse="active", repondu_le=aujourd_hui(), satisfaction=6
        )


# --- Les listes ---------------------------------------------------------------------------------


def _lignes(distribution, nombre: int) -> None:
    for rang in range(nombre):
        suivi = installe_il_y_a(
            DossierFabrique(
                reseau=distribution.reseau,
                structure_responsable=distribution.s1,
                intitule=f"Boulangerie {rang}",
                informe=True,
            ),
            6,
        ).suivis.get(mois=6)
        suivi.a_appeler_le = timezone.now()
        suivi.save(update_fields=["a_appeler_le"])


@pytest.mark.parametrize("vue", ["", "?vue=toutes"])
def test_la_liste_ne_lit_pas_plus_pour_trois(vue, distribution, connecter):
    client = connecter(distribution.auteur)
    page = reverse("porteurs:installations", args=[distribution.reseau.slug]) + vue
    _lignes(distribution, 1)
    client.get(page)
    with CaptureQueriesContext(connection) as une:
        assert "Boulangerie 0" in client.get(page).content.decode()
    _lignes(distribution, 3)
    with CaptureQueriesContext(connection) as trois:
        texte = client.get(page).content.decode()
    assert "Boulangerie 2" in texte
    assert len(trois) == len(une) <= 12


# --- Céder et reprendre --------------------------------------------------------------------------


@pytest.fixture
def cession(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        nature=NatureProjet.CESSION,
        informe=True,
    )


def test_le_lien_finit_quand_le_repreneur_s_installe(auteur, dossier, cession):
    acteur = acteur_de(auteur)
    lien = cessions.relier(acteur=acteur, dossier=dossier, reference=cession.reference)
    assert (lien.cedant, lien.repreneur) == (cession, dossier)
    service.installer(acteur=acteur, dossier=dossier, **faits())
    lien.refresh_from_db()
    assert (lien.fini_le, lien.fin) == (aujourd_hui(-3), "installe")


def test_une_transmission_est_une_etape_pas_une_installation(auteur, cession):
    with pytest.raises(Refus, match="changeant d’étape"):
        service.installer(acteur=acteur_de(auteur), dossier=cession, **faits())
    assert not Installation.objects.filter(dossier=cession).exists()


def test_on_ne_relie_que_ce_que_l_on_voit(distribution, dossier, cession, auteur):
    Dossier.objects.filter(pk=cession.pk).update(structure_responsable=distribution.s2)
    autre = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        nature=NatureProjet.CESSION,
    )
    with pytest.raises(Refus, match="Aucun dossier"):
        cessions.relier(acteur=acteur_de(auteur), dossier=dossier, reference=autre.reference)
    reprise = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    with pytest.raises(Refus, match="transmission"):
        cessions.relier(acteur=acteur_de(auteur), dossier=dossier, reference=reprise.reference)
    lien = cessions.relier(acteur=acteur_de(auteur), dossier=dossier, reference=cession.reference)
    # La voisine voit les deux fiches ; l'étrangère, aucune.
    assert LienDossiers.objects.visible_par(acteur_de(distribution.voisine)).get() == lien
    assert not LienDossiers.objects.visible_par(acteur_de(distribution.etrangere)).exists()
    with pytest.raises(Refus, match="déjà reliés"):
        cessions.relier(acteur=acteur_de(auteur), dossier=dossier, reference=cession.reference)
