"""Ce qu'un tableau de suivi peut dire d'un dossier, et les titres sous lesquels il le dit."""

from dataclasses import dataclass

from porteurs.enums import NatureProjet


@dataclass(frozen=True)
class Champ:
    code: str
    libelle: str
    titres: tuple[str, ...] = ()
    aide: str = ""


CHAMPS = (
    Champ(
        "reference",
        "Votre référence",
        (
            "référence",
            "réf",
            "numéro",
            "n°",
            "numéro de dossier",
            "n° dossier",
            "id",
            "code dossier",
        ),
        "Le numéro du dossier chez vous. Renvoyer le même tableau met alors à jour, sans doubler.",
    ),
    Champ("prenom", "Prénom", ("prénom du porteur", "prénom porteur")),
    Champ("nom", "Nom", ("nom du porteur", "nom de famille", "nom porteur")),
    Champ(
        "prenom_nom",
        "Prénom puis nom, dans une seule colonne",
        ("prénom nom", "prénom et nom", "porteur", "porteur de projet", "identité", "contact"),
    ),
    Champ(
        "nom_prenom",
        "Nom puis prénom, dans une seule colonne",
        ("nom prénom", "nom et prénom", "nom, prénom", "nom prénom du porteur"),
    ),
    Champ(
        "email",
        "Adresse de courriel",
        ("courriel", "mail", "e-mail", "adresse mail", "adresse électronique"),
    ),
    Champ(
        "telephone",
        "Téléphone",
        ("téléphone", "tél", "tel", "portable", "mobile", "numéro de téléphone", "coordonnées"),
    ),
    Champ("naissance", "Date de naissance", ("date de naissance", "né le", "née le", "né(e) le")),
    Champ(
        "commune",
        "Commune du projet",
        (
            "commune du projet",
            "ville",
            "localité",
            "commune d'implantation",
            "lieu",
            "implantation",
        ),
        "Son nom, son code postal ou son code officiel\u00a0; un ancien nom convient.",
    ),
    Champ("code_postal", "Code postal", ("code postal", "cp")),
    Champ("code_insee", "Code officiel de la commune", ("code insee", "insee", "code commune")),
    Champ(
        "intitule",
        "Le projet en une ligne",
        ("projet", "intitulé", "intitulé du projet", "objet", "description du projet", "activité"),
    ),
    Champ("nature", "Nature du projet", ("nature du projet", "type", "type de projet")),
    Champ("secteur", "Secteur", ("secteur d'activité", "naf", "code naf", "ape", "filière")),
    Champ("etape", "Étape", ("étape", "avancement", "statut", "état", "phase", "stade")),
    Champ(
        "etape_le",
        "À cette étape depuis le",
        ("date étape", "étape depuis", "date d'avancement", "date du statut"),
    ),
    Champ(
        "ouvert_le",
        "Ouvert le",
        (
            "ouvert le",
            "date d'ouverture",
            "premier contact",
            "date d'entrée",
            "date de création",
            "date d'accueil",
            "reçu le",
            "date premier contact",
        ),
    ),
    Champ(
        "contact_le",
        "Dernier contact",
        (
            "dernier contact",
            "date du dernier contact",
            "dernier rendez-vous",
            "dernier échange",
            "dernière relance",
            "mis à jour le",
        ),
    ),
    Champ(
        "referent",
        "Référent",
        ("référent", "référente", "suivi par", "conseiller", "conseillère", "technicien", "agent"),
        "Quelqu’un de votre structure\u00a0: son nom ou son adresse de courriel.",
    ),
    Champ(
        "besoins",
        "Besoins",
        ("besoins", "besoin", "thèmes", "attentes", "demandes", "besoins exprimés"),
        "Ils entrent tels quels dans la première note du dossier.",
    ),
    Champ(
        "commentaire",
        "Commentaire",
        (
            "commentaires",
            "observations",
            "observation",
            "remarques",
            "notes",
            "suivi",
            "historique",
        ),
        "Lu par l’équipe du dossier\u00a0: des faits, rien sur la santé.",
    ),
)
CODES = tuple(champ.code for champ in CHAMPS)
LIBELLES = {champ.code: champ.libelle for champ in CHAMPS}
TITRES = {champ.code: champ.titres for champ in CHAMPS}

# Ce que la personne précise valeur par valeur, et non ligne par ligne.
A_PRECISER = ("commune", "nature", "secteur", "etape", "referent")
# Pour ces champs, « rien » est une réponse.
FACULTATIFS = {"secteur", "referent", "etape"}
RIEN = "-"

MODELE = (
    "Référence",
    "Prénom",
    "Nom",
    "Courriel",
    "Téléphone",
    "Date de naissance",
    "Commune",
    "Code postal",
    "Projet",
    "Nature",
    "Secteur",
    "Étape",
    "Ouvert le",
    "Dernier contact",
    "Référent",
    "Besoins",
    "Commentaire",
)
NATURE_PAR_DEFAUT = NatureProjet.CREATION


def manques(colonnes) -> str:
    """Ce qu'il faut au moins trouver dans le tableau ; vide quand tout y est."""
    if not ({"prenom", "nom"} <= set(colonnes) or {"prenom_nom", "nom_prenom"} & set(colonnes)):
        return (
            "Dites où sont les noms\u00a0: deux colonnes, prénom et nom, ou une seule qui réunit "
            "les deux."
        )
    if "intitule" not in colonnes:
        return "Dites quelle colonne nomme le projet."
    if not {"commune", "code_insee", "code_postal"} & set(colonnes):
        return "Dites où est la commune du projet\u00a0: son nom, son code postal ou son code officiel."
    return ""
