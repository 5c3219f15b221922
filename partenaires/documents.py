"""Les documents de vie privée d'un réseau : les modèles de ``docs/vie-privee``, préremplis.

Un modèle marque d'un « **[à compléter : clé]** » ce qui est propre à chaque réseau. Ce que Maillon
sait y est écrit ; le reste demeure marqué, pour qui relit et signe. Les modèles s'en tiennent à
quelques formes (titres, alinéas, listes, tableaux, gras, code, lien) : elles seules se lisent ici,
une fois, pour la page et pour le PDF.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from partenaires.models import Reseau, Structure
from partenaires.services.conformite import registre_de
from socle.dates import date_en_mots

MODELES = Path(settings.BASE_DIR) / "docs" / "vie-privee"
A_COMPLETER = re.compile(
    r"\*\*\[à compléter(?:\s*:\s*(?P<cle>[^\]]*))?\s*(?P<reste>[^\]]*)\]\*\*", re.S
)
SEGMENTS = re.compile(
    r"\*\*(?P<gras>.+?)\*\*|`(?P<code>[^`]+)`|\[(?P<lien>[^\]]+)\]\([^)]*\)", re.S
)
TITRE = re.compile(r"(?P<dieses>#{1,4}) (?P<texte>.+)")
PUCE = re.compile(r"(?:-|\d+\.) +(?P<texte>.+)", re.S)
LIGNE_DE_SIGNATURE = "une ligne par structure"


@dataclass(frozen=True)
class Modele:
    """Un modèle, et ce qu'en dit la page avant qu'on l'ouvre."""

    code: str
    fichier: str
    nom: str


@dataclass(frozen=True)
class Document:
    """Un modèle rempli. ``restants`` : combien d'endroits restent à compléter à la main."""

    code: str
    titre: str
    blocs: list[dict]
    restants: int


DOCUMENTS = {
    m.code: m
    for m in (
        Modele("notice", "notice-information.md", "La notice remise aux personnes"),
        Modele("clause", "clause-sous-traitance.md", "La clause de l’hébergeur"),
        Modele("registre", "registre.md", "La fiche de registre"),
        Modele("aipd", "aipd.md", "L’analyse d’impact"),
        Modele("accord", "accord-responsables-conjoints.md", "L’accord des structures"),
    )
}


@cache
def _texte(fichier: str) -> str:
    return (MODELES / fichier).read_text("utf-8")


def cles_du_reseau(reseau: Reseau) -> dict[str, str]:
    """Ce que Maillon sait écrire à la place de chaque clé ; absent, l'endroit reste à compléter."""
    registre = registre_de(reseau)
    membres = list(Structure.objects.membres(reseau.pk, reseau.aujourd_hui()).order_by("cle_tri"))
    delegue = ", ".join(filter(None, [registre.dpo_nom, registre.dpo_email]))
    connues = {
        "réseau": reseau.nom,
        "structures membres": " ; ".join(s.nom for s in membres),
        "seuil de masquage": str(reseau.seuil_masquage),
        "structure coordinatrice": _nom(reseau.structure_coordinatrice),
        "qui tient la notice": _nom(registre.informe),
        "qui répond": _nom(registre.repond),
        "qui notifie": _nom(registre.notifie),
        "contact du réseau": registre.contact,
        "délégué": delegue,
        "hébergeur": registre.hebergeur,
        "pays": registre.pays_hebergement,
        "qui approuve": registre.aipd_par,
        "version de Maillon": version_de_maillon(),
        "version du document": f"du {_jour(reseau.aujourd_hui())}",
        "date de l’approbation": _jour(reseau.aipd_le),
        "date de l’accord": _jour(reseau.accord_conjoint_le),
    }
    return {cle: valeur for cle, valeur in connues.items() if valeur}


@cache
def version_de_maillon() -> str:
    """Celle que dit le projet lui-même."""
    return tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]["version"]


def _nom(structure: Structure | None) -> str:
    return structure.nom if structure else ""


def _jour(jour) -> str:
    return date_en_mots(jour) if jour else ""


def remplir(code: str, reseau: Reseau) -> Document:
    """Le document prérempli. Ce que les personnes ont écrit n'y est jamais lu comme une forme."""
    cles = cles_du_reseau(reseau)
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui()).order_by("cle_tri", "pk")
    blocs = [
        b for morceau in _morceaux(_texte(DOCUMENTS[code].fichier)) for b in _bloc(morceau, cles)
    ]
    for bloc in blocs:
        if bloc["genre"] == "tableau":
            bloc["rangees"] = _une_par_structure(bloc["rangees"], membres)
    titre = DOCUMENTS[code].nom
    if blocs and blocs[0]["genre"] == "titre":
        titre = "".join(s["texte"] for s in blocs.pop(0)["segments"]).removesuffix(" — modèle")
    restants = sum(
        1 for bloc in blocs for segments in _tous(bloc) for s in segments if s["forme"] == "vide"
    )
    return Document(code=code, titre=titre, blocs=blocs, restants=restants)


def _une_par_structure(rangees: list, membres) -> list:
    """La rangée qui attend les signatures, répétée pour chaque membre, avec sa base légale."""
    attente = {"forme": "vide", "texte": f"à compléter\u00a0: {LIGNE_DE_SIGNATURE}"}
    if all(rangee[0] != [attente] for rangee in rangees):
        return rangees
    vides = [[]] * (len(rangees[0]) - 3)
    return [[_rempli(s.nom), [], _rempli(s.get_base_legale_display()), *vides] for s in membres]


def _rempli(texte: str) -> list[dict]:
    return [{"forme": "rempli", "texte": texte}]


def _tous(bloc: dict) -> list[list[dict]]:
    """Les suites de segments d'un bloc, où qu'elles soient."""
    if bloc["genre"] == "tableau":
        return [cellule for rangee in [bloc["entetes"], *bloc["rangees"]] for cellule in rangee]
    if bloc["genre"] in ("liste", "numeros"):
        return bloc["elements"]
    return [bloc.get("segments", [])]


def _morceaux(texte: str) -> list[list[str]]:
    """Les lignes, groupées par alinéa."""
    groupes: list[list[str]] = [[]]
    for ligne in texte.splitlines():
        if ligne.strip():
            groupes[-1].append(ligne)
        elif groupes[-1]:
            groupes.append([])
    return [g for g in groupes if g]


def _bloc(lignes: list[str], cles: dict[str, str]) -> list[dict]:
    if lignes[0].startswith("---"):
        return []
    if titre := TITRE.match(lignes[0]):
        bloc = {
            "genre": "titre",
            "niveau": len(titre["dieses"]),
            "segments": _segments(titre["texte"], cles),
        }
        return [bloc, *(_bloc(lignes[1:], cles) if lignes[1:] else [])]
    if lignes[0].startswith("|"):
        return [_tableau(lignes, cles)]
    if PUCE.match(lignes[0]):
        return [_liste(lignes, cles)]
    return [{"genre": "alinea", "segments": _segments(" ".join(lignes), cles)}]


def _tableau(lignes: list[str], cles: dict[str, str]) -> dict:
    rangees = [
        [_segments(cellule.strip(), cles) for cellule in ligne.strip().strip("|").split("|")]
        for ligne in lignes
        if not re.fullmatch(r"[|\s:-]+", ligne) or set(ligne) <= {"|", " "}
    ]
    largeur = max(len(r) for r in rangees)
    for rangee in rangees:
        rangee += [[]] * (largeur - len(rangee))
    return {
        "genre": "tableau",
        "entetes": rangees[0],
        # Une première ligne vide n'est qu'une forme du modèle : le tableau n'a pas d'en-tête.
        "nommees": any(rangees[0]),
        "rangees": rangees[1:],
    }


def _liste(lignes: list[str], cles: dict[str, str]) -> dict:
    elements: list[str] = []
    for ligne in lignes:
        if puce := PUCE.match(ligne):
            elements.append(puce["texte"])
        else:
            elements[-1] += " " + ligne.strip()
    return {
        "genre": "liste" if lignes[0].startswith("-") else "numeros",
        "elements": [_segments(e, cles) for e in elements],
    }


def _segments(texte: str, cles: dict[str, str]) -> list[dict]:
    """Le texte en morceaux : ``texte``, ``gras``, ``code``, ``rempli`` ou ``vide`` (à compléter)."""
    segments, place = [], 0
    for trouve in A_COMPLETER.finditer(texte):
        segments += _formes(texte[place : trouve.start()])
        place = trouve.end()
        cle = " ".join((trouve["cle"] or trouve["reste"] or "").split())
        if cle in cles:
            segments.append({"forme": "rempli", "texte": cles[cle]})
        else:
            segments.append(
                {"forme": "vide", "texte": f"à compléter\u00a0: {cle}" if cle else "à compléter"}
            )
    return segments + _formes(texte[place:])


def _formes(texte: str) -> list[dict]:
    segments, place = [], 0
    for trouve in SEGMENTS.finditer(texte):
        if trouve.start() > place:
            segments.append({"forme": "texte", "texte": texte[place : trouve.start()]})
        forme = trouve.lastgroup
        segments.append({"forme": "texte" if forme == "lien" else forme, "texte": trouve[forme]})
        place = trouve.end()
    if texte[place:]:
        segments.append({"forme": "texte", "texte": texte[place:]})
    return segments
