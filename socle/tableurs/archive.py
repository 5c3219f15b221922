"""L'archive d'un classeur, ouverte avec méfiance : un .xlsx ou un .ods est un ZIP de fichiers XML."""

import zipfile
import zlib
from xml.parsers import expat

from socle.refus import Refus

# Un classeur de 20 000 lignes et 60 colonnes tient dans 60 Mo une fois déplié.
DEPLIE_OCTETS = 100_000_000
MEMBRES = 2_000
# Ce que dit un classeur de lui-même tient en peu de place. Or ces fichiers-là se lisent d'un bloc :
# quelques Ko d'éléments vides répétés y coûteraient des centaines de Mo de mémoire.
PLAFOND = 4_000_000
PLAFONDS = {
    "workbook.xml": 2_000_000,
    ".rels": 2_000_000,
    "manifest.xml": 2_000_000,
    "styles.xml": PLAFOND,
    "sharedstrings.xml": 20_000_000,
}
MORCEAU = 1 << 16

ENREGISTRER_SOUS = (
    "Ouvrez-le dans votre tableur, puis «\u00a0Enregistrer sous\u00a0» et choisissez "
    "«\u00a0Classeur Excel (.xlsx)\u00a0»."
)
ABIME = (
    "Ce classeur est abîmé\u00a0: il ne s’ouvre pas en entier. Ouvrez-le dans votre tableur, "
    "enregistrez-le de nouveau, puis renvoyez-le."
)
PROTEGE = (
    "Ce classeur est protégé par un mot de passe\u00a0: il ne peut pas être lu. Dans votre tableur, "
    "ôtez le mot de passe (Fichier, Informations, Protéger le classeur), enregistrez, puis renvoyez-le."
)
DEMESURE = (
    "Ce classeur est démesuré une fois déplié\u00a0: copiez les seules lignes utiles dans un classeur "
    "neuf, puis envoyez celui-ci."
)


class Fini(Exception):
    """Le relevé en sait assez : inutile de lire la suite du fichier."""


def ouvrir(fichier) -> zipfile.ZipFile:
    """L'archive, vérifiée jusqu'au dernier octet : tailles réelles, sommes de contrôle, doublons.

    Tout est déplié une première fois ici, par morceaux et sans rien garder : les tailles que
    l'archive annonce peuvent mentir, et la bibliothèque de lecture les croirait.
    """
    try:
        archive = zipfile.ZipFile(fichier)
    except (zipfile.BadZipFile, ValueError):
        raise Refus(ABIME) from None
    membres = archive.infolist()
    noms = {membre.filename for membre in membres}
    if len(membres) > MEMBRES or sum(m.file_size for m in membres) > DEPLIE_OCTETS:
        raise Refus(DEMESURE)
    if any(_demesure(membre) for membre in membres):
        raise Refus(DEMESURE)
    if len(noms) != len(membres):
        raise Refus(ABIME)
    if any(membre.flag_bits & 1 for membre in membres):
        raise Refus(PROTEGE)
    try:
        for membre in membres:
            with archive.open(membre) as flux:
                while flux.read(MORCEAU):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise Refus(ABIME) from None
    return archive


def _demesure(membre: zipfile.ZipInfo) -> bool:
    nom = membre.filename.lower()
    return any(nom.endswith(fin) and membre.file_size > max_ for fin, max_ in PLAFONDS.items())


def lire_entier(archive: zipfile.ZipFile, membre: str) -> bytes:
    """Un fichier de l'archive d'un seul bloc, où qu'elle le range ; ``KeyError`` s'il n'y est pas."""
    if archive.getinfo(membre).file_size > PLAFOND:
        raise Refus(DEMESURE)
    return archive.read(membre)


def parcourir(archive: zipfile.ZipFile, membre: str, analyseur) -> None:
    """Fait lire un fichier XML de l'archive à l'analyseur, par morceaux, entités interdites."""
    try:
        with archive.open(membre) as flux:
            while morceau := flux.read(MORCEAU):
                analyseur.Parse(morceau)
            analyseur.Parse(b"", True)
    except Fini:
        return
    except (KeyError, ValueError, expat.ExpatError):
        raise Refus(ABIME) from None


def analyseur():
    """Un lecteur XML qui refuse toute déclaration de type : ni entités, ni fichiers d'ailleurs.

    Les espaces de noms sont rendus « adresse nom » ; ``local`` en garde le nom.
    """
    lecteur = expat.ParserCreate(namespace_separator=" ")
    lecteur.buffer_text = True

    def refuser(*_):
        raise Refus(ABIME)

    lecteur.StartDoctypeDeclHandler = refuser
    lecteur.EntityDeclHandler = refuser
    return lecteur


def local(nom: str) -> str:
    return nom.rpartition(" ")[2]
