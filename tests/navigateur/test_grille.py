"""La grille d'une structure, remplie de rien : au clavier, d'un coup, puis enregistrée."""

import re

from partenaires.enums import CHAINE
from partenaires.models import Competence
from tests.navigateur.conftest import TELEPHONE

GRILLE = "/r/vallee/partenaires/{}/competences/"


def declarees(structure) -> set:
    return set(Competence.objects.filter(structure=structure).values_list("theme__code", "etape"))


def test_la_grille_se_remplit_au_clavier_et_d_un_coup(distribution, ouvrir_page, verifier_axe):
    s1 = distribution.s1
    page = ouvrir_page(distribution.auteur)
    page.goto(GRILLE.format(s1.uuid))
    ecole = page.get_by_role("row", name=re.compile("^École"))
    # D'un coup : toute une ligne, puis toute une colonne, que l'on décoche aussitôt.
    ecole.get_by_role("button", name=re.compile("toute la ligne")).click()
    page.get_by_text("8 cases cochées").wait_for()
    colonne = page.get_by_role("button", name=re.compile(r"toute la colonne\s: Montage, Activité"))
    colonne.click()
    page.get_by_text("17 cases cochées").wait_for()
    colonne.click()
    page.get_by_text("8 cases cochées").wait_for()
    # Au clavier : la barre d'espace coche, les flèches vont d'une case à l'autre.
    page.get_by_role("checkbox", name="Étude de marché idée").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_text("11 cases cochées").wait_for()
    verifier_axe(page)
    page.get_by_role("button", name="Enregistrer la grille").click()
    page.get_by_text("répond de 11 cases").wait_for()
    attendues = {("ecole", etape) for etape in CHAINE}
    attendues |= {("etude-de-marche", "idee"), ("etude-de-marche", "etude")}
    assert declarees(s1) == attendues | {("statut-juridique", "etude")}
    # La matrice la montre aussitôt.
    page.goto("/r/vallee/qui-fait-quoi/")
    page.get_by_role("row", name=re.compile("^École")).get_by_role("link").first.click()
    page.get_by_role("link", name=s1.nom).wait_for()


def test_sur_un_telephone_chaque_theme_est_une_carte(distribution, ouvrir_page, verifier_axe):
    s2 = distribution.s2
    page = ouvrir_page(distribution.voisine, taille=TELEPHONE)
    page.goto(GRILLE.format(s2.uuid))
    logement = page.get_by_role("row", name=re.compile("^Logement"))
    logement.get_by_text("installé").click()
    page.get_by_label("Certaines communes seulement").check()
    page.get_by_text("Ambert Livradois Forez").click()
    verifier_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    page.get_by_role("button", name="Enregistrer la grille").click()
    page.get_by_text("répond de 1 case").wait_for()
    assert declarees(s2) == {("logement", "installe")}
    assert s2.communes_servies.get().code == "63003"
