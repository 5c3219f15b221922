"""Ce que les valeurs seules taisent : étendue, fusions, formules, erreurs, cases masquées."""

from dataclasses import dataclass, field

from socle.refus import Refus
from socle.tableurs.feuille import nom_de_colonne, trop_de_lignes

# Assez d'adresses pour comprendre ; une phrase n'est pas un relevé.
MONTREES = 3
# Ce qui occupe la mémoire est l'étendue, cases vides comprises.
ETENDUE = 3_000_000


@dataclass
class Releve:
    """Un onglet relevé. Lignes et colonnes se comptent à partir de 1 ; 0 dit un onglet vide."""

    lignes: int = 0
    colonnes: int = 0
    # (première ligne, première colonne, dernière ligne, dernière colonne)
    fusions: list[tuple[int, int, int, int]] = field(default_factory=list)
    formules: int = 0
    sans_valeur: list[str] = field(default_factory=list)
    erreurs: list[str] = field(default_factory=list)
    masquee: int = 0
    # Le texte montré des nombres qui gardent leurs zéros de tête (codes postaux).
    zeros: dict[tuple[int, int], int | str] = field(default_factory=dict)

    def remplir(self, ligne: int, colonne: int, max_lignes: int) -> None:
        if ligne > self.lignes:
            self.lignes = ligne
            if ligne > max_lignes + TOLERANCE:
                raise Refus(
                    trop_de_lignes(None, max_lignes)
                    + f" La case {adresse(ligne, colonne)} est remplie\u00a0: si c’est par "
                    "mégarde, videz-la."
                )
        if colonne > self.colonnes:
            self.colonnes = colonne
        if self.lignes * self.colonnes > ETENDUE:
            raise Refus(
                f"Ce classeur s’étend jusqu’à la case {adresse(self.lignes, self.colonnes)}\u00a0: "
                "c’est trop large. Supprimez les colonnes et les lignes inutiles, puis renvoyez-le."
            )

    def verifier(self, rang_des_titres: int | None) -> list[str]:
        """Refuse ce qui fausserait la lecture ; rend ce qu'il faut dire. ``rang`` : depuis 0."""
        genantes = [
            f"{adresse(l1, c1)}:{adresse(l2, c2)}"
            for l1, c1, l2, c2 in self.fusions
            if l1 <= self.lignes and c1 <= self.colonnes and l2 > (rang_des_titres or 0)
        ]
        if genantes:
            raise Refus(
                f"Des cases sont fusionnées ({_montrer(genantes)})\u00a0: on ne sait pas à quelle ligne "
                "leur texte appartient. Sélectionnez-les, annulez la fusion, écrivez le texte dans "
                "chaque ligne, puis renvoyez le fichier\u00a0; rien n’a été lu."
            )
        if self.erreurs:
            raise Refus(
                f"Le tableur affiche une erreur de calcul ({_montrer(self.erreurs)})\u00a0: corrigez "
                "ou videz ces cases, puis renvoyez le fichier\u00a0; rien n’a été lu."
            )
        if self.sans_valeur:
            raise Refus(
                f"Des formules n’ont pas de résultat enregistré ({_montrer(self.sans_valeur)}). Ouvrez "
                "le fichier dans Excel ou LibreOffice, enregistrez-le, puis renvoyez-le."
            )
        avis = []
        if self.formules:
            avis.append(
                "Ce classeur contient des formules\u00a0: c’est leur dernier résultat enregistré "
                "qui est lu."
            )
        if self.masquee:
            avis.append(
                f"Des lignes sont masquées ou filtrées (la ligne {self.masquee} par exemple)\u00a0: "
                "elles sont lues aussi."
            )
        return avis


# Un peu de marge : lignes de titre et lignes vides ne sont pas des lignes de données.
TOLERANCE = 500


def adresse(ligne: int, colonne: int) -> str:
    return f"{nom_de_colonne(colonne - 1)}{ligne}"


def _montrer(adresses: list[str]) -> str:
    suite = len(adresses) - MONTREES
    texte = ", ".join(adresses[:MONTREES])
    return f"{texte} et {suite} autres" if suite > 1 else ", ".join(adresses[: MONTREES + 1])
