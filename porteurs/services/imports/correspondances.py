"""Du mot d'un partenaire au nôtre : nature, secteur, étape, référent.

Chaque texte n'est traduit qu'une fois par passage. Ce qu'on ne comprend pas se demande, valeur par
valeur, et la réponse sert à toutes les lignes et aux fois suivantes.
"""

from dataclasses import dataclass

from partenaires.enums import Fonction, SectionNaf
from partenaires.models import Mandat
from porteurs.enums import Etape, NatureProjet
from porteurs.services.imports.champs import FACULTATIFS, RIEN
from socle.texte import cle, mots_utiles

NATURES = {
    NatureProjet.CREATION: ("création", "création d'entreprise", "créateur", "creation ex nihilo"),
    NatureProjet.REPRISE: ("reprise", "reprise d'entreprise", "repreneur", "rachat"),
    NatureProjet.CESSION: ("transmission", "cession", "cédant", "vente"),
    NatureProjet.DEPLACEMENT: (
        "déplacement",
        "transfert",
        "délocalisation",
        "déplacement d'activité",
    ),
    NatureProjet.SALARIE: ("salarié", "emploi", "emploi salarié", "recherche d'emploi"),
    NatureProjet.TELETRAVAIL: ("télétravail", "travail à distance"),
    NatureProjet.INSTALLATION_FAMILIALE: ("famille", "installation", "installation familiale"),
}
ETAPES = {
    Etape.IDEE: ("idée", "émergence", "accueil", "premier accueil", "contact", "nouveau"),
    Etape.ETUDE: ("étude", "étude de marché", "à l'étude", "réflexion"),
    Etape.MONTAGE: ("montage", "en montage", "en cours", "accompagnement", "prévisionnel"),
    Etape.FINANCEMENT: ("financement", "en financement", "recherche de financement", "comité"),
    Etape.CREATION: ("création", "reprise", "immatriculation", "créé", "création ou reprise"),
    Etape.INSTALLE: ("installé", "installée", "en activité", "ouvert"),
    Etape.SUIVI: ("suivi", "suivi post création", "post création"),
    Etape.DEVELOPPEMENT: ("développement",),
    Etape.ABANDONNE: ("abandonné", "abandon", "abandonnée"),
    Etape.REORIENTE: ("réorienté", "réorientée", "orienté ailleurs"),
    Etape.SANS_SUITE: (
        "sans suite",
        "clos",
        "clôturé",
        "terminé",
        "perdu de vue",
        "sans nouvelles",
    ),
}
SECTEURS = {
    "A": ("agriculture", "agricole", "élevage", "maraîchage", "forêt", "sylviculture", "pêche"),
    "C": ("artisanat", "fabrication", "industrie", "production", "artisanat d'art"),
    "F": ("bâtiment", "btp", "construction", "travaux"),
    "G": ("commerce", "commerce de détail", "réparation automobile", "négoce", "garage"),
    "H": ("transport", "transports", "logistique", "taxi"),
    "I": ("restauration", "hébergement", "hôtellerie", "tourisme", "restaurant", "gîte", "chr"),
    "J": ("informatique", "communication", "numérique", "édition"),
    "L": ("immobilier",),
    "M": ("conseil", "architecture", "études"),
    "N": ("services aux entreprises",),
    "P": ("enseignement", "formation"),
    "Q": ("santé", "action sociale", "services à la personne", "médical", "social"),
    "R": ("culture", "loisirs", "sport", "spectacle", "arts"),
    "S": ("services", "autres services", "coiffure", "esthétique"),
}
# Les divisions de la NAF, par section : un code d'activité dit son secteur.
DIVISIONS = (
    (3, "A"), (9, "B"), (33, "C"), (35, "D"), (39, "E"), (43, "F"), (47, "G"), (53, "H"), (56, "I"),
    (63, "J"), (66, "K"), (68, "L"), (75, "M"), (82, "N"), (84, "O"), (85, "P"), (88, "Q"), (93, "R"),
    (96, "S"), (98, "T"), (99, "U"),
)  # fmt: skip


@dataclass(frozen=True)
class Referent:
    """Un membre de la structure qui peut être référent, et l'écriture de son nom."""

    utilisateur: int
    libelle: str
    email: str
    mots: frozenset[str]


def referents_de(reseau, structure) -> list[Referent]:
    """Les techniciens de la structure : un dossier encore fermé ne se confie pas à une autre."""
    mandats = (
        Mandat.objects.actifs_maintenant()
        .filter(reseau=reseau, structure=structure, fonction=Fonction.TECHNICIEN)
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "pk")
    )
    return [
        Referent(
            m.utilisateur_id,
            m.utilisateur.nom_complet,
            m.utilisateur.email.lower(),
            frozenset(cle(m.utilisateur.nom_complet).split()),
        )
        for m in mandats
    ]


class Valeurs:
    """Traduit les valeurs d'un tableau ; ``traduire`` rend la nôtre, ou ``None`` s'il faut la demander."""

    def __init__(self, import_dossiers):
        self.reponses = import_dossiers.reponses
        self.referents = referents_de(import_dossiers.reseau_id, import_dossiers.structure_id)
        self.connus = {str(r.utilisateur) for r in self.referents}
        self.faites: dict[tuple[str, str], str | None] = {}

    def traduire(self, champ: str, texte: str) -> str | None:
        if (champ, texte) not in self.faites:
            self.faites[champ, texte] = self._traduire(champ, texte)
        return self.faites[champ, texte]

    def _traduire(self, champ: str, texte: str) -> str | None:
        reponse = self.reponses.get(champ, {}).get(texte)
        if reponse == RIEN:
            return ""
        if reponse and (champ != "referent" or reponse in self.connus):
            return reponse
        return getattr(self, f"_{champ}")(texte)

    def _nature(self, texte: str) -> str | None:
        return _parmi(texte, NATURES, NatureProjet)

    def _etape(self, texte: str) -> str | None:
        return _parmi(texte, ETAPES, Etape)

    def _secteur(self, texte: str) -> str | None:
        code = "".join(c for c in texte if c.isalnum())
        if code[:2].isdigit() and 2 <= len(code) <= 5:
            division = int(code[:2])
            return next((s for borne, s in DIVISIONS if division <= borne), None)
        if texte.strip().upper() in SectionNaf.values:
            return texte.strip().upper()
        return _parmi(texte, SECTEURS, SectionNaf)

    def _referent(self, texte: str) -> str | None:
        adresse = texte.strip().lower()
        mots = set(cle(texte).split()) - {"m", "mme", "monsieur", "madame"}
        trouves = [r for r in self.referents if r.email == adresse]
        if not trouves and mots:
            trouves = [r for r in self.referents if mots <= r.mots]
        return str(trouves[0].utilisateur) if len(trouves) == 1 else None

    def choix(self, champ: str) -> list[tuple[str, str]]:
        """Ce qu'on peut répondre, dans l'ordre de nos listes."""
        if champ == "referent":
            listes = [(str(r.utilisateur), r.libelle) for r in self.referents]
        else:
            listes = {"nature": NatureProjet, "etape": Etape, "secteur": SectionNaf}[champ].choices
        rien = [(RIEN, "rien\u00a0: laisser vide")] if champ in FACULTATIFS else []
        return [*listes, *rien]


def _parmi(texte: str, synonymes: dict, valeurs) -> str | None:
    """La valeur dont le libellé ou un synonyme est ce texte ; à défaut, le seul qu'il contienne."""
    cherche = cle(texte)
    for valeur, libelle in valeurs.choices:
        if cherche in {cle(libelle), cle(valeur), *map(cle, synonymes.get(valeur, ()))}:
            return str(valeur)
    mots = set(mots_utiles(texte))
    contenus = {
        str(valeur)
        for valeur, siens in synonymes.items()
        for synonyme in siens
        if set(mots_utiles(synonyme)) <= mots
    }
    return contenus.pop() if len(contenus) == 1 else None
