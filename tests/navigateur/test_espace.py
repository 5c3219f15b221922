"""L'espace d'une personne accompagnée, du courriel au retrait du partage, que l'autre session voit."""

import re

from django.conf import settings

from porteurs.models import Dossier
from socle.courriels import genres
from socle.models import Courriel
from tests.fabriques import DossierFabrique
from tests.navigateur.conftest import BUREAU, TELEPHONE

ZOE = "zoe@porteur.test"
PAGES = ("Messages", "Documents", "Ce qui est partagé", "Mes droits", "Où j’en suis")


def lien_recu() -> str:
    """Le chemin du lien, composé comme l'ouvrier le ferait."""
    courriel = Courriel.objects.filter(genre="espace_entree", adresse=ZOE).latest("pk")
    texte = genres()["espace_entree"].composer([courriel])[courriel.pk].texte
    return re.search(re.escape(settings.SITE_URL) + r"(/mon-projet/entrer/\S+/)", texte)[1]


def entrer(page) -> None:
    page.goto("/mon-projet/")
    page.get_by_label("Votre adresse de courriel").fill(ZOE)
    page.get_by_role("button", name="Recevoir mon lien").click()
    page.get_by_role("heading", name="Regardez vos courriels").wait_for()
    page.goto(lien_recu())
    page.get_by_role("button", name="Ouvrir mon espace").click()
    page.get_by_role("heading", name="L’idée").wait_for()


def test_fermer_sa_fiche_se_voit_aussitot_dans_la_session_d_un_membre(
    distribution, ouvrir_page, verifier_axe
):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule="Reprise de l’atelier du Moulin",
        informe=True,
        porteur__email=ZOE,
        avec_referent=distribution.mandats["auteur"],
    )
    dossier = Dossier.objects.get(pk=dossier.pk)
    membre = ouvrir_page(distribution.voisine)
    adresse = f"/r/vallee/dossiers/{dossier.uuid}/"
    membre.goto(adresse)
    membre.get_by_role("heading", name="Reprise de l’atelier du Moulin").wait_for()

    zoe = ouvrir_page(taille=TELEPHONE)
    entrer(zoe)
    for nom in PAGES:
        zoe.get_by_role("link", name=nom, exact=True).click()
        zoe.locator(".espace-onglets [aria-current]", has_text=nom).wait_for()
        for taille in (TELEPHONE, BUREAU):
            zoe.set_viewport_size(taille)
            verifier_axe(zoe)
            assert zoe.evaluate("document.documentElement.scrollWidth") <= taille["width"]
        zoe.set_viewport_size(TELEPHONE)
    # La consultation du membre se lit ; le retrait se voit de son côté à la page suivante.
    zoe.get_by_role("link", name="Ce qui est partagé").click()
    zoe.get_by_text(distribution.voisine.nom_complet).wait_for()
    zoe.get_by_role("button", name="Fermer ma fiche au réseau").click()
    zoe.get_by_text("ne voient plus votre fiche").wait_for()
    assert membre.goto(adresse).status == 404
    membre.goto("/r/vallee/dossiers/")
    assert membre.get_by_text("Reprise de l’atelier du Moulin").count() == 0

    zoe.get_by_role("button", name="J’ai lu, et j’ouvre ma fiche au réseau").click()
    zoe.get_by_text("le réseau voit de nouveau votre fiche").wait_for()
    assert membre.goto(adresse).status == 200
    zoe.get_by_role("button", name="Quitter").click()
    zoe.get_by_label("Votre adresse de courriel").wait_for()
    zoe.goto(f"/mon-projet/projets/{dossier.uuid}/")
    zoe.get_by_role("button", name="Recevoir mon lien").wait_for()
