"""La garde des lectures reconnaît ce qui écrit, et laisse passer ce qui n'écrit pas."""

import contextlib

import pytest

from tests.gardes.lecture_seule import EcritureEnLecture, ecritures, lecture_seule


@pytest.mark.parametrize(
    ("ordre", "tables"),
    [
        ('INSERT INTO "porteurs_dossier" (id) VALUES (1)', ["porteurs_dossier"]),
        ('UPDATE "porteurs_dossier" SET etape = %s', ["porteurs_dossier"]),
        ("update porteurs_dossier d set etape = 'x'", ["porteurs_dossier"]),
        ('DELETE FROM "socle_courriel" WHERE id = 1', ["socle_courriel"]),
        ("WITH x AS (DELETE FROM porteurs_acces RETURNING 1) SELECT 1 FROM x", ["porteurs_acces"]),
        ("TRUNCATE TABLE porteurs_acces", ["porteurs_acces"]),
        ("DROP TABLE porteurs_acces", ["porteurs_acces"]),
    ],
)
def test_une_ecriture_est_reconnue(ordre, tables):
    assert ecritures(ordre) == tables


@pytest.mark.parametrize(
    "ordre",
    [
        'SELECT * FROM "porteurs_dossier" FOR UPDATE OF "porteurs_dossier"',
        "SELECT 1 WHERE 'delete from porteurs_dossier' = %s",
        'INSERT INTO "socle_accesjournal" (objet) VALUES (%s)',
        "INSERT INTO socle_debit (cle) VALUES (1) ON CONFLICT (cle) DO UPDATE SET nombre = 2",
        'UPDATE "django_session" SET session_data = %s',
        "SAVEPOINT s1",
    ],
)
def test_le_reste_passe(ordre):
    assert ecritures(ordre) == []


def test_une_ecriture_rattrapee_par_la_vue_se_voit_quand_meme(distribution):
    def vue():
        with lecture_seule("GET /essai/"), contextlib.suppress(EcritureEnLecture):
            distribution.reseau.save()

    with pytest.raises(EcritureEnLecture):
        vue()
