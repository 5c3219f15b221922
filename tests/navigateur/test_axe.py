"""axe ne trouve rien, à aucune gravité : chaque page vide, pleine, en erreur, et à deux tailles.

Les pages sont celles des parcours (tests/coherence) : une page nouvelle est donc regardée dès
qu'elle a le sien.
"""

import pytest
from django.urls import reverse

from tests.coherence.parcours import PARCOURS, PORTEUR, VISITEUR
from tests.coherence.parcours.compte import COMPTE
from tests.coherence.scene import Scene
from tests.fabriques import (
    DossierFabrique,
    EvenementFabrique,
    FinancementFabrique,
    ReunionFabrique,
)
from tests.navigateur.conftest import BUREAU, TELEPHONE

# Ce qui n'est pas une page : données, fichiers, corps nu d'un courriel déjà montré dans sa page.
PAS_DES_PAGES = {
    "sante:sante",
    "sante:vivant",
    "sante:pret",
    "partenaires:annuaire_public_donnees",
    "partenaires:carnet_export",
    "partenaires:carte_population",
    "partenaires:communes",
    "partenaires:conformite_pdf",
    "partenaires:contours",
    "partenaires:convention_pdf",
    "partenaires:conventions_export",
    "partenaires:couverture_export",
    "partenaires:couverture_pdf",
    "partenaires:document",
    "partenaires:emport_fichier",
    "partenaires:agenda_personnel",
    "partenaires:agenda_public",
    "partenaires:evenement_calendrier",
    "partenaires:evenement_emargement",
    "partenaires:evenement_export",
    "partenaires:mandat_lettre",
    "partenaires:personnes_export",
    "partenaires:ressource_fichier",
    "partenaires:structures_import_modele",
    "porteurs:concours_reglement",
    "porteurs:dossier_fiche",
    "porteurs:espace_document",
    "porteurs:export_fichier",
    "porteurs:import_fautives",
    "porteurs:import_lettres",
    "porteurs:import_modele",
    "porteurs:piece",
    "porteurs:reunion_calendrier",
    "socle:courriel_corps",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate_webauthn",
}
# Un bouton et rien à saisir, ou rien d'obligatoire : vide, le formulaire est juste.
SANS_SAISIE = {
    "account_logout",
    "partenaires:evenement_annuler",
    "partenaires:evenement_inscrits",
    "partenaires:fusion_annuler",
    "partenaires:inscription_confirmer",
    "partenaires:inscription_desister",
    "partenaires:mandat_modifier",
    "partenaires:mandat_renouveler",
    "partenaires:mandat_telephone",
    "partenaires:mandat_terminer",
    "partenaires:modules",
    "partenaires:parent_defaire",
    "partenaires:structures_import_relire",
    "partenaires:structures_reunir",
    "partenaires:charte_publier",
    "porteurs:acces_finir",
    "porteurs:accord_retirer",
    "porteurs:adresse_confirmer",
    "porteurs:adulte_retirer",
    "porteurs:besoin_prendre_lien",
    "porteurs:candidature_publication",
    "porteurs:dossiers_reunir",
    "porteurs:espace_entrer",
    "porteurs:fusion_annuler",
    "porteurs:import_annuler",
    "porteurs:import_associer",
    "porteurs:part_adulte",
    "porteurs:permanence",
    "porteurs:personnes_reunir",
    "porteurs:piece_retirer",
    "porteurs:rester_suivi",
    "porteurs:volet_prive",
    "porteurs:volet_professionnel",
    "porteurs:reunion_annuler",
    "socle:refus",
}
# Un geste qui écrit sa réponse ailleurs que dans une redirection reste une page.
PAGES = [
    p
    for p in [*PARCOURS, *COMPTE]
    if not p.bouton and p.route not in PAS_DES_PAGES and (p.attendu == 200 or p.donnees is not None)
]
SAISIES = [p for p in PAGES if p.donnees and p.route not in SANS_SAISIE]
# Près de cinq cents regards, à deux tailles : les longues suites les passent toutes.
pytestmark = pytest.mark.lent
ROLES = ["auteur", "animatrice", "elue", "accueil", "parrain", "auditrice", "administratrice"]
# Le réseau B n'a rien : ni dossier, ni réunion, ni invitation.
VIDES = [
    ("accueil:tableau", "animatrice_b"),
    ("accueil:tableau", "etrangere"),
    ("accueil:chiffres", "animatrice_b"),
    ("porteurs:dossiers", "etrangere"),
    ("porteurs:dossiers", "animatrice_b"),
    ("porteurs:reunions", "etrangere"),
    ("partenaires:annuaire", "etrangere"),
    ("partenaires:carte", "etrangere"),
    ("partenaires:evenements", "etrangere"),
    ("partenaires:evenements", "animatrice_b"),
    ("partenaires:couverture", "etrangere"),
    ("partenaires:themes", "animatrice_b"),
    ("partenaires:invitations", "etrangere"),
    ("partenaires:personnes", "animatrice_b"),
]
VIDER = """() => {
  const formulaire = [...document.querySelectorAll("main form[method=post]")].at(-1);
  for (const champ of formulaire.elements) {
    if (["text", "email", "tel", "date", "time", "number", "password", "textarea", "search"]
        .includes(champ.type)) champ.value = "";
    if (["radio", "checkbox"].includes(champ.type)) champ.checked = false;
    if (champ.tagName === "SELECT") champ.selectedIndex = -1;
  }
  formulaire.requestSubmit();
}"""


@pytest.fixture(scope="module")
def scene(portail):
    """Un réseau A bien rempli : chaque élément des parcours, et de quoi nourrir les chiffres."""
    d = portail.distribution
    scene = Scene(d, "vitrine", informe=True)
    for element in (
        "action",
        "proposition",
        "parrainage",
        "relais",
        "doublon",
        "point",
        "invitation",
    ):
        getattr(scene, element)
    scene.courriel  # noqa: B018 — le créer suffit
    FinancementFabrique(dossier=scene.dossier)
    scene.installation  # noqa: B018 — la créer suffit
    EvenementFabrique(reseau=d.reseau)
    ReunionFabrique(reseau=d.reseau, nature="pilotage")
    lieu = {"reseau": d.reseau, "structure_responsable": d.s1}
    DossierFabrique(**lieu, informe=True, dormant=True, avec_referent=d.mandats["auteur"])
    DossierFabrique(**lieu, clos=True)
    DossierFabrique(reseau=d.reseau, structure_responsable=d.s2)
    return scene


@pytest.fixture
def entrer(ouvrir_page, portail, scene):
    """``entrer(nom)`` : une page au nom de cette personne, un visiteur, ou la personne accompagnée."""

    def ouvrir(nom, redonne: bool = False):
        if nom == PORTEUR:
            return ouvrir_page(taille=TELEPHONE, espace=scene.porteur.email)
        personne = None if nom == VISITEUR else getattr(portail.distribution, nom)
        return ouvrir_page(personne, taille=TELEPHONE, mot_de_passe_redonne=redonne)

    return ouvrir


@pytest.fixture
def regarder(entrer, verifier_axe):
    """``regarder(personne, adresse)`` : la page, vérifiée aux deux tailles, rendue ouverte."""

    def ouvrir(nom, adresse: str, redonne: bool = False, statut: int = 200):
        page = entrer(nom, redonne)
        assert page.goto(adresse).status == statut
        aux_deux_tailles(page, verifier_axe)
        return page

    return ouvrir


def aux_deux_tailles(page, verifier_axe):
    for taille in (TELEPHONE, BUREAU):
        page.set_viewport_size(taille)
        debord = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert debord <= 0, f"{page.url} déborde de {debord} px à {taille['width']} px"
        verifier_axe(page)


def adresse_de(p, scene) -> str:
    p.prepare(scene)
    return reverse(p.route, kwargs=p.adresse(scene))


@pytest.mark.parametrize("p", PAGES, ids=[p.route for p in PAGES])
def test_pleine(p, scene, regarder):
    regarder(p.permis, adresse_de(p, scene), p.mot_de_passe_redonne)


@pytest.mark.parametrize("role", ROLES)
def test_le_tableau_de_chaque_fonction(role, scene, regarder):
    regarder(role, reverse("accueil:tableau"))


@pytest.mark.parametrize(("route", "role"), VIDES)
def test_vide(route, role, portail, regarder):
    arguments = [] if route == "accueil:tableau" else [portail.distribution.reseau_b.slug]
    regarder(role, reverse(route, args=arguments))


@pytest.mark.parametrize("p", SAISIES, ids=[p.route for p in SAISIES])
def test_en_erreur(p, scene, entrer, verifier_axe):
    """Le formulaire est envoyé vide : l'erreur se dit, et la page reste sans défaut."""
    page = entrer(p.permis, p.mot_de_passe_redonne)
    page.goto(adresse_de(p, scene))
    with page.expect_navigation():
        page.evaluate(VIDER)
    assert page.locator("main [aria-invalid=true], main [role=alert]").count() > 0
    aux_deux_tailles(page, verifier_axe)


def test_une_page_absente_et_une_page_interdite(scene, regarder):
    regarder("auteur", "/r/vallee/nulle-part/", statut=404)
    regarder("elue", reverse("porteurs:dossiers", args=["vallee"]), statut=403)
    regarder(VISITEUR, "/nulle-part/", statut=404)
