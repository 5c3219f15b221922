"""Les longs gestes d'un import, menés par une tâche, un à la fois, et repris s'ils s'arrêtent.

L'état de l'import dit ce qui reste à faire : une tâche tuée ne laisse rien à moitié écrit, et le
passage suivant recommence. La page montre l'avancement, qu'une seconde connexion écrit pendant que
la première tient sa transaction.
"""

from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from porteurs.models import ImportDossiers, LigneImport
from porteurs.models.imports import EN_COURS, EtatImport, EtatLigne
from porteurs.services.imports import annulation, ecriture, information
from porteurs.services.imports.lecture import relire
from porteurs.services.imports.lignes import LOT, compter, garder, marquer_les_doubles
from porteurs.services.imports.precisions import a_preciser
from porteurs.services.imports.verification import Lecteur
from socle import taches
from socle.enums import Operation
from socle.journal import consigner
from socle.refus import Refus

AVANCER = (
    "UPDATE porteurs_importdossiers SET traitees = least(%s, total), signe_le = now() WHERE id = %s"
)


def demander() -> None:
    taches.demander("porteurs.tasks.mener_les_imports")


@transaction.atomic
def demander_l_ecriture(*, acteur, import_dossiers: ImportDossiers) -> None:
    """Tout est relu : qu'on l'écrive. Un second envoi ne fait rien de plus."""
    if import_dossiers.comptes.get(EtatLigne.FAUTIVE):
        raise Refus("Il reste des lignes à corriger\u00a0: rien n’est écrit.")
    if not (
        import_dossiers.comptes.get(EtatLigne.NOUVELLE)
        or import_dossiers.comptes.get(EtatLigne.MODIFIEE)
    ):
        raise Refus("Ce tableau n’apporte rien de neuf\u00a0: il n’y a rien à écrire.")
    pris = ImportDossiers.objects.filter(pk=import_dossiers.pk, etat=EtatImport.VERIFIE).update(
        etat=EtatImport.ECRITURE, traitees=0, message="", signe_le=timezone.now()
    )
    if pris:
        consigner(acteur, Operation.MODIFICATION, "import", str(import_dossiers.uuid), "écrire")
        demander()


def mener_les_imports() -> None:
    """Tout ce qui attend une tâche ; celui qu'une autre tient déjà est laissé à elle."""
    attendent = ImportDossiers.objects.filter(
        Q(etat__in=EN_COURS) | Q(informer_le__isnull=False)
    ).order_by("signe_le")
    for pk in list(attendent.values_list("pk", flat=True)):
        with taches.seul("porteurs.import", pk) as pris:
            if pris:
                mener(pk)


def mener(pk: int) -> None:
    import_dossiers = ImportDossiers.objects.select_related("reseau", "structure").get(pk=pk)
    gestes = {
        EtatImport.VERIFICATION: verifier,
        EtatImport.ECRITURE: _ecrire,
        EtatImport.ANNULATION: _annuler,
    }
    if import_dossiers.etat in gestes:
        gestes[import_dossiers.etat](import_dossiers)
    elif import_dossiers.informer_le:
        information.informer_le_lot(import_dossiers)


def verifier(import_dossiers: ImportDossiers) -> None:
    """Lit les lignes qui attendent, par lots gardés à mesure : interrompue, elle reprend là."""
    lecteur = Lecteur(import_dossiers)
    while True:
        lignes = list(
            LigneImport.objects.filter(
                import_dossiers=import_dossiers, etat=EtatLigne.ATTENTE
            ).order_by("numero")[:LOT]
        )
        if not lignes:
            break
        with transaction.atomic():
            garder(lecteur.lire(lignes))
            import_dossiers.traitees += len(lignes)
            import_dossiers.signe_le = timezone.now()
            import_dossiers.save(update_fields=["traitees", "signe_le"])
    with transaction.atomic():
        marquer_les_doubles(import_dossiers)
        ImportDossiers.objects.filter(pk=import_dossiers.pk, etat=EtatImport.VERIFICATION).update(
            etat=EtatImport.VERIFIE,
            comptes=compter(import_dossiers),
            questions=a_preciser(import_dossiers, lecteur),
        )


def _ecrire(import_dossiers: ImportDossiers) -> None:
    try:
        with _avancement(import_dossiers) as avancer:
            ecriture.ecrire(import_dossiers, avancer)
    except Refus as refus:
        # On relit tout : la page montrera ce qui a changé, ou pourquoi c'est impossible.
        with transaction.atomic():
            relire(import_dossiers)
            ImportDossiers.objects.filter(pk=import_dossiers.pk).update(message=refus.phrase[:1000])
        import_dossiers.refresh_from_db()
        verifier(import_dossiers)


def _annuler(import_dossiers: ImportDossiers) -> None:
    try:
        with _avancement(import_dossiers) as avancer:
            annulation.annuler(import_dossiers, avancer)
    except Refus as refus:
        ImportDossiers.objects.filter(pk=import_dossiers.pk).update(
            etat=EtatImport.TERMINE, annule_par=None, message=refus.phrase
        )


@contextmanager
def _avancement(import_dossiers: ImportDossiers):
    """``avancer(n)`` : n lignes faites, dit hors de la transaction en cours."""
    with taches.avancement(AVANCER) as jouer:
        yield lambda faites: jouer([faites, import_dossiers.pk])
