"""Les étapes, les états et ce qu'on attend, dits à la personne en mots de tous les jours."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from porteurs.enums import CHAINE, Etape, EtatBesoin, EtatDroit, NatureDroit


@dataclass(frozen=True)
class MotsEtape:
    """``nom`` : deux mots pour la chaîne ; ``sens`` : ce que cela veut dire ; ``suite`` : après."""

    nom: Promise
    sens: Promise
    suite: Promise


ETAPES = {
    Etape.IDEE: MotsEtape(
        _("L’idée"),
        _("Vous avez une idée, ou une envie de vous installer. On prend le temps de l’écouter."),
        _("Vérifier ensemble que l’idée tient : le lieu, les clients, la vie de famille."),
    ),
    Etape.ETUDE: MotsEtape(
        _("L’étude"),
        _("On vérifie avec vous si votre idée peut vivre ici : besoins, lieux, concurrence."),
        _("Mettre le projet en chiffres et choisir sa forme."),
    ),
    Etape.MONTAGE: MotsEtape(
        _("Le montage"),
        _("Votre projet prend forme : statut, local, budget, démarches."),
        _("Trouver l’argent qui manque, puis signer."),
    ),
    Etape.FINANCEMENT: MotsEtape(
        _("Le financement"),
        _("On cherche avec vous l’argent du projet : prêts, aides, garanties."),
        _("Créer ou reprendre votre activité."),
    ),
    Etape.CREATION: MotsEtape(
        _("Le démarrage"),
        _("Vous créez ou reprenez votre activité : les dernières signatures, puis l’ouverture."),
        _("Vous installer, et prendre vos marques."),
    ),
    Etape.INSTALLE: MotsEtape(
        _("L’installation"),
        _("Vous êtes installé. On reste à vos côtés pour que tout se mette en place."),
        _("Faire le point ensemble dans les premiers mois."),
    ),
    Etape.SUIVI: MotsEtape(
        _("Le suivi"),
        _("Votre projet vit. On prend de vos nouvelles à six mois, un an, deux ans et trois ans."),
        _("Continuer, et grandir si vous le souhaitez."),
    ),
    Etape.DEVELOPPEMENT: MotsEtape(
        _("Le développement"),
        _("Votre activité grandit : une embauche, un local, une nouvelle idée."),
        _("Vous restez en lien avec le réseau tant que vous le souhaitez."),
    ),
    Etape.ABANDONNE: MotsEtape(
        _("Arrêté"),
        _("Ce projet est arrêté. Rien n’empêche d’en reparler, ou d’en commencer un autre."),
        _("Un message suffit pour reprendre."),
    ),
    Etape.REORIENTE: MotsEtape(
        _("Réorienté"),
        _("Votre demande a été confiée à quelqu’un de mieux placé pour vous aider."),
        _("Un message suffit si vous avez perdu le fil."),
    ),
    Etape.SANS_SUITE: MotsEtape(
        _("Sans suite"),
        _("Ce suivi est clos, faute de nouvelles ou à votre demande."),
        _("Un message suffit pour reprendre."),
    ),
}

# État d'un besoin : ce qu'on en dit, et la couleur de sa pastille.
BESOINS = {
    EtatBesoin.OUVERT: (_("On cherche qui peut vous aider"), "or"),
    EtatBesoin.ORIENTE: (_("Demande envoyée, réponse attendue"), "ciel"),
    EtatBesoin.PRIS: (_("Quelqu’un s’en occupe"), ""),
    EtatBesoin.SANS_SOLUTION: (_("Personne dans le réseau pour l’instant"), "terre"),
    EtatBesoin.REPONDU: (_("C’est fait"), ""),
    EtatBesoin.ABANDONNE: (_("Ce n’est plus d’actualité"), "neutre"),
}

DROITS = {
    NatureDroit.COPIE: _("Une copie de ce qui me concerne"),
    NatureDroit.EFFACEMENT: _("L’effacement de ce qui me concerne"),
}
ETATS_DROITS = {
    EtatDroit.RECUE: (_("Reçue, en cours"), "ciel"),
    EtatDroit.FAITE: (_("Faite"), ""),
    EtatDroit.REFUSEE: (_("Refusée"), "alerte"),
    EtatDroit.RETIREE: (_("Retirée par vous"), "neutre"),
}

# Après un geste, la page le redit ; l'adresse ne porte que ce mot.
FAITS = {
    "message": _("Votre message est envoyé. La personne qui vous suit en est prévenue."),
    "action": _("Merci, c’est noté : la personne qui vous suit le verra."),
    "document": _("Votre document est déposé : les personnes qui vous suivent peuvent le lire."),
    "ferme": _("C’est fait : les autres structures du réseau ne voient plus votre fiche."),
    "ouvert": _("C’est fait : le réseau voit de nouveau votre fiche."),
    "nomme": _("C’est fait : la fiche partagée dit votre prénom."),
    "tu": _("C’est fait : la fiche partagée ne dit plus votre prénom."),
    "prive": _("C’est fait : votre accord est enregistré."),
    "prive_retire": _("C’est fait : cette structure ne voit plus votre vie privée."),
    "droit": _("Votre demande est envoyée. Une réponse vous est due dans le mois."),
    "droit_retire": _("Votre demande est retirée."),
    "reste": _("C’est noté : vous restez suivi. Merci de nous l’avoir dit."),
}


def chaine(etape: str, passees: set[str]) -> list[dict]:
    """La chaîne pour le gabarit : le nom de chaque étape et son état."""
    atteintes = [CHAINE.index(e) for e in passees if e in CHAINE]
    rang_courant = CHAINE.index(etape) if etape in CHAINE else max(atteintes, default=0)
    en_cours = etape in CHAINE
    maillons = []
    for rang, e in enumerate(CHAINE):
        etat = "avenir"
        if rang == rang_courant and en_cours:
            etat = "courant"
        elif rang <= rang_courant:
            etat = "fait"
        maillons.append(
            {
                "libelle": ETAPES[e].nom,
                "detail": "",
                "etat": etat,
            }
        )
    return maillons


# Les phrases d'ailleurs que ces pages redisent : nommées ici pour entrer au catalogue de traduction.
REDITES = (
    gettext_noop(
        "Ce lien n’est pas reconnu. Il a peut-être été coupé en deux lignes "
        "par votre messagerie : copiez-le en entier."
    ),
    gettext_noop("Ce lien a été annulé par la personne qui l’avait envoyé."),
    gettext_noop("Ce lien a déjà servi : il ne vaut qu’une fois."),
    gettext_noop("Ce lien a expiré. Demandez-en un nouveau à la personne qui vous l’a envoyé."),
    gettext_noop(
        "Ce code ne vaut pas, ou plus : il sert une fois, pendant 15 minutes, et s’éteint "
        "après 5 essais. Vérifiez-le, ou demandez-en un nouveau."
    ),
    gettext_noop("Cela fait beaucoup de messages en une heure : reprenez un peu plus tard."),
    gettext_noop("Cette demande est déjà en cours : sa réponse est due à la date indiquée."),
    gettext_noop("C’est la personne qui porte le projet en premier qui en décide."),
    gettext_noop("Cette structure ne suit plus votre projet : il n’y a rien à lui ouvrir."),
    gettext_noop("Ce geste n’est pas reconnu : rien n’a changé."),
    gettext_noop("a consulté le dossier"),
    gettext_noop("a modifié le dossier"),
    gettext_noop("a exporté le dossier"),
    gettext_noop("a téléchargé un document du dossier"),
    gettext_noop("a tenté d’ouvrir le dossier sans y avoir droit"),
    gettext_noop("a lu l’historique du dossier"),
    gettext_noop("a lu la liste des consultations"),
    gettext_noop("a ouvert le dossier"),
    gettext_noop("étude de marché"),
    gettext_noop("statut juridique et social"),
    gettext_noop("financement"),
    gettext_noop("formation"),
    gettext_noop("local professionnel"),
    gettext_noop("terrain et foncier"),
    gettext_noop("reprise et transmission"),
    gettext_noop("recrutement"),
    gettext_noop("numérique"),
    gettext_noop("logement"),
    gettext_noop("école"),
    gettext_noop("garde d’enfants"),
    gettext_noop("accès aux soins"),
    gettext_noop("emploi du conjoint"),
    gettext_noop("mobilité"),
    gettext_noop("téléphone et internet"),
    gettext_noop("vie locale et associative"),
    gettext_noop("démarches administratives"),
)
