"""Le carnet de route et le diagnostic du réseau Livradois-Forez."""

from datetime import timedelta

from partenaires.demonstration.contexte import Contexte, uuid_de
from partenaires.demonstration.personnes import DOMAINE
from partenaires.demonstration.structures import LIVRADOIS
from partenaires.enums import EtatJalon, Maillon, Rubrique
from partenaires.models import Jalon, RubriqueDiagnostic

M, E = Maillon, EtatJalon
# Écart en jours avec aujourd'hui, intitulé, maillon, structure, état, note.
JALONS = [
    (-150, "Dire qui fait quoi, structure par structure", "", "parc", E.FAIT, ""),
    (
        -60,
        "Former les agents de mairie au premier accueil",
        M.PREMIER_ACCUEIL,
        "parc",
        E.FAIT,
        "Vingt-deux personnes formées, dans les deux départements.",
    ),
    (
        -12,
        "Recenser les locaux vides des centres-bourgs",
        M.INSTALLATION,
        "cc-ambert",
        E.EN_COURS,
        "Trente bourgs visités sur cinquante. Il manque les propriétaires injoignables.",
    ),
    (
        25,
        "Ouvrir une permanence commune à Olliergues",
        M.PREMIER_ACCUEIL,
        "cci-63",
        E.EN_COURS,
        "La salle est trouvée, le calendrier se décide à la prochaine réunion.",
    ),
    (70, "Trouver dix parrains de plus", M.ACCOMPAGNEMENT, "pil-thiers", E.A_FAIRE, ""),
    (140, "Réunir les nouveaux installés et les anciens", M.INTEGRATION, "parc", E.A_FAIRE, ""),
    (
        40,
        "Éditer un annuaire papier",
        "",
        "parc",
        E.ABANDONNE,
        "L’annuaire en ligne suffit, et il reste à jour.",
    ),
]
DIAGNOSTIC = {
    Rubrique.PREMIER_ACCUEIL: (
        "Toutes les mairies savent à qui transmettre une demande.",
        "Personne le samedi, alors que les visiteurs viennent en fin de semaine.",
        "Une permanence commune, un samedi par mois.",
    ),
    Rubrique.INSTALLATION: (
        "Des locaux nombreux et peu chers, des communes prêtes à acheter les murs.",
        "Les logements à louer manquent dès qu’on veut rester plus de six mois.",
        "Lier chaque commerce repris à un logement de passage.",
    ),
    Rubrique.SERVICES: (
        "Une école dans une commune sur deux, un collège à moins de vingt-cinq minutes.",
        "Deux médecins partent d’ici trois ans, la garde d’enfants est pleine à Ambert.",
        "Repérer les départs deux ans avant, et les dire aux intercommunalités.",
    ),
    Rubrique.PARTENARIAT: (
        "Les techniciens se voient chaque mois et parlent de projets réels.",
        "Les chambres d’agriculture viennent une fois sur deux.",
        "Placer les projets agricoles au début de la réunion.",
    ),
}


def construire(contexte: Contexte) -> None:
    reseau = contexte.reseaux[LIVRADOIS]
    hasard = contexte.hasard("carnet")
    auteur = contexte.mandat_de(f"animatrice@{DOMAINE}").utilisateur
    jalons = []
    for ecart, intitule, maillon, structure, etat, note in JALONS:
        echeance = contexte.jour + timedelta(days=ecart)
        jalons.append(
            Jalon(
                uuid=uuid_de(hasard),
                reseau=reseau,
                intitule=intitule,
                maillon=maillon,
                echeance=echeance,
                structure=contexte.structures[structure],
                responsable=auteur if structure == "parc" else None,
                etat=etat,
                fait_le=echeance - timedelta(days=4) if etat == E.FAIT else None,
                note=note,
            )
        )
    Jalon.objects.bulk_create(jalons)
    RubriqueDiagnostic.objects.bulk_create(
        RubriqueDiagnostic(
            reseau=reseau,
            rubrique=rubrique,
            revision=1,
            atouts=atouts,
            manques=manques,
            pistes=pistes,
            auteur=auteur,
        )
        for rubrique, (atouts, manques, pistes) in DIAGNOSTIC.items()
    )
