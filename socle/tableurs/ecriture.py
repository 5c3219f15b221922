"""Écrire une feuille de calcul qu'on peut ouvrir sans crainte : jamais de formule, jamais d'appel."""

import csv
import datetime
import itertools
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from socle.tableurs.valeurs import CASE_LONGUEUR, active, neutraliser

TYPE_CSV = "text/csv; charset=utf-8"
TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": TYPE_CSV, "xlsx": TYPE_XLSX}

# Les largeurs se règlent sur les premières lignes : au-delà, rien n'est gardé en mémoire.
APERCU = 200
LARGEUR_MIN, LARGEUR_MAX = 10, 60
COUPE = "\u00a0[…]"
_INTERDITS_ONGLET = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class _Echo:
    """Ce que ``csv`` écrit nous revient, ligne par ligne."""

    def write(self, texte):
        return texte


def ecrire_csv(lignes: Iterable[Sequence]) -> Iterator[bytes]:
    """Les lignes en CSV français (UTF-8 avec marque, point-virgule), au fur et à mesure.

    Un texte qui commence comme une formule est précédé d'une apostrophe ; ``lire`` l'ôte.
    """
    plume = csv.writer(_Echo(), delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    yield "\ufeff".encode()
    for ligne in lignes:
        yield plume.writerow([_csv(valeur) for valeur in ligne]).encode()


def _csv(valeur) -> str:
    valeur = _locale(valeur)
    if isinstance(valeur, str):
        return neutraliser(valeur)
    if isinstance(valeur, datetime.datetime):
        return valeur.strftime("%d/%m/%Y %H:%M")
    if isinstance(valeur, datetime.date):
        return valeur.strftime("%d/%m/%Y")
    if isinstance(valeur, datetime.time):
        return valeur.strftime("%H:%M")
    return format(valeur, "f" if isinstance(valeur, Decimal) else "").replace(".", ",")


def _locale(valeur):
    """La valeur comme une personne l'attend : heure de Paris, « oui » ou « non », texte sans commande."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, datetime.datetime):
        return timezone.localtime(valeur).replace(tzinfo=None) if valeur.tzinfo else valeur
    if isinstance(valeur, (int, float, Decimal, datetime.date, datetime.time)):
        return valeur
    texte = ILLEGAL_CHARACTERS_RE.sub("", str(valeur))
    if len(texte) > CASE_LONGUEUR:
        texte = texte[: CASE_LONGUEUR - len(COUPE)] + COUPE
    return texte


def ecrire_xlsx(titre: str, entetes: Sequence[str], lignes: Iterable[Sequence]) -> IO[bytes]:
    """Un classeur d'un onglet, écrit sur disque au fil des lignes ; rend le fichier, à son début.

    En-tête figé, filtre, largeurs réglées, dates en dates. Tout texte est écrit comme texte, et
    celui qui ressemble à une formule porte l'apostrophe que le tableur n'affiche pas.
    """
    classeur = Workbook(write_only=True)
    feuille = classeur.create_sheet(_INTERDITS_ONGLET.sub(" ", titre).strip(" '")[:31] or "Feuille")
    lignes = iter(lignes)
    apercu = list(itertools.islice(lignes, APERCU))
    for rang, largeur in enumerate(_largeurs(entetes, apercu), 1):
        feuille.column_dimensions[get_column_letter(rang)].width = largeur
    feuille.freeze_panes = "A2"
    feuille.print_title_rows = "1:1"
    feuille.page_setup.orientation = "landscape"
    feuille.append([_entete(feuille, entete) for entete in entetes])
    nombre = 1
    for ligne in itertools.chain(apercu, lignes):
        feuille.append([_case(feuille, valeur) for valeur in ligne])
        nombre += 1
    if entetes:
        feuille.auto_filter.ref = f"A1:{get_column_letter(len(entetes))}{nombre}"
    # La réponse le ferme quand elle est envoyée.
    fichier = tempfile.TemporaryFile()  # noqa: SIM115
    classeur.save(fichier)
    fichier.seek(0)
    return fichier


def _largeurs(entetes, apercu) -> list[int]:
    largeurs = [len(str(entete)) + 4 for entete in entetes]
    for ligne in apercu:
        for rang, valeur in enumerate(ligne[: len(largeurs)]):
            longueur = max((len(m) for m in str(_locale(valeur)).split("\n")), default=0)
            largeurs[rang] = max(largeurs[rang], longueur + 2)
    return [min(max(largeur, LARGEUR_MIN), LARGEUR_MAX) for largeur in largeurs]


_GRAS = Font(bold=True, color="FFFFFF")
_FOND = PatternFill("solid", fgColor="1F5A45")
_RETOUR = Alignment(vertical="top", wrap_text=True)
# Dans cet ordre : un instant est aussi un jour.
_FORMES = (
    (datetime.datetime, "dd/mm/yyyy hh:mm"),
    (datetime.date, "dd/mm/yyyy"),
    (datetime.time, "hh:mm"),
)


def _entete(feuille, texte: str) -> WriteOnlyCell:
    case = _texte(feuille, str(_locale(texte)))
    case.font, case.fill = _GRAS, _FOND
    return case


def _case(feuille, valeur):
    """Ce que la bibliothèque écrira ; une case mise en forme coûte dix fois une valeur nue."""
    valeur = _locale(valeur)
    if isinstance(valeur, str):
        # « # » : la bibliothèque prendrait « #N/A » pour une erreur de calcul.
        if active(valeur) or valeur.startswith("#") or "\n" in valeur or len(valeur) > LARGEUR_MAX:
            return _texte(feuille, valeur)
        return valeur or None
    for sorte, forme in _FORMES:
        if isinstance(valeur, sorte):
            case = WriteOnlyCell(feuille, valeur)
            case.number_format = forme
            return case
    return valeur


def _texte(feuille, valeur: str) -> WriteOnlyCell:
    """Une case de texte, quoi qu'elle contienne."""
    case = WriteOnlyCell(feuille, valeur)
    # Le type est imposé après la valeur : la bibliothèque devinerait une formule ou une erreur.
    case.data_type = "s"
    case.alignment = _RETOUR
    if active(valeur):
        case.quotePrefix = True
    return case


def reponse_tableur(
    nom: str, entetes: Sequence[str], lignes: Iterable[Sequence], format: str = "xlsx"
) -> HttpResponseBase:
    """La réponse à télécharger : « <nom>.<format> », jamais gardée par un mandataire.

    ``format`` : « xlsx » ou « csv » (``KeyError`` sinon). ``nom`` sert aussi de titre d'onglet.
    """
    type_mime = FORMATS[format]
    if format == "csv":
        reponse = StreamingHttpResponse(
            ecrire_csv(itertools.chain([entetes], lignes)), content_type=type_mime
        )
    else:
        reponse = FileResponse(ecrire_xlsx(nom, entetes, lignes), content_type=type_mime)
    propre = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]", " ", nom).strip() or "export"
    reponse["Content-Disposition"] = content_disposition_header(True, f"{propre}.{format}")
    reponse["Cache-Control"] = "no-store"
    return reponse
