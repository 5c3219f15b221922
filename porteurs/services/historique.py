"""L'historique d'un dossier : le lire en clair, le demander quand on ne suit pas, l'effacer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.historique.lecture import condition, evenements
from porteurs.historique.narration import Geste, raconter, structures_des
from porteurs.historique.portee import portee_d_une_copie, portee_de, portee_du_porteur
from porteurs.journal import cles_du_dossier, consigner_dossier
from porteurs.models import (
    HISTORIQUES,
    AccordPartage,
    Dossier,
    Echange,
    LectureMotivee,
    PartAdulte,
    Porteur,
)
from porteurs.models.lecture import DUREE_LECTURE
from porteurs.models.porteur import Participation
from porteurs.services.dossier import verrouiller_pour
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.historique import effacement_ouvert
from socle.models import AccesJournal, Utilisateur
from socle.refus import Refus

GENRE_LECTURE = "historique_lecture"
# Le journal se garde douze mois ; au-delà de ce nombre, les lignes les plus anciennes attendent.
CONSULTATIONS_LUES = 500
# Deux lectures de la même page dans l'heure se disent une fois.
MEME_LECTURE = timedelta(hours=1)


# --- Lire ------------------------------------------------------------------------------------


def historique_en_clair(dossier: Dossier, lecteur, remis_par=None) -> list[Geste]:
    """Les gestes du dossier que ce lecteur a le droit de lire, du plus récent au plus ancien.

    ``lecteur`` : un ``Acteur`` (qui suit le dossier, ou l'anime), ou le ``Porteur`` lui-même.
    ``remis_par`` : l'``Acteur`` par les mains de qui le porteur le lit, et qui n'en lira pas plus.
    """
    if isinstance(lecteur, Porteur) and remis_par is not None:
        portee = portee_d_une_copie(lecteur, dossier, remis_par)
    elif isinstance(lecteur, Porteur):
        portee = portee_du_porteur(lecteur, dossier)
    else:
        portee = portee_de(lecteur, dossier)
    return raconter(evenements(dossier.pk), portee, dossier.reseau_id)


@dataclass(frozen=True)
class Consultation:
    """Quelqu'un a ouvert quelque chose du dossier : quand, qui, de quelle structure, quoi."""

    quand: datetime
    qui: str
    structure: str
    quoi: str
    refusee: bool = False


QUOI = {
    Operation.CONSULTATION: "a consulté le dossier",
    Operation.MODIFICATION: "a modifié le dossier",
    Operation.EXPORT: "a exporté le dossier",
    Operation.TELECHARGEMENT: "a téléchargé un document du dossier",
    Operation.LECTURE_COURRIEL: "a lu un courriel du dossier",
    Operation.REFUS: "a tenté d’ouvrir le dossier sans y avoir droit",
}

PAGES = {
    "historique": "a lu l’historique du dossier",
    "consultations": "a lu la liste des consultations",
}


def consultations_en_clair(dossier: Dossier) -> list[Consultation]:
    """Qui a regardé le dossier depuis un an, d'après le journal ; jamais ce qui a été lu.

    Les dossiers qu'on lui a réunis comptent avec lui.
    """
    lignes = list(
        AccesJournal.objects.filter(reference__in=cles_du_dossier(dossier))
        .exclude(operation=Operation.RECHERCHE)
        .exclude(utilisateur=None)
        .order_by("-le", "-pk")
        .values_list("le", "utilisateur_id", "operation", "objet")[:CONSULTATIONS_LUES]
    )
    personnes = {utilisateur for _, utilisateur, *_ in lignes}
    structures = structures_des(personnes, dossier.reseau_id)
    noms = {u.pk: u.nom_complet for u in Utilisateur.objects.filter(pk__in=personnes)}
    consultations: list[Consultation] = []
    derniers: dict[tuple[int, str], datetime] = {}
    for le, personne, operation, objet in lignes:
        suivante = derniers.get((personne, operation + objet))
        if suivante and suivante - le < MEME_LECTURE:
            continue
        derniers[personne, operation + objet] = le
        consultations.append(
            Consultation(
                le,
                noms[personne],
                structures.get(personne, ""),
                PAGES.get(objet) or QUOI.get(operation, "a ouvert le dossier"),
                operation == Operation.REFUS,
            )
        )
    return consultations


# --- Demander à lire -------------------------------------------------------------------------


def lecture_ouverte(acteur, dossier: Dossier) -> LectureMotivee | None:
    """La lecture motivée qui court encore, pour cette personne et ce dossier."""
    return LectureMotivee.objects.en_cours(acteur, dossier.pk).order_by("-jusqua").first()


@transaction.atomic
def ouvrir_lecture(*, acteur, dossier: Dossier, motif: str) -> LectureMotivee:
    """L'animation lit deux jours durant ; la structure qui répond du dossier en est prévenue."""
    if not motif.strip():
        raise Refus("Dites pourquoi vous demandez à lire cet historique.", "motif")
    dossier = verrouiller_pour(acteur, "porteurs.historique.demander", dossier)
    if en_cours := lecture_ouverte(acteur, dossier):
        return en_cours
    maintenant = timezone.now()
    lecture = LectureMotivee.objects.create(
        dossier=dossier,
        demandeur=acteur.utilisateur,
        motif=motif.strip(),
        ouverte_le=maintenant,
        jusqua=maintenant + DUREE_LECTURE,
    )
    consigner_dossier(acteur, Operation.CONSULTATION, dossier, "historique", motif)
    deposer(
        [
            Depot(GENRE_LECTURE, str(lecture.uuid), personne, contexte={"lecture": lecture.pk})
            for personne in a_prevenir(dossier)
            if personne.pk != acteur.utilisateur_id
        ]
    )
    return lecture


def a_prevenir(dossier: Dossier) -> list[Utilisateur]:
    """Le référent s'il est de la structure qui répond ; à défaut, qui l'administre ; sinon l'équipe."""
    mandats = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            structure=dossier.structure_responsable_id,
            fonction=Fonction.TECHNICIEN,
        )
        .select_related("utilisateur")
        .order_by("pk")
    )
    techniciens = {m.utilisateur_id: m for m in mandats}
    referents = dossier.affectations.en_cours().values_list("utilisateur_id", flat=True)
    choisis = [m for pk, m in techniciens.items() if pk in set(referents)]
    choisis = choisis or [m for m in techniciens.values() if m.administre]
    return [m.utilisateur for m in choisis or techniciens.values()]


# --- Effacer ---------------------------------------------------------------------------------


def effacer(dossiers: list[int]) -> int:
    """Efface tout l'historique de ces dossiers, et des personnes qui ne sont dans aucun autre.

    Réservé à l'effacement et à l'anonymisation. Rend le nombre de lignes effacées.
    """
    nombre = 0
    with effacement_ouvert(), connection.cursor() as curseur:
        for dossier in dossiers:
            seules = _personnes_seules(dossier, dossiers)
            # Les tables qui se retrouvent par leur parent passent avant lui.
            for modele in reversed(HISTORIQUES):
                table = HISTORIQUES[modele]._meta.db_table
                if modele is Porteur:
                    curseur.execute(
                        f"DELETE FROM {table} WHERE pgh_obj_id = ANY(%s)",  # noqa: S608 — nom du modèle
                        [seules],
                    )
                else:
                    curseur.execute(
                        f"DELETE FROM {table} WHERE {condition(modele)}",  # noqa: S608 — idem
                        {"dossier": dossier},
                    )
                nombre += curseur.rowcount
    return nombre


def _personnes_seules(dossier: int, partants: list[int]) -> list[int]:
    """Les personnes de l'historique du dossier qu'aucun dossier restant ne nomme."""
    citees = (
        HISTORIQUES[Participation]
        .objects.filter(dossier_id=dossier)
        .values_list("porteur_id", flat=True)
        .distinct()
    )
    ailleurs = Participation.objects.exclude(dossier__in=partants).filter(porteur__in=set(citees))
    return sorted(set(citees) - set(ailleurs.values_list("porteur_id", flat=True)))


def effacer_personnes(porteurs: list[int]) -> None:
    """Efface ce que l'histoire garde de ces personnes elles-mêmes : noms, adresses, téléphones."""
    _effacer_lignes((Porteur, "pgh_obj_id = ANY(%s)", [porteurs]))


def effacer_participation(participation: int, porteur: int, dossier: int) -> None:
    """Efface la trace d'une personne dans un dossier que d'autres continuent de porter."""
    _effacer_lignes(
        (PartAdulte, "participation_id = %s", [participation]),
        (AccordPartage, "participation_id = %s", [participation]),
        (Participation, "pgh_obj_id = %s", [participation]),
        (Echange, "dossier_id = %s AND porteur_id = %s", [dossier, porteur]),
    )


def _effacer_lignes(*quoi) -> None:
    with effacement_ouvert(), connection.cursor() as curseur:
        for modele, clause, valeurs in quoi:
            table = HISTORIQUES[modele]._meta.db_table
            curseur.execute(f"DELETE FROM {table} WHERE {clause}", valeurs)  # noqa: S608 — constantes
