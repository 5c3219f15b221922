"""Un document prérempli, en .docx : ce qui reste à compléter s'écrit dans un traitement de texte.

Les blocs sont ceux de ``partenaires.documents``. Le format est un ZIP de fichiers XML (ECMA-376) ;
les quelques formes d'un modèle tiennent dans le strict nécessaire, que Word et LibreOffice ouvrent.
"""

import io
import zipfile
from itertools import chain
from xml.sax.saxutils import escape

ESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PAQUET = "http://schemas.openxmlformats.org/package/2006"
LIEN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TETE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = (
    f'{TETE}<Types xmlns="{PAQUET}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
)
RELATIONS = (
    f'{TETE}<Relationships xmlns="{PAQUET}/relationships">'
    f'<Relationship Id="r1" Type="{LIEN}/officeDocument" Target="word/document.xml"/></Relationships>'
)
RELATIONS_DU_DOCUMENT = (
    f'{TETE}<Relationships xmlns="{PAQUET}/relationships">'
    f'<Relationship Id="r1" Type="{LIEN}/styles" Target="styles.xml"/></Relationships>'
)
# En demi-points, du titre du document aux sous-titres.
CORPS_DES_TITRES = (36, 28, 24, 22)
FORMES = {
    "gras": "<w:rPr><w:b/></w:rPr>",
    "code": '<w:rPr><w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/></w:rPr>',
    "vide": '<w:rPr><w:highlight w:val="yellow"/></w:rPr>',
}


def docx(titre: str, mention: str, blocs: list[dict]) -> bytes:
    """Le fichier .docx : le titre, la mention qui dit d'où il vient, puis les blocs."""
    corps = [
        _alinea([{"forme": "texte", "texte": titre}], style="Titre1"),
        _alinea([{"forme": "texte", "texte": mention}]),
        *chain.from_iterable(_bloc(bloc) for bloc in blocs),
    ]
    document = (
        f'{TETE}<w:document xmlns:w="{ESPACE}"><w:body>{"".join(corps)}</w:body></w:document>'
    )
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as paquet:
        for nom, contenu in (
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/_rels/document.xml.rels", RELATIONS_DU_DOCUMENT),
            ("word/styles.xml", _styles()),
            ("word/document.xml", document),
        ):
            paquet.writestr(nom, contenu)
    return sortie.getvalue()


def _styles() -> str:
    titres = "".join(
        f'<w:style w:type="paragraph" w:styleId="Titre{rang}"><w:name w:val="heading {rang}"/>'
        f'<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{rang - 1}"/>'
        f'</w:pPr><w:rPr><w:b/><w:sz w:val="{corps}"/></w:rPr></w:style>'
        for rang, corps in enumerate(CORPS_DES_TITRES, start=1)
    )
    return (
        f'{TETE}<w:styles xmlns:w="{ESPACE}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:sz w:val="22"/><w:lang w:val="fr-FR"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        f'<w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>{titres}</w:styles>'
    )


def _bloc(bloc: dict) -> list[str]:
    if bloc["genre"] == "titre":
        return [_alinea(bloc["segments"], style=f"Titre{min(max(bloc['niveau'], 2), 4)}")]
    if bloc["genre"] in ("liste", "numeros"):
        return [
            _alinea(
                [
                    {
                        "forme": "texte",
                        "texte": "• " if bloc["genre"] == "liste" else f"{rang}. ",
                    },
                    *element,
                ],
                retrait=True,
            )
            for rang, element in enumerate(bloc["elements"], start=1)
        ]
    if bloc["genre"] == "tableau":
        entetes = [bloc["entetes"]] if bloc["nommees"] else []
        return [_tableau([*entetes, *bloc["rangees"]]), _alinea([])]
    return [_alinea(bloc["segments"])]


def _alinea(segments: list[dict], style: str = "", retrait: bool = False) -> str:
    proprietes = f'<w:pStyle w:val="{style}"/>' if style else ""
    proprietes += '<w:ind w:left="567" w:hanging="283"/>' if retrait else ""
    morceaux = "".join(
        f"<w:r>{FORMES.get(s['forme'], '')}"
        f'<w:t xml:space="preserve">{escape(_texte(s))}</w:t></w:r>'
        for s in segments
    )
    return f"<w:p><w:pPr>{proprietes}</w:pPr>{morceaux}</w:p>"


def _texte(segment: dict) -> str:
    return f"[{segment['texte']}]" if segment["forme"] == "vide" else segment["texte"]


def _tableau(rangees: list[list[list[dict]]]) -> str:
    bords = "".join(
        f'<w:{cote} w:val="single" w:sz="4" w:color="999999"/>'
        for cote in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    largeur = len(rangees[0])
    colonnes = f'<w:gridCol w:w="{9000 // largeur}"/>' * largeur
    lignes = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_alinea(cellule)}</w:tc>" for cellule in rangee) + "</w:tr>"
        for rangee in rangees
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{bords}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{colonnes}</w:tblGrid>{lignes}</w:tbl>"
    )
