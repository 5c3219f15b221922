"""Les étapes, les états et ce qu'on attend, dits à la personne en mots de tous les jours."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
        _("Vérifier ensemble que l’idée tient : le lieu, les clients, la vie de famille."),
    ),
    Etape.ETUDE: MotsEtape(
        _("L’étude"),
        _("On vérifie avec vous si votre idée peut vivre ici : besoins, lieux, concurrence."),
        _("Mettre le projet en chiffres et choisir sa forme."),
    ),
    Etape.MONTAGE: MotsEtape(
        _("Le montage"),
        _("Votre projet prend forme : statut, local, budget, démarches."),
        _("Trouver l’argent qui manque, puis signer."),
    ),
    Etape.FINANCEMENT: MotsEtape(
        _("Le financement"),
        _("On cherche avec vous l’argent du projet : prêts, aides, garanties."),
        _("Créer ou reprendre votre activité."),
    ),
    Etape.CREATION: MotsEtape(
        _("Le démarrage"),
        _("Vous créez ou reprenez votre activité : les dernières signatures, puis l’ouverture."),
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
        _("Votre activité grandit : une embauche, un local, une nouvelle idée."),
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
    "document": _("Votre document est déposé : les personnes qui vous suivent peuvent le lire."),
    "ferme": _("C’est fait : les autres structures du réseau ne voient plus votre fiche."),
    "ouvert": _("C’est fait : le réseau voit de nouveau votre fiche."),
    "nomme": _("C’est fait : la fiche partagée dit votre prénom."),
    "tu": _("C’est fait : la fiche partagée ne dit plus votre prénom."),
    "prive": _("C’est fait : votre accord est enregistré."),
    "prive_retire": _("C’est fait : cette structure ne voit plus votre vie privée."),
    "droit": _("Votre demande est envoyée. Une réponse vous est due dans le mois."),
    "droit_retire": _("Votre demande est retirée."),
    "reste": _("C’est noté : vous restez suivi. Merci de nous l’avoir dit."),
}


def chaine(etape: str, dates: dict) -> list[dict]:
    """La chaîne pour le gabarit : le nom de chaque étape, sa date si elle est passée, son état."""
    atteintes = [CHAINE.index(e) for e in dates if e in CHAINE]
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
                "detail": dates.get(e, "") if rang <= rang_courant else "",
                "etat": etat,
            }
        )
    return maillons
