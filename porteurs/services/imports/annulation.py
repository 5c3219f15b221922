"""Défaire un import : ce qui est né disparaît, ce qui a changé redevient ce qu'il était.

Refusé dès que quelque chose s'est passé depuis dans un seul de ces dossiers : défaire n'efface le
travail de personne.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from porteurs.models import (
    Affectation,
    CorrespondanceImport,
    Dossier,
    Echange,
    EtapeDossier,
    ImportDossiers,
    LigneImport,
    Participation,
    Porteur,
)
from porteurs.models.imports import GARDE_ANNULATION, EtatImport, EtatLigne
from porteurs.services.acces import indexer, recalculer
from porteurs.services.imports.ecriture import DU_DOSSIER, DU_PORTEUR
from porteurs.services.imports.empreintes import empreintes
from porteurs.services.imports.lignes import LOT, remettre
from socle.enums import Operation
from socle.historique import geste
from socle.journal import consigner
from socle.refus import Refus

NOMMES = 12
ECRITES = (EtatLigne.NOUVELLE, EtatLigne.MODIFIEE)


@transaction.atomic
def demander(*, acteur, import_dossiers: ImportDossiers) -> None:
    """Vérifie que rien n'a bougé, puis confie le retour en arrière à une tâche."""
    reserve = ImportDossiers.objects.select_for_update(of=("self",)).get(pk=import_dossiers.pk)
    if not reserve.annulable:
        raise Refus("Cet import ne se défait plus\u00a0: il l’est déjà, ou plus d’un mois a passé.")
    if reserve.informer_le:
        raise Refus("Des personnes sont en train d’être notées informées\u00a0: attendez la fin.")
    if phrase := obstacle(import_dossiers):
        raise Refus(phrase)
    ImportDossiers.objects.filter(pk=import_dossiers.pk).update(
        etat=EtatImport.ANNULATION,
        annule_par=acteur.utilisateur_id,
        traitees=0,
        message="",
        signe_le=timezone.now(),
    )
    consigner(acteur, Operation.MODIFICATION, "import", str(import_dossiers.uuid), "défaire")


def touches(import_dossiers: ImportDossiers) -> list[str]:
    """Les références des dossiers où quelque chose s'est passé depuis l'import."""
    fautives: list[str] = []
    for lignes in _a_rebours(import_dossiers):
        marques = empreintes([x.dossier_id for x in lignes if x.dossier_id])
        changes = [
            x.dossier_id for x in lignes if x.dossier_id and marques[x.dossier_id] != x.empreinte
        ]
        fautives += Dossier.objects.filter(pk__in=changes).values_list("reference", flat=True)
        fautives += [f"ligne {x.numero}" for x in lignes if not x.dossier_id]
    return sorted(fautives)


def obstacle(import_dossiers: ImportDossiers) -> str:
    """Pourquoi l'import ne peut plus se défaire ; vide s'il le peut."""
    changes = touches(import_dossiers)
    if not changes:
        return ""
    montres = ", ".join(changes[:NOMMES])
    suite = f" et {len(changes) - NOMMES} autres" if len(changes) > NOMMES else ""
    return (
        f"Quelque chose s’est passé depuis dans {len(changes)} de ces dossiers ({montres}{suite})\u00a0: "
        "défaire l’import effacerait ce travail. Rien n’est changé."
    )


def annuler(import_dossiers: ImportDossiers, avancer: Callable[[int], None]) -> None:
    """Remet la base comme avant, en une transaction. Lève ``Refus`` ; alors rien n'a bougé."""
    with (
        geste("porteurs.tasks.mener_les_imports", utilisateur=import_dossiers.annule_par_id),
        transaction.atomic(),
    ):
        ids = LigneImport.objects.filter(import_dossiers=import_dossiers, etat__in=ECRITES)
        reserves = Dossier.objects.select_for_update(of=("self",)).order_by("pk")
        list(reserves.filter(pk__in=ids.values("dossier")).values_list("pk", flat=True))
        if phrase := obstacle(import_dossiers):
            raise Refus(phrase)
        faites = 0
        for lignes in _a_rebours(import_dossiers):
            _rendre([x for x in lignes if x.etat == EtatLigne.MODIFIEE])
            _retirer([x.dossier_id for x in lignes if x.etat == EtatLigne.NOUVELLE])
            faites += len(lignes)
            avancer(faites)
        LigneImport.objects.filter(import_dossiers=import_dossiers).update(avant={}, empreinte="")
        ImportDossiers.objects.filter(pk=import_dossiers.pk).update(
            etat=EtatImport.ANNULE, annule_le=timezone.now(), signe_le=timezone.now()
        )


def _a_rebours(import_dossiers: ImportDossiers):
    """Les lignes écrites, par lots, la dernière d'abord : deux ont pu toucher la même personne."""
    suivant = None
    while True:
        lignes = LigneImport.objects.filter(import_dossiers=import_dossiers, etat__in=ECRITES)
        if suivant is not None:
            lignes = lignes.filter(numero__lt=suivant)
        lot = list(lignes.order_by("-numero")[:LOT])
        if not lot:
            return
        suivant = lot[-1].numero
        yield lot


def _rendre(lignes: list[LigneImport]) -> None:
    """Les dossiers mis à jour reprennent ce qu'ils disaient, à la colonne près."""
    if not lignes:
        return
    for modele, nom in (
        (Affectation, "affectations"),
        (Echange, "echanges"),
        (EtapeDossier, "etapes"),
    ):
        modele.objects.filter(pk__in=[pk for x in lignes for pk in x.avant[nom]]).delete()
    dossiers = [{"id": x.dossier_id} | x.avant["dossier"] for x in lignes]
    # Dans un même lot, toutes les lignes d'une personne l'ont lue avant le premier changement.
    personnes = {x.avant["porteur"]["id"]: x.avant["porteur"] for x in lignes}
    remettre("porteurs_dossier", DU_DOSSIER, dossiers)
    remettre("porteurs_porteur", DU_PORTEUR, list(personnes.values()))
    ids = set(
        Participation.objects.filter(porteur__in=personnes).values_list("dossier", flat=True)
    ) | {x.dossier_id for x in lignes}
    recalculer(sorted(ids))
    indexer(sorted(ids))


def _retirer(ids: list[int]) -> None:
    if not ids:
        return
    personnes = list(
        Participation.objects.filter(dossier__in=ids).values_list("porteur", flat=True)
    )
    Dossier.objects.filter(pk__in=ids).delete()
    Porteur.objects.filter(pk__in=personnes).delete()


def oublier_les_vieux() -> int:
    """Passé le mois, un import ne se défait plus : ce qu'il gardait d'avant n'a plus de raison d'être.

    Ni les textes de cases qu'on avait fait préciser : les titres reconnus suffisent à la fois suivante.
    """
    limite = timezone.now() - GARDE_ANNULATION
    CorrespondanceImport.objects.filter(modifiee_le__lt=limite).exclude(reponses={}).update(
        reponses={}
    )
    ImportDossiers.objects.filter(importe_le__lt=limite).exclude(reponses={}, questions=[]).update(
        reponses={}, questions=[]
    )
    return LigneImport.objects.filter(import_dossiers__importe_le__lt=limite).delete()[0]
