"""Prévoir, reporter, annuler une réunion ; son ordre du jour, ses membres, son courriel à J-7."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from partenaires.enums import Fonction, Module
from partenaires.models import Mandat, Structure
from porteurs.agenda import jour_de
from porteurs.enums import Audience, EtatReunion, NatureEchange, NatureReunion
from porteurs.models import Dossier, Echange, PointReunion, Reunion
from porteurs.services.suivi import noter_echange
from socle import liens
from socle.acteur import acteur_de
from socle.courriels import Depot, deposer
from socle.enums import EtatCourriel
from socle.models import Courriel, LienSigne, Utilisateur
from socle.permissions import peut
from socle.refus import Refus

GENRE_DIGEST = "reunion_j7"
GENRE_ANNULATION = "reunion_annulee"
AVANCE = timedelta(days=7)
# Le lien « ajouter une ligne » d'un courriel vit jusqu'à une semaine après la réunion.
BUT_LIGNE = "ligne"
SURSIS_LIGNE = timedelta(days=7)
LONGUEUR_LIGNE = 300
# Au-delà, c'est l'année qui a été mal tapée.
HORIZON = timedelta(days=2 * 366)
# Destinataires déposés d'un seul tenant : la mémoire reste plate, le passage suivant reprend.
LOT_DEPOT = 1000
# Un courriel en cours de route, ou peut-être parti, compte comme reçu.
ETATS_PARTIS = (
    EtatCourriel.COMPOSITION,
    EtatCourriel.REMISE,
    EtatCourriel.ENVOYE,
    EtatCourriel.GARDE,
    EtatCourriel.INCERTAIN,
)
MEMBRES_TECHNIQUES = (Fonction.TECHNICIEN, Fonction.ANIMATEUR)
FONCTIONS_ATTENDUES = {
    NatureReunion.TECHNIQUE: MEMBRES_TECHNIQUES,
    NatureReunion.SUIVI: (*MEMBRES_TECHNIQUES, Fonction.ELU),
    NatureReunion.PILOTAGE: (Fonction.ANIMATEUR, Fonction.ELU),
}


# --- La réunion ----------------------------------------------------------------------------


@transaction.atomic
def prevoir_reunion(
    *, reseau, nature: str, debut: datetime, duree_minutes: int, lieu: str
) -> Reunion:
    _verifier_debut(debut)
    return Reunion.objects.create(
        reseau=reseau, nature=nature, debut=debut, duree_minutes=duree_minutes, lieu=lieu
    )


@transaction.atomic
def prevoir_serie(
    *, reseau, debuts: list[datetime], duree_minutes: int, lieu: str
) -> list[Reunion]:
    """Des réunions techniques, toutes ou aucune. Lève ``Refus`` si l'une est passée, trop lointaine,
    ou au même instant qu'une réunion déjà prévue."""
    for debut in debuts:
        _verifier_debut(debut)
    deja = Reunion.objects.filter(
        reseau=reseau, nature=NatureReunion.TECHNIQUE, etat=EtatReunion.PREVUE, debut__in=debuts
    )
    if deja.exists():
        raise Refus("Une de ces réunions est déjà prévue, le même jour à la même heure.", "jour")
    return [
        Reunion.objects.create(
            reseau=reseau,
            nature=NatureReunion.TECHNIQUE,
            debut=debut,
            duree_minutes=duree_minutes,
            lieu=lieu,
        )
        for debut in debuts
    ]


def _verifier_debut(debut: datetime) -> None:
    maintenant = timezone.now()
    if debut <= maintenant:
        raise Refus("Cette date est passée : une réunion se prévoit à l’avance.", "jour")
    if debut > maintenant + HORIZON:
        raise Refus("C’est dans plus de deux ans : vérifiez l’année.", "jour")


@transaction.atomic
def modifier_reunion(
    *, reunion: Reunion, sequence: int, nature: str, debut: datetime, duree_minutes: int, lieu: str
) -> Reunion:
    """Reporte ou corrige la réunion si personne ne l'a changée depuis la version lue.

    Le numéro de séquence avance : l'agenda de chacun remplace l'ancienne invitation.
    """
    reunion = _verrouiller(reunion)
    _verifier_ouverte(reunion)
    if reunion.sequence != sequence:
        raise Refus(
            "Quelqu’un a modifié cette réunion pendant que vous écriviez. Sa version est "
            "ci-dessus : vérifiez la vôtre, puis enregistrez de nouveau."
        )
    _verifier_debut(debut)
    if nature != NatureReunion.TECHNIQUE and reunion.points.exists():
        raise Refus(
            "Des dossiers ont été ajoutés à l’ordre du jour ; un comité n’en nomme aucun. "
            "Retirez-les d’abord, ou prévoyez une autre réunion.",
            "nature",
        )
    reunion.nature, reunion.debut = nature, debut
    reunion.duree_minutes, reunion.lieu = duree_minutes, lieu
    reunion.sequence += 1
    reunion.save(update_fields=["nature", "debut", "duree_minutes", "lieu", "sequence"])
    return reunion


@transaction.atomic
def annuler_reunion(*, reunion: Reunion) -> Reunion:
    reunion = _verrouiller(reunion)
    _verifier_ouverte(reunion)
    reunion.etat = EtatReunion.ANNULEE
    reunion.sequence += 1
    reunion.save(update_fields=["etat", "sequence"])
    _prevenir_de_l_annulation(reunion)
    return reunion


def _prevenir_de_l_annulation(reunion: Reunion) -> int:
    """Un courriel à qui a pu recevoir l'ordre du jour ; ce qui n'est pas parti ne partira pas."""
    annonces = Courriel.objects.filter(
        genre=GENRE_DIGEST, contexte__reunion=reunion.pk, etat__in=ETATS_PARTIS
    )
    personnes = Utilisateur.objects.filter(
        is_active=True, pk__in=annonces.values("destinataire")
    ).only("pk", "email")
    return deposer(
        [
            Depot(
                GENRE_ANNULATION,
                f"reunion:{reunion.pk}:annulee",
                utilisateur=personne,
                contexte={"reunion": reunion.pk},
            )
            for personne in personnes
        ]
    )


def _verrouiller(reunion: Reunion) -> Reunion:
    return (
        Reunion.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=reunion.pk)
    )


def _verifier_ouverte(reunion: Reunion) -> None:
    if reunion.etat != EtatReunion.PREVUE:
        raise Refus(f"Cette réunion est {reunion.get_etat_display()} : elle ne change plus.")
    if reunion.debut <= timezone.now():
        raise Refus("Cette réunion a commencé : elle ne change plus.")


def membres(reunion: Reunion) -> QuerySet[Mandat]:
    """Les mandats des personnes attendues, au jour de la réunion."""
    return (
        Mandat.objects.actifs(jour_de(reunion))
        .filter(
            reseau=reunion.reseau_id,
            fonction__in=FONCTIONS_ATTENDUES[reunion.nature],
            utilisateur__is_active=True,
        )
        .select_related("utilisateur", "structure")
        .order_by("structure__cle_tri", "utilisateur__nom", "utilisateur__prenom", "pk")
    )


# --- Les points ajoutés --------------------------------------------------------------------


@transaction.atomic
def ajouter_point(*, acteur, reunion: Reunion, dossier: Dossier, mot: str) -> PointReunion:
    """Inscrit un dossier ; l'y inscrire une seconde fois ne change que le mot."""
    reunion = _verrouiller(reunion)
    _verifier_ouverte(reunion)
    if reunion.nature != NatureReunion.TECHNIQUE:
        raise Refus("Un comité ne parle d’aucun dossier en particulier : il lit des chiffres.")
    point, _ = PointReunion.objects.update_or_create(
        reunion=reunion,
        dossier=dossier,
        defaults={"mot": mot},
        create_defaults={"mot": mot, "ajoute_par": acteur.utilisateur},
    )
    return point


@transaction.atomic
def retirer_point(*, reunion: Reunion, dossier: Dossier) -> bool:
    """Retire un dossier ajouté ; faux s'il ne l'était plus."""
    reunion = _verrouiller(reunion)
    _verifier_ouverte(reunion)
    retires, _ = reunion.points.filter(dossier=dossier, decision="").delete()
    return bool(retires)


# --- Le courriel à J-7 ---------------------------------------------------------------------


def a_annoncer(maintenant: datetime) -> list[Reunion]:
    """Les réunions techniques à sept jours ou moins, comptés dans le fuseau de leur réseau."""
    proches = (
        Reunion.objects.a_venir(maintenant)
        .filter(
            nature=NatureReunion.TECHNIQUE,
            debut__lt=maintenant + AVANCE + timedelta(days=1),
            reseau__modules__contains=[Module.REUNIONS],
        )
        .select_related("reseau")
    )
    return [
        reunion
        for reunion in proches
        if jour_de(reunion) - AVANCE <= timezone.localdate(maintenant, reunion.reseau.tz)
    ]


def periode_digest(reunion: Reunion) -> str:
    """Une réunion reportée à un autre jour se réannonce ; à une autre heure, non."""
    return f"reunion:{reunion.pk}:j7:{jour_de(reunion).isoformat()}"


def preparer_digests(maintenant: datetime | None = None) -> int:
    """Dépose les courriels dus et rend le nombre de nouveaux.

    Tout se déduit de la base : un passage manqué est rattrapé par le suivant, un membre arrivé
    entre-temps est prévenu à son tour, et deux passages simultanés n'en déposent qu'un.
    """
    return sum(_annoncer(reunion) for reunion in a_annoncer(maintenant or timezone.now()))


def _annoncer(reunion: Reunion) -> int:
    periode = periode_digest(reunion)
    deja = Courriel.objects.filter(
        genre=GENRE_DIGEST,
        cle_destinataire=Concat(Value("u"), Cast(OuterRef("pk"), CharField())),
        periode=periode,
    )
    mandats = Mandat.objects.actifs(reunion.reseau.aujourd_hui()).filter(
        reseau=reunion.reseau_id, fonction__in=MEMBRES_TECHNIQUES
    )
    personnes = (
        Utilisateur.objects.filter(
            ~Exists(deja), is_active=True, pk__in=mandats.values("utilisateur")
        )
        .only("pk", "email")
        .order_by("pk")
    )
    deposes = 0
    contexte = {"reunion": reunion.pk, "jour": jour_de(reunion).isoformat()}
    while lot := list(personnes[:LOT_DEPOT]):
        nouveaux = deposer(
            [Depot(GENRE_DIGEST, periode, utilisateur=u, contexte=contexte) for u in lot]
        )
        deposes += nouveaux
        if len(lot) < LOT_DEPOT:
            break
    return deposes


# --- La ligne ajoutée depuis un courriel ---------------------------------------------------


def dossier_de_la_ligne(lien: LienSigne) -> tuple:
    """L'acteur du lien, avec ses droits de maintenant, et le dossier qu'il peut encore noter.

    Lève ``LienInvalide`` quand les droits ont cessé : le lien ne dit alors plus rien du dossier.
    """
    acteur = acteur_de(lien.utilisateur)
    dossier = (
        Dossier.objects.visible_par(acteur)
        .avec_volet(acteur)
        .select_related("reseau", "commune")
        .filter(pk=lien.contexte["dossier"])
        .first()
    )
    if dossier is None or not peut(acteur, "porteurs.echange.noter", dossier):
        raise liens.LienInvalide(
            "Ce lien ne permet plus d’écrire : le dossier est clos, ou vous ne le suivez plus."
        )
    return acteur, dossier


@transaction.atomic
def noter_la_ligne(*, lien: LienSigne, structure: Structure, texte: str) -> Echange:
    """Consomme le lien et note l'échange, d'un seul tenant ; les droits sont relus ici."""
    acteur, dossier = dossier_de_la_ligne(lien)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    return noter_echange(
        acteur=acteur,
        dossier=dossier,
        structure=structure,
        nature=NatureEchange.NOTE,
        le=dossier.reseau.aujourd_hui(),
        texte=texte,
        audience=Audience.EQUIPE,
    )
