"""La minute : ouvrir un dossier en peu de gestes, et ne rien perdre de ce qu'on tapait.

Un essai ne mesure pas une minute ; il compte les gestes : une frappe par champ, un clic par choix.
"""

import re

from porteurs.models import Dossier
from socle.models import Brouillon
from tests.navigateur.conftest import TELEPHONE
from tests.navigateur.pile import attendre

# Six champs, deux choix, un bouton : ce qu'une personne fait sans hésiter pendant un appel.
GESTES = 9


class Gestes:
    """Compte ce que fait la personne."""

    def __init__(self, page):
        self.page, self.nombre = page, 0

    def taper(self, nom: str, texte: str) -> None:
        self.nombre += 1
        self.page.locator(f"[name={nom}]").fill(texte)

    def choisir(self, nom: str, valeur: str) -> None:
        self.nombre += 1
        self.page.locator(f"[name={nom}]").select_option(valeur)

    def cocher(self, libelle: str) -> None:
        self.nombre += 1
        self.page.get_by_label(libelle).check()

    def cliquer(self, bouton: str) -> None:
        self.nombre += 1
        self.page.get_by_role("button", name=bouton).click()


def test_un_dossier_s_ouvre_en_neuf_gestes_puis_dit_ce_qui_manque(ouvrir_page, distribution):
    page = ouvrir_page(distribution.auteur, TELEPHONE)
    page.goto("/r/vallee/dossiers/nouveau/")
    gestes = Gestes(page)
    gestes.taper("prenom", "Nadia")
    gestes.taper("nom", "Vite-Ouverte")
    gestes.taper("intitule", "Épicerie du bourg")
    gestes.choisir("nature", "creation")
    gestes.taper("commune", "Ambert (63600)")
    gestes.cocher("Pas encore : le dossier reste dans ma structure")
    gestes.taper("telephone", "06 39 98 12 12")
    gestes.cliquer("Ouvrir le dossier")
    page.get_by_role("heading", name="Épicerie du bourg").wait_for()
    assert gestes.nombre < GESTES
    assert (
        Dossier.objects.get(intitule="Épicerie du bourg").structure_responsable == distribution.s1
    )
    # Le reste vient ensuite : la page commence par lui, chaque manque mène à son geste.
    manques = page.get_by_role("region", name="Il manque encore")
    manques.get_by_role("link", name="Noter qu’elle est informée").wait_for()
    page.get_by_role("heading", name="Volet privé").wait_for()


def test_ce_qui_est_tape_se_garde_seul_et_revient(ouvrir_page, distribution):
    page = ouvrir_page(distribution.collegue)
    page.goto("/r/vallee/dossiers/nouveau/")
    page.locator("[name=prenom]").fill("Omar")
    page.locator("[name=intitule]").fill("Atelier vélo")
    page.get_by_text(re.compile("Brouillon gardé à")).wait_for()
    attendre(
        lambda: Brouillon.objects.filter(utilisateur=distribution.collegue).exists(),
        5,
        "rien de gardé",
    )
    # L'onglet se ferme, la session finit : une autre session retrouve le texte.
    page.close()
    suite = ouvrir_page(distribution.collegue)
    suite.goto("/r/vallee/dossiers/nouveau/")
    suite.get_by_text(re.compile("Votre brouillon de .* est repris")).wait_for()
    assert suite.locator("[name=prenom]").input_value() == "Omar"
    assert suite.locator("[name=intitule]").input_value() == "Atelier vélo"
    suite.get_by_role("button", name="Repartir de zéro").click()
    suite.get_by_role("heading", name="Ouvrir un dossier").wait_for()
    assert suite.locator("[name=prenom]").input_value() == ""
