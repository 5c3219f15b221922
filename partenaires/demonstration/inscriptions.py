"""Des évènements vivants autour du jour de la démonstration : inscrits, attente, stands, budget, avis."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.personnes import DOMAINE
from partenaires.demonstration.structures import LIVRADOIS
from partenaires.enums import (
    EtatEvenement,
    EtatInscription,
    Fonction,
    NatureEvenement,
    SensBudget,
)
from partenaires.models import (
    Commune,
    Evaluation,
    Evenement,
    Exposant,
    Inscription,
    LigneBudget,
)

N = NatureEvenement
T, A, E, P = Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.ELU, Fonction.PARRAIN


@dataclass(frozen=True)
class Vivant:
    """Un évènement à ``dans`` jours ; ``membres`` et ``dehors`` : combien s'y sont inscrits."""

    dans: int
    heures: tuple[int, int]
    nature: str
    intitule: str
    commune: str
    lieu: str
    description: str
    auteur: str = "animatrice"
    public: bool = False
    capacite: int | None = None
    membres: int = 0
    dehors: int = 0
    annule: str = ""


VIVANTS = [
    Vivant(
        -9,
        (10, 17),
        N.FORUM,
        "Forum des métiers qui se reprennent",
        "63003",
        "Halle d’Ambert",
        "Une journée pour rencontrer des cédants, des banques et les structures du réseau.\n\n"
        "- Ateliers toutes les heures : reprendre un commerce, une ferme, un atelier.\n"
        "- Un coin pour les enfants toute la journée.",
        public=True,
        membres=9,
        dehors=14,
    ),
    Vivant(
        6,
        (18, 20),
        N.RENCONTRE,
        "Café des porteurs de projet",
        "63430",
        "Café associatif de la Durolle",
        "Deux heures pour raconter son projet, poser ses questions, et repartir avec un nom.\n\n"
        "# Qui sera là\n- Deux personnes du réseau.\n- Un chef d’entreprise installé depuis un an.",
        auteur="technicienne.ambert",
        public=True,
        capacite=8,
        membres=3,
        dehors=8,
    ),
    Vivant(
        24,
        (9, 17),
        N.FORMATION,
        "Écouter un projet de reprise, de la première visite à la signature",
        "63125",
        "Maison du Parc, salle des Forges",
        "Pour les techniciens et le premier accueil, avec une étude de cas à plusieurs.",
        capacite=14,
        membres=8,
    ),
    Vivant(
        33,
        (14, 18),
        N.VOYAGE,
        "Visite d’un espace partagé et de ses locataires",
        "63010",
        "Départ devant la mairie",
        "Covoiturage organisé depuis Ambert et Thiers.",
        annule="Le lieu visité est fermé pour travaux jusqu’au printemps.",
        membres=4,
    ),
    Vivant(
        47,
        (18, 21),
        N.SOIREE_ELUS,
        "Soirée des élus : loger ceux qui arrivent",
        "63132",
        "Salle du conseil",
        "Trois communes racontent un logement de passage, ce qu’il coûte et ce qu’il change.",
        membres=5,
    ),
]
DEHORS = [
    "Margaux Pialat",
    "Youssef Amrani",
    "Élodie Brun",
    "Tristan Gauvin",
    "Inès Cornet",
    "Paul-Émile Roche",
    "Nadège Fournier",
    "Baptiste Chazal",
    "Awa Diarra",
    "Sandrine Delmas",
    "Luis Moreira",
    "Jeanne Astier",
    "Clément Vidal",
    "Mathilde Roux",
]
STANDS = [
    ("Ferme-école du Haut-Pré", "A1", "Deux tables, une prise"),
    ("Coopérative bois des Monts", "A2", "Panneau d’affichage"),
    ("Compagnons du fournil", "B1", "Prise, accès facile pour un four de démonstration"),
]
BUDGET = [
    (SensBudget.DEPENSE, "Location de la halle", "", "600", "600"),
    (SensBudget.DEPENSE, "Buffet et boissons", "", "850", "912.40"),
    (SensBudget.DEPENSE, "Affiches et programme", "", "320", "298"),
    (SensBudget.RECETTE, "Subvention d’animation", "Région", "1200", "1200"),
    (SensBudget.RECETTE, "Participation", "Communauté de communes", "570", None),
]
AVIS = [
    (5, "Avoir tout le monde au même endroit.", ""),
    (4, "L’atelier sur la reprise.", "Un plan des stands à l’entrée."),
    (5, "Repartir avec un rendez-vous.", ""),
    (3, "", "Trop de bruit l’après-midi."),
    (4, "Les témoignages d’installés.", "Des horaires pour les gens qui travaillent."),
    (5, "Le coin des enfants, sans lui je ne venais pas.", ""),
    (4, "", ""),
]


def construire_vivants(contexte: Contexte) -> None:
    hasard = contexte.hasard("inscriptions")
    reseau = contexte.reseaux[LIVRADOIS]
    communes = {c.code: c for c in Commune.objects.filter(code__in={v.commune for v in VIVANTS})}
    evenements = [_evenement(contexte, hasard, reseau, communes[v.commune], v) for v in VIVANTS]
    Evenement.objects.bulk_create(evenements)
    inscriptions = []
    for vivant, evenement in zip(VIVANTS, evenements, strict=True):
        inscriptions += _inscriptions(contexte, hasard, vivant, evenement)
    Inscription.objects.bulk_create(inscriptions)
    _forum(hasard, evenements[0])


def _evenement(contexte: Contexte, hasard, reseau, commune, vivant: Vivant) -> Evenement:
    calendrier = contexte.calendrier
    jour = contexte.jour + timedelta(days=vivant.dans)
    le = calendrier.apres(jour) if vivant.dans > 0 else calendrier.avant(jour)
    if vivant.annule:
        etat = EtatEvenement.ANNULE
    else:
        etat = EtatEvenement.PREVU if vivant.dans > 0 else EtatEvenement.TENU
    return Evenement(
        uuid=uuid_de(hasard),
        reseau=reseau,
        nature=vivant.nature,
        intitule=vivant.intitule,
        description=vivant.description,
        debut=instant(reseau, le, vivant.heures[0]),
        fin=instant(reseau, le, vivant.heures[1]),
        commune=commune,
        lieu=vivant.lieu,
        public=vivant.public,
        capacite=vivant.capacite,
        etat=etat,
        motif_annulation=vivant.annule,
        sequence=1 if vivant.annule else 0,
        cree_par=contexte.mandat_de(f"{vivant.auteur}@{DOMAINE}").utilisateur,
        modifie_le=instant(reseau, contexte.fin, 9),
    )


def _membres(contexte: Contexte, reseau) -> list:
    """Des membres du réseau encore en poste, sans doublon, les comptes montrés d'abord."""
    en_poste = {
        m.utilisateur_id: m.utilisateur
        for m in contexte.mandats
        if m.reseau_id == reseau.pk
        and m.fonction in (T, A, E, P)
        and m.periode.lower <= contexte.jour
        and (m.periode.upper is None or contexte.jour < m.periode.upper)
    }
    return list(en_poste.values())


def _inscriptions(contexte: Contexte, hasard, vivant: Vivant, evenement: Evenement) -> list:
    personnes = _membres(contexte, evenement.reseau)[: vivant.membres]
    lignes = [
        Inscription(uuid=uuid_de(hasard), evenement=evenement, utilisateur=p) for p in personnes
    ]
    lignes += [
        Inscription(
            uuid=uuid_de(hasard),
            evenement=evenement,
            nom=nom,
            email=f"inscrit{rang}@dehors.maillon.invalid",
            structure="Commune de Vertolaye" if rang == 2 else "",
        )
        for rang, nom in enumerate(DEHORS[: vivant.dehors])
    ]
    debut = instant(evenement.reseau, contexte.jour - timedelta(days=21), 8)
    passe = evenement.etat == EtatEvenement.TENU
    for rang, ligne in enumerate(lignes):
        ligne.cree_le = debut + timedelta(hours=7 * rang)
        if vivant.capacite is not None and rang >= vivant.capacite:
            ligne.etat = EtatInscription.ATTENTE
        if passe:
            ligne.presente = rang % 6 != 5
            ligne.cree_le -= timedelta(days=21)
    return lignes


def _forum(hasard, forum: Evenement) -> None:
    Exposant.objects.bulk_create(
        Exposant(uuid=uuid_de(hasard), evenement=forum, nom=nom, stand=stand, besoins=besoins)
        for nom, stand, besoins in STANDS
    )
    LigneBudget.objects.bulk_create(
        LigneBudget(
            uuid=uuid_de(hasard),
            evenement=forum,
            sens=sens,
            libelle=libelle,
            financeur=financeur,
            prevu=Decimal(prevu),
            realise=None if realise is None else Decimal(realise),
        )
        for sens, libelle, financeur, prevu, realise in BUDGET
    )
    Evaluation.objects.bulk_create(
        Evaluation(evenement=forum, note=note, servi=servi, manque=manque)
        for note, servi, manque in AVIS
    )
