"""Les fiches des structures : heures, adresse, description, ce que le public en lit, et un doublon.

Les SIRET ont une clé juste mais commencent par quatre zéros, ce qu'aucun vrai numéro ne fait.
"""

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from stdnum import luhn

from partenaires.demonstration.contexte import Contexte, instant, telephone, uuid_de
from partenaires.demonstration.structures import LIVRADOIS, STRUCTURES
from partenaires.enums import EtatConvention, TypeStructure
from partenaires.models import Convention, ConventionStructure, Structure
from socle.texte import cle

T = TypeStructure
MATIN, APRES_MIDI = ["09:00", "12:00"], ["14:00", "17:00"]
BUREAU, FERME = [MATIN, ["13:30", "17:30"]], []
# Par nature : les heures, ce qu'elle dit d'elle.
SEMAINES = {
    "bureau": [BUREAU] * 4 + [[MATIN, ["13:30", "16:30"]], FERME, FERME],
    "mairie": [[MATIN], [MATIN, APRES_MIDI], FERME, [MATIN, APRES_MIDI], [MATIN], [MATIN], FERME],
    "rendez_vous": [],
}
FICHES = {
    T.CCI: ("bureau", "Étude de marché, statuts, reprise d’un commerce ou d’une entreprise."),
    T.CHAMBRE_AGRICULTURE: (
        "bureau",
        "Installation agricole, recherche de foncier, transmission d’une ferme, circuits courts.",
    ),
    T.PLATEFORME: (
        "rendez_vous",
        "Prêts d’honneur sans intérêt ni garantie, et un parrain pendant les premières années.",
    ),
    T.EPCI: (
        "bureau",
        "Locaux et terrains d’activité, logement, garde des enfants\u00a0: le territoire au quotidien.",
    ),
    T.COMMUNE: (
        "mairie",
        "Le premier accueil\u00a0: qui appeler, l’école, un logement, les démarches.",
    ),
    T.PARC: ("bureau", "Coordonne le réseau d’accueil et prépare l’arrivée des familles."),
    T.BOUTIQUE_GESTION: (
        "rendez_vous",
        "De l’idée au plan d’affaires, un accompagnement individuel et des formations.",
    ),
    T.CREDIT_SOLIDAIRE: ("rendez_vous", "Microcrédit pour qui n’a pas accès à la banque."),
    T.COOPERATIVE_ACTIVITES: (
        "bureau",
        "Essayer son activité comme salarié, sans créer tout de suite son entreprise.",
    ),
    T.COMITE_EXPANSION: ("bureau", "Recherche de locaux, de repreneurs et d’aides publiques."),
}
RUES = ("place de la Mairie", "rue des Forges", "avenue de la Gare", "route du Col")
# Une structure sur sept n'a pas encore rempli sa fiche : c'est ce qui se voit dans un vrai réseau.
SANS_FICHE = 7


def construire(contexte: Contexte) -> None:
    fiches = [
        _remplir(contexte.structures[demo.cle], rang)
        for rang, demo in enumerate(STRUCTURES, start=1)
        if rang % SANS_FICHE
    ]
    Structure.objects.bulk_update(
        fiches,
        [
            "siret",
            "adresse",
            "description",
            "horaires",
            "horaires_precision",
            "telephone_public",
            "email_public",
            "annuaire_public",
        ],
    )
    _doublon(contexte)


def siret_invente(rang: int) -> str:
    """Un numéro de clé juste, qu'aucun organisme ne peut porter."""
    siren = f"0000{rang:04d}"
    siren += luhn.calc_check_digit(siren)
    nic = f"{siren}0001"
    return nic + luhn.calc_check_digit(nic)


def _remplir(structure: Structure, rang: int) -> Structure:
    semaine, description = FICHES.get(structure.type, ("rendez_vous", ""))
    structure.siret = siret_invente(rang)
    structure.adresse = f"{rang} {RUES[rang % len(RUES)]}"
    structure.description = description
    structure.horaires = SEMAINES[semaine]
    structure.horaires_precision = "sur rendez-vous" if semaine == "rendez_vous" else ""
    structure.telephone_public = telephone("04 65 71", 5000 + rang)
    structure.email_public = structure.email.replace("contact.", "accueil.")
    structure.annuaire_public = bool(description)
    return structure


def _doublon(contexte: Contexte) -> None:
    """La même coopérative d’activités, entrée une seconde fois le mois dernier : à réunir."""
    connue, reseau = contexte.structures["cae"], contexte.reseaux[LIVRADOIS]
    nom = "Coopérative d’activités et d’emploi Livradois"
    hasard = contexte.hasard("doublon")
    double = Structure.objects.create(
        uuid=uuid_de(hasard),
        nom=nom,
        cle_tri=cle(nom),
        type=connue.type,
        base_legale=connue.base_legale,
        commune=connue.commune,
        email="contact.cooperative@demo.maillon.invalid",
        telephone=telephone("04 65 71", 4999),
    )
    depuis = contexte.calendrier.apres(contexte.jour - timedelta(days=30))
    Structure.objects.filter(pk=double.pk).update(cree_le=instant(reseau, depuis, 10))
    convention = Convention.objects.create(
        uuid=uuid_de(hasard),
        reseau=reseau,
        intitule=f"Engagement de principe, {nom}",
        etat=EtatConvention.PRINCIPE,
        periode=DateRange(depuis, None),
    )
    ConventionStructure.objects.create(convention=convention, structure=double)
