"""Les deux volets, les adultes des foyers et leurs accords, et des accès demandés."""

from datetime import timedelta
from decimal import Decimal

from partenaires.demonstration.contexte import Contexte, instant, telephone, uuid_de
from partenaires.demonstration.structures import LIVRADOIS, SANFLORAIN
from partenaires.enums import Fonction
from porteurs.coordonnees import cle_nom
from porteurs.enums import ModeAccord, ModeInformation, RoleParticipation
from porteurs.models import (
    AccordPartage,
    DemandeAcces,
    Dossier,
    PartAdulte,
    Participation,
    Porteur,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.models.accord import DUREE_ACCORD
from porteurs.services.acces import indexer, recalculer
from socle.coordonnees import telephone_international

# Un dossier sur trois a un second adulte, deux sur trois un volet professionnel commencé.
FOYERS, COMMENCES = 3, 3
ACTIVITES = (
    "Une clientèle de proximité, et des commandes par internet l’hiver.",
    "Travailler seul la première année, puis embaucher un apprenti.",
    "Garder la clientèle du cédant et ajouter une tournée dans les hameaux.",
    "Ouvrir d’avril à octobre ; l’hiver, des stages pour de petits groupes.",
)
LOCAUX = ("Un atelier de 60 m²", "Une vitrine sur la place", "", "Un hangar hors d’eau")
EXPERIENCES = (
    "Douze ans de métier comme salarié.",
    "Une reconversion, formation finie au printemps.",
)
LOGEMENTS = (
    "Une maison de trois chambres, à louer d’abord.",
    "Un appartement, avec un jardin si possible.",
)
ECOLES = ("Une place en maternelle à la rentrée.", "Le collège, avec un transport.", "")
MOBILITES = ("Une seule voiture pour deux.", "Le train pour Clermont deux fois par semaine.", "")
EMPLOIS = (
    "Un mi-temps d’aide-soignante, à moins de trente minutes.",
    "Du télétravail : il faut la fibre.",
)
CONJOINTS = (
    ("Karim", "Belmas"),
    ("Sophie", "Trémoulet"),
    ("Adrien", "Vachon"),
    ("Leïla", "Courtine"),
    ("Hugo", "Pradier"),
    ("Marion", "Estève"),
)
MOTIFS = (
    "Nous accompagnons déjà le cédant de ce projet.",
    "Elle nous a appelés pour le même local : suivons-la ensemble.",
)


def construire(contexte: Contexte) -> None:
    for slug in (LIVRADOIS, SANFLORAIN):
        hasard = contexte.hasard(f"volets {slug}")
        dossiers = list(
            Dossier.objects.sans_vecteurs()
            .select_related("reseau")
            .filter(
                reseau=contexte.reseaux[slug],
                clos_le=None,
                informe_le__isnull=False,
                opposition_le=None,
            )
            .order_by("-ouvert_le", "reference")
        )
        _professionnels(hasard, dossiers)
        prives = _foyers(contexte, hasard, dossiers[::FOYERS])
        demandes = _demandes(contexte, hasard, dossiers)
        touches = [d.pk for d in [*prives, *demandes]]
        recalculer(touches)
        indexer(touches)


def _professionnels(hasard, dossiers) -> None:
    VoletProfessionnel.objects.bulk_create(
        [
            VoletProfessionnel(
                dossier=dossier,
                activite=hasard.choice(ACTIVITES),
                locaux=hasard.choice(LOCAUX),
                experience=hasard.choice(EXPERIENCES),
                budget=Decimal(hasard.randrange(8, 180) * 1000),
                emplois=hasard.choice([1, 1, 2, 3]),
            )
            for rang, dossier in enumerate(dossiers)
            if rang % COMMENCES
        ]
    )


def _foyers(contexte: Contexte, hasard, dossiers) -> list[Dossier]:
    """Un second adulte, informé une fois sur deux ; le volet privé là où chacun a dit oui."""
    adultes = []
    for rang, dossier in enumerate(dossiers):
        prenom, nom = CONJOINTS[rang % len(CONJOINTS)]
        tel = telephone("06 39 98", 7000 + rang)
        porteur = Porteur(
            uuid=uuid_de(hasard),
            reseau=dossier.reseau,
            prenom=prenom,
            nom=nom,
            cle_nom=cle_nom(prenom, nom),
            telephone_saisi=tel,
            telephone=telephone_international(tel),
        )
        informe = rang % 2 == 0
        adultes.append(
            Participation(
                uuid=uuid_de(hasard),
                dossier=dossier,
                porteur=porteur,
                rang=dossier.participations.count() + 1,
                role=RoleParticipation.FOYER,
                informe_le=dossier.informe_le if informe else None,
                information_mode=ModeInformation.ORAL if informe else "",
            )
        )
    Porteur.objects.bulk_create([a.porteur for a in adultes])
    Participation.objects.bulk_create(adultes)
    prives = [a.dossier for a in adultes if a.informe_le]
    VoletPrive.objects.bulk_create(
        [
            VoletPrive(
                dossier=dossier,
                enfants=hasard.choice([0, 1, 2, 2, 3]),
                logement=hasard.choice(LOGEMENTS),
                ecole=hasard.choice(ECOLES),
                mobilite=hasard.choice(MOBILITES),
            )
            for dossier in prives
        ]
    )
    _accords(contexte, hasard, prives)
    PartAdulte.objects.bulk_create(
        [
            PartAdulte(participation=a, emploi=hasard.choice(EMPLOIS))
            for a in adultes
            if a.informe_le
        ]
    )
    return dossiers


def _accords(contexte: Contexte, hasard, dossiers) -> None:
    """Chaque adulte du foyer dit oui à la structure qui répond du dossier."""
    lignes = []
    for part in (
        Participation.objects.filter(dossier__in=dossiers).select_related("dossier").order_by("pk")
    ):
        le = max(part.dossier.informe_le, contexte.jour - timedelta(days=300))
        lignes.append(
            AccordPartage(
                uuid=uuid_de(hasard),
                participation=part,
                structure_id=part.dossier.structure_responsable_id,
                mode=hasard.choice([ModeAccord.ORAL, ModeAccord.SIGNE]),
                donne_le=le,
                jusqua=le + DUREE_ACCORD,
                cree_le=instant(part.dossier.reseau, le, 11),
            )
        )
    AccordPartage.objects.bulk_create(lignes)


def _demandes(contexte: Contexte, hasard, dossiers) -> list[Dossier]:
    """Par structure qui répond de dossiers, une demande d'une autre, sans réponse encore."""
    demandes, vues = [], set()
    for dossier in dossiers:
        structure = dossier.structure_responsable_id
        autres = [
            m
            for m in contexte.mandats
            if m.reseau_id == dossier.reseau_id
            and m.structure_id != structure
            and m.fonction == Fonction.TECHNICIEN
            and m.periode.upper is None
        ]
        if structure in vues or not autres:
            continue
        vues.add(structure)
        mandat = hasard.choice(autres)
        demandes.append(
            DemandeAcces(
                uuid=uuid_de(hasard),
                dossier=dossier,
                structure=mandat.structure,
                demandeur=mandat.utilisateur,
                motif=hasard.choice(MOTIFS),
                demandee_le=instant(dossier.reseau, contexte.fin, 10),
            )
        )
    DemandeAcces.objects.bulk_create(demandes)
    return [d.dossier for d in demandes]
