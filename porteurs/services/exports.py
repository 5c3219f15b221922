"""Emporter un tableau de dossiers : demandé avec un motif, écrit par une tâche, effacé en deux jours.

L'état de l'export dit ce qui reste à faire : une tâche tuée ne laisse ni fichier ni ligne au journal,
et le passage suivant recommence.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, F, Func, Q
from django.http import QueryDict
from django.utils import timezone

from porteurs.filters import DossierFilter
from porteurs.journal import cle_du_journal
from porteurs.models import Acces, Dossier, Export, PartAdulte, Participation
from porteurs.models.dossier import DossierQuerySet
from porteurs.models.export import GARDE, GARDE_DEMANDE, EtatExport
from porteurs.services.exports_lignes import Ligne, Releve, cellules, colonnes, lots
from socle import fichiers, taches
from socle.acteur import acteur_de
from socle.enums import Operation
from socle.journal import consigner
from socle.models import AccesJournal, Fichier
from socle.permissions import peut
from socle.refus import Refus
from socle.tableurs import ecrire_csv, ecrire_xlsx
from socle.tableurs.ecriture import FORMATS

TACHE = "porteurs.tasks.mener_les_exports"
ACTION = "porteurs.export.demander"
# Un export qui fait tomber sa tâche plusieurs fois de suite ne réussira pas la suivante.
ESSAIS = 4
AVANCER = "UPDATE porteurs_export SET total = greatest(total, %s), faits = %s WHERE id = %s"
VIDE = {"fiches": [], "suivis": [], "prives": [], "adultes": [], "parts": []}
VIDE |= {"filtres": {}, "texte": ""}

PERIME = "Ses deux jours sont passés."
CHANGE = "Depuis, vous ne lisez plus tout ce qu’il contenait\u00a0: refaites-le."


# --- Demander --------------------------------------------------------------------------------


def filtres_de(donnees: QueryDict) -> dict[str, list[str]]:
    """Les filtres de la liste que porte une adresse ; le texte cherché n'y est jamais."""
    noms = [nom for nom in DossierFilter.base_filters if nom != "q"]
    return {nom: valeurs for nom in noms if (valeurs := [v for v in donnees.getlist(nom) if v])}


def filtrer(acteur, reseau, filtres: dict[str, list[str]], texte: str) -> DossierFilter:
    """La liste telle que cet acteur la verrait avec ces filtres. Lève ``Refus`` s'ils ne valent plus.

    Un filtre qu'on ne comprend pas ne se laisse pas de côté : l'export en serait plus large.
    """
    donnees = QueryDict(mutable=True)
    for nom, valeurs in filtres.items():
        donnees.setlist(nom, valeurs)
    donnees["q"] = texte
    visibles = Dossier.objects.filter(reseau=reseau).visible_par(acteur)
    filtre = DossierFilter(donnees, visibles, acteur=acteur, reseau=reseau)
    if not filtre.form.is_valid():
        raise Refus(
            "Un des filtres ne vaut plus\u00a0: revenez à la liste et choisissez de nouveau."
        )
    return filtre


@transaction.atomic
def demander(
    *, acteur, reseau, motif: str, format: str, contenu: str, filtres: dict, texte: str = ""
) -> Export:
    """Inscrit la demande ; une tâche l'écrit. Un seul export se prépare à la fois."""
    try:
        with transaction.atomic():
            export = Export.objects.create(
                reseau=reseau,
                par_id=acteur.utilisateur_id,
                motif=motif,
                format=format,
                contenu=contenu,
                filtres=filtres,
                texte=texte,
            )
    except IntegrityError:
        raise Refus("Un export se prépare déjà\u00a0: attendez qu’il soit prêt.") from None
    export.refresh_from_db()
    taches.demander(TACHE)
    return export


# --- Écrire ----------------------------------------------------------------------------------


def mener_les_exports() -> None:
    """Efface ce qui a fait son temps, puis écrit tout ce qui attend."""
    retirer(Export.objects.filter(expire_le__lte=timezone.now()), PERIME)
    Export.objects.filter(
        etat__in=[EtatExport.RETIRE, EtatExport.ECHEC],
        demande_le__lt=timezone.now() - GARDE_DEMANDE,
    ).delete()
    attendent = Export.objects.filter(etat=EtatExport.ATTENTE).order_by("essais", "pk")
    for pk in list(attendent.values_list("pk", flat=True)):
        with taches.seul("porteurs.export", pk) as pris:
            if pris:
                mener(pk)


def mener(pk: int) -> None:
    """Écrit cet export s'il attend encore ; rejoué, il ne double rien."""
    export = Export.objects.select_related("reseau", "par").get(pk=pk)
    if not export.en_cours:
        return
    if export.essais >= ESSAIS:
        _abandonner(
            export, "Le fichier n’a pas pu être écrit\u00a0: essayez avec moins de dossiers."
        )
        return
    Export.objects.filter(pk=pk).update(essais=F("essais") + 1, faits=0)
    acteur = acteur_de(export.par)
    try:
        ecrire(export, acteur)
    except Refus as refus:
        _abandonner(export, refus.phrase)
        return
    # Un effacement validé pendant l'écriture n'a pas vu ce fichier : on regarde après coup.
    if not encore_lu(export, acteur):
        retirer(Export.objects.filter(pk=pk), CHANGE)


def ecrire(export: Export, acteur) -> None:
    """Le fichier, avec les droits de maintenant, et sa trace au journal : tout, ou rien."""
    if not peut(acteur, ACTION, export.reseau):
        raise Refus("Vous ne lisez plus de dossiers dans ce réseau.")
    dossiers = filtrer(acteur, export.reseau, export.filtres, export.texte).qs
    total = dossiers.count()
    releve = Releve()
    with taches.avancement(AVANCER) as jouer, transaction.atomic():
        jouer([total, 0, export.pk])
        choisies = colonnes(export.contenu)
        lignes = (
            cellules(ligne, choisies)
            for lot in _lots_consignes(dossiers, export, acteur, releve, jouer)
            for ligne in lot
        )
        with _ecrit(export, [c.titre for c in choisies], lignes) as contenu:
            # Sans déposant : ce fichier-là n'entame pas le quota de la personne.
            fichier = fichiers.garder(
                contenu, nom=_nom(export), type_mime=FORMATS[export.format].partition(";")[0]
            )
        nombre = len(releve.fiches)
        consigner(
            acteur,
            Operation.EXPORT,
            "export",
            str(export.uuid),
            f"{nombre} dossier{'s' if nombre > 1 else ''}\u00a0: {export.motif}",
        )
        maintenant = timezone.now()
        Export.objects.filter(pk=export.pk, etat=EtatExport.ATTENTE).update(
            etat=EtatExport.PRET,
            fichier=fichier,
            total=nombre,
            faits=nombre,
            pret_le=maintenant,
            expire_le=maintenant + GARDE,
            # La recherche peut porter un nom : elle ne sert plus.
            filtres={},
            texte="",
            **vars(releve),
        )


def _lots_consignes(
    dossiers: DossierQuerySet, export: Export, acteur, releve: Releve, jouer
) -> Iterator[list[Ligne]]:
    """Chaque dossier écrit l'est aussi à son propre journal : la personne lit qui l'a emporté."""
    for lot in lots(dossiers, acteur, export.contenu):
        for ligne in lot:
            releve.noter(ligne)
        AccesJournal.objects.bulk_create(
            AccesJournal(
                utilisateur_id=acteur.utilisateur_id,
                operation=Operation.EXPORT,
                objet="dossier",
                reference=cle_du_journal(ligne.dossier),
            )
            for ligne in lot
        )
        yield lot
        faits = len(releve.fiches)
        jouer([faits, faits, export.pk])


@contextmanager
def _ecrit(export: Export, titres: list[str], lignes: Iterator[list]) -> Iterator[IO[bytes]]:
    """Le tableau écrit sur le disque au fil des lignes, à son début."""
    if export.format == "xlsx":
        with ecrire_xlsx("Dossiers", titres, lignes) as contenu:
            yield contenu
        return
    with TemporaryFile() as contenu:
        contenu.writelines(ecrire_csv(chain([titres], lignes)))
        contenu.seek(0)
        yield contenu


def _nom(export: Export) -> str:
    return f"dossiers-{export.reseau.slug}-{timezone.localdate().isoformat()}.{export.format}"


def _abandonner(export: Export, phrase: str) -> None:
    Export.objects.filter(pk=export.pk, etat=EtatExport.ATTENTE).update(
        etat=EtatExport.ECHEC, message=phrase, filtres={}, texte=""
    )


# --- Remettre, retirer -----------------------------------------------------------------------


def encore_lu(export: Export, acteur) -> bool:
    """Vrai si l'acteur lit encore tout ce que le fichier contient.

    Une opposition, un accord retiré ou un relais ferment aussi ce qui fut emporté la veille.
    """
    dossiers = Dossier.objects.filter(reseau=export.reseau_id)
    nommees = Participation.objects.filter(
        Q(rang=1) | Q(informe_le__isnull=False, opposition_le=None)
    )
    lus = {
        "fiches": dossiers.visible_par(acteur),
        "suivis": dossiers.suivis_par(acteur),
        "prives": dossiers.filter(Acces.objects.ouvrant_le_prive(acteur)),
        "adultes": nommees,
        "parts": PartAdulte.objects.visible_par(acteur),
    }
    ecrits = Export.objects.filter(pk=export.pk).annotate(
        **{f"n_{nom}": Func(F(nom), function="cardinality") for nom in lus}
    )
    nombres = ecrits.values(*(f"n_{nom}" for nom in lus)).get()
    for nom, requete in lus.items():
        identifiants = Export.objects.filter(pk=export.pk).values_list(
            Func(F(nom), function="unnest", output_field=BigIntegerField()), flat=True
        )
        if nombres[f"n_{nom}"] != requete.filter(pk__in=identifiants).count():
            return False
    return True


@transaction.atomic
def retirer(exports, message: str) -> int:
    """Efface les fichiers de ces exports ; les demandes restent, et disent pourquoi."""
    prets = list(
        exports.filter(etat=EtatExport.PRET)
        .select_for_update(of=("self",), skip_locked=True)
        .values_list("pk", "fichier_id")
    )
    if not prets:
        return 0
    Export.objects.filter(pk__in=[pk for pk, _ in prets]).update(
        etat=EtatExport.RETIRE, fichier=None, message=message, **VIDE
    )
    fichiers.effacer([fichier for _, fichier in prets])
    return len(prets)


def oublier(dossiers: Iterable[int]) -> None:
    """Efface les fichiers où figure l'un de ces dossiers ; à appeler quand une personne est effacée.

    Deux fois : dans la transaction, et après, pour le fichier qui s'écrivait pendant ce temps.
    """
    ids = list(dossiers)

    def faire() -> None:
        retirer(Export.objects.filter(fiches__overlap=ids), CHANGE)

    if ids:
        faire()
        transaction.on_commit(faire)


def retirer_les_fermes() -> None:
    """Chaque heure : un fichier que sa personne ne pourrait plus recevoir n'a plus à être là."""
    for export in Export.objects.filter(etat=EtatExport.PRET).defer(*VIDE).select_related("par"):
        if not encore_lu(export, acteur_de(export.par)):
            retirer(Export.objects.filter(pk=export.pk), CHANGE)


def fichier_a_remettre(export: Export, acteur) -> Fichier:
    """Le fichier, si l'acteur en lit encore tout le contenu. Lève ``Refus`` avec la raison."""
    if export.expire_le <= timezone.now():
        raise Refus(PERIME)
    if not encore_lu(export, acteur):
        raise Refus(CHANGE)
    return export.fichier
