"""Les financements qui attendent, les concours et leurs palmarès, les nouvelles des installés."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.structures import LIVRADOIS
from partenaires.models import Departement, Reseau
from porteurs.demonstration.cohortes import MESURES
from porteurs.enums import (
    EtatCandidature,
    EtatFinancement,
    ModeInformation,
    NatureFinancement,
    NatureProjet,
    Origine,
    ReponseSuivi,
)
from porteurs.models import (
    Candidature,
    Concours,
    Dossier,
    Financement,
    Installation,
    LienDossiers,
    SuiviInstallation,
)
from porteurs.services.suivis_installation import prevoir

LOT = 1000
FINANCEURS = ["Conseil départemental", "Banque de la personne", "Fondation pour la ruralité"]
REFUS = [
    "Apport personnel trop faible pour cette année.",
    "Dossier à représenter avec un plan de trésorerie.",
    "Enveloppe de l’année épuisée.",
]
MOTS = [
    "Une bonne saison, merci à l’équipe.",
    "Je cherche un apprenti pour l’automne.",
    "Le local devient petit, c’est bon signe.",
    "Les enfants se plaisent à l’école du bourg.",
    "",
    "",
]
DEPARTEMENTS = ["69", "75", "42", "63", "13", "34", "59", "31"]


def construire(contexte: Contexte) -> None:
    for slug in MESURES:
        reseau = contexte.reseaux[slug]
        hasard = contexte.hasard(f"financements {slug}")
        _demander(contexte, hasard, reseau)
        _verser(contexte, hasard, reseau)
        _concours(contexte, hasard, reseau)
        _provenances(hasard, reseau)
        _nouvelles(contexte, hasard, reseau)
    _cession(contexte, contexte.reseaux[LIVRADOIS])


def _dossiers(reseau: Reseau):
    return Dossier.objects.filter(reseau=reseau).sans_vecteurs().order_by("pk")


def _demander(contexte: Contexte, hasard: Random, reseau: Reseau) -> None:
    """Des demandes sans réponse, et quelques refus, sur des projets qui montent leur budget."""
    lignes = []
    montent = _dossiers(reseau).filter(clos_le=None, etape__in=["montage", "financement"])
    for dossier in montent:
        if hasard.random() > 0.35:
            continue
        demande_le = contexte.calendrier.entre(
            hasard, max(dossier.ouvert_le, contexte.fin - timedelta(days=60)), contexte.fin
        )
        refuse = hasard.random() < 0.2
        lignes.append(
            Financement(
                uuid=uuid_de(hasard),
                dossier=dossier,
                nature=hasard.choice([NatureFinancement.PRET_HONNEUR, NatureFinancement.AIDE]),
                etat=EtatFinancement.REFUSE if refuse else EtatFinancement.DEMANDE,
                financeur=hasard.choice(FINANCEURS),
                montant_demande=hasard.randrange(2000, 15001, 500),
                demande_le=demande_le,
                refuse_le=contexte.fin if refuse else None,
                motif=hasard.choice(REFUS) if refuse else "",
            )
        )
    Financement.objects.bulk_create(lignes, LOT)


def _verser(contexte: Contexte, hasard: Random, reseau: Reseau) -> None:
    """Ce qui fut accordé il y a longtemps est arrivé."""
    anciens = list(
        Financement.objects.filter(
            dossier__reseau=reseau,
            etat=EtatFinancement.ACCORDE,
            accorde_le__lt=contexte.fin - timedelta(days=60),
        ).order_by("pk")
    )
    for financement in anciens:
        financement.etat = EtatFinancement.VERSE
        financement.verse_le = financement.accorde_le + timedelta(days=hasard.randint(8, 45))
    Financement.objects.bulk_update(anciens, ["etat", "verse_le"], LOT)


def _concours(contexte: Contexte, hasard: Random, reseau: Reseau) -> None:
    """Une édition par année des prix déjà racontés, et un appel ouvert aujourd'hui."""
    prix = defaultdict(list)
    for financement in (
        Financement.objects.filter(dossier__reseau=reseau, nature=NatureFinancement.PRIX)
        .select_related("dossier", "structure")
        .order_by("accorde_le", "pk")
    ):
        prix[financement.accorde_le.year].append(financement)
    nom = ""
    for annee, remis in sorted(prix.items()):
        nom = remis[0].concours.partition(",")[0]
        concours = _edition(contexte, hasard, reseau, nom, annee, remis)
        _palmares(hasard, concours, remis)
    if nom:
        _appel_ouvert(contexte, hasard, reseau, nom, prix[max(prix)][0].structure)


def _edition(contexte, hasard, reseau: Reseau, nom: str, annee: int, remis: list) -> Concours:
    clos_le = max(p.accorde_le for p in remis)
    return Concours.objects.create(
        uuid=uuid_de(hasard),
        reseau=reseau,
        nom=nom,
        annee=annee,
        structure=remis[0].structure,
        ouvre_le=date(annee, 1, 15),
        ferme_le=max(date(annee, 3, 15), min(p.accorde_le for p in remis) - timedelta(days=30)),
        dotation=sum(p.montant for p in remis),
        clos_le=clos_le,
        cree_le=instant(reseau, date(annee, 1, 10), 10),
    )


def _palmares(hasard: Random, concours: Concours, remis: list) -> None:
    """Chaque prix devient une candidature lauréate ; deux sur trois acceptent d'être nommées."""
    for rang, financement in enumerate(sorted(remis, key=lambda p: (-p.montant, p.pk)), start=1):
        dossier = financement.dossier
        publie = hasard.random() < 0.66 and dossier.partageable
        accord_le = max(dossier.ouvert_le, concours.ouvre_le)
        financement.candidature = Candidature.objects.create(
            uuid=uuid_de(hasard),
            concours=concours,
            dossier=dossier,
            etat=EtatCandidature.LAUREATE,
            accord_le=accord_le,
            accord_mode=ModeInformation.ORAL,
            rang=rang,
            montant=financement.montant,
            publication_le=accord_le if publie else None,
            nom_publie=f"Projet {dossier.reference}" if publie else "",
            presentee_le=instant(concours.reseau, accord_le, 11),
        )
        financement.concours = str(concours)
    Financement.objects.bulk_update(remis, ["candidature", "concours"], LOT)


def _appel_ouvert(contexte: Contexte, hasard: Random, reseau: Reseau, nom: str, structure) -> None:
    annee = contexte.jour.year
    if Concours.objects.filter(reseau=reseau, nom=nom, annee=annee).exists():
        nom = f"{nom}, édition d’hiver"
    concours = Concours.objects.create(
        uuid=uuid_de(hasard),
        reseau=reseau,
        nom=nom,
        annee=annee,
        structure=structure,
        ouvre_le=contexte.jour - timedelta(days=20),
        ferme_le=contexte.jour + timedelta(days=25),
        dotation=12000,
        cree_le=instant(reseau, contexte.calendrier.avant(contexte.jour - timedelta(days=22)), 10),
    )
    possibles = list(
        _dossiers(reseau).filter(
            clos_le=None,
            informe_le__isnull=False,
            opposition_le=None,
            etape__in=["montage", "financement", "creation"],
            nature__in=[NatureProjet.CREATION, NatureProjet.REPRISE],
        )
    )
    for rang, dossier in enumerate(hasard.sample(possibles, min(7, len(possibles)))):
        le = max(dossier.ouvert_le, contexte.fin - timedelta(days=2 * rang))
        Candidature.objects.create(
            uuid=uuid_de(hasard),
            concours=concours,
            dossier=dossier,
            etat=EtatCandidature.PRESELECTIONNEE if rang < 2 else EtatCandidature.DEPOSEE,
            accord_le=le,
            accord_mode=ModeInformation.ORAL,
            presentee_le=instant(reseau, le, 14),
        )


def _provenances(hasard: Random, reseau: Reseau) -> None:
    departements = {
        d.code: d
        for d in Departement.objects.filter(code__in=DEPARTEMENTS).select_related("region")
    }
    venues = list(
        Installation.objects.filter(dossier__reseau=reseau, origine=Origine.AILLEURS).order_by("pk")
    )
    for installation in venues:
        departement = departements[hasard.choice(DEPARTEMENTS)]
        installation.region_origine = departement.region
        installation.departement_origine = departement if hasard.random() < 0.8 else None
    Installation.objects.bulk_update(venues, ["region_origine", "departement_origine"], LOT)


def _nouvelles(contexte: Contexte, hasard: Random, reseau: Reseau) -> None:
    """Les échéances passées ont presque toutes leur réponse ; les dernières attendent."""
    prevoir(Installation.objects.filter(dossier__reseau=reseau).values_list("pk", flat=True))
    recentes = contexte.fin - timedelta(days=45)
    arretees: set[int] = set()
    dus = list(
        SuiviInstallation.objects.filter(
            installation__dossier__reseau=reseau, echeance__lte=contexte.fin
        ).order_by("installation", "mois")
    )
    for suivi in dus:
        if suivi.installation_id in arretees:
            suivi.clos_le = instant(reseau, suivi.echeance, 9)
        elif suivi.echeance > recentes:
            _attendre(contexte, hasard, reseau, suivi)
        elif hasard.random() < 0.85:
            _repondre(contexte, hasard, suivi)
            if suivi.reponse == ReponseSuivi.ARRETEE:
                arretees.add(suivi.installation_id)
        else:
            suivi.clos_le = instant(reseau, contexte.fin, 9)
    _clore_la_suite(contexte, reseau, arretees)
    SuiviInstallation.objects.bulk_update(
        dus,
        [
            "demande_le",
            "relance_le",
            "a_appeler_le",
            "clos_le",
            "reponse",
            "repondu_le",
            "satisfaction",
            "emplois",
            "mot",
        ],
        LOT,
    )


def _clore_la_suite(contexte: Contexte, reseau: Reseau, arretees: set[int]) -> None:
    SuiviInstallation.objects.filter(installation__in=arretees, echeance__gt=contexte.fin).update(
        clos_le=instant(reseau, contexte.fin, 9)
    )


def _attendre(contexte: Contexte, hasard: Random, reseau: Reseau, suivi: SuiviInstallation) -> None:
    suivi.demande_le = instant(reseau, suivi.echeance, 9)
    if suivi.echeance + timedelta(days=14) <= contexte.fin:
        suivi.relance_le = suivi.demande_le + timedelta(days=14)
    if suivi.echeance + timedelta(days=28) <= contexte.fin:
        suivi.a_appeler_le = suivi.demande_le + timedelta(days=28)


def _repondre(contexte: Contexte, hasard: Random, suivi: SuiviInstallation) -> None:
    """Le jour de la réponse suit l'échéance d'une ou deux semaines."""
    active = hasard.random() < 0.94
    suivi.reponse = ReponseSuivi.ACTIVE if active else ReponseSuivi.ARRETEE
    suivi.repondu_le = min(suivi.echeance + timedelta(days=hasard.randint(1, 14)), contexte.fin)
    suivi.satisfaction = hasard.choice((5, 5, 5, 4, 4, 4, 3, 3, 2, None))
    suivi.emplois = hasard.choice((1, 1, 2, 2, 3)) if active else 0
    suivi.mot = hasard.choice(MOTS) if active else ""


def _cession(contexte: Contexte, reseau: Reseau) -> None:
    """Un cédant et son repreneur, dans la même structure : le lien se lit des deux côtés."""
    ouverts = _dossiers(reseau).filter(clos_le=None, informe_le__isnull=False, opposition_le=None)
    for cedant in ouverts.filter(nature=NatureProjet.CESSION):
        repreneur = ouverts.filter(
            nature=NatureProjet.REPRISE,
            structure_responsable=cedant.structure_responsable_id,
            installation=None,
        ).first()
        if repreneur:
            LienDossiers.objects.create(
                uuid=uuid_de(contexte.hasard("cession")),
                cedant=cedant,
                repreneur=repreneur,
                cree_le=instant(reseau, contexte.fin, 15),
            )
            return
