"""La confirmation annuelle, du courriel à l'annuaire, comme la vit une personne pressée.

L'ouvrier compose le courriel ; le lien est pris dans son texte, ouvert sans se connecter, et
un seul clic suffit. Le second courriel, lui, sert à corriger.
"""

import re

from django.conf import settings
from django.urls import reverse

from partenaires.models import ConfirmationAnnuelle, DepartSignale
from partenaires.services.confirmations import demander_les_confirmations
from socle.courriels import genres
from socle.models import Courriel
from tests.fabriques.partenaires import aujourd_hui
from tests.navigateur.conftest import BUREAU, TELEPHONE


def lien_du_courriel(personne) -> str:
    """Le chemin du lien, tel que le porte le dernier courriel de cette personne."""
    courriel = Courriel.objects.filter(genre="confirmation", destinataire=personne).latest("pk")
    texte = genres()["confirmation"].composer([courriel])[courriel.pk].texte
    (chemin,) = re.findall(re.escape(settings.SITE_URL) + r"(/confirmation/\S+/)", texte)
    return chemin


def test_tout_est_exact_en_un_clic_puis_l_annuaire_le_dit(portail, ouvrir_page, verifier_axe):
    d = portail.distribution
    demander_les_confirmations()
    chemin = lien_du_courriel(d.auteur)
    for taille in (TELEPHONE, BUREAU):
        page = ouvrir_page(taille=taille)
        page.goto(chemin)
        page.get_by_role("heading", name="Chambre de la vallée").wait_for()
        verifier_axe(page)
    assert not ConfirmationAnnuelle.objects.donnees().exists()
    page.get_by_role("button", name="Tout est exact").click()
    page.get_by_role("heading", name="Merci").wait_for()
    verifier_axe(page)
    donnee = ConfirmationAnnuelle.objects.get(structure=d.s1)
    assert (donnee.par, donnee.par_lien) == (d.auteur, True)
    # Le lien a servi : il le dit, et ne montre plus personne.
    page.goto(chemin)
    page.get_by_text("ne vaut qu’une fois").wait_for()
    assert page.get_by_text("Colin").count() == 0
    membre = ouvrir_page(d.elue)
    membre.goto(reverse("partenaires:structure", args=[d.reseau.slug, d.s1.uuid]))
    membre.get_by_text(re.compile("Confirmée le")).wait_for()


def test_un_depart_se_dit_par_le_lien_et_se_regle_connecte(portail, ouvrir_page):
    d = portail.distribution
    ConfirmationAnnuelle.objects.filter(structure=d.s3).delete()
    Courriel.objects.filter(genre="confirmation").delete()
    demander_les_confirmations()
    mandat = d.mandats["animatrice_b"]
    page = ouvrir_page(taille=TELEPHONE)
    page.goto(lien_du_courriel(d.etrangere))
    page.locator(f"[name='presence_{mandat.uuid}'][value=partie]").check()
    page.locator(f"[name='depuis_{mandat.uuid}']").fill(aujourd_hui(-4).isoformat())
    page.locator("[name=telephone]").fill("04 65 71 12 34")
    page.get_by_role("button", name="Confirmer avec ces corrections").click()
    page.get_by_role("heading", name="Il reste un geste, connecté").wait_for()
    d.s3.refresh_from_db()
    mandat.refresh_from_db()
    assert d.s3.telephone == "04 65 71 12 34"
    assert mandat.periode.upper is None
    assert DepartSignale.objects.get(mandat=mandat).depuis == aujourd_hui(-4)
    # Le lien mène à la connexion : sans elle, personne ne perd ses droits.
    page.get_by_role("link", name=re.compile("Mettre fin au mandat")).click()
    page.locator("[name=login]").wait_for()
