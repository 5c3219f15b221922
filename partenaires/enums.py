from django.db import models


class Fonction(models.TextChoices):
    """Ce qu'un mandat permet (CONCEPTION §2). Les valeurs sont aussi les rôles de la matrice."""

    PREMIER_ACCUEIL = "premier_accueil", "premier accueil"
    TECHNICIEN = "technicien", "technicien ou technicienne"
    PARRAIN = "parrain", "parrain ou marraine"
    ANIMATEUR = "animateur", "animation du réseau"
    ELU = "elu", "élu ou élue"
    AUDITEUR = "auditeur", "auditeur ou auditrice"


# L'auditeur ne voit que les candidatures qu'on lui confie : l'annuaire n'existe pas pour lui.
LECTEURS = (
    Fonction.PREMIER_ACCUEIL,
    Fonction.TECHNICIEN,
    Fonction.PARRAIN,
    Fonction.ANIMATEUR,
    Fonction.ELU,
)


class TypeStructure(models.TextChoices):
    CCI = "cci", "chambre de commerce et d’industrie"
    CMA = "cma", "chambre de métiers et de l’artisanat"
    CHAMBRE_AGRICULTURE = "agriculture", "chambre d’agriculture"
    PLATEFORME = "plateforme", "plateforme d’initiative locale"
    EPCI = "epci", "intercommunalité"
    COMMUNE = "commune", "commune"
    PARC = "parc", "parc naturel régional"
    PAYS = "pays", "pays ou pôle territorial"
    BOUTIQUE_GESTION = "boutique_gestion", "boutique de gestion"
    CREDIT_SOLIDAIRE = "credit_solidaire", "crédit solidaire"
    GARANTIE = "garantie", "fonds de garantie"
    COOPERATIVE_ACTIVITES = "cae", "coopérative d’activités et d’emploi"
    UNION_COOPERATIVES = "union_cooperatives", "union de coopératives"
    STRUCTURE_AGRICOLE = "structure_agricole", "structure agricole"
    SANTE = "sante", "assurance maladie ou santé"
    AGENCE = "agence", "agence de développement"
    COMITE_EXPANSION = "comite_expansion", "comité d’expansion"
    ASSOCIATION = "association", "association"
    ENTREPRISE = "entreprise", "entreprise"
    ETAT = "etat", "service de l’État"


class BaseLegale(models.TextChoices):
    """Ce qui autorise la structure à traiter des données de porteurs ; l'accord règle le partage."""

    MISSION_PUBLIQUE = "mission_publique", "mission d’intérêt public"
    INTERET_LEGITIME = "interet_legitime", "intérêt légitime"


# Les organismes publics ou chargés d'un service public ; les autres natures sont de droit privé.
MISSIONS_PUBLIQUES = {
    TypeStructure.CCI,
    TypeStructure.CMA,
    TypeStructure.CHAMBRE_AGRICULTURE,
    TypeStructure.EPCI,
    TypeStructure.COMMUNE,
    TypeStructure.PARC,
    TypeStructure.PAYS,
    TypeStructure.SANTE,
    TypeStructure.AGENCE,
    TypeStructure.ETAT,
}


def base_legale_de(type_: str) -> BaseLegale:
    """La base légale d'une structure de cette nature, tant qu'elle n'en a pas choisi une autre."""
    if type_ in MISSIONS_PUBLIQUES:
        return BaseLegale.MISSION_PUBLIQUE
    return BaseLegale.INTERET_LEGITIME


class EtatConvention(models.TextChoices):
    PRINCIPE = "principe", "engagement de principe"
    SIGNEE = "signee", "signée"
    ECHUE = "echue", "échue"
    DENONCEE = "denoncee", "dénoncée"


# Une structure est membre d'un réseau tant qu'une convention dans l'un de ces états la lie.
CONVENTION_EN_VIGUEUR = [EtatConvention.PRINCIPE, EtatConvention.SIGNEE]


class Module(models.TextChoices):
    ANNUAIRE = "annuaire", "annuaire"
    DOSSIERS = "dossiers", "dossiers"
    REUNIONS = "reunions", "réunions"
    BOURSE = "bourse", "bourse"
    CHARTE = "charte", "charte qualité"
    PILOTAGE = "pilotage", "pilotage"


# Les autres se montrent « à venir » : ils ne s'allument pas encore.
MODULES_OUVERTS = [Module.ANNUAIRE, Module.DOSSIERS, Module.REUNIONS]


class NatureEvenement(models.TextChoices):
    FORMATION = "formation", "formation collective"
    SEMINAIRE = "seminaire", "séminaire"
    RENCONTRE = "rencontre", "rencontre informelle"
    SOIREE_ELUS = "soiree_elus", "soirée des élus"
    VOYAGE = "voyage", "voyage d’étude"
    FORUM = "forum", "forum"
    PROMOTION = "promotion", "opération de promotion"


class EtatEvenement(models.TextChoices):
    PREVU = "prevu", "prévu"
    TENU = "tenu", "tenu"
    ANNULE = "annule", "annulé"


class Etape(models.TextChoices):
    """Où en est un projet, de l’idée au développement, ou comment il s’est arrêté."""

    IDEE = "idee", "idée"
    ETUDE = "etude", "étude"
    MONTAGE = "montage", "montage"
    FINANCEMENT = "financement", "financement"
    CREATION = "creation", "création ou reprise"
    INSTALLE = "installe", "installé"
    SUIVI = "suivi", "suivi post-création"
    DEVELOPPEMENT = "developpement", "développement"
    ABANDONNE = "abandonne", "abandonné"
    REORIENTE = "reoriente", "réorienté"
    SANS_SUITE = "sans_suite", "sans suite"


# L'ordre de la chaîne. Les sorties n'y sont pas : elles closent le dossier, avec un motif.
CHAINE = [
    Etape.IDEE,
    Etape.ETUDE,
    Etape.MONTAGE,
    Etape.FINANCEMENT,
    Etape.CREATION,
    Etape.INSTALLE,
    Etape.SUIVI,
    Etape.DEVELOPPEMENT,
]
SORTIES = [Etape.ABANDONNE, Etape.REORIENTE, Etape.SANS_SUITE]


class Cote(models.TextChoices):
    """Les deux côtés d’une installation : l’activité, et la vie de la famille."""

    PROFESSIONNEL = "professionnel", "activité"
    PRIVE = "prive", "vie privée et familiale"


# Nomenclature d'activités française, révision 2 (Insee) ; la NAF 2025 s'applique en 2027.
VERSION_NAF = "rév. 2"


class SectionNaf(models.TextChoices):
    """Les vingt et une sections de la NAF rév. 2, en mots courts."""

    A = "A", "agriculture, sylviculture et pêche"
    B = "B", "industries extractives"
    C = "C", "fabrication, artisanat de production"
    D = "D", "électricité, gaz, chaleur"
    E = "E", "eau, déchets, dépollution"
    F = "F", "construction"
    G = "G", "commerce et réparation automobile"
    H = "H", "transports et entreposage"
    I = "I", "hébergement et restauration"  # noqa: E741 — lettre de la nomenclature
    J = "J", "information et communication"
    K = "K", "finance et assurance"
    L = "L", "immobilier"
    M = "M", "activités scientifiques et techniques"
    N = "N", "services administratifs et de soutien"
    O = "O", "administration publique"  # noqa: E741 — lettre de la nomenclature
    P = "P", "enseignement"
    Q = "Q", "santé et action sociale"
    R = "R", "arts, spectacles et loisirs"
    S = "S", "autres services"
    T = "T", "emploi par les ménages"
    U = "U", "organisations extraterritoriales"


class Maillon(models.TextChoices):
    """Les cinq maillons de la chaîne d’accueil (CONCEPTION §3)."""

    PROSPECTION = "prospection", "prospection"
    PREMIER_ACCUEIL = "premier_accueil", "premier accueil"
    ACCOMPAGNEMENT = "accompagnement", "accompagnement"
    INSTALLATION = "installation", "installation"
    INTEGRATION = "integration", "intégration"


class EtatJalon(models.TextChoices):
    A_FAIRE = "a_faire", "à faire"
    EN_COURS = "en_cours", "en cours"
    FAIT = "fait", "fait"
    ABANDONNE = "abandonne", "abandonné"


class Rubrique(models.TextChoices):
    """Ce dont parle le diagnostic partagé : les maillons d’abord, puis le territoire."""

    PROSPECTION = "prospection", "faire venir\u00a0: prospection et promotion"
    PREMIER_ACCUEIL = "premier_accueil", "premier accueil et orientation"
    ACCOMPAGNEMENT = "accompagnement", "accompagnement des projets"
    INSTALLATION = "installation", "installation\u00a0: locaux, terrains, logements"
    INTEGRATION = "integration", "intégration et suivi après l’installation"
    SERVICES = "services", "services à la population\u00a0: école, soins, garde"
    ECONOMIE = "economie", "activités qui partent, activités qui manquent"
    PARTENARIAT = "partenariat", "travail entre partenaires"


class EtatObjectif(models.TextChoices):
    PREVU = "prevu", "prévu"
    EN_COURS = "en_cours", "en cours"
    ATTEINT = "atteint", "atteint"
    MANQUE = "manque", "non atteint"
    ABANDONNE = "abandonne", "abandonné"


class SensPartie(models.TextChoices):
    """Ce qu’un avenant change aux parties d’une convention."""

    ENTREE = "entree", "entrée"
    SORTIE = "sortie", "sortie"


class EtatCharte(models.TextChoices):
    BROUILLON = "brouillon", "en cours d’écriture"
    PUBLIEE = "publiee", "publiée"


class EtatEmport(models.TextChoices):
    """Où en est le fichier par lequel un réseau s’en va."""

    ATTENTE = "attente", "en préparation"
    PRET = "pret", "prêt"
    ECHEC = "echec", "non abouti"
    RETIRE = "retire", "effacé"


class NatureRessource(models.TextChoices):
    FICHE = "fiche", "fiche méthode"
    CAS = "cas", "étude de cas"
    MODELE = "modele", "document modèle"
    VIDEO = "video", "vidéo"
    VEILLE = "veille", "note de veille"


class EtatInscription(models.TextChoices):
    INSCRIT = "inscrit", "inscrit"
    ATTENTE = "attente", "en liste d’attente"


class SensBudget(models.TextChoices):
    DEPENSE = "depense", "dépense"
    RECETTE = "recette", "recette"
