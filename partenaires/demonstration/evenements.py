"""Les temps collectifs de la démonstration : formations, soirées, forums, voyages d'étude."""

from dataclasses import dataclass
from datetime import date, timedelta

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.inscriptions import construire_vivants
from partenaires.demonstration.structures import LIVRADOIS, SANFLORAIN
from partenaires.enums import EtatEvenement, NatureEvenement
from partenaires.models import Commune, Evenement

N = NatureEvenement
LIEUX = {N.FORMATION: "Maison du Parc", N.FORUM: "Halle couverte", N.SOIREE_ELUS: "Salle des fêtes"}
# Au-delà, le programme de l'année n'est pas encore arrêté.
HORIZON = timedelta(days=150)


@dataclass(frozen=True)
class Rendez:
    """Un rendez-vous qui revient chaque année. ``exact`` : seulement l'année des chiffres exacts."""

    mois: int
    jour: int
    heures: tuple[int, int]
    nature: str
    intitule: str
    commune: str
    exact: bool = False


R = Rendez
PROGRAMME = {
    LIVRADOIS: [
        R(1, 22, (18, 21), N.SOIREE_ELUS, "Soirée des élus : accueillir, ça s’organise", "63003"),
        R(3, 12, (9, 17), N.FORMATION, "Premier accueil : écouter, orienter, transmettre", "63125"),
        R(5, 21, (8, 18), N.VOYAGE, "Voyage d’étude chez un réseau voisin", "63195"),
        R(
            6,
            5,
            (9, 17),
            N.FORMATION,
            "Lire un prévisionnel et poser les bonnes questions",
            "63430",
        ),
        R(9, 25, (10, 18), N.FORUM, "Forum de l’installation et de la transmission", "63003"),
        R(10, 9, (9, 17), N.FORMATION, "Accueillir toute la famille", "63010", exact=True),
        R(11, 5, (12, 14), N.RENCONTRE, "Déjeuner des nouveaux installés", "63132"),
        R(12, 3, (9, 12), N.SEMINAIRE, "Matinée des parrains et marraines", "63430"),
    ],
    SANFLORAIN: [
        R(4, 16, (9, 17), N.FORMATION, "Reprendre une ferme : l’accueil à plusieurs", "15187"),
        R(9, 17, (18, 21), N.SOIREE_ELUS, "Soirée des élus des Hautes Terres", "15138"),
        R(11, 19, (14, 18), N.PROMOTION, "Journée de promotion du territoire", "15187"),
    ],
}


def construire_evenements(contexte: Contexte) -> None:
    hasard = contexte.hasard("evenements")
    communes = {c.code: c for c in Commune.objects.filter(code__in=_codes())}
    evenements = []
    for slug, programme in PROGRAMME.items():
        reseau = contexte.reseaux[slug]
        for annee in range(contexte.debut.year, contexte.jour.year + 2):
            for rendez in programme:
                le = contexte.calendrier.apres(date(annee, rendez.mois, rendez.jour))
                if not contexte.debut <= le <= contexte.jour + HORIZON:
                    continue
                if rendez.exact and annee != contexte.annee:
                    continue
                evenements.append(
                    Evenement(
                        uuid=uuid_de(hasard),
                        reseau=reseau,
                        nature=rendez.nature,
                        intitule=rendez.intitule,
                        debut=instant(reseau, le, rendez.heures[0]),
                        fin=instant(reseau, le, rendez.heures[1]),
                        commune=communes[rendez.commune],
                        public=rendez.nature in (N.FORUM, N.PROMOTION),
                        lieu=LIEUX.get(rendez.nature, ""),
                        etat=EtatEvenement.TENU if le < contexte.jour else EtatEvenement.PREVU,
                    )
                )
    Evenement.objects.bulk_create(evenements)
    construire_vivants(contexte)


def _codes() -> set[str]:
    return {rendez.commune for programme in PROGRAMME.values() for rendez in programme}
