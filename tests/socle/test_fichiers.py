"""Recevoir un fichier : ce qui entre, ce qui est refusé et la phrase qui le dit."""

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from socle.acteur import systeme
from socle.enums import EtatFichier
from socle.fichiers import IMAGES, PDF, TEXTES, TOUS, garder, ouvrir, recevoir
from socle.fichiers import archives as plafonds
from socle.fichiers.depot import nettoyer_le_nom
from socle.models import Fichier
from socle.refus import Refus
from tests.socle import fichiers_essai as essai

pytestmark = pytest.mark.django_db

SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def rangement(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    settings.MAILLON_CLAMD = ""


def ranges(settings) -> list:
    return [c for c in settings.MEDIA_ROOT.rglob("*") if c.is_file()]


# --- Ce qui entre ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "contenu", "type_mime"),
    [
        ("Convention signée.pdf", essai.pdf, "application/pdf"),
        ("bilan.xlsx", essai.excel, None),
        ("note.odt", essai.texte_libre, "application/vnd.oasis.opendocument.text"),
        ("note.docx", essai.word, None),
        ("adherents.csv", lambda: "nom;prénom\nRoux;Zoé\n".encode("cp1252"), "text/csv"),
        ("lisez-moi.TXT", lambda: "Bonjour à tous".encode(), "text/plain"),
    ],
)
def test_un_document_entre_tel_quel(nom, contenu, type_mime):
    acteur, octets = essai.une_personne(), contenu()
    fichier = essai.depot(nom, octets, acteur, TOUS)
    assert fichier.nom == nom
    assert type_mime is None or fichier.type_mime == type_mime
    assert fichier.etat == EtatFichier.DISPONIBLE
    assert fichier.depose_par == acteur.utilisateur
    assert fichier.taille == len(octets)
    assert fichier.sha256 == hashlib.sha256(octets).hexdigest()
    assert ouvrir(fichier).read() == octets


def test_le_nom_donne_ne_touche_pas_le_disque(settings):
    fichier = essai.depot("../../Secret.pdf", essai.pdf())
    assert fichier.nom == "Secret.pdf"
    assert "Secret" not in str(fichier.chemin)
    assert fichier.chemin.is_relative_to(settings.MEDIA_ROOT)
    assert fichier.chemin.stat().st_mode & 0o777 == 0o600
    assert ranges(settings) == [fichier.chemin]


@pytest.mark.parametrize(
    ("donne", "garde"),
    [
        ("pas\r\nSet-Cookie: a=b.pdf", "pas Set-Cookie_ a=b.pdf"),
        ("C:\\Documents\\bilan.docx", "bilan.docx"),
        ("/etc/passwd", "passwd"),
        ("exe\u202efdp.pdf", "exefdp.pdf"),
        ('a"b;c.txt', "a_b_c.txt"),
        ("..", "fichier"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("n" * 300 + ".pdf", "n" * 116 + ".pdf"),
    ],
)
def test_un_nom_est_nettoye(donne, garde):
    assert nettoyer_le_nom(donne) == garde


def test_un_document_compose_ici_se_garde_sans_controle():
    fichier = garder(b"%PDF-1.7 bref", nom="Compte rendu.pdf")
    assert fichier.depose_par is None
    assert ouvrir(fichier).read() == b"%PDF-1.7 bref"


# --- Images ----------------------------------------------------------------------------------


def test_une_image_perd_position_et_commentaires():
    exif = Image.Exif()
    exif[0x010E] = "secret de famille"
    exif[0x8825] = {1: "N", 2: (45.0, 33.0, 0.0)}
    # Prise de travers : l'appareil demandait de la tourner.
    exif[0x0112] = 6
    original = essai.image("JPEG", exif=exif, comment=b"secret de bureau")
    assert b"secret" in original
    fichier = essai.depot("photo.jpg", original, genres=IMAGES)
    garde = essai.relu(fichier)
    relue = Image.open(io.BytesIO(garde))
    assert b"secret" not in garde
    assert dict(relue.getexif()) == {}
    assert relue.size == (20, 40)


@pytest.mark.parametrize("forme", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("suite", [SCRIPT, essai.archive({"virus.exe": b"MZ"})])
def test_une_image_a_deux_visages_n_en_garde_qu_un(forme, suite):
    contenu = essai.image(forme) + suite
    nom = f"photo.{forme.lower()}"
    garde = essai.relu(essai.depot(nom, contenu, genres=IMAGES))
    assert suite not in garde
    assert b"script" not in garde
    assert not zipfile.is_zipfile(io.BytesIO(garde))
    assert Image.open(io.BytesIO(garde)).format == forme


def test_une_image_transparente_le_reste_et_une_grande_est_reduite():
    sortie = io.BytesIO()
    Image.new("RGBA", (4000, 10), (0, 0, 0, 0)).save(sortie, "PNG")
    relue = Image.open(io.BytesIO(essai.relu(essai.depot("logo.png", sortie.getvalue()))))
    assert relue.mode == "RGBA"
    assert relue.getpixel((0, 0))[3] == 0
    assert relue.width == 3000


def test_une_image_demesuree_est_refusee_avant_d_etre_lue():
    """Deux cents octets qui annoncent 2,5 milliards de points."""
    entete = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bombe = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + entete
    bombe += struct.pack(">I", zlib.crc32(entete)) + struct.pack(">I", 10) + b"IDAT" + b"\0" * 40
    with pytest.raises(Refus, match="trop de points"):
        essai.depot("plan.png", bombe)


# --- Refus -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "contenu", "phrase"),
    [
        ("photo.pdf", essai.image(), "c’est une image JPEG"),
        ("photo.png", essai.image("JPEG"), "c’est une image JPEG"),
        ("note.pdf", essai.word(), "c’est une archive"),
        ("bilan.xlsx", essai.word(), "ne correspond pas à son extension"),
        ("note.odt", essai.archive({"mimetype": b"application/zip"}), "ne correspond pas"),
        ("page.pdf", b"<!DOCTYPE html><html></html>", "c’est une page web"),
        ("dessin.png", b'<?xml version="1.0"?><svg></svg>', "page web ou un dessin SVG"),
        ("virus.pdf", b"MZ\x90\x00", "c’est un programme"),
        ("vieux.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "au format .docx"),
        ("photo.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 40, "en JPEG"),
        ("note.pdf", b"%PDF-1.7 rien de plus", "ne s’ouvre pas"),
        ("photo.jpg", essai.image()[:200], "ne s’ouvre pas"),
        ("note.docx", essai.word()[:90], "ne s’ouvre pas"),
        ("page.html", b"<html></html>", "« .html » n’est pas accepté ici. Sont acceptés : PDF"),
        ("dessin.svg", b"<svg></svg>", "« .svg » n’est pas accepté"),
        ("note.docm", essai.word(), "« .docm » n’est pas accepté"),
        ("sans-extension", essai.pdf(), "sans extension n’est pas accepté"),
        ("vide.pdf", b"", "vide"),
        ("note.txt", b"bonjour", "« .txt » n’est pas accepté"),
    ],
)
def test_un_contenu_qui_n_est_pas_ce_qu_il_dit_est_refuse(settings, nom, contenu, phrase):
    with pytest.raises(Refus) as refus:
        essai.depot(nom, contenu)
    assert phrase in refus.value.phrase.replace("\u00a0", " ")
    assert ranges(settings) == []
    assert not Fichier.objects.exists()


@pytest.mark.parametrize("mot_de_passe", ["secret", ""])
def test_un_pdf_chiffre_est_refuse(mot_de_passe):
    """Même celui qui s'ouvre sans rien demander : ses restrictions le rendraient illisible."""
    with pytest.raises(Refus, match="protégé par un mot de passe"):
        essai.depot("note.pdf", essai.pdf(mot_de_passe))


def test_un_pdf_dont_les_pages_tournent_en_rond_est_refuse():
    boucle = (
        b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type /Pages /Count 1 /Kids [2 0 R]>> endobj\n"
        b"trailer <</Root 1 0 R /Size 3>>\n%%EOF\n"
    )
    with pytest.raises(Refus, match="ne s’ouvre pas"):
        essai.depot("note.pdf", boucle)


@pytest.mark.parametrize(
    ("entrees", "phrase"),
    [
        ({"word__vbaProject.bin": b"x"}, "macros"),
        ({"..__..__etc__passwd": b"x"}, "ne s’ouvre pas"),
        ({"word__autre.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, "ne s’ouvre pas"),
    ],
)
def test_un_document_de_bureautique_piege_est_refuse(entrees, phrase):
    with pytest.raises(Refus, match=phrase):
        essai.depot("note.docx", essai.word(**entrees))


def test_une_bombe_zip_est_refusee_sans_etre_depliee():
    bombe = essai.word(word__media=b"\0" * (30 * 1024 * 1024))
    assert len(bombe) < 60_000
    with pytest.raises(Refus, match="démesuré"):
        essai.depot("note.docx", bombe)


def test_une_archive_qui_ment_sur_ses_tailles_est_refusee():
    """Le sommaire annonce peu ; ce qui se déplie est compté."""
    honnete = essai.word(word__media=b"\0" * 4000)
    menteuse = honnete.replace(struct.pack("<I", 4000), struct.pack("<I", 40))
    assert menteuse != honnete
    with pytest.raises(Refus, match="ne s’ouvre pas"):
        essai.depot("note.docx", menteuse)


def test_une_archive_aux_trop_nombreuses_entrees_est_refusee(monkeypatch):
    monkeypatch.setattr(plafonds, "ENTREES_MAXIMALES", 3)
    assert essai.depot("note.docx", essai.word(a=b"")).taille
    with pytest.raises(Refus, match="démesuré"):
        essai.depot("note.docx", essai.word(a=b"", b=b""))


def test_un_texte_ne_cache_pas_une_page_web():
    with pytest.raises(Refus, match="page web"):
        essai.depot("note.txt", b"bonjour " + SCRIPT, genres=TEXTES)
    with pytest.raises(Refus, match="illisibles"):
        essai.depot("note.txt", b"bon\x07jour", genres=TEXTES)


def test_un_fichier_trop_lourd_dit_son_poids_et_le_plafond():
    lourd = SimpleUploadedFile("note.pdf", essai.pdf() + b"\n" * 3_000_000)
    with pytest.raises(Refus) as refus:
        recevoir(lourd, acteur=systeme(), genres=PDF, taille_max=1024 * 1024, nom_champ="document")
    assert refus.value.phrase.replace("\u00a0", " ") == "Ce fichier pèse 2,9 Mo : 1 Mo au plus."
    assert refus.value.champ == "document"


def test_le_quota_du_jour_est_celui_de_chaque_personne(settings):
    acteur = essai.une_personne()
    contenu = essai.pdf()
    settings.FICHIERS_QUOTA_JOUR = len(contenu) + 10
    essai.depot("a.pdf", contenu, acteur)
    with pytest.raises(Refus, match="réessayez demain"):
        essai.depot("b.pdf", contenu, acteur)
    assert essai.depot("b.pdf", contenu).taille == len(contenu)
    assert essai.depot("b.pdf", contenu, systeme()).taille == len(contenu)
    Fichier.objects.filter(depose_par=acteur.utilisateur).update(cree_le="2026-01-01T00:00Z")
    assert essai.depot("b.pdf", contenu, acteur).taille == len(contenu)
