"""Relire une archive : de nouveaux identifiants, les mêmes liens, tout ou rien."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction

from socle.emport.table import VERSION, Table, tables
from socle.fichiers import eprouver
from socle.models import Fichier
from socle.refus import Refus
from socle.validateurs import une_ligne

LOT = 500
# Une ligne porte au plus quelques textes longs ; une archive se replie d'une vingtaine de fois.
LIGNE_OCTETS = 5_000_000
DEPLIE_MINIMAL, DEPLIE_FOIS = 20_000_000, 60
DEMESURE = "Ce fichier est démesuré une fois déplié\u00a0: il ne vient pas de Maillon."
ABIME = "Ce fichier est abîmé ou incomplet : demandez-en un nouveau. Rien n’a été enregistré."
DEJA = (
    "Ce réseau, ou une partie de ses données, est déjà dans cette installation : rien n’a été "
    "enregistré."
)
ILLISIBLE = (
    zipfile.BadZipFile,
    ValueError,
    KeyError,
    ValidationError,
    DataError,
    TypeError,
    zlib.error,
)
AUTRE = "Ce fichier ne vient pas d’une installation de Maillon de la même version."


@dataclass
class Relecture:
    """Ce qu’une relecture a fait : l’objet recréé, et par table combien de créées et retrouvées."""

    racine: models.Model | None = None
    creees: dict[str, int] = field(default_factory=dict)
    retrouvees: dict[str, int] = field(default_factory=dict)
    # Par modèle : ancien identifiant → nouveau.
    identifiants: dict[type, dict[int, int]] = field(default_factory=dict)
    # Les anciens identifiants de ce qui a été créé, et non retrouvé.
    nouveaux: dict[type, set[int]] = field(default_factory=dict)
    # Les contenus posés sur le disque : à effacer si la relecture est défaite.
    contenus: list[Path] = field(default_factory=list)

    # Ce qu'une personne doit relire avant d'accepter : des phrases ou des noms.
    a_relire: list[str] = field(default_factory=list)

    def crees(self, modele: type) -> list[int]:
        """Les identifiants d’ici des lignes créées."""
        return [self.identifiants[modele][ancien] for ancien in self.nouveaux.get(modele, ())]

    def resume(self) -> list[dict]:
        """Par sorte de lignes, combien de créées et de déjà là ; les vides n’y sont pas."""
        return [
            {
                "libelle": table.classe._meta.verbose_name_plural,
                "creees": self.creees[table.modele],
                "retrouvees": self.retrouvees[table.modele],
            }
            for table in tables()
            if self.creees[table.modele] or self.retrouvees[table.modele]
        ]

    def defaire_les_contenus(self) -> None:
        for chemin in self.contenus:
            chemin.unlink(missing_ok=True)


def _verifier_les_tailles(archive: zipfile.ZipFile) -> None:
    """Ce que l’archive annonce une fois dépliée ; ``zipfile`` n’en lira pas davantage."""
    membres = archive.infolist()
    replie = sum(m.compress_size for m in membres)
    if sum(m.file_size for m in membres) > DEPLIE_MINIMAL + DEPLIE_FOIS * replie:
        raise Refus(DEMESURE)
    if archive.getinfo("manifeste.json").file_size > LIGNE_OCTETS:
        raise Refus(DEMESURE)


def manifeste(archive: zipfile.ZipFile) -> dict:
    """Le manifeste, si l’archive est bien de celles que l’on sait lire."""
    try:
        _verifier_les_tailles(archive)
        donnees = json.loads(archive.read("manifeste.json"))
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise Refus(AUTRE) from None
    connues = {table.modele for table in tables()}
    if donnees.get("version") != VERSION or set(donnees.get("lignes", ())) != connues:
        raise Refus(AUTRE)
    return donnees


def lire(chemin: Path, *, imposer: dict | None = None, ensuite=None) -> Relecture:
    """Recrée tout ce que porte l’archive ; ``imposer`` fixe des champs de l’objet emporté.

    Une ligne ne peut nommer que des lignes de l’archive : rien de ce qui est déjà ici, hors des
    tables partagées que l’on retrouve par leurs clés, n’est lu ni touché. ``ensuite(relecture)``
    s’exécute dans la même transaction. Lève ``Refus``, et rien n’est alors enregistré.
    """
    relecture = Relecture()
    try:
        with zipfile.ZipFile(chemin) as archive, transaction.atomic():
            donnees = manifeste(archive)
            for table in tables():
                _relire(archive, table, donnees, relecture, imposer or {})
            if ensuite is not None:
                ensuite(relecture)
            return relecture
    except BaseException as erreur:
        relecture.defaire_les_contenus()
        if isinstance(erreur, IntegrityError):
            raise Refus(DEJA) from erreur
        if isinstance(erreur, ILLISIBLE):
            raise Refus(ABIME) from erreur
        raise


def _relire(archive, table: Table, donnees: dict, relecture: Relecture, imposer: dict) -> None:
    ici = relecture.identifiants.setdefault(table.classe, {})
    nouveaux = relecture.nouveaux.setdefault(table.classe, set())
    a_relier: list[tuple[models.Model, dict]] = []
    for lot in _lots(_lignes(archive, table, donnees["sha256"][table.nom])):
        connues = _retrouver(table, lot)
        ici.update(connues)
        lignes = [ligne for ligne in lot if ligne["pk"] not in connues]
        if table.avec:
            parent = table.classe._meta.get_field(table.avec).related_model
            lignes = [x for x in lignes if x[table.avec] in relecture.nouveaux[parent]]
        if lignes and table.trouver_seulement:
            raise Refus(
                f"Cette installation ne connaît pas {table.classe._meta.verbose_name} "
                f"« {lignes[0][table.cles[0]]} » : chargez d’abord les mêmes données de référence."
            )
        objets = [_objet(table, ligne, relecture, imposer, a_relier) for ligne in lignes]
        _creer(table, objets)
        if table.classe is Fichier:
            _ranger_les_contenus(archive, objets, relecture)
        anciens = [ligne["pk"] for ligne in lignes]
        ici.update(zip(anciens, (o.pk for o in objets), strict=True))
        nouveaux.update(anciens)
    for objet, liens in a_relier:
        table.classe._base_manager.filter(pk=objet.pk).update(
            **{nom: ici[ancien] for nom, ancien in liens.items()}
        )
    relecture.creees[table.modele] = len(nouveaux)
    relecture.retrouvees[table.modele] = len(ici) - len(nouveaux)


def _lots(lignes: Iterator[dict]) -> Iterator[list[dict]]:
    while lot := list(islice(lignes, LOT)):
        yield lot


def _lignes(archive, table: Table, attendue: str) -> Iterator[dict]:
    empreinte = hashlib.sha256()
    with archive.open(table.nom) as entree:
        while octets := entree.readline(LIGNE_OCTETS + 1):
            if len(octets) > LIGNE_OCTETS:
                raise Refus(DEMESURE)
            empreinte.update(octets)
            yield json.loads(octets)
    if empreinte.hexdigest() != attendue:
        raise Refus(ABIME)


def _retrouver(table: Table, lot: Iterable[dict]) -> dict[int, int]:
    """Ancien identifiant → identifiant d’ici, pour celles qu’une de leurs clés désigne."""
    trouvees: dict[int, int] = {}
    for cle in table.cles:
        champ = table.classe._meta.get_field(cle)
        cherchees = {
            champ.to_python(ligne[cle]): ligne["pk"]
            for ligne in lot
            if ligne[cle] and ligne["pk"] not in trouvees
        }
        ici = table.classe._base_manager.filter(**{f"{cle}__in": cherchees} | dict(table.ici))
        trouvees |= {cherchees[valeur]: pk for valeur, pk in ici.values_list(cle, "pk")}
    return trouvees


def _objet(table: Table, ligne: dict, relecture: Relecture, imposer: dict, a_relier: list):
    """L’objet à créer ; ce qui le relie à sa propre table attend qu’elle soit relue."""
    objet, plus_tard = table.classe(), {}
    for champ in table.champs():
        valeur = ligne[champ.name]
        if champ.remote_field and valeur is not None:
            cible = champ.related_model
            if cible is table.classe:
                plus_tard[champ.attname], valeur = valeur, None
            else:
                valeur = relecture.identifiants[cible][valeur]
        elif valeur is not None:
            valeur = champ.to_python(valeur)
        setattr(objet, champ.attname, valeur)
    _verifier(objet, table)
    for nom, tirer in table.neuf:
        setattr(objet, nom, tirer())
    if table.rattacher:
        setattr(objet, table.rattacher, relecture.racine)
    if table.racine:
        if relecture.racine is not None:
            raise Refus(ABIME)
        relecture.racine = objet
        for nom, valeur in imposer.items():
            setattr(objet, nom, valeur)
    if plus_tard:
        a_relier.append((objet, plus_tard))
    return objet


def _verifier(objet: models.Model, table: Table) -> None:
    """Ce qu’un formulaire aurait refusé ne rentre pas par ici : choix, longueurs, adresses, une ligne."""
    for champ in table.champs():
        valeur = getattr(objet, champ.attname)
        if champ.remote_field or valeur in champ.empty_values:
            continue
        champ.clean(valeur, objet)
        # Un champ d'une ligne se retrouve dans des sujets de courriels et des en-têtes.
        if isinstance(champ, models.CharField):
            une_ligne(str(valeur))


def _redate(champ: models.Field) -> bool:
    return getattr(champ, "auto_now_add", False) or getattr(champ, "auto_now", False)


def _creer(table: Table, objets: list[models.Model]) -> None:
    """Crée sans redater : ``auto_now`` poserait la date du jour sur une histoire ancienne."""
    dates = [c for c in table.champs() if _redate(c)]
    anciennes = [{c.attname: getattr(o, c.attname) for c in dates} for o in objets]
    table.classe._base_manager.bulk_create(objets)
    if dates and objets:
        for objet, valeurs in zip(objets, anciennes, strict=True):
            for nom, valeur in valeurs.items():
                setattr(objet, nom, valeur)
        table.classe._base_manager.bulk_update(objets, [c.name for c in dates])


def _ranger_les_contenus(archive, fichiers: list[Fichier], relecture: Relecture) -> None:
    """Éprouvés comme au dépôt, puis rangés sous un nom tiré ici."""
    for fichier in fichiers:
        membre = f"fichiers/{fichier.uuid}"
        if archive.getinfo(membre).file_size != fichier.taille:
            raise Refus(ABIME)
        if fichier.taille > settings.FICHIER_TAILLE_MAX:
            raise Refus(DEMESURE)
        contenu = archive.read(membre)
        if hashlib.sha256(contenu).hexdigest() != fichier.sha256:
            raise Refus(ABIME)
        etat = eprouver(contenu, nom=fichier.nom, type_mime=fichier.type_mime)
        Fichier.objects.filter(pk=fichier.pk).update(etat=etat)
        relecture.contenus.append(fichier.chemin)
        fichier.chemin.parent.mkdir(parents=True, exist_ok=True)
        with fichier.chemin.open("xb") as sortie:
            sortie.write(contenu)
