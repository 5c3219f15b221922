"""Recevoir un fichier : chaque contrôle a sa phrase, et rien n'est gardé avant le dernier."""

import io
import re
import unicodedata
from datetime import timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db.models import Sum
from django.utils import timezone

from socle.acteur import Acteur, systeme
from socle.enums import EtatFichier
from socle.fichiers import antivirus
from socle.fichiers.genres import DOCUMENTS, TOUS, Genre, Genres, en_clair
from socle.fichiers.rangement import ranger
from socle.fichiers.signature import EN_CLAIR, reconnaitre
from socle.models import Fichier
from socle.refus import Refus

NOM_MAXIMAL = 120
INTERDITS_DANS_UN_NOM = re.compile(r'[<>:"/\\|?*;%]')
# Les marques de sens d'écriture font lire « exe.fdp » pour « pdf.exe ».
CATEGORIES_EXCLUES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

CONSEILS = {
    "ancien": "Enregistrez-le au format .docx, .xlsx, .odt ou PDF, sans mot de passe.",
    "heic": "Enregistrez la photo en JPEG : sur un téléphone, choisissez « le plus compatible ».",
    "web": "Enregistrez-la en PDF.",
    "rtf": "Enregistrez-le au format .docx, .odt ou PDF.",
    "gif": "Enregistrez l’image en PNG.",
}


def recevoir(
    televersement: File,
    *,
    acteur: Acteur,
    genres: Genres = DOCUMENTS,
    taille_max: int | None = None,
    nom_champ: str | None = None,
) -> Fichier:
    """Vérifie, range et décrit un fichier déposé ; le possesseur prend ensuite sa clé étrangère.

    ``taille_max`` en octets (par défaut ``FICHIER_TAILLE_MAX``). Lève ``Refus``, dont ``champ`` est
    ``nom_champ``. Un antivirus muet ne fait pas perdre le fichier : il attend en quarantaine.
    """
    try:
        nom = nettoyer_le_nom(televersement.name or "")
        _verifier_la_taille(televersement.size, taille_max or settings.FICHIER_TAILLE_MAX)
        genre = _genre_du_nom(nom, genres)
        televersement.seek(0)
        contenu = televersement.read()
        _verifier_la_signature(nom, genre, contenu)
        _verifier_le_quota(acteur, len(contenu))
        verdict = antivirus.examiner(contenu)
        if verdict is antivirus.Verdict.INFECTE:
            raise Refus(
                "L’antivirus a reconnu un logiciel malveillant dans ce fichier : il n’a pas été gardé."
            )
        lu = genre.lire(contenu)
    except Refus as refus:
        refus.champ = refus.champ or nom_champ
        raise
    etat = EtatFichier.DISPONIBLE if verdict is antivirus.Verdict.SAIN else EtatFichier.QUARANTAINE
    return _decrire(lu, nom, genre.type_mime, acteur, etat)


def eprouver(contenu: bytes, *, nom: str, type_mime: str) -> str:
    """L'état à donner à un fichier déjà décrit, venu d'une autre installation. Lève ``Refus``.

    Les mêmes épreuves qu'au dépôt, sans y rien changer : son empreinte doit rester la sienne.
    """
    genre = _genre_du_nom(nettoyer_le_nom(nom), TOUS)
    if genre.type_mime != type_mime:
        raise Refus(f"«\u00a0{nom}\u00a0» n’est pas ce qu’il dit être.")
    _verifier_la_signature(nom, genre, contenu)
    verdict = antivirus.examiner(contenu)
    if verdict is antivirus.Verdict.INFECTE:
        raise Refus(f"L’antivirus a reconnu un logiciel malveillant dans «\u00a0{nom}\u00a0».")
    genre.lire(contenu)
    return EtatFichier.DISPONIBLE if verdict is antivirus.Verdict.SAIN else EtatFichier.QUARANTAINE


def garder(
    contenu: bytes | BinaryIO,
    *,
    nom: str,
    type_mime: str = "application/pdf",
    acteur: Acteur | None = None,
) -> Fichier:
    """Range un document que Maillon a composé : il n'a pas à s'en méfier.

    Un contenu long se donne ouvert : il est lu par morceaux, et refermé par qui l'a ouvert.
    """
    return _decrire(
        contenu, nettoyer_le_nom(nom), type_mime, acteur or systeme(), EtatFichier.DISPONIBLE
    )


def ouvrir(fichier: Fichier) -> BinaryIO:
    """Le contenu d'un fichier disponible, à lire puis refermer ; ``Refus`` sinon."""
    if fichier.etat == EtatFichier.QUARANTAINE:
        raise Refus("Ce fichier attend encore le contrôle antivirus : revenez un peu plus tard.")
    if fichier.etat == EtatFichier.INFECTE:
        raise Refus(
            "L’antivirus a écarté ce fichier : demandez-en une copie saine à qui l’a déposé."
        )
    try:
        return fichier.chemin.open("rb")
    except FileNotFoundError as erreur:
        raise Refus(
            "Le contenu de ce fichier n’est plus sur le serveur : dites-le à la personne qui "
            "administre Maillon."
        ) from erreur


def _decrire(
    contenu: bytes | BinaryIO, nom: str, type_mime: str, acteur: Acteur, etat: str
) -> Fichier:
    # Le contenu d'abord : une ligne nomme toujours un fichier qui existe. L'inverse se nettoie.
    range_ = ranger(io.BytesIO(contenu) if isinstance(contenu, bytes) else contenu)
    fichier = Fichier(
        nom=nom,
        type_mime=type_mime,
        taille=range_.taille,
        sha256=range_.sha256,
        rangement=range_.nom,
        etat=etat,
        depose_par_id=acteur.utilisateur_id,
    )
    fichier.save()
    fichier.refresh_from_db(fields=["uuid", "cree_le"])
    return fichier


# --- Contrôles -------------------------------------------------------------------------------


def nettoyer_le_nom(nom: str) -> str:
    """Le nom d'origine, sans chemin ni signe qui trompe ; l'extension est gardée."""
    nom = unicodedata.normalize("NFC", nom).replace("\\", "/").rpartition("/")[2]
    nom = "".join(
        " " if c in "\r\n\t" else c
        for c in nom
        if c in "\r\n\t" or unicodedata.category(c) not in CATEGORIES_EXCLUES
    )
    nom = " ".join(INTERDITS_DANS_UN_NOM.sub("_", nom).split()).strip(". ")
    chemin = PurePosixPath(nom or "fichier")
    suffixe = chemin.suffix[:10]
    return (
        f"{chemin.name.removesuffix(chemin.suffix)[: NOM_MAXIMAL - len(suffixe)].strip()}{suffixe}"
    )


def en_mo(octets: int) -> str:
    """« 20 Mo », « 1,5 Mo », « 300 ko »."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} ko"
    return f"{octets / 1024 / 1024:.1f}".replace(".0", "").replace(".", ",") + " Mo"


def _verifier_la_taille(taille: int, plafond: int) -> None:
    if not taille:
        raise Refus("Ce fichier est vide : choisissez-le de nouveau.")
    if taille > plafond:
        raise Refus(f"Ce fichier pèse {en_mo(taille)} : {en_mo(plafond)} au plus.")


def _genre_du_nom(nom: str, genres: Genres) -> Genre:
    extension = PurePosixPath(nom).suffix.lower()
    for genre in genres:
        if extension in genre.extensions:
            return genre
    ce_qui_est_recu = f"Un fichier « {extension} »" if extension else "Un fichier sans extension"
    raise Refus(f"{ce_qui_est_recu} n’est pas accepté ici. Sont acceptés : {en_clair(genres)}.")


def _verifier_la_signature(nom: str, genre: Genre, contenu: bytes) -> None:
    signature = reconnaitre(contenu)
    if signature == genre.signature:
        return
    extension = PurePosixPath(nom).suffix.lower()
    verbe = "il est" if signature == "inconnu" else "c’est"
    constat = f"Ce fichier porte l’extension « {extension} », mais {verbe} {EN_CLAIR[signature]}."
    raise Refus(" ".join([constat, CONSEILS.get(signature, "")]).strip())


def _verifier_le_quota(acteur: Acteur, taille: int) -> None:
    """Un compte dépose chaque jour jusqu'au quota.

    Sans compte, c'est la page publique qui compte les gestes par adresse (``socle.debit``).
    """
    if not acteur.connecte:
        return
    depuis = timezone.now() - timedelta(days=1)
    deja = Fichier.objects.filter(
        depose_par_id=acteur.utilisateur_id, cree_le__gt=depuis
    ).aggregate(somme=Sum("taille"))["somme"]
    if (deja or 0) + taille > settings.FICHIERS_QUOTA_JOUR:
        raise Refus(
            f"Vous avez déposé beaucoup de fichiers depuis hier ({en_mo(settings.FICHIERS_QUOTA_JOUR)} "
            "au plus en un jour) : réessayez demain, ou demandez à la personne qui administre Maillon."
        )
