"""Un besoin comme deux personnes le vivent : noté, proposé, refusé avec un mot, proposé ailleurs, pris.

Deux sessions ouvertes ensemble : la technicienne de S1 propose, celle de S2 refuse ; la première lit
le motif, voit S2 passée en dernier, et son collègue prend le besoin.
"""

import re

from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.models import Besoin, Orientation
from tests.fabriques import DossierFabrique
from tests.fabriques.besoins import CompetenceFabrique
from tests.navigateur.conftest import TELEPHONE

PROJET = "Fournil du bourg"
MOTIF = "Notre enveloppe de l’année est engagée."


def noter(page, dossier):
    page.goto(f"/r/vallee/dossiers/{dossier.uuid}/besoin/")
    page.locator("[name=theme]").select_option(label="Financement")
    page.locator("[name=precisions]").fill("Un four d’occasion.")
    page.get_by_role("button", name="Noter le besoin").click()
    page.get_by_role("heading", name="À qui le proposer").wait_for()


def proposer(page, structure, personne=None):
    page.get_by_role("link", name=re.compile(f"Proposer.*{structure.nom}")).click()
    if personne is not None:
        page.locator("[name=personne]").select_option(value=str(personne.pk))
    page.locator("[name=message]").fill("Le plan de financement est prêt.")
    page.get_by_role("button", name="Proposer", exact=True).click()
    page.get_by_text("C’est parti").wait_for()


def test_un_besoin_se_propose_se_refuse_et_trouve_quelqu_un(portail, ouvrir_page, verifier_axe):
    d = portail.distribution
    for structure in (d.s1, d.s2):
        CompetenceFabrique(structure=structure)
    dossier = DossierFabrique(
        reseau=d.reseau, structure_responsable=d.s1, informe=True, intitule=PROJET
    )
    a, b = ouvrir_page(d.auteur), ouvrir_page(d.voisine, TELEPHONE)

    noter(a, dossier)
    assert "Sert la commune d’Ambert" in a.locator(".choix-structures").inner_text()
    verifier_axe(a)
    proposer(a, d.s2)
    besoin = Besoin.objects.get(dossier=dossier)

    b.goto("/tableau/")
    b.get_by_role("link", name=re.compile("Je refuse.*Financement|Je refuse.*financement")).click()
    b.get_by_role("button", name="Refuser").click()
    b.get_by_text("qui a proposé doit savoir").first.wait_for()
    b.locator("[name=motif]").fill(MOTIF)
    b.get_by_role("button", name="Refuser").click()
    b.get_by_text("Votre réponse est partie").wait_for()
    assert Orientation.objects.get(besoin=besoin).etat == EtatOrientation.REFUSEE

    a.reload()
    a.get_by_text(MOTIF).wait_for()
    # Qui a refusé passe en dernier, et cela se lit.
    noms = a.locator(".proposition h3").all_inner_texts()
    assert noms[0].startswith(d.s1.nom)
    assert "déjà refusé" in noms[-1]
    proposer(a, d.s1, d.collegue)

    c = ouvrir_page(d.collegue)
    c.goto("/tableau/")
    c.get_by_role("button", name=re.compile("Je prends.*inancement")).click()
    c.get_by_text("vous vous en chargez").wait_for()
    verifier_axe(c)
    a.reload()
    a.get_by_text("Pris en charge").first.wait_for()
    besoin.refresh_from_db()
    assert besoin.etat == EtatBesoin.PRIS
    assert besoin.pris_le is not None
