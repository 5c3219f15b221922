"""Les projets de la démonstration : de quoi chaque dossier parle, et qui sait l'accompagner."""

# ruff: noqa: SIM905 — des listes de mots, pas des listes de chaînes

from dataclasses import dataclass

from porteurs.enums import NatureProjet

C, R, CE = NatureProjet.CREATION, NatureProjet.REPRISE, NatureProjet.CESSION
D, S, TT = NatureProjet.DEPLACEMENT, NatureProjet.SALARIE, NatureProjet.TELETRAVAIL
F = NatureProjet.INSTALLATION_FAMILIALE
# Les structures qui accompagnent un projet, par métier ; l'intercommunalité du lieu peut toujours.
COMMERCE, TERRE, COOPERATION, PETIT = "commerce", "terre", "cooperation", "petit"


@dataclass(frozen=True)
class Sujet:
    intitule: str
    nature: str
    secteur: str
    metier: str

    @property
    def familial(self) -> bool:
        """Sans activité à monter : le dossier saute les étapes qui ne le concernent pas."""
        return self.nature in (F, S, TT)


def _sujets(nature, secteur, metier, *intitules) -> list[Sujet]:
    return [Sujet(i, nature, secteur, metier) for i in intitules]


SUJETS = [
    *_sujets(
        R,
        "C",
        COMMERCE,
        "Reprise d’un atelier de coutellerie",
        "Reprise d’une scierie familiale",
        "Reprise d’une imprimerie",
        "Reprise d’une fonderie d’art",
        "Reprise d’une menuiserie",
    ),
    *_sujets(
        C,
        "C",
        COMMERCE,
        "Fabrique de jouets en bois",
        "Atelier de papier fait main",
        "Brasserie artisanale",
        "Atelier de céramique",
        "Savonnerie à froid",
        "Conserverie de légumes du pays",
        "Atelier de couture et retouches",
        "Fabrication de mobilier en hêtre",
        "Torréfaction de café",
    ),
    *_sujets(
        R,
        "G",
        COMMERCE,
        "Reprise de la boulangerie du bourg",
        "Reprise de la dernière épicerie",
        "Reprise d’un garage automobile",
        "Reprise d’une librairie",
        "Reprise d’une boucherie-charcuterie",
        "Reprise d’une quincaillerie",
    ),
    *_sujets(
        C,
        "G",
        COMMERCE,
        "Épicerie de producteurs",
        "Camion-épicerie de village en village",
        "Vente et réparation de vélos",
        "Recyclerie de matériaux de construction",
        "Fleuriste de saison",
        "Librairie-café",
    ),
    *_sujets(
        C,
        "A",
        TERRE,
        "Maraîchage sur petite surface",
        "Élevage de chèvres et fromagerie",
        "Plantes aromatiques de montagne",
        "Élevage de brebis laitières",
        "Safran et petits fruits",
        "Apiculture et miellerie",
        "Ferme pédagogique",
        "Pépinière d’arbres fruitiers",
    ),
    *_sujets(
        R,
        "A",
        TERRE,
        "Reprise d’une ferme laitière",
        "Reprise d’une exploitation de vaches salers",
        "Reprise d’une exploitation en fourme",
    ),
    *_sujets(
        CE,
        "A",
        TERRE,
        "Transmettre une ferme d’élevage",
        "Transmettre une exploitation maraîchère",
    ),
    *_sujets(
        CE,
        "G",
        COMMERCE,
        "Transmettre un commerce de bourg",
        "Transmettre un hôtel-restaurant",
        "Transmettre une entreprise de plomberie",
    ),
    *_sujets(
        C,
        "I",
        COMMERCE,
        "Gîte et table d’hôtes",
        "Auberge et chambres",
        "Gîte d’étape pour randonneurs",
        "Restaurant de produits locaux",
        "Camping à la ferme",
        "Salon de thé et dépôt de pain",
    ),
    *_sujets(R, "I", COMMERCE, "Reprise du bar-tabac", "Reprise d’un hôtel de dix chambres"),
    *_sujets(
        C,
        "F",
        COMMERCE,
        "Entreprise de charpente",
        "Rénovation en chaux et chanvre",
        "Électricité générale",
        "Taille de pierre",
        "Plâtrerie et isolation",
        "Paysagiste",
    ),
    *_sujets(
        C,
        "J",
        COOPERATION,
        "Développement de logiciels libres",
        "Studio de création graphique",
        "Réalisation de films documentaires",
    ),
    *_sujets(
        C,
        "M",
        COOPERATION,
        "Bureau d’études en bois local",
        "Architecture et réhabilitation",
        "Conseil en gestion de l’eau",
        "Géomètre-topographe",
    ),
    *_sujets(
        C,
        "S",
        PETIT,
        "Coiffure à domicile",
        "Réparation d’appareils ménagers",
        "Toilettage de chiens",
        "Accordage et réparation d’instruments",
    ),
    *_sujets(
        C,
        "N",
        PETIT,
        "Conciergerie de gîtes",
        "Secrétariat partagé pour artisans",
        "Espace de travail partagé",
    ),
    *_sujets(
        C,
        "R",
        COOPERATION,
        "Compagnie de théâtre et lieu de répétition",
        "École de musique itinérante",
        "Guide de moyenne montagne",
        "Atelier de gravure ouvert au public",
    ),
    *_sujets(C, "P", PETIT, "Cours de langues et traduction", "Auto-école rurale"),
    *_sujets(C, "H", PETIT, "Taxi et transport à la demande", "Livraison à vélo cargo"),
    *_sujets(
        D,
        "C",
        COMMERCE,
        "Déménager une maroquinerie",
        "Installer un second atelier de mécanique",
    ),
    *_sujets(D, "M", COOPERATION, "Déménager un cabinet d’études"),
    *_sujets(TT, "J", PETIT, "S’installer en télétravail", "Travailler à distance, à mi-temps"),
    *_sujets(
        S,
        "",
        PETIT,
        "Trouver un emploi et une maison",
        "Rejoindre un conjoint déjà embauché",
    ),
    *_sujets(
        F, "", PETIT, "S’installer en famille", "Revenir au pays", "Quitter la ville à quatre"
    ),
]

PRENOMS = (
    "Adèle Agathe Alexis Alice Amandine Antoine Apolline Arthur Aurore Baptiste Benoît "
    "Blandine Camille Capucine Charlotte Chloé Christophe Clément Constance Corentin Delphine "
    "Diane Dounia Éléonore Élodie Emma Erwan Estelle Étienne Fabien Félix Flora Florian "
    "Gabrielle Gaëlle Guillaume Hakim Hortense Inaya Iris Ismaël Jeanne Jérémie Joachim "
    "Juliette Kenza Laetitia Léon Léonie Lison Louis Louise Lucas Lucien Maël Manon Margaux "
    "Marius Maud Maxime Mehdi Mélanie Mirabelle Moussa Naïma Noémie Octave Ophélie Pauline "
    "Perrine Pierre Quitterie Raphaël Rémi Rose Sabrina Samuel Sarah Simon Solène Stanislas "
    "Suzanne Tania Théo Tristan Ulysse Valentin Victoire Wassim Xavier Yasmine Yves Zélie"
).split()
NOMS = (
    "Achard Alibert Andrieux Aubazac Bardin Barthomeuf Bascoul Batisse Bénézit Berger "
    "Besseyre Blanquet Boudol Bouchut Boyer Brugière Cartier Chabanat Chalus Champeix Chaptal "
    "Charbonnel Chassagne Chazal Cibert Collange Combes Costerousse Coudeyras Courtial Cronel "
    "Dalmas Dapzol Daurat Delorme Desnoyers Diallo Dissard Douarre Dubreuil Dufour Dulac "
    "Dupic Escot Estival Fafournoux Farge Faucher Ferri Fontanier Fougerouse Gagnaire Garrier "
    "Gauthier Gidon Giraud Gourbeyre Grangier Grivel Haddad Hébrard Imbert Issartel Jaffeux "
    "Jalicot Jouve Kaczmarek Labourier Lafarge Lagrange Lamoureux Lavigne Leclerc Lefort "
    "Legay Lemoine Maisonneuve Malterre Marrel Martignat Massacrier Mathias Mercadier Mialhe "
    "Monteil Morel Mosnier Nacache Neyrial Nugier Oliveira Pailloux Papon Pascal Passemard "
    "Périchon Pireyre Pluvieux Pomerol Porte Pourtier Quatresous Rabany Ravel Ribeyre Rigaud "
    "Rochefolle Rouchon Rouvet Sahuc Sanitas Saugues Servant Siméon Souchère Suchaire Tardif "
    "Tavernier Thévenet Tournaire Traore Vacher Valeix Varenne Verdier Vernet Vigier Vissac "
    "Voldoire Waldner Yvernault"
).split()


def a_la_commune(nom: str) -> str:
    """« à Ambert », « au Brugeron », « aux Pradeaux » : l'article du nom se contracte."""
    if nom.startswith("Le "):
        return f"au {nom[3:]}"
    if nom.startswith("Les "):
        return f"aux {nom[4:]}"
    return f"à {nom}"
