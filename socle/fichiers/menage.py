"""Le ménage : ce que plus rien ne nomme disparaît, ce qui attendait l'antivirus est repris."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from socle.enums import EtatFichier
from socle.fichiers import antivirus
from socle.fichiers.rangement import ranges_avant
from socle.models import Fichier

traces = logging.getLogger(__name__)

# Le temps de finir un formulaire, ou de reprendre une saisie interrompue.
GARDE_ORPHELINS = timedelta(days=1)
LOT = 200


def orphelins() -> QuerySet[Fichier]:
    """Les fichiers qu'aucune clé étrangère, d'aucune application, ne nomme."""
    requete = Fichier.objects.all()
    for lien in Fichier._meta.get_fields(include_hidden=True):
        # Une relation multiple passe par sa table, qui porte elle-même la clé étrangère. Une clé
        # sans contrainte n'engage personne : l'historique se souvient d'un fichier sans le tenir.
        if not getattr(getattr(lien, "field", None), "db_constraint", True):
            continue
        if lien.auto_created and not lien.concrete and (lien.one_to_many or lien.one_to_one):
            possesseurs = lien.related_model._base_manager.filter(
                **{lien.field.attname: OuterRef("pk")}
            )
            requete = requete.filter(~Exists(possesseurs))
    return requete


def effacer(ids: Iterable[int]) -> int:
    """Efface tout de suite ceux de ces fichiers que plus rien ne nomme ; rend leur nombre.

    La ligne est verrouillée, puis regardée de nouveau : deux ménages ne se gênent pas. Qui la
    nommerait au même instant est refusé par la base. Le contenu part après la validation.
    """
    with transaction.atomic():
        verrouilles = list(
            Fichier.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=list(ids))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        perdus = list(orphelins().filter(pk__in=verrouilles))
        # Sans collecte : un SET NULL détacherait en silence ce que la base doit refuser.
        Fichier.objects.filter(pk__in=[f.pk for f in perdus])._raw_delete(using="default")
        chemins = [f.chemin for f in perdus]
        transaction.on_commit(lambda: _effacer_du_disque(chemins))
    return len(perdus)


def effacer_les_orphelins() -> int:
    """Efface les fichiers sans possesseur depuis un jour, et les contenus sans ligne.

    Rend le nombre de lignes effacées. Les contenus partent une fois l'effacement validé.
    """
    limite = timezone.now() - GARDE_ORPHELINS
    total = 0
    # Par passage, un nombre fini de lots : le suivant, dans une heure, continue.
    for _ in range(50):
        ids = orphelins().filter(cree_le__lt=limite).order_by("pk")[:LOT]
        effaces = effacer(list(ids.values_list("pk", flat=True)))
        total += effaces
        if effaces < LOT:
            break
    transaction.on_commit(_effacer_les_contenus_sans_ligne)
    return total


def _effacer_les_contenus_sans_ligne() -> None:
    """Un dépôt dont la transaction n'a pas abouti laisse un contenu que rien ne décrit."""
    lot: list[Path] = []
    for chemin in ranges_avant(GARDE_ORPHELINS.total_seconds()):
        lot.append(chemin)
        if len(lot) == LOT:
            _effacer_les_inconnus(lot)
            lot = []
    _effacer_les_inconnus(lot)


def _effacer_les_inconnus(chemins: list[Path]) -> None:
    connus = set(
        Fichier.objects.filter(rangement__in=[c.name for c in chemins]).values_list(
            "rangement", flat=True
        )
    )
    _effacer_du_disque(c for c in chemins if c.name not in connus)


def _effacer_du_disque(chemins: Iterable[Path]) -> None:
    for chemin in chemins:
        chemin.unlink(missing_ok=True)


def reprendre_la_quarantaine() -> int:
    """Soumet de nouveau à l'antivirus ce qui l'attendait ; rend le nombre de fichiers tranchés."""
    tranches = 0
    attente = Fichier.objects.filter(etat=EtatFichier.QUARANTAINE).order_by("pk")
    for fichier in attente[:LOT]:
        try:
            verdict = antivirus.examiner(fichier.chemin.read_bytes())
        except FileNotFoundError:
            traces.error("Le contenu du fichier %s n'est plus sur le disque.", fichier.uuid)
            continue
        if verdict is antivirus.Verdict.SANS_REPONSE:
            # Il ne répondra pas mieux aux suivants : la prochaine heure réessaiera.
            break
        sain = verdict is antivirus.Verdict.SAIN
        etat = EtatFichier.DISPONIBLE if sain else EtatFichier.INFECTE
        pris = Fichier.objects.filter(pk=fichier.pk, etat=EtatFichier.QUARANTAINE)
        tranches += pris.update(etat=etat)
        if not sain:
            # La ligne reste, pour dire pourquoi la pièce manque ; le danger, non.
            fichier.chemin.unlink(missing_ok=True)
    return tranches
