"""Les personnes de la démonstration, toutes inventées, et les comptes que l'on montre.

Seule source des adresses et du mot de passe : la page d'accueil, le README, la commande
``comptes_demo`` et les essais les lisent ici.
"""

from dataclasses import dataclass

from partenaires.demonstration.structures import AUVERGNE, LIVRADOIS, SANFLORAIN
from partenaires.enums import Fonction
from socle.texte import cle

MOT_DE_PASSE = "maillon-demonstration"  # noqa: S105 — public, à dessein
DOMAINE = "demo.maillon.invalid"
T, A, E = Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU
P, PA, AU = Fonction.PARRAIN, Fonction.PREMIER_ACCUEIL, Fonction.AUDITEUR


@dataclass(frozen=True)
class MandatDemo:
    """``depuis`` et ``jusqua`` : en jours avant le jour de la démonstration."""

    fonction: str
    structure: str
    reseau: str = LIVRADOIS
    depuis: int | None = None
    jusqua: int | None = None


@dataclass(frozen=True)
class PersonneDemo:
    prenom: str
    nom: str
    mandats: tuple[MandatDemo, ...]
    adresse: str = ""
    # Non vide : un compte que l'on montre, avec ces mots.
    presentation: str = ""

    @property
    def email(self) -> str:
        locale = self.adresse or f"{cle(self.prenom)}.{cle(self.nom)}".replace(" ", "-")
        return f"{locale}@{DOMAINE}"


def _de(fonction, structure, *noms, reseau=LIVRADOIS) -> list[PersonneDemo]:
    """Plusieurs personnes de même fonction dans une structure : « Prénom Nom »."""
    return [
        PersonneDemo(*nom.split(" ", 1), (MandatDemo(fonction, structure, reseau),)) for nom in noms
    ]


def _compte(adresse, presentation, prenom, nom, *mandats) -> PersonneDemo:
    return PersonneDemo(prenom, nom, mandats, adresse, presentation)


M = MandatDemo
# Le relais d'une personne partie : son mandat finit, un autre commence le même jour.
DEPART = 240
PERSONNES = [
    _compte(
        "technicienne.ambert",
        "Technicienne de la communauté de communes d’Ambert",
        "Claire",
        "Vialatoux",
        M(T, "cc-ambert"),
    ),
    _compte(
        "technicien.cci",
        "Technicien de la chambre de commerce du Puy-de-Dôme",
        "Hugo",
        "Barraduc",
        M(T, "cci-63"),
    ),
    _compte(
        "animatrice",
        "Animatrice du réseau Livradois-Forez",
        "Anne",
        "Chassaing",
        M(A, "parc"),
    ),
    _compte("elue", "Élue communautaire", "Monique", "Fournioux", M(E, "cc-ambert")),
    _compte("parrain", "Parrain, chef d’entreprise", "Jean", "Délabre", M(P, "pil-thiers")),
    _compte("auditrice", "Auditrice de la charte", "Salomé", "Redon", M(AU, "union")),
    _compte(
        "accueil.mairie",
        "Premier accueil en mairie d’Ambert",
        "Nadia",
        "Coudert",
        M(PA, "ville-ambert"),
    ),
    _compte(
        "technicien.voisin",
        "Technicien d’un autre réseau, à Saint-Flour",
        "Paul",
        "Teissèdre",
        M(T, "cc-saint-flour", SANFLORAIN),
    ),
    _compte(
        "coordination.region",
        "Coordinatrice du réseau régional",
        "Élise",
        "Marcombes",
        M(A, "agence", AUVERGNE),
    ),
    _compte("administration", "Administrateur de l’installation", "Gaspard", "Lonjon"),
    # Plusieurs mandats : deux réseaux, deux fonctions.
    PersonneDemo(
        "Myriam", "Bonnefoux", (M(T, "boutique"), M(T, "boutique", SANFLORAIN)), "deux.reseaux"
    ),
    PersonneDemo("Thomas", "Granouillet", (M(A, "parc"), M(T, "parc"))),
    PersonneDemo("Bernard", "Chalencon", (M(E, "ville-thiers"), M(P, "cci-63"))),
    PersonneDemo("Sandrine", "Vaures", (M(T, "cci-63", jusqua=DEPART),)),
    PersonneDemo("Yanis", "Pradel", (M(T, "cci-63", depuis=DEPART),)),
    PersonneDemo("Odile", "Mazeyrat", (M(PA, "ville-arlanc", jusqua=400),)),
    *_de(T, "cc-ambert", "Mathieu Roudel"),
    *_de(T, "cc-thiers", "Aurélie Goutte", "Karim Belhaj"),
    *_de(T, "cc-billom", "Sophie Theillat"),
    *_de(T, "cc-auzon", "Damien Roussille"),
    *_de(T, "cc-brioude", "Céline Vidal"),
    *_de(T, "cc-lezoux", "Julien Fayet"),
    *_de(T, "pil-thiers", "Laurence Dufraisse"),
    *_de(T, "pil-brioude", "Olivier Sabatier"),
    *_de(T, "cci-43", "Hélène Bringer"),
    *_de(T, "cci-region", "Marc Quesne"),
    *_de(T, "ca-63", "Émilie Rodde", "François Dumas"),
    *_de(T, "ca-43", "Lucie Bard"),
    *_de(T, "comite", "Vincent Alirol"),
    *_de(T, "credit", "Fatou Diarra"),
    *_de(T, "boutique", "Nicolas Perrin"),
    *_de(T, "garantie", "Isabelle Mourgue"),
    *_de(T, "union", "Romain Chabrier"),
    *_de(T, "cae", "Judith Lavest"),
    *_de(PA, "ville-thiers", "Patricia Genestier"),
    *_de(PA, "ville-arlanc", "Cédric Pourrat"),
    *_de(PA, "ville-courpiere", "Ghislaine Fédit"),
    *_de(PA, "ville-cunlhat", "Lola Cartal"),
    *_de(PA, "ville-lezoux", "Amélie Tixier"),
    *_de(E, "parc", "Michel Tarragnat"),
    *_de(E, "cc-thiers", "Danielle Ossedat"),
    *_de(E, "cc-billom", "Gérard Pontabry"),
    *_de(E, "cc-brioude", "Josette Brunel"),
    *_de(E, "ville-ambert", "Philippe Meyronne"),
    *_de(E, "ville-arlanc", "Simone Rellier"),
    *_de(E, "cc-lezoux", "Alain Bourdier"),
    *_de(P, "pil-thiers", "Colette Malaure"),
    *_de(P, "pil-brioude", "Serge Ollier", "Martine Chambon"),
    *_de(P, "boutique", "André Citerne"),
    *_de(P, "cci-63", "Véronique Sugères"),
    *_de(A, "cc-saint-flour", "Agnès Portal", reseau=SANFLORAIN),
    *_de(T, "cc-saint-flour", "Quentin Salsou", reseau=SANFLORAIN),
    *_de(T, "cc-hautes-terres", "Marion Delpirou", reseau=SANFLORAIN),
    *_de(T, "cci-15", "Éric Vernhes", reseau=SANFLORAIN),
    *_de(T, "ca-15", "Bastien Lhéritier", reseau=SANFLORAIN),
    *_de(T, "pil-cantal", "Carole Tournadre", reseau=SANFLORAIN),
    *_de(P, "pil-cantal", "Guy Rispal", reseau=SANFLORAIN),
    *_de(PA, "cc-hautes-terres", "Inès Chanut", reseau=SANFLORAIN),
    *_de(E, "cc-saint-flour", "Robert Amarger", reseau=SANFLORAIN),
    *_de(E, "agence", "Jacqueline Torrent", reseau=AUVERGNE),
]

# Les comptes que l'on montre, dans l'ordre où l'on gagne à les essayer.
COMPTES = [p for p in PERSONNES if p.presentation]
PREMIER_COMPTE = COMPTES[0].email
ADMINISTRATION = f"administration@{DOMAINE}"
