"""La feuille lue : ses titres, ses lignes avec leur numéro d'origine, et ce qu'il faut en savoir."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from socle.refus import Refus
from socle.tableurs.valeurs import CASE_LONGUEUR
from socle.texte import cle

# Au-dessus des titres, un tableau porte souvent son nom, la date, le service.
TITRES_AVANT = 5

# « MÃ©tiers » : de l'UTF-8 relu en Windows-1252 par un autre logiciel avant d'arriver ici.
_ABIME = re.compile(r"Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|\ufffd")
_EXPOSANT = re.compile(r"\d(?:[.,]\d+)?E\+\d{2}")


@dataclass(frozen=True)
class Ligne:
    """Une ligne, et son numéro dans le fichier de départ : celui que la personne voit."""

    numero: int
    cases: list[str]


@dataclass
class Feuille:
    nom: str
    entetes: list[str]
    lignes: list[Ligne]
    # L'onglet lu, vide pour un texte ; le rang de chaque colonne dans le fichier de départ.
    onglet: str = ""
    rangs: list[int] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)

    def adresse(self, ligne: Ligne | int, entete: str | int) -> str:
        """« ligne 12, colonne C (« Courriel ») », pour une phrase d'erreur."""
        rang = entete if isinstance(entete, int) else self.entetes.index(entete)
        numero = ligne if isinstance(ligne, int) else ligne.numero
        colonne = nom_de_colonne(self.rangs[rang])
        return f"ligne {numero}, colonne {colonne} («\u00a0{self.entetes[rang]}\u00a0»)"

    def par_code(self, correspondance: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Chaque ligne en ``{code: texte}``, avec son numéro. ``correspondance`` : {code: titre}."""
        rangs = {code: self.entetes.index(titre) for code, titre in correspondance.items()}
        for ligne in self.lignes:
            yield ligne.numero, {code: ligne.cases[rang] for code, rang in rangs.items()}


def nom_de_colonne(rang: int) -> str:
    """Le nom que donne un tableur à sa colonne : 0 → A, 26 → AA."""
    lettres = ""
    rang += 1
    while rang:
        rang, reste = divmod(rang - 1, 26)
        lettres = chr(65 + reste) + lettres
    return lettres


def associer(entetes: Sequence[str], attendus: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Quel titre du fichier répond à quel code attendu : ``{code: titre}``, sans les absents.

    Ni la casse, ni les accents, ni la ponctuation ne comptent. Le titre exact d'abord ; à défaut
    celui qui contient un synonyme entier (« Courriel du contact » répond à « courriel »), s'il est seul.
    Un titre ne sert qu'une fois.
    """
    cles = {titre: cle(titre) for titre in entetes}
    trouves: dict[str, str] = {}
    for convient in (_egal, _contient):
        for code, synonymes in attendus.items():
            if code in trouves:
                continue
            libres = [titre for titre in entetes if titre not in trouves.values()]
            candidats = [
                titre
                for synonyme in (cle(s) for s in (code, *synonymes))
                for titre in libres
                if convient(cles[titre], synonyme)
            ]
            if candidats and (convient is _egal or len(set(candidats)) == 1):
                trouves[code] = candidats[0]
    return trouves


def _egal(titre: str, synonyme: str) -> bool:
    return titre == synonyme


def _contient(titre: str, synonyme: str) -> bool:
    return f" {synonyme} " in f" {titre} "


def rang_des_titres(rangees: Sequence[Sequence[str]]) -> int | None:
    """La rangée des titres : la première de deux cases remplies, sinon la première remplie."""
    premiere = large = None
    for rang, rangee in enumerate(rangees):
        remplies = sum(1 for case in rangee if case)
        if not remplies:
            continue
        if large is not None:
            # Des lignes suivent bien : la rangée large est celle des titres.
            return large
        premiere = rang if premiere is None else premiere
        if remplies >= 2 and rang - premiere <= TITRES_AVANT:
            large = rang
    return premiere


def former(
    nom: str,
    rangees: Sequence[tuple[int, list[str]]],
    *,
    entetes: Sequence[str] | None,
    max_lignes: int,
    max_colonnes: int,
) -> Feuille:
    """La feuille de ces rangées numérotées, vérifiée. ``entetes`` : ils ne sont pas dans le fichier."""
    titres_a = 0 if entetes else rang_des_titres([cases for _, cases in rangees])
    rangees = [(n, cases) for n, cases in rangees[titres_a or 0 :] if any(cases)]
    if not rangees:
        raise Refus("Ce fichier est vide\u00a0: aucune case n’y est remplie.")
    avertissements = []
    if not entetes and titres_a and rangees[0][0] > 1:
        avertissements.append(
            f"Les titres des colonnes sont lus à la ligne {rangees[0][0]}\u00a0; "
            "ce qui est au-dessus est laissé de côté."
        )
    largeur = max(len(cases) for _, cases in rangees)
    remplies = [
        rang
        for rang in range(largeur)
        if any(rang < len(cases) and cases[rang] for _, cases in rangees)
    ]
    if len(remplies) > max_colonnes:
        raise Refus(
            f"Ce fichier a {len(remplies)} colonnes remplies\u00a0; on en lit au plus {max_colonnes}. "
            "Ne gardez que celles qui servent."
        )
    if entetes:
        titres, corps = _titres_donnes(entetes, remplies, rangees), rangees
        remplies = list(range(len(titres)))
    else:
        (numero, cases), *corps = rangees
        titres = _titres_lus(numero, cases, remplies)
    if len(corps) > max_lignes:
        raise Refus(trop_de_lignes(len(corps), max_lignes))
    lignes = [
        Ligne(numero, [cases[r] if r < len(cases) else "" for r in remplies])
        for numero, cases in corps
    ]
    feuille = Feuille(nom, titres, lignes, rangs=remplies, avertissements=avertissements)
    if not lignes:
        raise Refus(
            "Ce fichier n’a que ses titres\u00a0: aucune ligne n’est remplie au-dessous.",
        )
    _regarder_les_cases(feuille)
    return feuille


def trop_de_lignes(nombre: int | None, limite: int) -> str:
    compte = f"{nombre:_} lignes".replace("_", "\u202f") if nombre else "trop de lignes"
    plafond = f"{limite:_}".replace("_", "\u202f")
    return (
        f"Ce fichier a {compte}\u00a0; on en lit au plus {plafond} à la fois. "
        "Coupez-le en plusieurs fichiers, avec les titres en haut de chacun\u00a0; rien n’a été lu."
    )


def _titres_donnes(entetes, remplies: list[int], rangees) -> list[str]:
    if remplies and remplies[-1] >= len(entetes):
        rang = remplies[-1]
        numero = next(n for n, cases in rangees if rang < len(cases) and cases[rang])
        raise Refus(
            f"La ligne {numero} a {rang + 1} cases\u00a0; on en attend au plus {len(entetes)} "
            f"({', '.join(entetes)})."
        )
    return list(entetes)


def _titres_lus(numero: int, cases: list[str], remplies: list[int]) -> list[str]:
    titres: dict[str, int] = {}
    lus = []
    for rang in remplies:
        titre = " ".join(cases[rang].split()) if rang < len(cases) else ""
        colonne = nom_de_colonne(rang)
        if not titre:
            raise Refus(
                f"La colonne {colonne} est remplie mais n’a pas de titre (case {colonne}{numero}). "
                "Donnez-lui un titre, ou videz-la."
            )
        repere = cle(titre) or titre
        if repere in titres:
            raise Refus(
                f"Deux colonnes portent le même titre «\u00a0{titre}\u00a0»\u00a0: "
                f"{nom_de_colonne(titres[repere])} et {colonne}. Renommez-en une."
            )
        titres[repere] = rang
        lus.append(titre)
    return lus


def _regarder_les_cases(feuille: Feuille) -> None:
    """Refuse la case démesurée ; signale, une fois par sorte, ce qu'un autre logiciel a abîmé."""
    abimees: dict[str, str] = {}
    for ligne in feuille.lignes:
        for rang, case in enumerate(ligne.cases):
            if len(case) > CASE_LONGUEUR:
                raise Refus(
                    f"La case de la {feuille.adresse(ligne, rang)} dépasse "
                    f"{CASE_LONGUEUR} caractères\u00a0: le fichier est sans doute mal découpé."
                )
            if "Ã" in case or "\ufffd" in case:
                if _ABIME.search(case):
                    abimees.setdefault("accents", feuille.adresse(ligne, rang))
            elif "E+" in case and _EXPOSANT.fullmatch(case):
                abimees.setdefault("exposant", feuille.adresse(ligne, rang))
    if "accents" in abimees:
        feuille.avertissements.append(
            f"Des accents semblent abîmés dès la {abimees['accents']}\u00a0: ils l’étaient déjà dans le "
            "fichier. Refaites l’export en choisissant «\u00a0UTF-8\u00a0»."
        )
    if "exposant" in abimees:
        feuille.avertissements.append(
            f"Un long numéro a été raccourci par le tableur ({abimees['exposant']})\u00a0: ses derniers "
            "chiffres sont perdus. Mettez la colonne au format «\u00a0Texte\u00a0» et ressaisissez-le."
        )
