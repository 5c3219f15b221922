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


class ModeInformation(models.TextChoices):
    ORAL = "oral", "de vive voix"
    COURRIER = "courrier", "par courrier"
    COURRIEL = "courriel", "par courriel"


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


class NatureEchange(models.TextChoices):
    NOTE = "note", "note"
    APPEL = "appel", "appel"
    RENCONTRE = "rencontre", "rencontre"
    COURRIEL = "courriel", "courriel"


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
