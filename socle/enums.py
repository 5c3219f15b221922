from django.db import models


class EtatCourriel(models.TextChoices):
    """La vie d'une ligne de la boîte d'envoi (docs/decisions/0003-boite-d-envoi.md)."""

    ATTENTE = "attente", "en attente"
    COMPOSITION = "composition", "en cours de rédaction"
    REMISE = "remise", "en cours de remise"
    ENVOYE = "envoye", "envoyé"
    GARDE = "garde", "gardé ici, faute de serveur d’envoi"
    SANS_OBJET = "sans_objet", "sans objet : rien à dire"
    ECHEC = "echec", "en échec"
    INCERTAIN = "incertain", "incertain : peut-être envoyé"
    SEMAINE = "semaine", "attend le courriel de la semaine"
    REPLIE = "replie", "repris dans le courriel de la semaine"
    REFUSE = "refuse", "non envoyé : son destinataire n’en veut pas"


class Frequence(models.TextChoices):
    """À quel rythme une personne veut une famille de courriels."""

    CHAQUE_FOIS = "chaque_fois", "chaque fois"
    HEBDOMADAIRE = "hebdo", "une fois par semaine"
    JAMAIS = "jamais", "jamais"


class Operation(models.TextChoices):
    """Ce que le journal d'accès retient d'un geste ; jamais le contenu (délibération 2021-122)."""

    CONSULTATION = "consultation", "consultation"
    RECHERCHE = "recherche", "recherche"
    MODIFICATION = "modification", "modification"
    EXPORT = "export", "export"
    TELECHARGEMENT = "telechargement", "téléchargement"
    LECTURE_COURRIEL = "lecture_courriel", "lecture d’un courriel"
    REFUS = "refus", "tentative refusée"


class EtatFichier(models.TextChoices):
    """Ce qu'on peut faire d'un fichier déposé (docs/decisions/0006-documents-et-fichiers.md)."""

    DISPONIBLE = "disponible", "disponible"
    QUARANTAINE = "quarantaine", "en attente du contrôle antivirus"
    INFECTE = "infecte", "écarté par l’antivirus"
