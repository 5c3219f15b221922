"""Les textes à colonnes : .csv, .tsv, ou un bloc collé depuis un tableur."""

import csv
import io
import itertools

from socle.refus import Refus
from socle.tableurs.feuille import trop_de_lignes
from socle.tableurs.valeurs import CASE_LONGUEUR, deneutraliser, propre

SEPARATEURS = "\t;,|"
NOMS = {"\t": "tabulation", ";": "point-virgule", ",": "virgule", "|": "barre verticale"}
# Les premières lignes suffisent à reconnaître le séparateur.
APERCU = 60

# Une case plus grande est refusée avec son adresse, et non par la bibliothèque.
csv.field_size_limit(16 * CASE_LONGUEUR)


def rangees_du_texte(
    texte: str, *, max_lignes: int, avec_titres: bool
) -> list[tuple[int, list[str]]]:
    """Les rangées numérotées du texte, toutes cases propres. Lève ``Refus`` à la première boiteuse."""
    # Hors marques de fin de fichier des vieux systèmes.
    texte = texte.lstrip("\ufeff").rstrip("\x1a\0")
    if not texte.strip():
        raise Refus("Ce texte est vide\u00a0: aucune ligne à lire.")
    if "\0" in texte:
        raise Refus(
            "Ce fichier contient des octets nuls\u00a0: ce n’est pas un texte. Enregistrez-le depuis "
            "votre tableur au format «\u00a0.xlsx\u00a0» ou «\u00a0.csv UTF-8\u00a0»."
        )
    _refuser_le_html(texte)
    decalage, separateur = 0, None
    if texte[:4].lower() == "sep=" and texte[4:5] in SEPARATEURS:
        separateur = texte[4]
        texte, decalage = texte.partition("\n")[2], 1
    separateur = separateur or reconnaitre(texte)
    try:
        rangees = _lire(texte, separateur, max_lignes, csv.QUOTE_MINIMAL)
    except Refus:
        # Un tableur ne protège pas les guillemets de ce qu'il met au presse-papiers.
        if separateur != "\t" or '"' not in texte:
            raise
        rangees = _lire(texte, separateur, max_lignes, csv.QUOTE_NONE)
    rangees = [(numero + decalage, cases) for numero, cases in rangees]
    if avec_titres:
        _refuser_le_debord(rangees, separateur)
    return rangees


def _refuser_le_html(texte: str) -> None:
    debut = texte.lstrip()[:200].lower()
    if debut.startswith(("<!doctype html", "<html", "<table", "<?xml")):
        raise Refus(
            "Ce fichier est une page Web enregistrée sous un nom de tableur. Ouvrez-le dans votre "
            "tableur, puis «\u00a0Enregistrer sous\u00a0» et choisissez «\u00a0Classeur Excel (.xlsx)\u00a0»."
        )


def reconnaitre(texte: str) -> str:
    """Le séparateur dont les colonnes sont les plus constantes, puis les plus nombreuses."""
    meilleur, note = ";", (0.0, 1)
    for separateur in SEPARATEURS:
        largeurs = _largeurs(texte, separateur)
        if not largeurs or max(largeurs[:6]) < 2:
            continue
        titres = next(largeur for largeur in largeurs if largeur >= 2)
        constance = largeurs.count(titres) / len(largeurs)
        if (constance, titres) > note:
            meilleur, note = separateur, (constance, titres)
    return meilleur


def _largeurs(texte: str, separateur: str) -> list[int]:
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    try:
        return [len(cases) for cases in itertools.islice(lecteur, APERCU) if any(cases)]
    except csv.Error:
        return []


def _lire(
    texte: str, separateur: str, max_lignes: int, guillemets: int
) -> list[tuple[int, list[str]]]:
    lecteur = csv.reader(
        io.StringIO(texte, newline=""), delimiter=separateur, strict=True, quoting=guillemets
    )
    rangees, debut = [], 1
    try:
        for cases in lecteur:
            cases = [propre(deneutraliser(case)) for case in cases]
            if any(cases):
                rangees.append((debut, cases))
                # Au-delà, inutile d'occuper la mémoire : le refus est certain.
                if len(rangees) > max_lignes + 50:
                    raise Refus(trop_de_lignes(None, max_lignes))
            debut = lecteur.line_num + 1
    except csv.Error as erreur:
        raise Refus(_explication(erreur, debut)) from None
    return rangees


def _explication(erreur: csv.Error, ligne: int) -> str:
    if "field larger" in f"{erreur}" or "unexpected end" in f"{erreur}":
        return (
            f"Un guillemet ouvert à la ligne {ligne} n’est jamais refermé\u00a0: la suite du fichier "
            "serait avalée. Fermez-le ou ôtez-le\u00a0; rien n’a été lu."
        )
    return (
        f"La ligne {ligne} a un guillemet mal placé\u00a0: dans une case entre guillemets, un "
        'guillemet du texte s’écrit deux fois («\u00a0""\u00a0»).'
    )


def _refuser_le_debord(rangees: list[tuple[int, list[str]]], separateur: str) -> None:
    """Une ligne plus longue que les titres a une case coupée en deux : ses colonnes glissent."""
    largeur = next((len(cases) for _, cases in rangees if sum(map(bool, cases)) >= 2), None)
    if largeur is None:
        return
    for numero, cases in rangees:
        if len(cases) > largeur and any(cases[largeur:]):
            raise Refus(
                f"La ligne {numero} a {len(cases)} cases, les titres en ont {largeur}\u00a0: un "
                f"séparateur ({NOMS[separateur]}) se trouve sans doute dans un texte. "
                "Mettez ce texte entre guillemets\u00a0; rien n’a été lu."
            )
