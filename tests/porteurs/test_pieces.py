"""Les pièces du fil : qui les lit suit l'audience choisie, et rien d'autre."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from porteurs.enums import Audience
from porteurs.models import Echange, ModeleEchange, Piece
from porteurs.services.pieces import joindre_du_porteur
from socle.fichiers import garder
from socle.models import AccesJournal, Fichier
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique
from tests.fabriques.porteurs import PieceFabrique


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        informe=True,
    )


def adresse(route, dossier, objet=None):
    return reverse(f"porteurs:{route}", args=[dossier.reseau.slug, (objet or dossier).uuid])


def depot(contenu=b"Un devis.", nom="devis.txt", **change):
    return {
        "fichier": SimpleUploadedFile(nom, contenu),
        "intitule": "Devis du four",
        "audience": Audience.EQUIPE,
    } | change


def test_une_piece_se_joint_se_lit_et_s_efface(
    connecter, dossier, auteur, voisine, django_capture_on_commit_callbacks
):
    client = connecter(auteur)
    reponse = client.post(adresse("piece_joindre", dossier), depot())
    assert reponse.status_code == 302
    piece = Piece.objects.get(dossier=dossier)
    page = client.get(adresse("dossier", dossier)).content.decode()
    assert "Devis du four" in page
    assert adresse("piece", dossier, piece) in page
    lue = client.get(adresse("piece", dossier, piece))
    assert b"".join(lue.streaming_content) == b"Un devis."
    assert lue["Content-Disposition"].startswith("attachment")
    fiche = connecter(voisine).get(adresse("dossier", dossier)).content.decode()
    assert dossier.intitule in fiche
    assert "Devis du four" not in fiche
    fichier = piece.fichier_id
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(adresse("piece_retirer", dossier, piece)).status_code == 302
    assert not Fichier.objects.filter(pk=fichier).exists()
    assert "Devis du four" not in client.get(adresse("dossier", dossier)).content.decode()


def test_l_audience_de_la_structure_exclut_le_referent_d_ailleurs(
    connecter, distribution, dossier, auteur, voisine
):
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    equipe = PieceFabrique(dossier=dossier)
    structure = PieceFabrique(dossier=dossier, audience=Audience.STRUCTURE)
    for piece in (equipe, structure):
        assert connecter(auteur).get(adresse("piece", dossier, piece)).status_code == 200
    assert connecter(voisine).get(adresse("piece", dossier, equipe)).status_code == 200
    assert connecter(voisine).get(adresse("piece", dossier, structure)).status_code == 404


def test_le_prive_demande_l_accord(connecter, dossier, auteur):
    client = connecter(auteur)
    reponse = client.post(adresse("piece_joindre", dossier), depot(prive="on"))
    assert reponse.status_code == 302
    assert Piece.objects.get(dossier=dossier).prive is False
    cachee = PieceFabrique(dossier=dossier, prive=True)
    assert client.get(adresse("piece", dossier, cachee)).status_code == 404


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [("page.html", b"<h1>Bonjour</h1>"), ("dessin.svg", b"<svg/>"), ("plan.pdf", b"MZ\x90")],
    ids=["html", "svg", "faux-pdf"],
)
def test_un_mauvais_fichier_est_refuse_a_sa_place(connecter, dossier, auteur, nom, contenu):
    reponse = connecter(auteur).post(
        adresse("piece_joindre", dossier), depot(contenu, nom, intitule="Mon plan")
    )
    assert reponse.status_code == 200
    assert reponse.context["form"].errors["fichier"]
    assert "Mon plan" in reponse.content.decode()
    assert not Piece.objects.exists()


def test_le_telechargement_entre_au_journal(connecter, dossier, auteur):
    piece = PieceFabrique(dossier=dossier)
    connecter(auteur).get(adresse("piece", dossier, piece))
    assert AccesJournal.objects.filter(reference=dossier.uuid, operation="telechargement")


def test_la_personne_depose_et_un_projet_clos_ne_recoit_plus(dossier):
    porteur = dossier.porteurs.get()
    piece = joindre_du_porteur(
        dossier=dossier, porteur=porteur, fichier=garder(b"Mot.", nom="mot.txt"), intitule="Mot"
    )
    assert piece.pour_porteur
    assert piece.deposee_par is None
    clos = DossierFabrique(clos=True)
    with pytest.raises(Refus, match="n’est plus suivi"):
        joindre_du_porteur(
            dossier=clos,
            porteur=clos.porteurs.get(),
            fichier=garder(b"Mot.", nom="mot.txt"),
            intitule="Mot",
        )


def test_un_modele_remplit_la_note_sans_rien_ecrire(connecter, distribution, dossier, auteur):
    modele = ModeleEchange.objects.create(
        reseau=distribution.reseau, titre="Premier appel", nature="appel", texte="Qui, où, quand"
    )
    client = connecter(auteur)
    note = adresse("echange_noter", dossier)
    page = client.get(note, {"modele": modele.uuid}).content.decode()
    assert "Qui, où, quand" in page
    assert "Qui, où, quand" not in client.get(note, {"modele": "n-importe-quoi"}).content.decode()
    assert not Echange.objects.filter(dossier=dossier).exists()


def test_un_titre_de_modele_ne_se_repete_pas(connecter, distribution, animatrice):
    client = connecter(animatrice)
    nouveau = reverse("porteurs:modele_nouveau", args=[distribution.reseau.slug])
    saisie = {"titre": "Premier appel", "nature": "appel", "texte": "Qui"}
    assert client.post(nouveau, saisie).status_code == 302
    reponse = client.post(nouveau, saisie | {"titre": "premier appel"})
    assert reponse.context["form"].errors["titre"] == ["Un modèle porte déjà ce titre."]
    assert ModeleEchange.objects.count() == 1


def test_la_page_coute_le_meme_prix_avec_trois_pieces(connecter, dossier, auteur):
    client = connecter(auteur)
    page = adresse("dossier", dossier)
    client.get(page)
    PieceFabrique(dossier=dossier)
    with CaptureQueriesContext(connection) as une:
        client.get(page)
    PieceFabrique.create_batch(2, dossier=dossier)
    with CaptureQueriesContext(connection) as trois:
        client.get(page)
    assert len(trois) == len(une)
