"""Un réseau à partir de rien, dans un vrai navigateur : de l'ouverture à sa première série de réunions.

L'administratrice ouvre le réseau ; le courriel, envoyé par le vrai ouvrier, porte le lien ; la
coordinatrice crée son compte et suit le guide jusqu'au bout. La brièveté se compte en écrans et en
appuis, non à la montre.
"""

import re
from datetime import timedelta

from partenaires.models import Invitation, Reseau
from porteurs.models import Reunion
from tests.fabriques.partenaires import MOT_DE_PASSE, aujourd_hui
from tests.navigateur.conftest import BUREAU, TELEPHONE
from tests.navigateur.pile import attendre

COURRIEL = "lou@ecrins.test"
# Du lien reçu à la dernière réunion prévue : au-delà, ce n'est plus « dix minutes ».
ECRANS, APPUIS = 14, 14


class Comptee:
    """Une page dont chaque appui et chaque écran se comptent."""

    def __init__(self, page):
        self.page = page
        self.appuis = self.ecrans = 0
        page.on("load", self._charger)

    def _charger(self, _):
        self.ecrans += 1

    def appuyer(self, cible) -> None:
        cible.first.click()
        self.appuis += 1
        self.page.wait_for_load_state()

    def bouton(self, nom: str) -> None:
        self.appuyer(self.page.get_by_role("button", name=nom))

    def lien(self, nom: str) -> None:
        self.appuyer(self.page.get_by_role("link", name=nom))

    def ecrire(self, **champs) -> None:
        for nom, valeur in champs.items():
            self.page.locator(f"[name={nom}]").fill(valeur)

    def titre(self, texte: str) -> None:
        self.page.get_by_role("heading", name=texte, level=1).wait_for()


def lien_recu(portail) -> str:
    (message,) = attendre(
        lambda: portail.boite.recus_par(COURRIEL),
        30,
        lambda: f"{portail.boite.messages}\n{portail.journal('ouvrier')}",
    )
    texte = message.get_body(("plain",)).get_content()
    return re.search(r"/invitation/[^\s>]+", texte).group()


def ouvrir_le_reseau(page) -> None:
    page.goto("/administration/reseaux/")
    page.get_by_role("link", name="Ouvrir un réseau").click()
    for nom, valeur in {
        "nom": "Réseau des Écrins",
        "structure_nom": "Parc des Écrins",
        "prenom": "Lou",
        "nom_personne": "Vernet",
        "email": COURRIEL,
    }.items():
        page.locator(f"[name={nom}]").fill(valeur)
    page.locator("[name=structure_type]").select_option("parc")
    page.get_by_role("button", name="Ouvrir le réseau").click()
    page.get_by_text("L’invitation à l’animer part").wait_for()


def entrer(c: Comptee, lien: str) -> None:
    c.page.goto(lien)
    c.ecrire(password1=MOT_DE_PASSE, password2=MOT_DE_PASSE)
    c.appuyer(c.page.locator("main form button").last)
    c.titre("Mettre le réseau en route")


def choisir_le_territoire(c: Comptee) -> None:
    c.titre("Le territoire")
    c.ecrire(q="Ambert Livradois")
    c.bouton("Chercher")
    c.appuyer(c.page.get_by_label(re.compile("Ambert Livradois Forez")))
    c.bouton("Ajouter ce qui est coché")
    c.page.get_by_role("heading", name=re.compile(r"\d+ communes dans le réseau")).wait_for()
    c.lien("Continuer")


def faire_entrer_une_structure(c: Comptee) -> None:
    c.titre("Les structures partenaires")
    c.lien("Ajouter une seule structure")
    c.ecrire(nom="Chambre des métiers des Écrins", commune="Ambert (63600)")
    c.page.locator("[name=type]").select_option("cma")
    c.bouton("Ajouter la structure")
    c.titre("Les structures partenaires")
    c.lien("Continuer")


def inviter(c: Comptee) -> None:
    c.titre("Inviter des personnes")
    for rang, (prenom, structure) in enumerate(
        (("Nora", "Parc des Écrins"), ("Paul", "Chambre des métiers des Écrins"))
    ):
        c.ecrire(
            **{
                f"p-{rang}-prenom": prenom,
                f"p-{rang}-nom": "Neuve",
                f"p-{rang}-email": f"{prenom.lower()}@ecrins.test",
            }
        )
        c.page.locator(f"[name=p-{rang}-structure]").select_option(label=structure)
    c.bouton("Envoyer les invitations")


def fixer_les_reunions(c: Comptee) -> None:
    c.titre("Fixer les réunions")
    c.ecrire(jour=(aujourd_hui() + timedelta(days=20)).isoformat(), lieu="Salle du conseil")
    c.bouton("Voir les dates")
    c.page.get_by_text("Décochez celles qui ne vont pas").wait_for()
    c.bouton("Prévoir ces réunions")


def test_un_reseau_a_partir_de_rien(portail, ouvrir_page):
    ouvrir_le_reseau(ouvrir_page(portail.distribution.administratrice))
    c = Comptee(ouvrir_page())
    entrer(c, lien_recu(portail))
    c.lien("Vérifier le nom")
    c.titre("Le nom du réseau")
    c.bouton("C’est bien cela")
    choisir_le_territoire(c)
    faire_entrer_une_structure(c)
    inviter(c)
    fixer_les_reunions(c)
    c.titre("Ce que le réseau emploie")
    c.bouton("C’est bien cela")
    c.titre("Le réseau est en route")
    assert (c.ecrans <= ECRANS, c.appuis <= APPUIS) == (True, True), (c.ecrans, c.appuis)

    reseau = Reseau.objects.get(slug="reseau-des-ecrins")
    assert reseau.communes.count() == 58
    assert Reunion.objects.filter(reseau=reseau).count() == 6
    assert Invitation.objects.filter(reseau=reseau, acceptee_le=None).count() == 2
    assert reseau.partage_ouvert_le is None
    c.bouton("Ranger ce guide")
    c.page.wait_for_url("**/tableau/")
    assert not c.page.get_by_text("Mettre le réseau en route").count()


def test_la_carte_coche_une_intercommunalite(portail, ouvrir_page):
    page = ouvrir_page(portail.distribution.animatrice)
    page.goto("/r/vallee/territoire/?q=63")
    carte = page.locator("[data-carte-choix] svg").first
    carte.wait_for()
    avant = page.locator("input[name=epci]:checked:not(:disabled)").count()
    carte.locator("path").first.click(force=True)
    page.wait_for_function(
        "n => document.querySelectorAll('input[name=epci]:checked:not(:disabled)').length !== n",
        arg=avant,
    )


def test_la_carte_coche_une_commune_seule(portail, ouvrir_page):
    page = ouvrir_page(portail.distribution.animatrice)
    page.goto("/r/vallee/territoire/?q=63")
    carte = page.locator("[data-carte-choix] svg").first
    carte.wait_for()
    page.get_by_label("la commune seule").check()
    carte.locator("path").first.click(force=True)
    page.wait_for_function(
        "() => document.querySelectorAll('input[name=commune]:checked').length === 1"
    )
    assert page.locator("input[name=epci]:checked:not(:disabled)").count() == 0
    assert len(page.request.get(page.url).body()) <= 60_000


def test_les_pages_du_lancement_sont_accessibles(portail, ouvrir_page, verifier_axe):
    Reseau.objects.filter(slug="vallee").update(lance_le=None, partage_ouvert_le=None)
    adresses = [
        "lancement/",
        "lancement/nom/",
        "lancement/structures/",
        "lancement/personnes/",
        "territoire/?q=Ambert",
        "territoire/?q=63",
        "territoire/?epci=200070761",
        "reunions/serie/",
        "modules/",
        "reglages/",
        "conformite/",
        "conformite/documents/accord/",
        "partage/",
    ]
    for taille in (BUREAU, TELEPHONE):
        page = ouvrir_page(portail.distribution.animatrice, taille)
        for adresse in adresses:
            page.goto(f"/r/vallee/{adresse}")
            verifier_axe(page)
            largeur = page.evaluate("document.documentElement.scrollWidth")
            assert largeur <= taille["width"], adresse
    page.goto("/r/vallee/lancement/personnes/")
    page.locator("[name=p-0-email]").fill("fausse")
    page.get_by_role("button", name="Envoyer les invitations").click()
    page.get_by_text("Rien n’est parti").wait_for()
    verifier_axe(page)
