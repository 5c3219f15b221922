"""Écrire une feuille de calcul : aucune case ne calcule, et ce qui est relu est ce qui fut écrit."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socle.tableurs import ecrire_csv, ecrire_xlsx, lire, reponse_tableur
from socle.tableurs.valeurs import propre

# Des textes comme on en tape, et ceux qui voudraient agir.
TEXTES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.builds(
        lambda debut, suite: debut + suite,
        st.sampled_from(
            ["=", "+", "-", "@", "\t", "\r", "'=", "''+", "＝", "#N/A", '"=', ";=", "="]
        ),
        st.text(max_size=20),
    ),
    st.sampled_from(["=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "@SUM(1+1)", "+33 6 39 98"]),
)
ACTIFS = tuple("=+-@\t\r\n＝＋－＠")


def ecrit(texte: str) -> str:
    """Ce qu'une écriture garde d'un texte : tout, hors les caractères qu'aucun classeur n'admet."""
    return propre(openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", texte))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTES, TEXTES), min_size=1, max_size=4))
def test_en_csv_aucune_case_n_agit_et_tout_se_relit(lignes):
    octets = b"".join(ecrire_csv([("Premier", "Second"), *lignes]))
    brutes = list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert not [case for rangee in brutes for case in rangee if case.startswith(ACTIFS)]
    attendu = [[ecrit(a), ecrit(b)] for a, b in lignes if ecrit(a) or ecrit(b)]
    if attendu:
        feuille = lire(octets, entetes=["Premier", "Second"])
        assert [ligne.cases for ligne in feuille.lignes[1:]] == attendu


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTES, TEXTES), min_size=1, max_size=4))
def test_en_classeur_aucune_formule_et_tout_se_relit(lignes):
    octets = ecrire_xlsx("Essai", ["Premier", "Second"], lignes).read()
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")
    for rangee in openpyxl.load_workbook(io.BytesIO(octets)).active.iter_rows():
        for case in rangee:
            assert case.data_type in ("s", "n", "inlineStr")
            if isinstance(case.value, str) and case.value.startswith(ACTIFS):
                assert case.quotePrefix
    attendu = [[ecrit(a), ecrit(b)] for a, b in lignes if ecrit(a) or ecrit(b)]
    if attendu:
        feuille = lire(octets, entetes=["Premier", "Second"])
        assert [ligne.cases for ligne in feuille.lignes[1:]] == attendu


VALEURS = [
    date(2026, 3, 1),
    datetime(2026, 7, 14, 8, 30, tzinfo=UTC),
    Decimal("12.50"),
    -3,
    True,
    None,
    "-3 °C",
]


def test_un_csv_est_francais():
    (_, ligne) = ecrire_csv([VALEURS])
    assert ligne.decode() == "01/03/2026;14/07/2026 10:30;12,50;-3;oui;;'-3 °C\r\n"


def test_un_classeur_garde_ses_types_et_se_lit_a_l_aise():
    octets = ecrire_xlsx("Réseau: 2026/27", list("abcdefg"), [VALEURS, ["x" * 300] * 7]).read()
    feuille = openpyxl.load_workbook(io.BytesIO(octets)).active
    assert feuille.title == "Réseau  2026 27"
    assert (feuille.freeze_panes, feuille.auto_filter.ref) == ("A2", "A1:G3")
    assert feuille["A2"].value == datetime(2026, 3, 1)
    assert feuille["A2"].number_format == "dd/mm/yyyy"
    assert feuille["B2"].value == datetime(2026, 7, 14, 10, 30)
    assert [feuille[c].value for c in ("C2", "D2", "E2", "F2")] == [12.5, -3, "oui", None]
    assert feuille["G2"].value == "-3 °C"
    assert feuille.column_dimensions["G"].width == 60


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_la_reponse_se_telecharge_et_ne_se_garde_pas(format):
    reponse = reponse_tableur("Évènements : 2026/27", ["Nom"], iter([["Fête"]]), format)
    assert reponse["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%89v")
    assert reponse["Content-Disposition"].endswith(f".{format}")
    assert reponse["Cache-Control"] == "no-store"
    assert [ligne.cases for ligne in lire(b"".join(reponse.streaming_content)).lignes] == [["Fête"]]
    with pytest.raises(KeyError):
        reponse_tableur("x", ["Nom"], [], "exe")
