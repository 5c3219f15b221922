"""Lire une feuille de calcul : tout ou rien, et dire ce qui gêne avec son adresse."""

import io
import time
import zipfile

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from socle.refus import Refus
from socle.tableurs import associer, ecrire_csv, ecrire_xlsx, lire, nom_de_colonne


def xlsx(preparer) -> bytes:
    classeur = openpyxl.Workbook()
    preparer(classeur.active)
    octets = io.BytesIO()
    classeur.save(octets)
    return octets.getvalue()


def classeur_de(*rangees) -> bytes:
    return xlsx(lambda feuille: [feuille.append(rangee) for rangee in rangees])


def ods(*rangees, nom="Feuille", masquee=False) -> bytes:
    """Une case est un texte, ou un dictionnaire d'attributs avec « texte »."""
    document = OpenDocumentSpreadsheet()
    style = Style(name="ta", family="table")
    style.addElement(TableProperties(display="false" if masquee else "true"))
    document.automaticstyles.addElement(style)
    table = Table(name=nom, stylename=style)
    document.spreadsheet.addElement(table)
    for rangee in rangees:
        ligne = TableRow()
        table.addElement(ligne)
        for case in rangee:
            case = {"valuetype": "string", "texte": case} if isinstance(case, str) else dict(case)
            texte, couverte = case.pop("texte", ""), case.pop("couverte", False)
            element = (CoveredTableCell if couverte else TableCell)(**case)
            if texte:
                element.addElement(P(text=texte))
            ligne.addElement(element)
    octets = io.BytesIO()
    document.save(octets)
    return octets.getvalue()


def avec_textes_partages(octets: bytes) -> bytes:
    """Le même classeur, avec la table de textes que les tableurs écrivent et qu'openpyxl omet."""
    complet = io.BytesIO(octets)
    with zipfile.ZipFile(complet, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst></sst>")
    return complet.getvalue()


def modifier(octets: bytes, membre: str, remplacer) -> bytes:
    """Le même classeur, un de ses fichiers réécrit."""
    sortie = io.BytesIO()
    compresse = zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(octets)) as source, compresse as neuf:
        for info in source.infolist():
            contenu = source.read(info.filename)
            neuf.writestr(info.filename, remplacer(contenu) if info.filename == membre else contenu)
    return sortie.getvalue()


FEUILLE_1 = "xl/worksheets/sheet1.xml"


def cases(feuille) -> list[list[str]]:
    return [ligne.cases for ligne in feuille.lignes]


def refus(contenu, **options) -> str:
    with pytest.raises(Refus) as capture:
        lire(contenu, **options)
    return capture.value.phrase


# --- Les textes ----------------------------------------------------------------------------


@pytest.mark.parametrize("separateur", ["\t", ";", ",", "|"])
def test_le_separateur_se_reconnait(separateur):
    lignes = ["Nom|Commune|Métier", "Halle|Ambert|Boulangère", "Scierie|Thiers|"]
    feuille = lire("\n".join(ligne.replace("|", separateur) for ligne in lignes))
    assert feuille.entetes == ["Nom", "Commune", "Métier"]
    assert cases(feuille) == [["Halle", "Ambert", "Boulangère"], ["Scierie", "Thiers", ""]]
    assert [ligne.numero for ligne in feuille.lignes] == [2, 3]
    assert feuille.avertissements == []


def test_une_virgule_decimale_ne_prend_pas_la_place_du_point_virgule():
    feuille = lire("Nom;Part, en %;Rang\nHalle;1,5;2\nScierie;2,5;1\n")
    assert cases(feuille) == [["Halle", "1,5", "2"], ["Scierie", "2,5", "1"]]


@pytest.mark.parametrize(
    ("encodage", "annonce"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-16-le", None),
        ("utf-16-be", None),
        ("cp1252", "Windows"),
        ("mac_roman", "Macintosh"),
        ("cp850", "DOS"),
    ],
)
def test_les_accents_survivent_a_tout_encodage(encodage, annonce):
    texte = "Nom;Métier;Commune\r\nÉloïse Brûlé;tôlière à façon;Noël-sur-Œuvre\r\n"
    texte = texte.replace("Œ", "O") if encodage in ("cp850",) else texte
    feuille = lire(texte.encode(encodage), nom="structures.csv")
    assert feuille.entetes == ["Nom", "Métier", "Commune"]
    assert cases(feuille) == [texte.split("\r\n")[1].split(";")]
    if annonce:
        assert any(annonce in avis for avis in feuille.avertissements)
    else:
        assert feuille.avertissements == []


def test_des_accents_deja_abimes_sont_signales_avec_leur_adresse():
    abime = "Métiers".encode().decode("cp1252")
    feuille = lire(f"Nom;Type\nHalle;x\nChambre;{abime}\n")
    assert "ligne 3, colonne B («\u00a0Type\u00a0»)" in feuille.avertissements[0]


def test_le_presse_papiers_ne_protege_pas_ses_guillemets():
    feuille = lire('Nom\tCommune\n"La Halle" et fils\tAmbert\n12" de large\tThiers')
    assert cases(feuille) == [['"La Halle" et fils', "Ambert"], ['12" de large', "Thiers"]]


def test_une_case_entre_guillemets_garde_separateurs_et_retours():
    feuille = lire('Nom;Adresse;Note\n"A;B";"1 rue\r\ndu Four";"dit ""le Grand"""\nC;;\n')
    assert cases(feuille) == [["A;B", "1 rue\ndu Four", 'dit "le Grand"'], ["C", "", ""]]
    assert [ligne.numero for ligne in feuille.lignes] == [2, 4]


def test_la_consigne_de_separateur_d_excel_n_est_pas_une_ligne():
    feuille = lire("sep=|\nNom|Part\nHalle|1,5;2\n")
    assert cases(feuille) == [["Halle", "1,5;2"]]
    assert feuille.lignes[0].numero == 3


def test_une_formule_de_csv_reste_un_texte():
    feuille = lire("Nom;Total\nHalle;=SOMME(A1:A3)\nScierie;-5\n")
    assert cases(feuille) == [["Halle", "=SOMME(A1:A3)"], ["Scierie", "-5"]]


def test_une_liste_sans_titres():
    feuille = lire("Halle\n\nScierie du Haut\n", entetes=["Nom", "Commune"])
    assert feuille.entetes == ["Nom", "Commune"]
    assert cases(feuille) == [["Halle", ""], ["Scierie du Haut", ""]]
    assert "au plus 1 (Nom)" in refus("Halle;Ambert\n", entetes=["Nom"])


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        ("", "vide"),
        (" \n;;\n", "vide"),
        (b"", "vide"),
        ("Nom;Commune\n", "que ses titres"),
        ("Nom;Commune\nHalle;Ambert;Thiers\n", "La ligne 2 a 3 cases, les titres en ont 2"),
        ('Nom;Commune\nA;B\n"Halle;Ambert\nC;D\n', "ouvert à la ligne 3 n’est jamais refermé"),
        ('Nom;Commune\n"Halle"x;Ambert\n', "La ligne 2 a un guillemet mal placé"),
        ("Nom;nom\nHalle;x\n", "Deux colonnes portent le même titre « nom » : A et B"),
        ("Nom;;Commune\nHalle;x;y\n", "La colonne B est remplie mais n’a pas de titre (case B1)"),
        (b"\x00\x01\x02\x03\x04", "ni un classeur"),
        (b"%PDF-1.7 \n", "est un document"),
        ("<html><table><tr><td>Nom</td></tr></table>", "page Web"),
        (b"PK\x03\x04abime", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ancien format .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe",
        ),
    ],
)
def test_ce_qui_ne_se_lit_pas_est_explique(contenu, attendu):
    assert attendu in refus(contenu).replace("\u00a0", " ")


def test_trop_de_lignes_de_colonnes_ou_d_octets():
    texte = "Nom;Rang\n" + "".join(f"n{n};{n}\n" for n in range(31))
    assert "31 lignes" in refus(texte, max_lignes=30)
    assert len(lire(texte, max_lignes=31).lignes) == 31
    assert "au plus 20\u202f000" in refus("Nom\n" + "x\n" * 30_000)
    assert "6 colonnes" in refus("a;b;c;d;e;f\n1;2;3;4;5;6\n", max_colonnes=5)
    assert "10 Mo" in refus(b"x" * 10_000_001)


# --- Les classeurs --------------------------------------------------------------------------


def test_les_valeurs_d_un_classeur_deviennent_du_texte():
    def remplir(feuille):
        feuille.append(["Nom", "Code", "SIRET", "Depuis", "Actif", "Part", "Tél."])
        feuille.append(["Halle\u00a0: pain", "03100", 80020100000012, None, True, 0.1, None])
        feuille["D2"] = openpyxl.utils.datetime.from_excel(46024)
        feuille["F2"] = 0.1 + 0.2
        feuille["G2"] = 473829900
        feuille["G2"].number_format = r"0#\ ##\ ##\ ##\ ##"
        feuille.append(["Scierie", 3100, 2.0, None, False, -1.5])
        feuille["B3"].number_format = "00000"

    feuille = lire(xlsx(remplir), nom="structures.xlsx")
    assert cases(feuille) == [
        ["Halle\u00a0: pain", "03100", "80020100000012", "2026-01-02", "VRAI", "0.3", "0473829900"],
        ["Scierie", "03100", "2", "", "FAUX", "-1.5", ""],
    ]
    assert feuille.onglet == "Sheet"


def test_un_tableau_precede_de_son_titre_fusionne():
    def remplir(feuille):
        feuille.append(["Structures du réseau en 2026"])
        feuille.merge_cells("A1:C1")
        feuille.append([])
        feuille.append(["Nom", "Commune", "Type"])
        feuille.append(["Halle", "Ambert", "cci"])

    feuille = lire(xlsx(remplir))
    assert feuille.entetes == ["Nom", "Commune", "Type"]
    assert feuille.lignes[0].numero == 4
    assert "à la ligne 3" in feuille.avertissements[0]


def test_des_cases_fusionnees_dans_le_corps_sont_refusees():
    def remplir(feuille):
        feuille.append(["Nom", "Commune"])
        feuille.append(["Halle", "Ambert"])
        feuille.append(["Scierie", None])
        feuille.merge_cells("B2:B3")

    assert "fusionnées (B2:B3)" in refus(xlsx(remplir))
    fusion = {"valuetype": "string", "texte": "Ambert", "numberrowsspanned": "2"}
    fusion |= {"numbercolumnsspanned": "1"}
    contenu = ods(["Nom", "Commune"], ["Halle", fusion], ["Scierie", {"couverte": True}])
    assert "fusionnées (B2:B3)" in refus(contenu)


def test_une_formule_vaut_son_resultat_ou_se_dit():
    contenu = classeur_de(["Nom", "Total"], ["Halle", "=1+1"])
    assert "(B2)" in refus(contenu)
    assert "enregistrez-le" in refus(contenu)
    calcule = modifier(
        contenu,
        FEUILLE_1,
        lambda xml: xml.replace(b"<v />", b"<v>2</v>").replace(b"<v/>", b"<v>2</v>"),
    )
    feuille = lire(calcule)
    assert cases(feuille) == [["Halle", "2"]]
    assert "formules" in feuille.avertissements[0]


def test_une_erreur_de_calcul_est_refusee():
    def remplir(feuille):
        feuille.append(["Nom", "Total"])
        feuille.append(["Halle", "#N/A"])

    assert "erreur de calcul (B2)" in refus(xlsx(remplir))


def test_le_premier_onglet_rempli_est_lu_et_les_autres_sont_dits():
    def remplir(feuille):
        classeur = feuille.parent
        classeur.create_sheet("Listes").append(["x"])
        classeur["Listes"].sheet_state = "hidden"
        for nom in ("2026", "2025"):
            autre = classeur.create_sheet(nom)
            autre.append(["Nom", "Commune"])
            autre.append([f"Halle {nom}", "Ambert"])

    contenu = xlsx(remplir)
    feuille = lire(contenu)
    assert (feuille.onglet, cases(feuille)) == ("2026", [["Halle 2026", "Ambert"]])
    assert "2025" in feuille.avertissements[0]
    assert "Listes" in feuille.avertissements[1]
    assert cases(lire(contenu, onglet="2025")) == [["Halle 2025", "Ambert"]]
    assert "Listes, 2026, 2025" in refus(contenu, onglet="2024")


def test_un_classeur_vide_ou_tout_masque():
    assert "vide" in refus(classeur_de())
    contenu = ods(["Nom", "Commune"], ["Halle", "Ambert"], nom="Secret", masquee=True)
    assert "onglets masqués (Secret)" in refus(contenu)


def test_des_lignes_filtrees_sont_lues_et_dites():
    def remplir(feuille):
        for rangee in (["Nom", "Commune"], ["Halle", "Ambert"], ["Scierie", "Thiers"]):
            feuille.append(rangee)
        feuille.row_dimensions[3].hidden = True

    feuille = lire(xlsx(remplir))
    assert len(feuille.lignes) == 2
    assert "la ligne 3 par exemple" in feuille.avertissements[0]


def test_un_classeur_libre_garde_ses_zeros_et_ses_dates():
    code = {"valuetype": "float", "value": "3100", "texte": "03100"}
    jour = {"valuetype": "date", "datevalue": "2026-03-01", "texte": "1er mars"}
    feuille = lire(ods(["Nom", "Code", "Depuis"], ["Halle", code, jour]))
    assert cases(feuille) == [["Halle", "03100", "2026-03-01"]]


def test_des_lignes_vides_repetees_jusqu_au_bas_ne_comptent_pas():
    vides = {"numbercolumnsrepeated": "16384"}
    contenu = ods(["Nom", "Commune"], ["Halle", "Ambert"], [vides])
    contenu = modifier(
        contenu,
        "content.xml",
        lambda xml: xml.replace(
            b'<table:table-row><table:table-cell table:number-columns-repeated="16384"',
            b'<table:table-row table:number-rows-repeated="1048574">'
            b'<table:table-cell table:number-columns-repeated="16384"',
        ),
    )
    assert b"1048574" in zipfile.ZipFile(io.BytesIO(contenu)).read("content.xml")
    assert cases(lire(contenu)) == [["Halle", "Ambert"]]


# --- Ce qui voudrait nous épuiser -------------------------------------------------------------


def test_une_case_perdue_au_bout_du_monde_est_nommee_sans_occuper_la_memoire():
    def remplir(feuille):
        feuille.append(["Nom", "Commune"])
        feuille["XFD1048576"] = "x"

    debut = time.monotonic()
    assert "XFD1048576" in refus(xlsx(remplir))
    remplies = {"valuetype": "string", "texte": "x", "numbercolumnsrepeated": "16384"}
    assert "trop large" in refus(ods(*[[remplies]] * 200))
    assert time.monotonic() - debut < 5


def test_une_archive_qui_se_deplie_sans_fin_est_refusee():
    enfle = io.BytesIO()
    with zipfile.ZipFile(enfle, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr("xl/workbook.xml", b"\0" * 101_000_000)
    assert len(enfle.getvalue()) < 200_000
    assert "démesuré" in refus(enfle.getvalue())


@pytest.mark.parametrize(
    ("membre", "fin"),
    [
        ("xl/workbook.xml", b"</workbook>"),
        ("_rels/.rels", b"</Relationships>"),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>"),
        ("xl/styles.xml", b"</styleSheet>"),
        ("xl/sharedStrings.xml", b"</sst>"),
    ],
)
def test_un_fichier_de_service_enfle_est_refuse(membre, fin):
    contenu = avec_textes_partages(classeur_de(["Nom", "Commune"], ["Halle", "Ambert"]))
    garni = modifier(contenu, membre, lambda xml: xml.replace(fin, b"<a/>" * 1000 + fin))
    assert cases(lire(garni)) == [["Halle", "Ambert"]]
    enfle = modifier(contenu, membre, lambda xml: xml.replace(fin, b"<a/>" * 5_100_000 + fin))
    assert "démesuré" in refus(enfle)


def test_le_livre_se_mesure_ou_qu_il_soit_range():
    contenu = classeur_de(["Nom", "Commune"], ["Halle", "Ambert"])
    sortie = io.BytesIO(
        modifier(contenu, "_rels/.rels", lambda xml: xml.replace(b"xl/workbook.xml", b"xl/cache"))
    )
    with zipfile.ZipFile(sortie, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/cache", b"<workbook>" + b"<a/>" * 1_100_000 + b"</workbook>")
        archive.writestr("xl/_rels/cache.rels", b"<Relationships/>")
    assert "démesuré" in refus(sortie.getvalue())


def test_une_taille_annoncee_qui_ment_ou_un_doublon_est_refuse():
    contenu = classeur_de(["Nom", "Commune"], ["Halle", "Ambert"])
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        info = archive.getinfo(FEUILLE_1)
    menteur = contenu.replace(info.file_size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert menteur != contenu
    assert "abîmé" in refus(menteur)
    double = io.BytesIO(contenu)
    with zipfile.ZipFile(double, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(FEUILLE_1, b"<worksheet/>")
    assert "abîmé" in refus(double.getvalue())


def test_une_entite_xml_n_est_jamais_depliee():
    doctype = b'<!DOCTYPE x [<!ENTITY a "boum">]><worksheet'
    contenu = modifier(
        classeur_de(["Nom", "Commune"], ["Halle", "Ambert"]),
        FEUILLE_1,
        lambda xml: xml.replace(b"<worksheet", doctype, 1),
    )
    assert "abîmé" in refus(contenu)


def test_vingt_mille_lignes_se_lisent_vite():
    entetes = [f"Colonne {n}" for n in range(8)]
    lignes = [[f"texte {n} {m}" for m in range(8)] for n in range(20_000)]
    for contenu in (
        ecrire_xlsx("Tout", entetes, lignes).read(),
        b"".join(ecrire_csv([entetes, *lignes])),
    ):
        debut = time.monotonic()
        feuille = lire(contenu)
        assert time.monotonic() - debut < 6
        assert (len(feuille.lignes), feuille.lignes[-1].cases[0]) == (20_000, "texte 19999 0")


# --- Associer les titres ------------------------------------------------------------------------


def test_les_titres_s_associent_sans_casse_ni_accent():
    entetes = ["NOM DE LA STRUCTURE", "N° Siret", "Courriel du contact", "Téléphone", "Ville"]
    attendus = {
        "nom": ["Nom de la structure", "Raison sociale"],
        "siret": ["numéro SIRET", "n° siret"],
        "courriel": ["e-mail", "mail"],
        "telephone": ["tél"],
        "commune": ["ville"],
        "type": [],
    }
    assert associer(entetes, attendus) == {
        "nom": "NOM DE LA STRUCTURE",
        "siret": "N° Siret",
        "courriel": "Courriel du contact",
        "telephone": "Téléphone",
        "commune": "Ville",
    }
    # Deux titres qui conviennent aussi bien : on demande, on ne devine pas.
    assert associer(["Courriel du maire", "Courriel du contact"], {"courriel": []}) == {}


def test_par_code_et_adresse():
    feuille = lire("Ligne de titre\nNom;;Commune\nHalle;;Ambert\n")
    correspondance = associer(feuille.entetes, {"nom": [], "commune": []})
    assert list(feuille.par_code(correspondance)) == [(3, {"nom": "Halle", "commune": "Ambert"})]
    assert feuille.adresse(3, "Commune") == "ligne 3, colonne C («\u00a0Commune\u00a0»)"
    assert [nom_de_colonne(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
