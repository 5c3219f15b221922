"""De quoi déposer : de petits fichiers vrais, composés sur place."""

import io
import zipfile

import openpyxl
import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from odf.opendocument import OpenDocumentText
from odf.text import P
from PIL import Image

from socle.acteur import Acteur, acteur_de
from socle.fichiers import DOCUMENTS, recevoir
from socle.models import Fichier
from tests.fabriques import UtilisateurFabrique

TYPE_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def depot(nom: str, contenu: bytes, acteur: Acteur | None = None, genres=DOCUMENTS) -> Fichier:
    televersement = SimpleUploadedFile(nom, contenu)
    return recevoir(televersement, acteur=acteur or une_personne(), genres=genres)


def une_personne() -> Acteur:
    return acteur_de(UtilisateurFabrique())


def relu(fichier: Fichier) -> bytes:
    return fichier.chemin.read_bytes()


def pdf(mot_de_passe: str | None = None) -> bytes:
    ecrivain = pypdf.PdfWriter()
    ecrivain.add_blank_page(200, 200)
    if mot_de_passe is not None:
        ecrivain.encrypt(user_password=mot_de_passe, owner_password="proprietaire")
    sortie = io.BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def image(forme="JPEG", taille=(40, 20), **options) -> bytes:
    sortie = io.BytesIO()
    Image.new("RGB", taille, "#1f5a45").save(sortie, forme, **options)
    return sortie.getvalue()


def archive(entrees: dict[str, bytes], methode=zipfile.ZIP_DEFLATED) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", methode) as zip_:
        for nom, contenu in entrees.items():
            zip_.writestr(nom, contenu)
    return sortie.getvalue()


def word(**de_plus: bytes) -> bytes:
    """Un .docx minimal ; ``de_plus`` : d'autres entrées, « __ » valant « / »."""
    sommaire = f'<Types><Override PartName="/word/document.xml" ContentType="{TYPE_WORD}"/></Types>'
    entrees = {"[Content_Types].xml": sommaire.encode(), "word/document.xml": b"<w:document/>"}
    return archive(entrees | {n.replace("__", "/"): c for n, c in de_plus.items()})


def excel() -> bytes:
    classeur, sortie = openpyxl.Workbook(), io.BytesIO()
    classeur.active["A1"] = "Ambert"
    classeur.save(sortie)
    return sortie.getvalue()


def texte_libre() -> bytes:
    document, sortie = OpenDocumentText(), io.BytesIO()
    document.text.addElement(P(text="Bonjour"))
    document.save(sortie)
    return sortie.getvalue()
