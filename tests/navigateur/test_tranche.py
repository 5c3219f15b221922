"""La tranche entière, comme une personne la vit : ouvrir, passer le relais, accepter, être prévenu.

La technicienne de S1 se connecte, ouvre un dossier à Ambert et le confie à S2 ; la technicienne
de S2 l'accepte ; celle d'un autre réseau n'en voit rien ; le courriel de la réunion suivante,
envoyé par le vrai ouvrier à travers le vrai Redis, nomme le dossier à S2 et pas à l'autre réseau.
"""

import re

from django.urls import reverse

from porteurs.enums import EtatRelais
from porteurs.models import Dossier
from tests.coherence.parcours import PARCOURS
from tests.coherence.scene import Scene
from tests.fabriques import DossierFabrique, ReunionFabrique
from tests.fabriques.partenaires import MOT_DE_PASSE, aujourd_hui
from tests.navigateur.pile import attendre

PROJET = "Reprise de la boulangerie du bourg"
RESUME = "Le plan de financement est prêt, il reste le bail."


def se_connecter(page, personne):
    page.goto("/")
    page.get_by_role("link", name="Espace des partenaires").first.click()
    page.locator("[name=login]").fill(personne.email)
    page.locator("[name=password]").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau/")


def ouvrir_un_dossier(page):
    page.goto("/r/vallee/dossiers/")
    page.get_by_role("link", name=re.compile("Ouvrir un dossier")).first.click()
    page.locator("[name=prenom]").fill("Zoé")
    page.locator("[name=nom]").fill("Boulanger-Secret")
    page.locator("[name=intitule]").fill(PROJET)
    page.locator("[name=nature]").select_option("reprise")
    page.locator("[name=commune]").fill("Ambert (63600)")
    page.get_by_label("Oui, elle est informée").check()
    page.locator("[name=telephone]").fill("06 39 98 77 66")
    page.get_by_role("button", name="Ouvrir le dossier").click()
    page.get_by_role("heading", name=PROJET).wait_for()


def passer_le_relais(page, structure):
    page.get_by_role("link", name=re.compile("asser le relais")).first.click()
    page.locator("[name=vers]").select_option(label=structure.nom)
    page.locator("[name=resume]").fill(RESUME)
    page.get_by_role("button", name="Proposer le relais").click()
    page.get_by_text("Le relais est proposé").wait_for()


def test_un_dossier_s_ouvre_passe_la_main_et_se_lit_dans_le_courriel(portail, ouvrir_page):
    d = portail.distribution
    for personne in (d.auteur, d.voisine):
        personne.set_password(MOT_DE_PASSE)
        personne.save(update_fields=["password"])

    a = ouvrir_page()
    se_connecter(a, d.auteur)
    ouvrir_un_dossier(a)
    passer_le_relais(a, d.s2)
    dossier = Dossier.objects.get(intitule=PROJET)
    assert dossier.commune.code == "63003"
    assert dossier.structure_responsable == d.s1

    b = ouvrir_page()
    se_connecter(b, d.voisine)
    b.get_by_role("link", name=re.compile(PROJET)).first.click()
    b.get_by_text(RESUME).wait_for()
    b.get_by_role("button", name="Accepter le relais").click()
    b.get_by_text("répond désormais de ce dossier").wait_for()
    dossier.refresh_from_db()
    assert dossier.structure_responsable == d.s2
    assert dossier.relais.get().etat == EtatRelais.ACCEPTE

    c_ne_voit_rien(ouvrir_page(d.etrangere), portail, dossier)
    le_courriel_nomme_le_dossier(portail, dossier)


def c_ne_voit_rien(page, portail, dossier):
    """Chaque adresse du dossier, sous le réseau A puis sous le sien, répond 404."""
    scene = Scene(portail.distribution, "tranche")
    scene.dossier, scene.relais = dossier, dossier.relais.get()
    du_dossier = [p for p in PARCOURS if p.dossier and not p.bouton]
    assert len(du_dossier) >= 8
    for p in du_dossier:
        for reseau in ("vallee", "plateau"):
            adresse = reverse(p.route, kwargs=p.adresse(scene) | {"reseau": reseau})
            assert page.request.get(adresse).status == 404, adresse
    page.goto("/r/plateau/dossiers/")
    page.get_by_role("heading", level=1).wait_for()
    assert PROJET not in page.content()
    page.locator("[name=q]").fill("boulangerie")
    page.locator("[name=q]").press("Enter")
    page.wait_for_load_state()
    assert PROJET not in page.content()


def le_courriel_nomme_le_dossier(portail, dossier):
    """Les deux réseaux se réunissent dans sept jours ; chacune ne lit que les dossiers du sien."""
    d = portail.distribution
    autre = DossierFabrique(
        reseau=d.reseau_b,
        structure_responsable=d.s3,
        informe=True,
        intitule="Gîte du plateau",
        ouvert_le=aujourd_hui(-3),
    )
    ReunionFabrique(reseau=d.reseau)
    ReunionFabrique(reseau=d.reseau_b)
    portail.celery("porteurs.tasks.preparer_digests")
    attendues = [d.voisine.email, d.etrangere.email]
    attendre(
        lambda: all(portail.boite.recus_par(adresse) for adresse in attendues),
        30,
        lambda: f"Courriels reçus : {portail.boite.messages}\n{portail.journal('ouvrier')}",
    )
    (pour_b,), (pour_c,) = map(portail.boite.recus_par, attendues)
    textes = {m: "".join(p.get_content() for p in corps(m)) for m in (pour_b, pour_c)}
    assert dossier.reference in textes[pour_b]
    assert PROJET in textes[pour_b]
    assert PROJET not in textes[pour_c]
    assert autre.intitule in textes[pour_c]
    assert autre.intitule not in textes[pour_b]
    for texte in textes.values():
        assert "Boulanger-Secret" not in texte
        assert "06 39 98 77 66" not in texte
    assert {p.get_content_type() for p in pour_b.walk()} >= {
        "text/plain",
        "text/html",
        "text/calendar",
    }


def corps(message) -> list:
    return [p for p in message.walk() if p.get_content_type() in ("text/plain", "text/html")]
