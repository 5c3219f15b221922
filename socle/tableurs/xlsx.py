"""Le relevé d'un classeur .xlsx : ses onglets, et ce que chacun cache aux valeurs."""

import posixpath
import re
import zipfile

from defusedxml.ElementTree import ParseError, fromstring

from socle.refus import Refus
from socle.tableurs.archive import ABIME, Fini, analyseur, lire_entier, local, parcourir
from socle.tableurs.releves import Releve, adresse

_ADRESSE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# Les formats dont le premier chiffre est imposé : « 00000 », « 0#\ ##\ ##\ ##\ ## ».
_ZEROS = re.compile(r"#*(0[0#]*)")
_ORNEMENTS = re.compile(r'"[ .\-]*"|\\.|[ \u00a0\u202f]')


def _nom(element) -> str:
    return element.tag.rpartition("}")[2]


def _attribut(element, nom: str) -> str:
    """Un attribut, quel que soit son espace de noms : la norme en a deux, stricte et courante."""
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == nom), "")


def _lire(archive: zipfile.ZipFile, chemin: str):
    try:
        return fromstring(lire_entier(archive, chemin))
    except (KeyError, ParseError, ValueError):
        raise Refus(ABIME) from None


def onglets(archive: zipfile.ZipFile) -> dict[str, str]:
    """``{nom de l'onglet: chemin dans l'archive}``, dans l'ordre du classeur."""
    livre = "xl/workbook.xml"
    for lien in _lire(archive, "_rels/.rels"):
        if _attribut(lien, "Type").endswith("/officeDocument"):
            livre = _attribut(lien, "Target").lstrip("/")
    dossier, fichier = posixpath.split(livre)
    cibles = {
        _attribut(lien, "Id"): _chemin(dossier, _attribut(lien, "Target"))
        for lien in _lire(archive, f"{dossier}/_rels/{fichier}.rels")
        if _attribut(lien, "Type").endswith("/worksheet")
    }
    feuilles = (e for e in _lire(archive, livre).iter() if _nom(e) == "sheet")
    return {
        feuille.attrib["name"]: cibles[_attribut(feuille, "id")]
        for feuille in feuilles
        if _attribut(feuille, "id") in cibles and "name" in feuille.attrib
    }


def _chemin(dossier: str, cible: str) -> str:
    return cible.lstrip("/") if cible.startswith("/") else posixpath.normpath(f"{dossier}/{cible}")


def zeros_de_tete(archive: zipfile.ZipFile) -> dict[str, int]:
    """``{style: chiffres imposés}`` pour les styles qui montrent les zéros de tête."""
    chemin = next((n for n in archive.namelist() if n.endswith("/styles.xml")), None)
    if chemin is None:
        return {}
    racine = _lire(archive, chemin)
    codes = {
        e.attrib.get("numFmtId"): e.attrib.get("formatCode", "")
        for e in racine.iter()
        if _nom(e) == "numFmt"
    }
    largeurs = {}
    for numero, code in codes.items():
        nu = _ZEROS.fullmatch(_ORNEMENTS.sub("", code))
        if nu and len(nu[1]) > 1:
            largeurs[numero] = len(nu[1])
    xfs = next((e for e in racine.iter() if _nom(e) == "cellXfs"), ())
    return {
        str(rang): largeurs[xf.attrib.get("numFmtId")]
        for rang, xf in enumerate(xfs)
        if xf.attrib.get("numFmtId") in largeurs
    }


def est_vide(archive: zipfile.ZipFile, chemin: str) -> bool:
    """Vrai si aucune case de l'onglet n'a de valeur ; s'arrête à la première."""
    trouvee = []

    def debut(nom, _):
        if local(nom) in ("v", "is"):
            trouvee.append(nom)
            raise Fini

    lecteur = analyseur()
    lecteur.StartElementHandler = debut
    parcourir(archive, chemin, lecteur)
    return not trouvee


def relever(
    archive: zipfile.ZipFile, chemin: str, zeros: dict[str, int], max_lignes: int
) -> Releve:
    relevement = _Relevement(zeros, max_lignes)
    parcourir(archive, chemin, relevement.lecteur)
    return relevement.releve


class _Relevement:
    """Un passage sur le XML d'un onglet. Les adresses manquantes se comptent, la norme le permet."""

    def __init__(self, zeros: dict[str, int], max_lignes: int):
        self.releve = Releve()
        self.zeros, self.max_lignes = zeros, max_lignes
        self.ligne = self.colonne = 0
        # La ligne en cours si elle est masquée et qu'aucune autre n'est encore signalée.
        self.masquable = 0
        self.case: dict[str, str] = {}
        self.formule = False
        self.resultat = ""
        self.lecteur = analyseur()
        self.lecteur.StartElementHandler = self.debut
        self.lecteur.EndElementHandler = self.fin
        # Une case a presque toujours les mêmes attributs : une liste coûte moins qu'un dictionnaire.
        self.noms: dict[str, str] = {}

    def debut(self, nom, attributs):
        nom = self.noms.get(nom) or self.noms.setdefault(nom, local(nom))
        if nom == "c":
            self._situer(attributs)
        elif nom in ("v", "is"):
            self._valeur()
        elif nom == "f" and not self.formule:
            self.formule, self.resultat = True, ""
        elif nom == "row":
            self.ligne = int(attributs.get("r", self.ligne + 1))
            self.colonne = 0
            masquee = attributs.get("hidden") in ("1", "true") and not self.releve.masquee
            self.masquable = self.ligne if masquee else 0
        elif nom == "mergeCell":
            self._fusion(attributs.get("ref", ""))

    def _situer(self, attributs):
        reference = _ADRESSE.fullmatch(attributs.get("r", ""))
        if reference:
            self.ligne = int(reference[2])
            self.colonne = _rang(reference[1])
        else:
            self.colonne += 1
        self.case = attributs
        self.formule = False

    def _valeur(self):
        self.releve.remplir(self.ligne, self.colonne, self.max_lignes)
        if self.masquable:
            self.releve.masquee, self.masquable = self.masquable, 0
        genre = self.case.get("t")
        if genre == "e":
            self.releve.erreurs.append(adresse(self.ligne, self.colonne))
        elif genre in (None, "n") and self.case.get("s") in self.zeros:
            self.releve.zeros[self.ligne, self.colonne] = self.zeros[self.case["s"]]
        if self.formule:
            self.lecteur.CharacterDataHandler = self._texte

    def _texte(self, texte):
        self.resultat += texte

    def fin(self, nom):
        if not self.formule:
            return
        nom = self.noms.get(nom, nom)
        if nom == "v":
            self.lecteur.CharacterDataHandler = None
        elif nom == "c":
            self.releve.formules += 1
            if not self.resultat and self.case.get("t") != "str":
                self.releve.sans_valeur.append(adresse(self.ligne, self.colonne))
            self.formule = False

    def _fusion(self, plage: str):
        debut, _, fin = plage.partition(":")
        a, b = _ADRESSE.fullmatch(debut), _ADRESSE.fullmatch(fin or debut)
        if a and b:
            self.releve.fusions.append((int(a[2]), _rang(a[1]), int(b[2]), _rang(b[1])))


def _rang(lettres: str) -> int:
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + ord(lettre) - 64
    return rang
