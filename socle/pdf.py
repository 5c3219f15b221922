"""Composer un PDF : un gabarit Typst de l'application, et des données qui ne sont que du texte.

Le gabarit ``<application>/typst/<nom>.typ`` importe la mise en page commune :
``#import "/maillon.typ": *``. Ce que les personnes ont écrit lui parvient en JSON et s'affiche tel
quel : rien de ce texte n'est jamais lu comme une instruction (docs/decisions/0006).
"""

import json
import logging
import re
import tempfile
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import font_source_sans_pro
import typst
from django.apps import apps
from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.encoding import force_str

traces = logging.getLogger(__name__)

MISE_EN_PAGE = "maillon.typ"
GABARIT = re.compile(r"(?P<application>[a-z_]+)/(?P<nom>[a-z0-9_]+\.typ)")
# Un tableau de cinq mille lignes, trois secondes de travail ; au-delà, une feuille de calcul sert mieux.
DONNEES_MAXIMALES = 512 * 1024
# Aucune police livrée ne dessine ces signes (émojis, idéogrammes) : un carré les remplace, car un
# document accessible n'admet pas de signe sans dessin.
SANS_DESSIN = re.compile(r'(?:the text|codepoint) `"(.+?)"`')
CARRE = "□"
ESSAIS = 4


class ErreurDocument(Exception):
    """Le document ne peut être composé : un défaut du gabarit ou des données, jamais du lecteur."""


def composer(gabarit: str, donnees: dict, *, langue: str = "fr") -> bytes:
    """Le PDF (balisé, PDF/UA-1) du gabarit ``"application/nom.typ"``.

    ``donnees["titre"]`` est obligatoire ; la mise en page lit aussi ``reseau``, ``sous_titre``,
    ``mention`` (pied de page) et ``paysage`` (vrai : page couchée), tous facultatifs. Les dates et
    les nombres sont écrits dans la langue du document. Lève ``ErreurDocument``.
    """
    return _rendre(gabarit, donnees, langue, "pdf")


def apercu(gabarit: str, donnees: dict, *, langue: str = "fr", ppi: int = 96) -> list[bytes]:
    """Les pages du même document en images PNG, pour les regarder."""
    images = _rendre(gabarit, donnees, langue, "png", ppi=ppi)
    return images if isinstance(images, list) else [images]


def _rendre(gabarit: str, donnees: dict, langue: str, forme: str, **options):
    if not force_str(donnees.get("titre") or "").strip():
        raise ErreurDocument(f"{gabarit} : un document a un titre.")
    sources = _sources(gabarit)
    texte = _en_json(donnees, langue)
    if len(texte) > DONNEES_MAXIMALES:
        raise ErreurDocument(f"{gabarit} : {len(texte)} caractères de données, c'est trop.")
    for _ in range(ESSAIS):
        try:
            return _compiler(sources, texte, langue, forme, options)
        except typst.TypstError as erreur:
            repris = _sans_signes_perdus(texte, erreur)
            if repris == texte:
                traces.error("%s ne se compose pas : %s", gabarit, erreur.diagnostic)
                raise ErreurDocument(f"{gabarit} ne se compose pas : {erreur.message}") from erreur
            texte = repris
    raise ErreurDocument(f"{gabarit} : des signes du texte n'ont pas de dessin.")


def _compiler(sources: dict[str, bytes], texte: str, langue: str, forme: str, options: dict):
    # La racine est un dossier vide : un gabarit ne peut lire aucun autre fichier que les siens.
    with tempfile.TemporaryDirectory(prefix="maillon-pdf-") as vide:
        compilateur = typst.Compiler(
            sources,
            root=vide,
            font_paths=_polices(),
            sys_inputs={"donnees": texte, "langue": langue},
            package_path=vide,
            package_cache_path=vide,
        )

        if forme == "pdf":
            options = {
                "pdf_standards": ["ua-1"],
                "timestamp": timezone.now().replace(microsecond=0),
            } | options
        return compilateur.compile(format=forme, **options)


# --- Gabarits et polices ---------------------------------------------------------------------


def _sources(gabarit: str) -> dict[str, bytes]:
    """Le gabarit et la mise en page commune, seuls fichiers que la composition connaisse."""
    nom = GABARIT.fullmatch(gabarit)
    if nom is None:
        raise ErreurDocument(f"« {gabarit} » n'est pas un nom de gabarit.")
    try:
        dossier = Path(apps.get_app_config(nom["application"]).path) / "typst"
        return {
            "main.typ": _lire(dossier / nom["nom"]),
            MISE_EN_PAGE: _lire(Path(apps.get_app_config("socle").path) / "typst" / MISE_EN_PAGE),
        }
    except (LookupError, OSError) as erreur:
        raise ErreurDocument(f"Le gabarit « {gabarit} » n'existe pas.") from erreur


def _lire(chemin: Path) -> bytes:
    source = _lire_une_fois(chemin) if not settings.DEBUG else chemin.read_bytes()
    # Un paquet Typst se télécharge : Maillon n'en emploie pas, et ne sort jamais de la machine.
    if b'"@' in source:
        raise ErreurDocument(f"{chemin.name} importe un paquet : c'est exclu.")
    return source


@cache
def _lire_une_fois(chemin: Path) -> bytes:
    return chemin.read_bytes()


@cache
def _polices() -> typst.Fonts:
    """Les polices livrées, les mêmes sur toutes les machines."""
    return typst.Fonts(include_system_fonts=False, font_paths=[font_source_sans_pro.font_directory])


# --- Données ---------------------------------------------------------------------------------


def _en_json(donnees: dict, langue: str) -> str:
    with translation.override(langue):
        return json.dumps(_lisible(donnees), ensure_ascii=False)


def _lisible(valeur):
    """La valeur telle qu'elle s'écrira : dates et nombres en toutes lettres, textes nettoyés."""
    if isinstance(valeur, dict):
        return {str(nom): _lisible(v) for nom, v in valeur.items()}
    if isinstance(valeur, list | tuple | set | frozenset):
        return [_lisible(v) for v in valeur]
    if valeur is None or isinstance(valeur, bool | int | float):
        return valeur
    if isinstance(valeur, datetime):
        local = timezone.localtime(valeur) if timezone.is_aware(valeur) else valeur
        return f"{_jour(local)}, {formats.date_format(local, 'H:i')}"
    if isinstance(valeur, date):
        return _jour(valeur)
    if isinstance(valeur, Decimal):
        return formats.localize(valeur)
    return _imprimable(force_str(valeur))


def _jour(jour: date) -> str:
    premier = jour.day == 1 and translation.get_language() == "fr"
    return ("1er " if premier else f"{jour.day} ") + formats.date_format(jour, "F Y")


def _imprimable(texte: str) -> str:
    """Le texte sans ce qui ne s'imprime pas : signes de commande, demi-signes, signes privés."""
    texte = texte.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    return "".join(
        c for c in texte if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"}
    )


def _sans_signes_perdus(texte: str, erreur: typst.TypstError) -> str:
    """Le même texte, un carré à la place des signes que Typst dit ne pas savoir dessiner."""
    # Chaque signe est nommé en clair ou sous la forme \u{1f600}.
    perdus = {
        signe
        for mots in SANS_DESSIN.findall(f"{erreur.message}\n{erreur.diagnostic}")
        for signe in re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), mots)
        if ord(signe) > 126
    }
    return texte.translate({ord(signe): CARRE for signe in perdus if signe != CARRE})


# --- Texte suivi -----------------------------------------------------------------------------

PUCE = re.compile(r"[-*•]\s+(.*)")
TITRE = re.compile(r"(#{1,3})\s+(.*)")


def structurer(texte: str) -> list[dict]:
    """Le texte suivi en blocs : titres (« # », « ## », « ### »), listes (« - ») et paragraphes.

    Rend ``{"genre": "titre", "niveau": n, "texte": …}``, ``{"genre": "liste", "elements": […]}`` ou
    ``{"genre": "paragraphe", "texte": …}``. Une ligne vide sépare deux paragraphes ; un retour
    simple reste un retour ; en retrait, il continue la puce. Un niveau de titre ne se saute jamais :
    le document doit pouvoir se parcourir de titre en titre.
    """
    blocs: list[dict] = []
    niveau, suite = 0, False
    for brute in texte.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        ligne = brute.strip()
        if not ligne:
            suite = False
        elif titre := TITRE.fullmatch(ligne):
            niveau = min(len(titre[1]), niveau + 1)
            blocs.append({"genre": "titre", "niveau": niveau, "texte": titre[2]})
            suite = False
        elif puce := PUCE.fullmatch(ligne):
            if not (blocs and blocs[-1]["genre"] == "liste"):
                blocs.append({"genre": "liste", "elements": []})
            blocs[-1]["elements"].append(puce[1])
            suite = True
        elif suite and blocs[-1]["genre"] == "liste" and brute[:1].isspace():
            blocs[-1]["elements"][-1] += f" {ligne}"
        elif suite and blocs[-1]["genre"] == "paragraphe":
            blocs[-1]["texte"] += f"\n{ligne}"
        else:
            blocs.append({"genre": "paragraphe", "texte": ligne})
            suite = True
    return blocs
