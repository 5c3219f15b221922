"""Un fichier dans une page : déposé par un formulaire, rendu après autorisation."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from socle.acteur import acteur_de
from socle.enums import EtatFichier, Operation
from socle.fichiers import TEXTES, televersement
from socle.models import AccesJournal, Fichier
from tests.socle import fichiers_essai as essai

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.socle.urls_fichiers")]

DEPOT = "/essai/deposer/"


@pytest.fixture(autouse=True)
def rangement(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    settings.MAILLON_CLAMD = ""


def note(nom="note.pdf", contenu=None) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, essai.pdf() if contenu is None else contenu)


def texte(reponse) -> str:
    return reponse.content.decode().replace("\u00a0", " ")


def jeton(page: str, champ="document") -> str:
    return re.search(rf'name="{champ}-garde" value="([^"]+)"', page)[1]


# --- Rendre ----------------------------------------------------------------------------------


def test_un_fichier_se_rend_en_piece_jointe_et_le_journal_le_sait(auteur, voisine, connecter):
    fichier = essai.depot("Été « signé ».pdf", essai.pdf(), acteur_de(auteur))
    adresse = f"/essai/{fichier.uuid}/"
    assert connecter(voisine).get(adresse).status_code == 404
    reponse = connecter(auteur).get(adresse)
    assert reponse.status_code == 200
    assert b"".join(reponse.streaming_content) == essai.relu(fichier)
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%89t%C3%A9")
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in reponse["Cache-Control"]
    trace = AccesJournal.objects.get(operation=Operation.TELECHARGEMENT)
    assert (trace.utilisateur, trace.objet, trace.reference) == (auteur, "essai.piece", "2026-0417")


def test_un_autre_nom_ne_peut_rien_ajouter_a_l_en_tete(auteur, connecter):
    fichier = essai.depot("note.pdf", essai.pdf(), acteur_de(auteur))
    adresse = f"/essai/{fichier.uuid}/?nom=a%0d%0aSet-Cookie:x%22;.pdf"
    reponse = connecter(auteur).get(adresse)
    assert reponse["Content-Disposition"] == 'attachment; filename="a Set-Cookie_x__.pdf"'


@pytest.mark.parametrize(
    ("etat", "phrase"),
    [
        (EtatFichier.QUARANTAINE, "attend encore le contrôle antivirus"),
        (EtatFichier.INFECTE, "L’antivirus a écarté ce fichier"),
        (None, "n’est plus sur le serveur"),
    ],
)
def test_un_fichier_indisponible_s_explique(auteur, connecter, etat, phrase):
    fichier = essai.depot("note.pdf", essai.pdf(), acteur_de(auteur))
    if etat:
        Fichier.objects.filter(pk=fichier.pk).update(etat=etat)
    else:
        fichier.chemin.unlink()
    reponse = connecter(auteur).get(f"/essai/{fichier.uuid}/")
    assert reponse.status_code == 409
    assert phrase in texte(reponse)
    assert not AccesJournal.objects.filter(operation=Operation.TELECHARGEMENT).exists()


def test_si_le_journal_ne_s_ecrit_pas_rien_n_est_rendu(auteur, connecter, monkeypatch):
    fichier = essai.depot("note.pdf", essai.pdf(), acteur_de(auteur))

    def casser(*_):
        raise RuntimeError("journal en panne")

    monkeypatch.setattr("socle.fichiers.service.consigner", casser)
    with pytest.raises(RuntimeError, match="journal en panne"):
        connecter(auteur).get(f"/essai/{fichier.uuid}/")


# --- Déposer ---------------------------------------------------------------------------------


def test_le_champ_dit_ce_qu_il_attend_et_le_refus_est_a_cote(auteur, connecter):
    client = connecter(auteur)
    page = texte(client.get(DEPOT))
    assert (
        "PDF, Word, Excel, PowerPoint, LibreOffice ou image (JPEG, PNG ou WebP), 20 Mo au plus."
        in page
    )
    assert 'accept=".pdf,.docx' in page
    page = texte(client.post(DEPOT, {"titre": "T", "document": note("page.html", b"<html>")}))
    assert re.search(r'id="id_document_error".*?« .html » n’est pas accepté ici', page, re.DOTALL)
    assert not Fichier.objects.exists()
    vide = texte(client.post(DEPOT, {"titre": "T"}))
    assert "Choisissez un fichier." in vide


def test_un_fichier_accepte_n_est_pas_a_choisir_deux_fois(auteur, voisine, connecter):
    client = connecter(auteur)
    page = texte(client.post(DEPOT, {"document": note("Convention.pdf")}))
    assert "Convention.pdf" in page
    assert "est bien reçu" in page
    fichier = Fichier.objects.get()
    suite = {"titre": "T", "document-garde": jeton(page)}
    assert texte(client.post(DEPOT, suite)) == f"reçus {fichier.uuid} None"
    assert Fichier.objects.count() == 1
    # Le même jeton, présenté par une autre personne, ne mène à rien.
    page = texte(connecter(voisine).post(DEPOT, suite))
    assert "Choisissez de nouveau le fichier." in page
    assert "Convention.pdf" not in page


def test_un_jeton_ne_fait_pas_passer_une_sorte_que_le_champ_refuse(auteur, connecter):
    client = connecter(auteur)
    page = texte(client.post(DEPOT, {"document": note()}))
    texte_libre = essai.depot("note.txt", b"bonjour", acteur_de(auteur), TEXTES)
    Fichier.objects.exclude(pk=texte_libre.pk).delete()
    Fichier.objects.filter(pk=texte_libre.pk).update(uuid=_uuid_de(page))
    suite = texte(client.post(DEPOT, {"titre": "T", "document-garde": jeton(page)}))
    assert "Choisissez de nouveau le fichier." in suite
    faux = texte(client.post(DEPOT, {"titre": "T", "document-garde": "x" + jeton(page)}))
    assert "Choisissez de nouveau le fichier." in faux


def _uuid_de(page: str) -> str:
    from django.core import signing

    return signing.loads(jeton(page), salt="socle.fichiers.garde")[0]


def test_un_fichier_deja_la_reste_se_remplace_ou_se_retire(auteur, connecter):
    client = connecter(auteur)
    deja = essai.depot("Annexe.pdf", essai.pdf(), acteur_de(auteur))
    adresse = f"{DEPOT}?deja={deja.uuid}"
    page = texte(client.get(adresse))
    assert "Annexe.pdf" in page
    assert 'name="annexe-retirer"' in page
    assert 'name="document-retirer"' not in page

    def envoyer(**saisie) -> str:
        reponse = client.post(adresse, {"titre": "T", "document": note(), **saisie})
        return texte(reponse).split()[-1]

    assert envoyer() == str(deja.uuid)
    assert envoyer(**{"annexe-retirer": "on"}) == "None"
    assert envoyer(annexe=note("b.pdf")) not in {str(deja.uuid), "None"}


def test_un_envoi_demesure_recoit_une_reponse_claire_sans_remplir_le_disque(
    auteur, connecter, settings, monkeypatch
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100_000
    monkeypatch.setattr(televersement, "FICHIER_MAXIMAL", 22 * 1024 * 1024)
    gardes = []
    completer = televersement.TeleversementBorne.file_complete

    def observer(soi, taille):
        fichier = completer(soi, taille)
        gardes.append(fichier.file.seek(0, 2))
        return fichier

    monkeypatch.setattr(televersement.TeleversementBorne, "file_complete", observer)
    client = connecter(auteur)
    lourd = note("film.pdf", b"%PDF-" + b"0" * (24 * 1024 * 1024))
    page = texte(client.post(DEPOT, {"titre": "Mon titre", "document": lourd}))
    assert "Ce fichier pèse 24 Mo : 20 Mo au plus." in page
    assert 'value="Mon titre"' in page
    assert gardes == [0]
    monkeypatch.setattr(televersement, "ENVOI_MAXIMAL", 1_000_000)
    reponse = client.post(DEPOT, {"titre": "T", "document": note("film.pdf", b"0" * 2_000_000)})
    assert reponse.status_code == 400
    assert "Cet envoi n’a pas pu être lu." in texte(reponse)


def test_un_champ_sans_deposant_se_voit_aussitot():
    from socle.fichiers import ChampFichier

    champ = ChampFichier()
    saisie = champ.widget.value_from_datadict({}, {"f": note()}, "f")
    with pytest.raises(TypeError, match="FormulaireAvecFichiers"):
        champ.clean(saisie)
