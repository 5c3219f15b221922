"""Le temps qui passe sur les dossiers : prévenir, rester, anonymiser, effacer, et ne rien oublier."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import RoleParticipation, TrancheAge
from porteurs.indicateurs import INDICATEURS
from porteurs.journal import consigner_dossier
from porteurs.models import (
    HISTORIQUES,
    ArchiveRestreinte,
    AvertissementConservation,
    DemandeDroit,
    Dossier,
    DossierAnonyme,
    Echange,
    Export,
    FaitFige,
    PartAdulte,
    Participation,
    Porteur,
    VoletPrive,
)
from porteurs.services import conservation as service
from porteurs.services import tombes
from porteurs.services.anonymisation import anonymiser, effacer_personne, rejouer, tranche
from porteurs.services.copie import composer
from socle import liens
from socle.acteur import acteur_de
from socle.enums import Operation
from socle.fichiers import garder
from socle.indicateurs import calculer_tous
from socle.models import Brouillon, Courriel, LienSigne
from socle.refus import Refus
from tests.fabriques import (
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    FinancementFabrique,
    InstallationFabrique,
)
from tests.fabriques.partenaires import aujourd_hui
from tests.fabriques.porteurs import PorteurFabrique

pytestmark = pytest.mark.django_db

JOUR = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def effacements(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def silencieux(distribution):
    """Deux ans et plus sans nouvelles : ouvert en 2022, dernier contact au printemps 2024.

    La démonstration a les siens : ils ont donné des nouvelles, et ces essais ne comptent que lui.
    """
    Dossier.objects.filter(dernier_contact_le__lt=date(2025, 6, 1)).update(
        dernier_contact_le=aujourd_hui()
    )
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        ouvert_le=date(2022, 5, 3),
        dernier_contact_le=date(2024, 4, 2),
        intitule="Boulangerie Petitmot",
        secteur="C",
        porteur__nom="Petitmot-Secret",
        porteur__email="zoe.petitmot@porteur.test",
    )
    EchangeFabrique(dossier=dossier, le=date(2023, 2, 1), texte="Zoé Petitmot-Secret rappellera")
    EchangeFabrique(dossier=dossier, le=date(2024, 4, 2), texte="Toujours le four de Zoé")
    InstallationFabrique(dossier=dossier, le=date(2023, 9, 1), adultes=2, emplois=3)
    FinancementFabrique(
        dossier=dossier, nature="prix", montant=4000, accorde_le=date(2023, 5, 1), etat="accorde"
    )
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["auteur"], acceptee=True)
    return dossier


def passer(jour=JOUR, **options):
    return service.passer(jour=jour, pour_de_vrai=True, **options)


def traces(mot: str) -> list[str]:
    """Les tables où ce mot se lit encore, colonne par colonne, historique et courriels compris."""
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb')"
            " AND table_name ~ '^(porteurs|socle)_'"
        )
        restes = []
        for table, colonne in curseur.fetchall():
            curseur.execute(
                f'SELECT count(*) FROM {table} WHERE "{colonne}"::text ILIKE %s', [f"%{mot}%"]
            )
            if curseur.fetchone()[0]:
                restes.append(f"{table}.{colonne}")
    return restes


def comptes(reseau):
    return calculer_tous(INDICATEURS, [reseau], list(range(2021, 2027)))


# --- Quand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (date(2026, 6, 15), 23, date(2024, 7, 15)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 23, date(2024, 2, 29)),
    ],
)
def test_il_y_a_tant_de_mois(jour, mois, attendu):
    assert service.il_y_a(jour, mois) == attendu


def test_a_blanc_rien_ne_bouge(silencieux, capsys):
    call_command("conservation", date=JOUR)
    assert "À prévenir : 1. À anonymiser : 0." in capsys.readouterr().out
    assert not AvertissementConservation.objects.exists()
    assert not Courriel.objects.filter(genre__startswith="conservation").exists()


def test_on_previent_une_fois_puis_on_attend_trente_jours(silencieux, auteur):
    assert (passer().avertis, passer().avertis) == (1, 0)
    prevenus = Courriel.objects.filter(genre__startswith="conservation").order_by("genre")
    assert [c.adresse for c in prevenus] == ["zoe.petitmot@porteur.test", auteur.email]
    assert passer(JOUR + timedelta(days=29)).anonymises == 0
    assert passer(JOUR + timedelta(days=30)).anonymises == 1
    assert not Dossier.objects.filter(pk=silencieux.pk).exists()
    assert passer(JOUR + timedelta(days=31)).anonymises == 0


def test_un_dossier_vivant_n_est_pas_inquiete(silencieux, distribution):
    vivant = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        ouvert_le=date(2022, 5, 3),
        dernier_contact_le=date(2024, 7, 16),
    )
    passer()
    assert not AvertissementConservation.objects.filter(dossier=vivant).exists()
    assert AvertissementConservation.objects.filter(dossier=silencieux).exists()


def test_vingt_trois_mois_previennent_mais_n_anonymisent_pas(silencieux):
    Dossier.objects.filter(pk=silencieux.pk).update(dernier_contact_le=date(2024, 7, 10))
    assert passer().avertis == 1
    # Trente jours sont passés, mais pas les deux ans.
    AvertissementConservation.objects.update(averti_le=JOUR - timedelta(days=40))
    assert passer().anonymises == 0
    assert passer(date(2026, 7, 10)).anonymises == 1


def test_rester_suivi_remet_tout_a_zero(silencieux, connecter):
    passer()
    lien = LienSigne.objects.get(but=service.BUT_RESTER)
    adresse = reverse("porteurs:rester_suivi", args=[liens.jeton(lien)])
    visiteur = connecter()
    assert "Je souhaite rester suivi" in visiteur.get(adresse).content.decode()
    silencieux.refresh_from_db()
    assert silencieux.dernier_contact_le == date(2024, 4, 2)
    assert "reste ouvert" in visiteur.post(adresse).content.decode()
    silencieux.refresh_from_db()
    assert silencieux.dernier_contact_le == aujourd_hui()
    assert passer(JOUR + timedelta(days=60)).anonymises == 0
    assert visiteur.post(adresse).status_code == 410
    assert visiteur.get(reverse("porteurs:rester_suivi", args=["forge"])).status_code == 410


def test_une_archive_motivee_suspend_le_temps(silencieux, auteur):
    passer()
    avec = {"acteur": acteur_de(auteur), "dossier": silencieux}
    with pytest.raises(Refus):
        service.archiver(**avec, motif="parce que", jusqua=aujourd_hui(90))
    with pytest.raises(Refus):
        service.archiver(**avec, motif="Un contentieux est en cours", jusqua=aujourd_hui(3000))
    service.archiver(**avec, motif="Un contentieux est en cours", jusqua=aujourd_hui(90))
    bilan = passer(aujourd_hui(60))
    assert (bilan.anonymises, bilan.archives) == (0, 1)
    assert passer(aujourd_hui(91)).anonymises == 1
    assert not ArchiveRestreinte.objects.exists()


# --- Ce qui reste ----------------------------------------------------------------------------


def test_les_annees_closes_ne_changent_pas(silencieux, distribution):
    """Une personne de deux dossiers compte une fois avant ; elle compte une fois après."""
    autre = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        ouvert_le=date(2022, 1, 3),
        porteur=silencieux.porteurs.get(),
    )
    EchangeFabrique(dossier=autre, le=date(2023, 3, 1))
    for dossier in (silencieux, autre):
        dossier.affectations.all().delete()
        AffectationFabrique(
            dossier=dossier,
            mandat=distribution.mandats["auteur"],
            acceptee=True,
            periode=("2022-01-01", None),
        )
    avant = comptes(distribution.reseau)
    assert avant["projets_suivis"][distribution.reseau.pk, 2023] == 2
    assert avant["avec_referent"][distribution.reseau.pk, 2023] == 1
    assert avant["installations_emplois"][distribution.reseau.pk, 2023] == 3
    assert avant["primes"][distribution.reseau.pk, 2023] == 4000
    assert anonymiser(distribution.reseau, [silencieux.pk]) == 1
    assert comptes(distribution.reseau) == avant
    assert anonymiser(distribution.reseau, [autre.pk]) == 1
    assert comptes(distribution.reseau) == avant
    assert FaitFige.objects.exists()


def test_il_ne_reste_que_de_quoi_compter(silencieux, distribution):
    Porteur.objects.update(naissance=date(1985, 1, 1))
    anonymiser(distribution.reseau, [silencieux.pk])
    [reste] = DossierAnonyme.objects.all()
    assert (reste.trimestre, reste.age, reste.secteur) == ("2022-T2", TrancheAge.T30, "C")
    champs = {c.name for c in DossierAnonyme._meta.fields}
    assert champs == {"id", "reseau", "trimestre", "age", "region_origine", "etape", "secteur"}


@pytest.mark.parametrize(
    ("naissance", "attendue"),
    [
        (None, TrancheAge.INCONNU),
        (date(2007, 5, 4), TrancheAge.T0),
        (date(2007, 5, 3), TrancheAge.T15),
        (date(1940, 1, 1), TrancheAge.T75),
    ],
)
def test_l_age_se_dit_par_quinze_ans(naissance, attendue):
    assert tranche(naissance, date(2022, 5, 3)) == attendue


def test_aucune_table_ne_dit_plus_le_nom(silencieux, distribution, valider):
    passer()
    assert "porteurs_historiqueporteur.nom" in traces("Petitmot")
    with valider():
        anonymiser(distribution.reseau, [silencieux.pk])
    assert traces("Petitmot") == []
    assert not HISTORIQUES[Dossier].objects.filter(pgh_obj=silencieux.pk).exists()
    vides = Courriel.objects.annotate(adresse_nue=Lower("adresse")).filter(
        genre="conservation_personne"
    )
    assert [c.etat for c in vides] == ["sans_objet"]


def test_un_export_qui_la_contient_perd_son_fichier(silencieux, distribution, auteur, valider):
    fichier = garder(b"Petitmot", nom="dossiers.csv", type_mime="text/csv")
    export = Export.objects.create(
        reseau=distribution.reseau,
        par=auteur,
        motif="Bilan de l’année",
        texte="Petitmot",
        etat="pret",
        fichier=fichier,
        fiches=[silencieux.pk],
        pret_le=timezone.now(),
        expire_le=timezone.now() + timedelta(days=2),
    )
    with valider():
        anonymiser(distribution.reseau, [silencieux.pk])
    export.refresh_from_db()
    assert (export.fichier, export.texte) == (None, "")
    assert not fichier.chemin.exists()


# --- Une personne demande l'effacement -------------------------------------------------------


def test_effacer_une_personne_seule_emporte_son_dossier(silencieux, distribution, valider):
    avant = comptes(distribution.reseau)
    with valider():
        assert effacer_personne(silencieux.porteurs.get()) == (1, 0)
    assert traces("Petitmot") == []
    assert comptes(distribution.reseau) == avant


def test_d_un_dossier_a_deux_on_la_retire(silencieux, distribution, valider):
    elle = silencieux.porteurs.get()
    autre = DossierFabrique(reseau=distribution.reseau).porteurs.get()
    Participation.objects.create(dossier=silencieux, porteur=autre, rang=2)
    Echange.objects.filter(dossier=silencieux).update(texte="Le four est choisi")
    Dossier.objects.filter(pk=silencieux.pk).update(intitule="Boulangerie du bourg")
    with valider():
        assert effacer_personne(elle) == (0, 1)
    assert list(silencieux.participations.values_list("porteur", "rang")) == [(autre.pk, 1)]
    assert not Porteur.objects.filter(pk=elle.pk).exists()
    assert not HISTORIQUES[Porteur].objects.filter(pgh_obj=elle.pk).exists()


def test_la_suivante_partage_selon_ce_qu_elle_a_dit(silencieux, distribution, valider, connecter):
    """Celle qui s'était opposée ne se retrouve pas nommée sous l'information d'une autre."""
    elle = silencieux.porteurs.get()
    foyer, associee = (PorteurFabrique(reseau=distribution.reseau) for _ in range(2))
    Participation.objects.create(
        dossier=silencieux, porteur=foyer, rang=2, role=RoleParticipation.FOYER, informe_le=JOUR
    )
    Participation.objects.create(
        dossier=silencieux,
        porteur=associee,
        rang=3,
        informe_le=date(2024, 1, 5),
        information_mode="courrier",
        opposition_le=date(2024, 1, 9),
    )
    vu = Dossier.objects.visible_par(acteur_de(distribution.voisine)).filter(pk=silencieux.pk)
    assert vu.exists()
    with valider():
        effacer_personne(elle)
    silencieux.refresh_from_db()
    assert (silencieux.informe_le, silencieux.information_mode, silencieux.opposition_le) == (
        date(2024, 1, 5),
        "courrier",
        date(2024, 1, 9),
    )
    rangs = silencieux.participations.order_by("rang").values_list("porteur", flat=True)
    assert list(rangs) == [associee.pk, foyer.pk]
    assert not vu.exists()


def test_sans_suivante_informee_la_fiche_se_ferme(silencieux, distribution, valider):
    autre = PorteurFabrique(reseau=distribution.reseau)
    Participation.objects.create(dossier=silencieux, porteur=autre, rang=2)
    vu = Dossier.objects.visible_par(acteur_de(distribution.voisine)).filter(pk=silencieux.pk)
    assert vu.exists()
    with valider():
        effacer_personne(silencieux.participations.get(rang=1).porteur)
    silencieux.refresh_from_db()
    assert (silencieux.informe_le, silencieux.information_mode) == (None, "")
    assert not vu.exists()


def test_une_structure_n_efface_pas_le_dossier_d_une_autre(
    silencieux, distribution, auteur, connecter, valider
):
    elle = silencieux.porteurs.get()
    ailleurs = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s2, porteur=elle
    )
    client = connecter(auteur)
    adresse = reverse(
        "porteurs:personne_effacer", args=[silencieux.reseau.slug, silencieux.uuid, elle.uuid]
    )
    for _ in range(2):
        page = client.post(adresse, {"motif": "demande orale", "certain": "on"})
        assert "vient de lui être transmise" in page.content.decode()
    assert set(elle.participations.values_list("dossier", flat=True)) == {
        silencieux.pk,
        ailleurs.pk,
    }
    demande = DemandeDroit.objects.get(porteur=elle)
    assert (demande.dossier, demande.nature) == (ailleurs, "effacement")
    assert Courriel.objects.filter(
        genre="espace_droit", destinataire__mandats__structure=distribution.s2
    ).exists()
    DemandeDroit.objects.update(etat="faite", repondue_le=timezone.now())
    with valider():
        page = client.post(adresse, {"motif": "demande orale", "certain": "on"})
    assert page.status_code == 302
    assert not Porteur.objects.filter(pk=elle.pk).exists()


def test_les_brouillons_qui_la_nomment_partent_avec_elle(silencieux, distribution, auteur, valider):
    part = silencieux.participations.get()
    tenus = {
        f"part_adulte:{part.uuid}": {"emploi": ["Un mi-temps"]},
        "dossier_ouvrir:reseau": {"nom": ["petitmot-secret"]},
        "dossier_ouvrir:autre": {"nom": ["Petit"]},
    }
    for cle, champs in tenus.items():
        Brouillon.objects.create(
            utilisateur=auteur, cle=cle, champs=champs, ecrit_le=timezone.now()
        )
    with valider():
        effacer_personne(part.porteur)
    assert list(Brouillon.objects.values_list("cle", flat=True)) == ["dossier_ouvrir:autre"]


def test_ce_qui_revient_d_une_sauvegarde_s_efface_de_nouveau(silencieux, distribution, valider):
    uuid, personne = silencieux.uuid, silencieux.porteurs.get().uuid
    with valider():
        effacer_personne(silencieux.porteurs.get())
    assert tombes.empreinte("dossier", uuid) in tombes.inscrites()
    assert str(uuid) not in tombes.fichier().read_text("ascii")
    # La sauvegarde d'hier est restaurée : le dossier et la personne reviennent.
    revenu = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        uuid=uuid,
        porteur__uuid=personne,
        porteur__nom="Petitmot-Secret",
    )
    voisin = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    with valider():
        assert rejouer() == (1, 1)
    assert not Dossier.objects.filter(pk=revenu.pk).exists()
    assert Dossier.objects.filter(pk=voisin.pk).exists()
    assert rejouer() == (0, 0)


def test_ce_qui_protege_un_dossier_de_la_suppression_est_traite():
    """Une clé PROTECT de plus vers ce qui part avec lui arrêterait l'anonymisation."""
    partants, avant = {Dossier}, 0
    autres = [m for m in apps.get_models() if m not in HISTORIQUES.values()]
    while len(partants) != avant:
        avant = len(partants)
        partants |= {m for m in autres if _vers(m, partants, models.CASCADE)}
    assert {f"{m.__name__}.{c}" for m in autres for c in _vers(m, partants, models.PROTECT)} == {
        "Demande.dossier",
        "Financement.candidature",
        "Orientation.suite_de",
    }


def _vers(modele, cibles, regle) -> list[str]:
    return [
        champ.name
        for champ in modele._meta.local_fields
        if champ.is_relation
        and champ.related_model in cibles
        and champ.remote_field.on_delete is regle
    ]


# --- Une personne demande une copie ----------------------------------------------------------


def test_la_copie_contient_tout_ce_qui_est_a_elle(silencieux, distribution, auteur):
    elle = silencieux.porteurs.get()
    autre = PorteurFabrique(reseau=distribution.reseau, nom="Voisin-Discret")
    part = Participation.objects.create(dossier=silencieux, porteur=autre, rang=2)
    PartAdulte.objects.create(participation=part, emploi="Un poste que lui seul connaît")
    sienne = silencieux.participations.get(porteur=elle)
    PartAdulte.objects.create(participation=sienne, emploi="Un mi-temps au bourg")
    consigner_dossier(acteur_de(auteur), Operation.CONSULTATION, silencieux)
    archive = zipfile.ZipFile(io.BytesIO(composer(elle)))
    donnees = archive.read("donnees.json").decode()
    assert set(archive.namelist()) == {"donnees.json", "LISEZ-MOI.txt"}
    for attendu in (
        "zoe.petitmot@porteur.test",
        "Toujours le four de Zoé",
        "Un mi-temps au bourg",
        "a consulté le dossier",
        auteur.nom_complet,
    ):
        assert attendu in donnees
    assert "Un poste que lui seul connaît" not in donnees
    assert autre.email not in donnees


def contenu(archive: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(archive)).read("donnees.json").decode()


def test_remise_par_un_technicien_la_copie_s_arrete_a_ce_qu_il_lit(
    silencieux, distribution, auteur, connecter
):
    elle = silencieux.porteurs.get()
    ailleurs = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        porteur=elle,
        intitule="Projet suivi par la voisine",
    )
    EchangeFabrique(dossier=ailleurs, texte="Une note de la voisine")
    EchangeFabrique(
        dossier=silencieux, structure=distribution.s2, audience="structure", texte="Entre nous deux"
    )
    VoletPrive.objects.create(dossier=silencieux, logement="Une maison avec jardin")
    client = connecter(auteur)
    adresse = reverse(
        "porteurs:personne_copie", args=[silencieux.reseau.slug, silencieux.uuid, elle.uuid]
    )
    remise, entiere = contenu(client.post(adresse).content), contenu(composer(elle))
    for sien in ("zoe.petitmot@porteur.test", "Toujours le four de Zoé"):
        assert sien in remise
        assert sien in entiere
    for secret in (
        "Projet suivi par la voisine",
        "Une note de la voisine",
        "Entre nous deux",
        "Une maison avec jardin",
    ):
        assert secret not in remise
        assert secret in entiere


def test_la_copie_d_un_adulte_n_a_rien_d_un_autre(silencieux, distribution):
    elle = silencieux.porteurs.get()
    lui = PorteurFabrique(reseau=distribution.reseau, prenom="Paul", email=elle.email)
    Participation.objects.create(dossier=silencieux, porteur=lui, rang=2)
    VoletPrive.objects.create(dossier=silencieux, logement="Une maison avec jardin")
    for personne, texte in ((elle, "Message de Zoé seule"), (lui, "Message de Paul seul")):
        EchangeFabrique(
            dossier=silencieux, auteur=None, porteur=personne, pour_porteur=True, texte=texte
        )
    EchangeFabrique(dossier=silencieux, prive=True, pour_porteur=True, texte="Confié par Zoé")
    la_sienne, celle_de_paul = contenu(composer(elle)), contenu(composer(lui))
    for secret in ("Message de Zoé seule", "Confié par Zoé", "Une maison avec jardin"):
        assert secret in la_sienne
        assert secret not in celle_de_paul
    assert "Message de Paul seul" in celle_de_paul
    assert "Message de Paul seul" not in la_sienne


def test_la_commande_ecrit_la_copie_une_fois(silencieux, tmp_path):
    elle, vers = silencieux.porteurs.get(), tmp_path / "copie.zip"
    call_command("exporter_personne", str(elle.uuid), str(vers), stdout=io.StringIO())
    assert zipfile.is_zipfile(vers)
    assert vers.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("exporter_personne", str(elle.uuid), str(vers))


def test_la_commande_efface_apres_l_avoir_dit(silencieux, capsys):
    uuid = str(silencieux.porteurs.get().uuid)
    call_command("effacer_personne", uuid)
    assert "1 dossier(s) partiraient" in capsys.readouterr().out
    assert Porteur.objects.filter(uuid=uuid).exists()
    call_command("effacer_personne", uuid, "--pour-de-vrai")
    assert not Porteur.objects.filter(uuid=uuid).exists()


# --- L'écran ---------------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_montre_les_siens(connecter, auteur, distribution, nombre, nombre_de_requetes):
    for rang in range(nombre):
        DossierFabrique(
            reseau=distribution.reseau,
            structure_responsable=distribution.s1,
            ouvert_le=date(2020, 1, 1),
            dernier_contact_le=date(2021, 1, 1),
            intitule=f"Oublié {rang}",
        )
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        ouvert_le=date(2020, 1, 1),
        dernier_contact_le=date(2021, 1, 1),
        intitule="Celui d’à côté",
    )
    client = connecter(auteur)
    adresse = reverse("porteurs:conservation", args=[distribution.reseau.slug])
    client.get(adresse)
    with nombre_de_requetes(7):
        texte = client.get(adresse).content.decode()
    assert all(f"Oublié {rang}" in texte for rang in range(nombre))
    assert "Celui d’à côté" not in texte
