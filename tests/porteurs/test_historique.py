"""L'historique par déclencheurs : tout s'y écrit, rien ne s'y retouche, chacun n'y lit que sa part."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import Audience, Etape
from porteurs.journal import consigner_dossier
from porteurs.models import (
    HISTORIQUES,
    Action,
    Dossier,
    Echange,
    EtapeDossier,
    LectureMotivee,
    Participation,
    Porteur,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.models.historique import AJOUT, CHANGEMENT, SUIVIS, SUPPRESSION
from porteurs.services import historique as service
from porteurs.services.historique import (
    consultations_en_clair,
    historique_en_clair,
    ouvrir_lecture,
)
from socle.acteur import acteur_de
from socle.enums import Operation
from socle.historique import dire_avant_une_copie, geste
from socle.journal import consigner
from socle.models import AccesJournal, Courriel
from socle.refus import Refus
from tests.fabriques import (
    ActionFabrique,
    DossierFabrique,
    EchangeFabrique,
    FinancementFabrique,
    InstallationFabrique,
)
from tests.fabriques.porteurs import PorteurFabrique

pytestmark = pytest.mark.django_db
RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        intitule=f"Projet {marqueur}",
    )


def lignes(modele, **filtre):
    return HISTORIQUES[modele].objects.filter(**filtre).order_by("pgh_id")


def sql(ordre, *valeurs):
    with connection.cursor() as curseur:
        curseur.execute(ordre, valeurs)


def faits(gestes) -> str:
    return "\n".join(f"{g.qui} {fait}" for g in gestes for fait in g.faits)


def page(client, route, dossier):
    return client.get(reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid]))


# --- Tout s'écrit ----------------------------------------------------------------------------


def test_le_sql_brut_s_ecrit(dossier):
    sql("UPDATE porteurs_dossier SET intitule = 'Changé à la main' WHERE id = %s", dossier.pk)
    dernier = lignes(Dossier, pgh_obj=dossier.pk).last()
    assert (dernier.pgh_label, dernier.intitule) == (CHANGEMENT, "Changé à la main")


def test_une_mise_a_jour_en_masse_s_ecrit(dossier):
    actions = [ActionFabrique(dossier=dossier) for _ in range(2)]
    for action in actions:
        action.libelle = "Rappeler la mairie"
    Action.objects.bulk_update(actions, ["libelle"])
    changements = lignes(Action, dossier=dossier.pk, pgh_label=CHANGEMENT)
    assert [e.libelle for e in changements] == ["Rappeler la mairie"] * 2


def test_une_copie_s_ecrit_avec_le_geste_qu_on_dit(dossier, auteur):
    copier = (
        "COPY porteurs_etapedossier (dossier_id, etape, le, motif, cree_le) FROM STDIN (FORMAT csv)"
    )
    flux = io.StringIO(f'{dossier.pk},etude,2026-03-03,"",2026-03-03\n')
    with geste("import.essai", utilisateur=auteur.pk), transaction.atomic():
        dire_avant_une_copie()
        with connection.cursor() as curseur:
            curseur.copy_expert(copier, flux)
    dernier = lignes(EtapeDossier, dossier=dossier.pk).last()
    assert (dernier.pgh_label, dernier.etape) == (AJOUT, Etape.ETUDE)
    assert dernier.pgh_context == {"geste": "import.essai", "utilisateur": auteur.pk}


def test_une_suppression_garde_ce_qui_fut(dossier):
    action = ActionFabrique(dossier=dossier, libelle="À effacer")
    action_pk = action.pk
    action.delete()
    dernier = lignes(Action, pgh_obj=action_pk).last()
    assert (dernier.pgh_label, dernier.libelle) == (SUPPRESSION, "À effacer")


def test_toucher_un_dossier_n_ecrit_rien(dossier):
    avant = lignes(Dossier, pgh_obj=dossier.pk).count()
    Dossier.objects.filter(pk=dossier.pk).update(activite_le=timezone.now())
    sql("UPDATE porteurs_dossier SET vecteur_fiche = NULL, revision = 9 WHERE id = %s", dossier.pk)
    assert lignes(Dossier, pgh_obj=dossier.pk).count() == avant


def test_chaque_table_qui_part_avec_le_dossier_est_suivie():
    """Sauf ce qui n'est pas un fait du dossier : droits calculés, ordre du jour, signalements."""
    ecartees = {
        "Acces",
        "ArchiveRestreinte",
        "AvertissementConservation",
        "DemandeDroit",
        "DoublonSignale",
        "FusionDossiers",
        "LectureMotivee",
        "LienDossiers",
        "PointReunion",
        "Rapprochement",
    }
    enfants = {
        r.related_model.__name__
        for r in Dossier._meta.related_objects
        if r.related_model not in HISTORIQUES.values() and r.on_delete.__name__ == "CASCADE"
    }
    suivis = {modele.__name__ for modele in SUIVIS}
    assert enfants - suivis - ecartees == set()


# --- Rien ne se retouche ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "ordre",
    [
        "UPDATE porteurs_historiquedossier SET intitule = 'x'",
        "DELETE FROM porteurs_historiquedossier",
        "TRUNCATE porteurs_historiquedossier",
    ],
)
def test_l_application_ne_reecrit_pas_l_historique(dossier, ordre):
    with pytest.raises(InternalError), transaction.atomic():
        sql(ordre)
    assert lignes(Dossier, pgh_obj=dossier.pk).exists()


def test_l_effacement_seul_efface(dossier, distribution):
    autre = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    ActionFabrique(dossier=dossier)
    personne = dossier.participations.get().porteur
    assert service.effacer([dossier.pk]) > 3
    assert not lignes(Dossier, pgh_obj=dossier.pk).exists()
    assert not lignes(Action, dossier=dossier.pk).exists()
    assert not lignes(Porteur, pgh_obj=personne.pk).exists()
    assert lignes(Dossier, pgh_obj=autre.pk).exists()
    with pytest.raises(InternalError), transaction.atomic():
        sql("DELETE FROM porteurs_historiquedossier")


def test_un_seul_service_ouvre_l_effacement():
    appels = [
        str(chemin.relative_to(RACINE))
        for dossier in ("socle", "partenaires", "porteurs", "bourse", "accueil")
        for chemin in (RACINE / dossier).rglob("*.py")
        if re.search(r"effacement_ouvert|maillon\.effacement", chemin.read_text("utf-8"))
        and "migrations" not in chemin.parts
    ]
    assert set(appels) == {
        "socle/historique.py",
        "porteurs/services/historique.py",
        # La démonstration date ses récits.
        "porteurs/demonstration/historique.py",
    }


# --- Chacun lit sa part ----------------------------------------------------------------------


def test_un_envoi_se_raconte_avec_son_auteur(connecter, auteur, dossier):
    connecter(auteur).post(
        reverse("porteurs:dossier_etape", args=[dossier.reseau.slug, dossier.uuid]),
        {"etape": "etude", "le": timezone.localdate().isoformat(), "motif": ""},
    )
    dernier = historique_en_clair(dossier, acteur_de(auteur))[0]
    assert dernier.qui == auteur.nom_complet
    assert dernier.structure == "Chambre de la vallée"
    assert dernier.faits == ["a changé l’étape\u00a0: idée → étude"]
    contexte = lignes(Dossier, pgh_obj=dossier.pk).last().pgh_context
    assert contexte == {"geste": "porteurs:dossier_etape", "utilisateur": auteur.pk}


def test_le_volet_prive_ne_se_raconte_qu_a_qui_le_lit(connecter, auteur, dossier, monkeypatch):
    VoletProfessionnel.objects.create(dossier=dossier, lieu="Ambert")
    VoletPrive.objects.create(dossier=dossier, logement="Une maison")
    VoletPrive.objects.filter(dossier=dossier).update(logement="Un appartement")
    texte = page(connecter(auteur), "historique", dossier).content.decode()
    assert "volet professionnel" in texte
    assert "volet privé" not in texte
    porteur = dossier.participations.get().porteur
    assert "a commencé le volet privé" in faits(historique_en_clair(dossier, porteur))


def test_un_echange_reserve_ne_se_raconte_qu_a_sa_structure(auteur, parrain, dossier, distribution):
    EchangeFabrique(dossier=dossier, audience=Audience.STRUCTURE, le="2026-03-03")
    assert "a noté un échange" in faits(historique_en_clair(dossier, acteur_de(auteur)))
    Echange.objects.filter(dossier=dossier).update(structure=distribution.s2)
    assert "échange" not in faits(historique_en_clair(dossier, acteur_de(auteur)))
    porteur = dossier.participations.get().porteur
    assert "échange" not in faits(historique_en_clair(dossier, porteur))


def test_l_animation_lit_les_gestes_sans_les_coordonnees(animatrice, auteur, dossier):
    porteur = dossier.participations.get().porteur
    Porteur.objects.filter(pk=porteur.pk).update(email="nouvelle@adresse.test")
    assert "→ nouvelle@adresse.test" in faits(historique_en_clair(dossier, acteur_de(auteur)))
    vu_par_elle = Dossier.objects.select_related("reseau").get(pk=dossier.pk)
    lu = faits(historique_en_clair(vu_par_elle, acteur_de(animatrice)))
    assert "a changé l’adresse de courriel" in lu
    assert "nouvelle@adresse.test" not in lu
    assert porteur.nom not in lu
    assert porteur.prenom not in lu


def test_l_animation_n_apprend_ni_montants_ni_foyer_ni_ce_qui_est_ecrit(
    animatrice, auteur, dossier
):
    pro = VoletProfessionnel.objects.create(dossier=dossier, budget=20_000)
    pro.budget, pro.statut = 87_654, "Statut confié"
    pro.save()
    action = ActionFabrique(dossier=dossier, libelle="Action confiée")
    action.faite_le = action.echeance
    action.save()
    FinancementFabrique(dossier=dossier, montant=43_210)
    installation = InstallationFabrique(dossier=dossier, adultes=2)
    installation.adultes, installation.enfants = 7, 9
    installation.save()
    Dossier.objects.filter(pk=dossier.pk).update(etape=Etape.ETUDE)
    suit = faits(historique_en_clair(dossier, acteur_de(auteur)))
    anime = faits(
        historique_en_clair(
            Dossier.objects.select_related("reseau").get(pk=dossier.pk), acteur_de(animatrice)
        )
    )
    for secret in ("87 654", "Statut confié", "Action confiée", "43 210", "→ 7", "→ 9"):
        assert secret in suit
        assert secret not in anime
    for fait in ("a ajouté l’action", "a ajouté un financement", "a marqué faite", "→ étude"):
        assert fait in suit
        assert fait in anime


def test_un_autre_adulte_ne_lit_pas_ce_qui_n_est_qu_au_principal(dossier, distribution):
    VoletPrive.objects.create(dossier=dossier, logement="Une maison")
    principal = dossier.participations.get().porteur
    autre = PorteurFabrique(reseau=distribution.reseau)
    part = Participation.objects.create(dossier=dossier, porteur=autre, rang=2)
    part.informe_le = part.opposition_le = "2026-03-06"
    part.save()
    EchangeFabrique(
        dossier=dossier, auteur=None, porteur=principal, pour_porteur=True, le="2026-03-03"
    )
    EchangeFabrique(dossier=dossier, prive=True, pour_porteur=True, le="2026-03-04")
    EchangeFabrique(dossier=dossier, pour_porteur=True, le="2026-03-05")
    le_sien, celui_de_l_autre = (
        faits(historique_en_clair(dossier, personne)) for personne in (principal, autre)
    )
    for secret in ("3 mars", "4 mars", "volet privé"):
        assert secret in le_sien
        assert secret not in celui_de_l_autre
    assert "5 mars" in celui_de_l_autre
    assert "s’oppose" in celui_de_l_autre
    assert "s’oppose" not in le_sien


def test_l_animation_dit_pourquoi_et_la_structure_l_apprend(
    connecter, animatrice, auteur, dossier, marqueur
):
    client = connecter(animatrice)
    demande = reverse("porteurs:historique_demander", args=[dossier.reseau.slug, dossier.uuid])
    assert page(client, "historique", dossier).url == demande
    assert page(client, "consultations", dossier).status_code == 403
    assert "Dites-le en une phrase" in client.post(demande, {"motif": "?"}).content.decode()
    assert not LectureMotivee.objects.exists()
    client.post(demande, {"motif": "Un geste que la personne conteste"})
    assert marqueur in page(client, "historique", dossier).content.decode()
    assert marqueur in page(client, "consultations", dossier).content.decode()
    assert Courriel.objects.get(genre="historique_lecture").destinataire == auteur
    inscrit = AccesJournal.objects.get(motif="Un geste que la personne conteste")
    assert (inscrit.utilisateur, inscrit.reference) == (animatrice, str(dossier.uuid))
    LectureMotivee.objects.update(
        ouverte_le=timezone.now() - timedelta(hours=48),
        jusqua=timezone.now() - timedelta(hours=1),
    )
    assert page(client, "historique", dossier).url == demande


def test_une_lecture_sans_motif_se_refuse(animatrice, dossier):
    with pytest.raises(Refus):
        ouvrir_lecture(acteur=acteur_de(animatrice), dossier=dossier, motif="  ")


def test_qui_voit_la_fiche_sans_suivre_ne_lit_pas_l_historique(
    connecter, voisine, etrangere, auteur, dossier, marqueur
):
    assert marqueur in page(connecter(auteur), "historique", dossier).content.decode()
    assert page(connecter(voisine), "historique", dossier).status_code == 403
    assert page(connecter(etrangere), "historique", dossier).status_code == 404


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_coute_le_meme_nombre_de_requetes(
    connecter, auteur, dossier, nombre, nombre_de_requetes
):
    actions = [ActionFabrique(dossier=dossier, libelle=f"Action {n}") for n in range(nombre)]
    client = connecter(auteur)
    page(client, "historique", dossier)
    with nombre_de_requetes(11):
        texte = page(client, "historique", dossier).content.decode()
    assert all(action.libelle in texte for action in actions)


# --- Qui a consulté --------------------------------------------------------------------------


def test_les_consultations_disent_qui_et_non_quoi(distribution, dossier, auteur, etrangere):
    consigner_dossier(acteur_de(auteur), Operation.CONSULTATION, dossier)
    # Un autre réseau a un dossier de même référence : on n'y a pas regardé celui-ci.
    homonyme = DossierFabrique(reseau=distribution.reseau_b, reference=dossier.reference)
    consigner_dossier(acteur_de(auteur), Operation.EXPORT, homonyme)
    consigner_dossier(acteur_de(etrangere), Operation.CONSULTATION, homonyme)
    consigner(
        acteur_de(etrangere),
        Operation.REFUS,
        "porteurs:dossier",
        f"{dossier.reseau.slug} {dossier.uuid}",
    )
    assert {(c.qui, c.structure, c.quoi) for c in consultations_en_clair(dossier)} == {
        (auteur.nom_complet, "Chambre de la vallée", "a consulté le dossier"),
        (etrangere.nom_complet, "", "a tenté d’ouvrir le dossier sans y avoir droit"),
    }
