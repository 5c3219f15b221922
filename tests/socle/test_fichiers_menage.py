"""Le ménage : ce que plus rien ne nomme disparaît au bout d'un jour, le reste jamais."""

import os
import threading
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from socle.fichiers import effacer, menage
from socle.fichiers.menage import effacer_les_orphelins, orphelins
from socle.models import Battement, Fichier
from socle.tasks import soigner_fichiers
from tests.socle import fichiers_essai as essai

AVANT_HIER = timedelta(days=2)


@pytest.fixture(autouse=True)
def rangement(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    settings.MAILLON_CLAMD = ""


@pytest.fixture
def possesseur(base):
    """Une table d'essai qui possède des fichiers, comme le ferait n'importe quelle application."""

    class Possesseur(models.Model):
        fichier = models.ForeignKey(Fichier, null=True, on_delete=models.SET_NULL, related_name="+")
        pieces = models.ManyToManyField(Fichier, related_name="+")

        class Meta:
            app_label = "socle"
            db_table = "essai_possesseur"

        def __str__(self):
            return "possesseur"

    with connection.schema_editor() as editeur:
        editeur.create_model(Possesseur)
    yield Possesseur
    # La table part avec la transaction, ou avec la base clonée.
    for nom in ("possesseur", "possesseur_pieces"):
        del apps.all_models["socle"][nom]
    apps.clear_cache()


def vieilli(nom="note.pdf") -> Fichier:
    fichier = essai.depot(nom, essai.pdf())
    Fichier.objects.filter(pk=fichier.pk).update(cree_le=timezone.now() - AVANT_HIER)
    passe = time.time() - AVANT_HIER.total_seconds()
    os.utime(fichier.chemin, (passe, passe))
    return fichier


def reste(fichier: Fichier) -> tuple[bool, bool]:
    """(la ligne, le contenu)"""
    return Fichier.objects.filter(pk=fichier.pk).exists(), fichier.chemin.exists()


def test_un_orphelin_disparait_au_bout_d_un_jour_pas_avant(db, valider):
    vieux, neuf = vieilli(), essai.depot("note.pdf", essai.pdf())
    with valider():
        assert effacer_les_orphelins() == 1
    assert reste(vieux) == (False, False)
    assert reste(neuf) == (True, True)


def test_ce_qu_une_cle_etrangere_nomme_reste(possesseur, valider):
    nomme, joint, seul = vieilli(), vieilli(), vieilli()
    possesseur.objects.create(fichier=nomme).pieces.add(joint)
    assert set(orphelins()) & {nomme, joint, seul} == {seul}
    with valider():
        effacer_les_orphelins()
    assert reste(nomme) == reste(joint) == (True, True)
    assert reste(seul) == (False, False)


def test_effacer_tout_de_suite_n_efface_que_ce_qui_n_est_plus_nomme(possesseur, valider):
    nomme, seul = essai.depot("a.pdf", essai.pdf()), essai.depot("b.pdf", essai.pdf())
    possesseur.objects.create(fichier=nomme)
    with valider():
        assert effacer([nomme.pk, seul.pk]) == 1
    assert reste(nomme) == (True, True)
    assert reste(seul) == (False, False)


def test_le_contenu_ne_part_qu_une_fois_l_effacement_valide(db):
    fichier = vieilli()
    effacer([fichier.pk])
    assert reste(fichier) == (False, True)


def test_un_contenu_que_rien_ne_decrit_disparait(db, settings, valider):
    nomme = vieilli()
    dossier = settings.MEDIA_ROOT / "ab"
    dossier.mkdir(exist_ok=True)
    perdu, interrompu = dossier / ("ab" * 16), dossier / f"{'ac' * 16}.en-cours"
    recent, etranger = dossier / ("ad" * 16), dossier / "lisez-moi.txt"
    passe = time.time() - AVANT_HIER.total_seconds()
    for chemin in (perdu, interrompu, recent, etranger):
        chemin.write_bytes(b"x")
        if chemin != recent:
            os.utime(chemin, (passe, passe))
    Fichier.objects.filter(pk=nomme.pk).update(cree_le=timezone.now())
    with valider():
        assert effacer_les_orphelins() == 0
    assert [c.exists() for c in (perdu, interrompu, recent, etranger)] == [False, False, True, True]
    assert reste(nomme) == (True, True)


def test_nommer_un_fichier_pendant_qu_il_s_efface_est_refuse_par_la_base(base_clonee, possesseur):
    """Une ligne ne peut pas rester à nommer un fichier disparu."""
    fichier = vieilli()
    nomme, finir, refus = threading.Event(), threading.Event(), []

    def nommer():
        try:
            with transaction.atomic():
                possesseur.objects.create(fichier=fichier)
                nomme.set()
                finir.wait(10)
        except IntegrityError as erreur:
            refus.append(erreur)
        finally:
            connection.close()

    fil = threading.Thread(target=nommer)
    fil.start()
    try:
        assert nomme.wait(10)
        assert effacer([fichier.pk]) == 1
    finally:
        finir.set()
        fil.join()
    assert len(refus) == 1
    assert not possesseur.objects.exists()
    assert reste(fichier) == (False, False)


def test_la_tache_dit_qu_elle_est_passee(db, valider):
    fichier = vieilli()
    with valider():
        soigner_fichiers()
    assert reste(fichier) == (False, False)
    assert Battement.objects.filter(nom="socle.soigner_fichiers").exists()


def test_un_passage_traite_plusieurs_lots(db, monkeypatch, valider):
    monkeypatch.setattr(menage, "LOT", 2)
    vieux = [vieilli() for _ in range(5)]
    with valider():
        assert effacer_les_orphelins() == 5
    assert {reste(f) for f in vieux} == {(False, False)}
