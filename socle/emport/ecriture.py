"""Ranger dans une archive tout ce qui tient à un objet."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from django.db import connection, models, transaction
from django.utils import timezone

from socle.emport.table import VERSION, Table, tables
from socle.models import Fichier

SIMPLES = (type(None), bool, int, float, str, list, dict)


def ecrire(objet: models.Model, chemin: Path) -> dict[str, int]:
    """Écrit l’archive et rend le nombre de lignes par table.

    Une seule photographie de la base : ce qui change pendant l’écriture n’y est pas à moitié.
    """
    seul = not connection.in_atomic_block
    with transaction.atomic():
        if seul:
            with connection.cursor() as curseur:
                curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _ecrire(objet, chemin)


def _ecrire(objet: models.Model, chemin: Path) -> dict[str, int]:
    nommes: dict[type, set[int]] = {}
    connus = {t.classe: set(t.parmi(objet)) for t in tables() if t.parmi}
    comptes: dict[str, int] = {}
    empreintes: dict[str, str] = {}
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in _ordre_d_ecriture():
            lignes = table.classe._base_manager.order_by("pk")
            if table.chemin:
                lignes = lignes.filter(**{table.chemin: objet.pk})
            elif table.avec:
                parent = table.classe._meta.get_field(table.avec).related_model
                lignes = lignes.filter(**{f"{table.avec}__in": nommes.get(parent, ())})
            else:
                lignes = lignes.filter(pk__in=nommes.get(table.classe, ()))
            if table.filtre:
                lignes = lignes.filter(table.filtre(objet))
            comptes[table.modele], empreintes[table.nom] = _ranger(
                archive, table, lignes, nommes, connus
            )
        for fichier in Fichier.objects.filter(pk__in=nommes.get(Fichier, ())).order_by("pk"):
            archive.write(fichier.chemin, f"fichiers/{fichier.uuid}")
        manifeste = {
            "version": VERSION,
            "objet": {"modele": objet._meta.label, "nom": str(objet)},
            "le": timezone.now().isoformat(),
            "lignes": comptes,
            "sha256": empreintes,
        }
        archive.writestr("manifeste.json", json.dumps(manifeste, ensure_ascii=False, indent=1))
    return comptes


def _ordre_d_ecriture() -> list[Table]:
    """Les partagées en dernier, à rebours : toutes les lignes qu’on y nomme sont alors connues."""
    toutes = tables()
    return [
        *(t for t in toutes if t.chemin),
        *(t for t in toutes if t.avec),
        *(t for t in reversed(toutes) if t.partagee),
    ]


def _ranger(
    archive,
    table: Table,
    lignes: models.QuerySet,
    nommes: dict[type, set[int]],
    connus: dict[type, set[int]],
) -> tuple[int, str]:
    empreinte, nombre = hashlib.sha256(), 0
    champs, liens = table.champs(), table.liens()
    with archive.open(table.nom, "w", force_zip64=True) as sortie:
        for ligne in lignes.iterator(chunk_size=500):
            for lien in liens:
                if _etranger(ligne, lien, connus):
                    setattr(ligne, lien.attname, None)
            texte = json.dumps({"pk": ligne.pk} | _valeurs(ligne, champs), ensure_ascii=False)
            octets = texte.encode() + b"\n"
            sortie.write(octets)
            empreinte.update(octets)
            nombre += 1
            if table.avec:
                nommes.setdefault(table.classe, set()).add(ligne.pk)
            for lien in liens:
                if (valeur := getattr(ligne, lien.attname)) is not None:
                    nommes.setdefault(lien.related_model, set()).add(valeur)
    return nombre, empreinte.hexdigest()


def _etranger(ligne: models.Model, lien: models.ForeignKey, connus: dict[type, set[int]]) -> bool:
    """Le lien facultatif mène à quelqu’un qui n’a jamais été de ce qu’on emporte."""
    connus_ici = connus.get(lien.related_model)
    return lien.null and connus_ici is not None and getattr(ligne, lien.attname) not in connus_ici


def _valeurs(ligne: models.Model, champs: Iterable[models.Field]) -> dict:
    valeurs = {}
    for champ in champs:
        valeur = champ.value_from_object(ligne)
        if not isinstance(valeur, SIMPLES) or isinstance(valeur, list):
            valeur = champ.value_to_string(ligne)
        valeurs[champ.name] = valeur
    return valeurs
