"""Le relevé d'un classeur .ods : tous ses onglets tiennent dans un seul fichier XML."""

import re
import zipfile

from socle.refus import Refus
from socle.tableurs.archive import PROTEGE, analyseur, local, parcourir
from socle.tableurs.releves import Releve, adresse

_ZERO_DE_TETE = re.compile(r"0[0-9]+")
_CASES = {"table-cell", "covered-table-cell"}


def refuser_le_chiffre(archive: zipfile.ZipFile) -> None:
    try:
        manifeste = archive.read("META-INF/manifest.xml")
    except KeyError:
        return
    if b"encryption-data" in manifeste:
        raise Refus(PROTEGE)


def relever(archive: zipfile.ZipFile, max_lignes: int) -> dict[str, Releve]:
    """``{nom de l'onglet: relevé}``, dans l'ordre du classeur."""
    relevement = _Relevement(max_lignes)
    parcourir(archive, "content.xml", relevement.lecteur)
    return relevement.onglets


class _Relevement:
    def __init__(self, max_lignes: int):
        self.onglets: dict[str, Releve] = {}
        self.releve: Releve | None = None
        self.max_lignes = max_lignes
        self.ligne = self.colonne = self.lignes_repetees = 0
        self.masquable = False
        self.case: dict[str, str] | None = None
        self.remplie = False
        self.texte = ""
        # Un tableau peut en contenir un autre, dans une note : lui ne compte pas.
        self.profondeur = 0
        self.noms: dict[str, str] = {}
        self.lecteur = analyseur()
        self.lecteur.StartElementHandler = self.debut
        self.lecteur.EndElementHandler = self.fin

    def debut(self, nom, attributs):
        nom = self.noms.get(nom) or self.noms.setdefault(nom, local(nom))
        if nom == "table":
            self._table(attributs)
        elif self.releve is None or self.profondeur > 1:
            return
        elif nom == "table-row":
            self._rangee({local(k): v for k, v in attributs.items()})
        elif nom in _CASES:
            self._case(attributs)
        elif nom == "p" and self.case is not None:
            self.remplie = True
            self.lecteur.CharacterDataHandler = self._texte

    def _table(self, attributs):
        self.profondeur += 1
        if self.profondeur == 1:
            propres = {local(k): v for k, v in attributs.items()}
            self.releve = self.onglets.setdefault(propres.get("name", ""), Releve())
            self.ligne = 0

    def _rangee(self, attributs):
        self.ligne += self.lignes_repetees or 0
        self.ligne += 1
        self.lignes_repetees = int(attributs.get("number-rows-repeated", 1)) - 1
        self.masquable = attributs.get("visibility") in ("collapse", "filter")
        self.colonne = 0

    def _case(self, attributs):
        self.case = {local(k): v for k, v in attributs.items()} if attributs else {}
        self.remplie = "value-type" in self.case or "formula" in self.case
        self.texte = ""

    def _texte(self, texte):
        self.texte += texte

    def fin(self, nom):
        nom = self.noms.get(nom, nom)
        if nom == "table":
            self.profondeur -= 1
            if self.profondeur == 0:
                self.releve, self.lignes_repetees = None, 0
        elif nom == "p":
            self.lecteur.CharacterDataHandler = None
        elif nom in _CASES and self.case is not None and self.profondeur == 1:
            self._clore()

    def _clore(self):
        case, self.case = self.case, None
        premiere = self.colonne + 1
        repetees = int(case.get("number-columns-repeated", 1))
        self.colonne += repetees
        if not self.remplie:
            return
        releve, ici = self.releve, adresse(self.ligne, premiere)
        releve.remplir(self.ligne, self.colonne, self.max_lignes)
        # La dernière des lignes répétées : mille fois la même ligne, c'est mille lignes.
        releve.remplir(self.ligne + self.lignes_repetees, self.colonne, self.max_lignes)
        if self.masquable and not releve.masquee:
            releve.masquee = self.ligne
        largeur = int(case.get("number-columns-spanned", 1))
        hauteur = int(case.get("number-rows-spanned", 1))
        if largeur > 1 or hauteur > 1:
            fin = (self.ligne + hauteur - 1, premiere + largeur - 1)
            releve.fusions.append((self.ligne, premiere, *fin))
        genre = case.get("value-type")
        if genre == "error" or self.texte.startswith(
            ("#N/A", "#REF!", "#NOM?", "#VALEUR!", "Err:")
        ):
            releve.erreurs.append(ici)
        elif "formula" in case:
            releve.formules += 1
            if genre is None and not self.texte:
                releve.sans_valeur.append(ici)
        if genre == "float" and _ZERO_DE_TETE.fullmatch(self.texte):
            for ligne in range(self.ligne, self.ligne + self.lignes_repetees + 1):
                for colonne in range(premiere, premiere + repetees):
                    releve.zeros[ligne, colonne] = self.texte
