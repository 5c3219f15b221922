from django.db import models

# Les étapes sont le vocabulaire commun de la chaîne : les compétences des partenaires s’y
# rangent autant que les dossiers.
from partenaires.enums import CHAINE, SORTIES, Etape  # noqa: F401


class NatureProjet(models.TextChoices):
    CREATION = "creation", "création"
    REPRISE = "reprise", "reprise"
    CESSION = "cession", "transmission (cédant)"
    DEPLACEMENT = "deplacement", "déplacement d’activité"
    SALARIE = "salarie", "emploi salarié"
    TELETRAVAIL = "teletravail", "télétravail"
    INSTALLATION_FAMILIALE = "famille", "installation d’une famille"


class RoleParticipation(models.TextChoices):
    """La place d'un adulte dans le projet ; les enfants se comptent au volet privé, sans nom."""

    PORTEUR = "porteur", "porte le projet"
    FOYER = "foyer", "adulte du foyer"


class OrigineDossier(models.TextChoices):
    """Comment la personne est arrivée jusqu'au réseau."""

    PASSAGE = "passage", "venue d’elle-même"
    SIGNALEMENT = "signalement", "signalée par un premier accueil"
    FORMULAIRE = "formulaire", "formulaire du site"
    ANNONCE = "annonce", "annonce de la bourse"
    EVENEMENT = "evenement", "évènement"
    RELAIS = "relais", "confiée par un autre réseau"
    REPRISE = "reprise", "reprise d’un tableau existant"


class Langue(models.TextChoices):
    FRANCAIS = "fr", "français"
    ANGLAIS = "en", "anglais"


class ModeInformation(models.TextChoices):
    ORAL = "oral", "de vive voix"
    COURRIER = "courrier", "par courrier"
    COURRIEL = "courriel", "par courriel"


class ModeAccord(models.TextChoices):
    """Comment l'accord exprès a été donné."""

    ORAL = "oral", "de vive voix"
    SIGNE = "signe", "par écrit, signé"
    EN_LIGNE = "en_ligne", "en ligne, dans son espace"


class Volet(models.TextChoices):
    """Ce qu'un droit ouvre d'un dossier. Le second comprend le premier."""

    FICHE = "fiche", "fiche partagée"
    PROFESSIONNEL = "professionnel", "dossier suivi"


class RoleAffectation(models.TextChoices):
    REFERENT = "referent", "référent"
    PARRAIN = "parrain", "parrain"


class EtatAffectation(models.TextChoices):
    PROPOSEE = "proposee", "proposée"
    ACCEPTEE = "acceptee", "acceptée"
    DECLINEE = "declinee", "déclinée"
    RETIREE = "retiree", "retirée"


class EtatRelais(models.TextChoices):
    PROPOSE = "propose", "proposé"
    ACCEPTE = "accepte", "accepté"
    REFUSE = "refuse", "refusé"
    ANNULE = "annule", "annulé"


class EtatBesoin(models.TextChoices):
    OUVERT = "ouvert", "à orienter"
    ORIENTE = "oriente", "proposé, sans réponse"
    PRIS = "pris", "pris en charge"
    SANS_SOLUTION = "sans_solution", "personne dans le réseau"
    REPONDU = "repondu", "répondu"
    ABANDONNE = "abandonne", "sans objet"


class EtatOrientation(models.TextChoices):
    ENVOYEE = "envoyee", "envoyée"
    PRISE = "prise", "prise en charge"
    REFUSEE = "refusee", "refusée"
    PASSEE = "passee", "passée à une autre structure"
    RETIREE = "retiree", "retirée"


class EtatDemandeAcces(models.TextChoices):
    ENVOYEE = "envoyee", "envoyée"
    ACCEPTEE = "acceptee", "acceptée"
    REFUSEE = "refusee", "refusée"
    RETIREE = "retiree", "retirée"
    TERMINEE = "terminee", "terminée"


class NatureEchange(models.TextChoices):
    NOTE = "note", "note"
    APPEL = "appel", "appel"
    RENCONTRE = "rencontre", "rencontre"
    VISITE = "visite", "visite sur place"
    COURRIEL = "courriel", "courriel"
    MESSAGE = "message", "message"


# Un message passe par l’espace du porteur : il ne se note pas après coup.
NATURES_NOTEES = [nature for nature in NatureEchange if nature != NatureEchange.MESSAGE]


class Audience(models.TextChoices):
    """Qui lira un échange ; choisi et montré avant de l'enregistrer."""

    EQUIPE = "equipe", "l’équipe du dossier"
    STRUCTURE = "structure", "ma structure seulement"
    RESEAU = "reseau", "tout le réseau"


class NatureFinancement(models.TextChoices):
    PRET_HONNEUR = "pret_honneur", "prêt d’honneur"
    AIDE = "aide", "aide"
    GARANTIE = "garantie", "garantie"
    PRIX = "prix", "prix de concours"


class EtatFinancement(models.TextChoices):
    DEMANDE = "demande", "demandé"
    ACCORDE = "accorde", "accordé"
    VERSE = "verse", "versé"
    REFUSE = "refuse", "refusé"


class EtatCandidature(models.TextChoices):
    DEPOSEE = "deposee", "candidature déposée"
    PRESELECTIONNEE = "preselectionnee", "présélectionnée"
    LAUREATE = "laureate", "lauréate"
    NON_RETENUE = "non_retenue", "non retenue"
    RETIREE = "retiree", "retirée"


class ReponseSuivi(models.TextChoices):
    """Ce que devient une activité installée."""

    ACTIVE = "active", "toujours en activité"
    ARRETEE = "arretee", "activité arrêtée"


class FinDeLien(models.TextChoices):
    INSTALLE = "installe", "le repreneur est installé"
    ROMPU = "rompu", "sans suite"


class Origine(models.TextChoices):
    LOCALE = "locale", "du territoire"
    AILLEURS = "ailleurs", "d’ailleurs"


class NatureReunion(models.TextChoices):
    TECHNIQUE = "technique", "réunion technique mensuelle"
    SUIVI = "suivi", "comité de suivi"
    PILOTAGE = "pilotage", "comité de pilotage"


class EtatReunion(models.TextChoices):
    PREVUE = "prevue", "prévue"
    TENUE = "tenue", "tenue"
    ANNULEE = "annulee", "annulée"


class NatureDroit(models.TextChoices):
    """Ce qu'une personne peut demander sur ce qui est gardé d'elle."""

    COPIE = "copie", "une copie de ce qui me concerne"
    EFFACEMENT = "effacement", "l’effacement de ce qui me concerne"


class EtatDroit(models.TextChoices):
    RECUE = "recue", "reçue"
    FAITE = "faite", "faite"
    REFUSEE = "refusee", "refusée"
    RETIREE = "retiree", "retirée"


class SourceDemande(models.TextChoices):
    """Par où une personne arrive au réseau."""

    SIGNALEMENT = "signalement", "signalée par un premier accueil"
    FORMULAIRE = "formulaire", "formulaire public"
    ANNONCE = "annonce", "annonce de la bourse"
    EVENEMENT = "evenement", "évènement"
    TRANSMISSION = "transmission", "transmise par un autre réseau"


class EtatDemande(models.TextChoices):
    NOUVELLE = "nouvelle", "nouvelle"
    TRANSMISE = "transmise", "transmise"
    PRISE = "prise", "prise"
    CLOSE = "close", "close"


# Une demande transmise attend, comme une nouvelle, que quelqu'un la prenne.
DEMANDE_EN_ATTENTE = [EtatDemande.NOUVELLE, EtatDemande.TRANSMISE]


class MotifCloture(models.TextChoices):
    """Pourquoi une demande se ferme sans devenir un dossier."""

    RENSEIGNEE = "renseignee", "renseignée, pas besoin de suite"
    SANS_SUITE = "sans_suite", "ne souhaite pas être accompagnée"
    INJOIGNABLE = "injoignable", "injoignable après plusieurs essais"
    DEJA = "deja", "déjà reçue ou déjà suivie"
    HORS_SUJET = "hors_sujet", "n’est pas une demande pour le réseau"
    AUTRE = "autre", "autre raison"
    # Personne ne la choisit : six mois ont passé.
    SANS_REPONSE = "sans_reponse", "restée six mois sans réponse"


MOTIFS_CHOISIS = [motif for motif in MotifCloture if motif != MotifCloture.SANS_REPONSE]


class RegardDemande(models.TextChoices):
    """Ce que l'acteur lit d'une demande."""

    ENTIER = "entier", "la personne et ce qu’elle demande"
    TRI = "tri", "de quoi l’aiguiller, sans la personne"
    SIGNALEMENT = "signalement", "ce qu’il a signalé et qui l’a pris"


class NatureFusion(models.TextChoices):
    DOSSIERS = "dossiers", "deux dossiers"
    PERSONNES = "personnes", "deux personnes"


class EtatFusion(models.TextChoices):
    PROPOSEE = "proposee", "proposée"
    FAITE = "faite", "faite"
    REFUSEE = "refusee", "refusée"
    RETIREE = "retiree", "retirée"
    ANNULEE = "annulee", "annulée"


class TrancheAge(models.TextChoices):
    """Par quinze ans : assez large pour ne désigner personne."""

    INCONNU = "inconnu", "inconnu"
    T0 = "0-14", "moins de 15 ans"
    T15 = "15-29", "15 à 29 ans"
    T30 = "30-44", "30 à 44 ans"
    T45 = "45-59", "45 à 59 ans"
    T60 = "60-74", "60 à 74 ans"
    T75 = "75-", "75 ans et plus"
