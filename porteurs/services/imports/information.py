"""Ce qu'on doit aux personnes dont le dossier vient d'un tableau : les informer, toutes.

Leur dossier reste fermé au réseau jusque-là. La lettre part par courriel à qui a une adresse,
s'imprime pour les autres ; puis on note, d'un geste, que c'est fait.
"""

from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from porteurs.enums import ModeInformation
from porteurs.models import Dossier, ImportDossiers, LigneImport
from porteurs.models.imports import EtatImport, EtatLigne
from porteurs.services.dossier import informer
from socle.acteur import acteur_de
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.journal import consigner
from socle.pdf import composer
from socle.refus import Refus

GENRE = "information_reprise"
# Un document d'un demi-mégaoctet de données au plus : on imprime par liasses.
LIASSE = 300
LOT = 100


def a_informer(import_dossiers: ImportDossiers) -> QuerySet[Dossier]:
    """Les dossiers nés de cet import dont personne n'est encore informé."""
    lignes = LigneImport.objects.filter(
        import_dossiers=import_dossiers, etat=EtatLigne.NOUVELLE, dossier__isnull=False
    )
    return (
        Dossier.objects.sans_vecteurs()
        .filter(
            pk__in=lignes.values("dossier"),
            informe_le=None,
            participations__rang=1,
            structure_responsable=import_dossiers.structure_id,
        )
        .annotate(
            prenom=F("participations__porteur__prenom"),
            nom=F("participations__porteur__nom"),
            adresse=F("participations__porteur__email"),
        )
        .order_by("pk")
    )


def par_moyen(import_dossiers: ImportDossiers, mode: str) -> QuerySet[Dossier]:
    """Par courriel : qui a une adresse. Par courrier : qui n'en a pas. De vive voix : tous."""
    dossiers = a_informer(import_dossiers)
    if mode == ModeInformation.COURRIEL:
        return dossiers.exclude(adresse="")
    if mode == ModeInformation.COURRIER:
        return dossiers.filter(adresse="")
    return dossiers


@transaction.atomic
def envoyer(*, acteur, import_dossiers: ImportDossiers) -> int:
    """Dépose la lettre d'information pour qui a une adresse ; rend le nombre de nouvelles."""
    _verifier(import_dossiers)
    dossiers = par_moyen(import_dossiers, ModeInformation.COURRIEL)
    nombre = deposer(
        [
            Depot(GENRE, f"d{pk}", adresse=adresse, contexte={"dossier": pk})
            for pk, adresse in dossiers.values_list("pk", "adresse")
        ]
    )
    consigner(
        acteur, Operation.EXPORT, "import", str(import_dossiers.uuid), f"{nombre} informations"
    )
    return nombre


def lettres(*, acteur, import_dossiers: ImportDossiers, liasse: int, mode: str) -> bytes:
    """Le PDF d'une liasse de lettres à signer, une page par personne."""
    _verifier(import_dossiers)
    debut = (liasse - 1) * LIASSE
    dossiers = par_moyen(import_dossiers, mode).select_related("commune")[debut : debut + LIASSE]
    destinataires = [
        {
            "nom": f"{d.prenom} {d.nom}",
            "commune": f"{(d.commune.codes_postaux or [''])[0]} {d.commune.nom}".strip(),
            "projet": d.intitule,
            "reference": d.reference,
        }
        for d in dossiers
    ]
    if not destinataires:
        raise Refus("Il n’y a plus de lettre à imprimer dans cette liasse.")
    structure, reseau = import_dossiers.structure, import_dossiers.reseau
    consigner(
        acteur, Operation.EXPORT, "import", str(import_dossiers.uuid), f"lettres, liasse {liasse}"
    )
    return composer(
        "porteurs/lettres_information.typ",
        {
            "titre": "Votre projet et le réseau d’accueil",
            "reseau": reseau.nom,
            "structure": structure.nom,
            "joindre": joindre(structure),
            "jour": reseau.aujourd_hui(),
            "destinataires": destinataires,
        },
    )


def joindre(structure) -> str:
    """Comment joindre la structure : pour s'opposer, relire ou faire effacer."""
    return " ou ".join(filter(None, [structure.email, structure.telephone])) or structure.nom


@transaction.atomic
def noter(*, acteur, import_dossiers: ImportDossiers, le: date, mode: str) -> None:
    """Ces personnes sont informées : une tâche le note dossier par dossier, comme à la main."""
    _verifier(import_dossiers)
    if le > import_dossiers.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", "le")
    pris = ImportDossiers.objects.filter(
        pk=import_dossiers.pk, etat=EtatImport.TERMINE, informer_le=None
    ).update(
        informer_le=le,
        informer_mode=mode,
        informer_par=acteur.utilisateur_id,
        signe_le=timezone.now(),
        message="",
    )
    if not pris:
        raise Refus("On note déjà des personnes informées\u00a0: attendez la fin.")


def _verifier(import_dossiers: ImportDossiers) -> None:
    if import_dossiers.etat != EtatImport.TERMINE:
        raise Refus("Cet import n’est pas écrit\u00a0: il n’y a personne à informer.")


def informer_le_lot(import_dossiers: ImportDossiers) -> None:
    """Note chaque personne informée, par lots gardés à mesure ; interrompue, elle reprend."""
    acteur = acteur_de(import_dossiers.informer_par)
    phrase, dernier = "", 0
    while True:
        dossiers = par_moyen(import_dossiers, import_dossiers.informer_mode)
        lot = list(dossiers.filter(pk__gt=dernier)[:LOT])
        if not lot:
            break
        dernier = lot[-1].pk
        with transaction.atomic():
            for dossier in lot:
                try:
                    informer(
                        acteur=acteur,
                        dossier=dossier,
                        le=max(import_dossiers.informer_le, dossier.ouvert_le),
                        mode=import_dossiers.informer_mode,
                    )
                except Refus as refus:
                    phrase = f"{dossier.reference}\u00a0: {refus.phrase}"
            ImportDossiers.objects.filter(pk=import_dossiers.pk).update(signe_le=timezone.now())
    ImportDossiers.objects.filter(pk=import_dossiers.pk).update(
        informer_le=None, informer_mode="", informer_par=None, message=phrase[:1000]
    )
