"""Les PDF : le texte des personnes s'y lit tel quel, et le document est accessible."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from socle import pdf
from socle.pdf import ErreurDocument, apercu, composer, structurer

RACINE = Path(__file__).resolve().parents[2]
GABARIT = "socle/texte.typ"
INSECABLE = "\u00a0"


def document(*paragraphes: str, **donnees) -> bytes:
    blocs = [{"genre": "paragraphe", "texte": texte} for texte in paragraphes]
    return composer(GABARIT, {"titre": "Essai", "blocs": blocs} | donnees)


def lecteur(contenu: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(contenu))


def texte(contenu: bytes) -> str:
    """Le texte du document, les retours que la mise en page ajoute défaits."""
    return " ".join(" ".join(page.extract_text() for page in lecteur(contenu).pages).split(" "))


# --- Le texte n'est qu'une donnée ------------------------------------------------------------


@pytest.mark.parametrize(
    "piege",
    [
        '#read("/etc/passwd")',
        "#panic()",
        "#while true {}",
        '#import "/maillon.typ": *',
        "#sys.inputs",
        "$ x^2 $ et $y$",
        r"\ # \* \u{41} \\",
        "*gras* _penché_ `code` ~ -- --- ...",
        "= Titre",
        "<repere> @repere https://exemple.fr // commentaire /* autre */",
        '"] #panic("x") [',
        "{{ gabarit }} {% url %} <script>alert(1)</script>",
        'l\'apostrophe droite et "les guillemets droits"',
    ],
)
def test_un_texte_piege_s_imprime_tel_quel(piege):
    assert piege in texte(document(piege))


@pytest.mark.parametrize(
    "place", ["titre", "sous_titre", "reseau", "mention", "fiche", "signataires"]
)
def test_un_piege_n_agit_d_aucune_place(place):
    piege = '#panic("x") $ \\'
    valeur = {"fiche": [["Nom", piege]], "signataires": [piege]}.get(place, piege)
    assert piege in texte(document("Bonjour.", **{place: valeur}))


def test_les_accents_les_ligatures_et_les_espaces_insecables_se_lisent():
    phrase = f"Ça y est{INSECABLE}: «{INSECABLE}l’œuvre{INSECABLE}» coûte 1\u202f250{INSECABLE}€{INSECABLE}!"
    lu = texte(document(phrase + " ÀÉÈÊËÎÏÔÙÛÜŸÇ Œ æ — … ½ ² ☐"))
    assert phrase.replace("\u202f", " ").replace(INSECABLE, " ") in lu.replace(
        "\u202f", " "
    ).replace(INSECABLE, " ")
    assert "ÀÉÈÊËÎÏÔÙÛÜŸÇ Œ æ — … ½ ² ☐" in lu


def test_un_signe_sans_dessin_devient_un_carre_et_le_reste_se_lit():
    lu = texte(document("Merci 😀 Zoé 日本 \ufeff\x00\x07fin\ud83d."))
    assert "Merci □ Zoé □□ fin." in lu


# --- Accessible ------------------------------------------------------------------------------


def test_le_document_est_balise_titre_et_conforme():
    lu = lecteur(document("Bonjour.", titre="Convention d’accueil"))
    racine = lu.trailer["/Root"]
    assert lu.metadata.title == "Convention d’accueil"
    assert racine["/Lang"] == "fr"
    assert racine["/MarkInfo"]["/Marked"].value is True
    assert racine["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert "/StructTreeRoot" in racine
    assert b"<pdfuaid:part>1</pdfuaid:part>" in racine["/Metadata"].get_data()


def test_l_entete_et_le_pied_nomment_le_reseau_et_les_pages():
    long = [f"Paragraphe {n}. " + "Une phrase assez longue. " * 20 for n in range(30)]
    lu = lecteur(document(*long, reseau="Réseau du Forez", mention="Édité pour essai"))
    pages = [page.extract_text() for page in lu.pages]
    assert len(pages) > 2
    for rang, page in enumerate(pages, start=1):
        assert "Réseau du Forez" in page
        assert "Édité pour essai" in page
        assert f"Page {rang} sur {len(pages)}" in page


def test_une_page_se_couche():
    debout, couche = lecteur(document("A")).pages[0], lecteur(document("A", paysage=True)).pages[0]
    assert (couche.mediabox.width, couche.mediabox.height) == (
        debout.mediabox.height,
        debout.mediabox.width,
    )


def test_un_document_anglais_le_dit_et_date_en_anglais():
    donnees = {"titre": "Agreement", "sous_titre": date(2026, 3, 1), "blocs": []}
    contenu = composer(GABARIT, donnees, langue="en")
    assert lecteur(contenu).trailer["/Root"]["/Lang"] == "en"
    assert "1 March 2026" in texte(contenu)
    assert "Page 1 of 1" in texte(contenu)


def test_les_dates_et_les_nombres_s_ecrivent_en_francais():
    fiche = [
        ["Le", date(2026, 3, 1)],
        ["À", datetime(2026, 11, 21, 13, 5, tzinfo=UTC)],
        ["Prix", Decimal("12.50")],
        ["Jours", 3],
        ["Vide", None],
    ]
    lu = texte(document("Bonjour.", fiche=fiche))
    assert "1er mars 2026" in lu
    assert "21 novembre 2026, 14:05" in lu
    assert "12,50" in lu
    assert "Vide" not in lu


def test_la_page_se_regarde_en_image():
    (page,) = apercu(GABARIT, {"titre": "Essai", "blocs": structurer("Bonjour.")})
    assert page.startswith(b"\x89PNG")


# --- Composer sans sortir ni se tromper ------------------------------------------------------


@pytest.fixture
def gabarit(monkeypatch):
    """``gabarit(source)`` : compose une source d'essai à la place du gabarit."""

    def composer_la_source(source: str) -> bytes:
        entete = '#import "/maillon.typ": *\n#show: mise-en-page\n'
        monkeypatch.setattr(
            pdf,
            "_lire_une_fois",
            lambda c: c.read_bytes() if c.name == "maillon.typ" else (entete + source).encode(),
        )
        return composer(
            GABARIT, {"titre": "Essai", "rangees": [["Valcivières", None], ["Marsac", "Ambert"]]}
        )

    return composer_la_source


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../etc/passwd")',
        '#read("/socle/pdf.py")',
        '#image("/etc/passwd")',
        '#import "@preview/cetz:0.3.0"',
        '#panic("x")',
        "#while true {}",
        "#let f(n) = f(n + 1)\n#f(1)",
        "= A\n=== B",
        "#donnees.absente",
    ],
)
def test_un_gabarit_fautif_echoue_sans_rien_lire_ni_telecharger(gabarit, source):
    with pytest.raises(ErreurDocument):
        gabarit(source)


def test_un_tableau_a_ses_entetes_et_ses_cases(gabarit):
    lu = texte(gabarit('#tableau(("Nom", "Commune"), donnees.rangees)'))
    attendus = ["Nom", "Commune", "Valcivières", "Marsac", "Ambert"]
    assert [mot for mot in lu.split() if mot in attendus] == attendus


@pytest.mark.parametrize(
    ("nom", "donnees", "phrase"),
    [
        ("socle/absent.typ", {"titre": "T"}, "n'existe pas"),
        ("inconnue/texte.typ", {"titre": "T"}, "n'existe pas"),
        ("socle/../settings.typ", {"titre": "T"}, "pas un nom de gabarit"),
        ("texte.typ", {"titre": "T"}, "pas un nom de gabarit"),
        (GABARIT, {"blocs": []}, "a un titre"),
        (GABARIT, {"titre": "  ", "blocs": []}, "a un titre"),
        (GABARIT, {"titre": "T", "blocs": ["x" * pdf.DONNEES_MAXIMALES]}, "c'est trop"),
    ],
)
def test_une_demande_impossible_dit_pourquoi(nom, donnees, phrase):
    with pytest.raises(ErreurDocument, match=phrase):
        composer(nom, donnees)


def test_aucun_gabarit_n_importe_de_paquet():
    gabarits = list(RACINE.glob("*/typst/*.typ"))
    assert len(gabarits) >= 2
    assert [g for g in gabarits if '"@' in g.read_text("utf-8")] == []


# --- Texte suivi -----------------------------------------------------------------------------


def test_un_texte_suivi_donne_titres_listes_et_paragraphes():
    blocs = structurer(
        "Préambule\r\nsur deux lignes\n\n# Objet\nUn paragraphe.\n- un\n- deux\n  qui continue\n"
        "Puis un autre.\n\n### Trop profond\n## Suite\n#pas un titre\n-pas une liste"
    )
    assert blocs == [
        {"genre": "paragraphe", "texte": "Préambule\nsur deux lignes"},
        {"genre": "titre", "niveau": 1, "texte": "Objet"},
        {"genre": "paragraphe", "texte": "Un paragraphe."},
        {"genre": "liste", "elements": ["un", "deux qui continue"]},
        {"genre": "paragraphe", "texte": "Puis un autre."},
        {"genre": "titre", "niveau": 2, "texte": "Trop profond"},
        {"genre": "titre", "niveau": 2, "texte": "Suite"},
        {"genre": "paragraphe", "texte": "#pas un titre\n-pas une liste"},
    ]


@pytest.mark.parametrize(
    "saisie", ["", "\n\n", "### Profond d’emblée\n- \n-", "# A\n### B\n# C\n###"]
)
def test_tout_texte_suivi_se_compose(saisie):
    contenu = composer(GABARIT, {"titre": "Essai", "blocs": structurer(saisie)})
    assert len(lecteur(contenu).pages) == 1
