"""``lire`` : le fichier ou le texte d'une personne, reconnu à son contenu, en une ``Feuille``."""

import io
import zipfile
from collections.abc import Sequence

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from socle.refus import Refus
from socle.tableurs import delimites, encodage, ods, xlsx
from socle.tableurs.archive import ABIME, ENREGISTRER_SOUS, PROTEGE, ouvrir
from socle.tableurs.feuille import Feuille, former, rang_des_titres
from socle.tableurs.releves import Releve
from socle.tableurs.valeurs import en_texte
from socle.texte import cle

FICHIER_OCTETS = 10_000_000
MAX_LIGNES = 20_000
MAX_COLONNES = 100

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def lire(
    fichier_ou_texte,
    *,
    nom: str = "",
    onglet: str = "",
    entetes: Sequence[str] | None = None,
    max_lignes: int = MAX_LIGNES,
    max_colonnes: int = MAX_COLONNES,
) -> Feuille:
    """Lit un fichier déposé, des octets, ou un texte collé (``str``) ; tout ou rien.

    ``nom`` : le nom du fichier, pour les phrases. ``onglet`` : celui à lire ; sinon le premier
    qui n'est pas vide. ``entetes`` : les titres, quand le fichier n'en a pas (une simple liste).
    Lève ``Refus`` dès que quelque chose ne se lirait pas en entier. La mémoire est bornée par
    ``max_lignes`` × ``max_colonnes``, l'archive par ses propres plafonds.
    """
    bornes = {"entetes": entetes, "max_lignes": max_lignes, "max_colonnes": max_colonnes}
    if isinstance(fichier_ou_texte, str):
        if len(fichier_ou_texte) > FICHIER_OCTETS:
            raise _trop_gros()
        return _lire_texte(fichier_ou_texte, nom, bornes)
    octets = _octets(fichier_ou_texte)
    if not octets:
        raise Refus("Ce fichier est vide\u00a0: il ne contient aucun octet.")
    if octets.startswith(_OLE):
        raise _refus_ole(octets)
    if octets.startswith(b"PK"):
        return _lire_classeur(octets, nom, onglet, bornes)
    if octets.startswith((b"%PDF", b"{\\rtf")):
        raise Refus(
            "Ce fichier est un document, pas un tableau. Demandez le classeur d’origine, ou copiez "
            "le tableau dans votre tableur avant de l’enregistrer."
        )
    texte, code = encodage.decoder(octets)
    feuille = _lire_texte(texte, nom, bornes)
    if not code.startswith("utf"):
        feuille.avertissements.append(
            f"Ce fichier est encodé en {encodage.NOMS.get(code, code)}\u00a0: vérifiez que les "
            "accents sont justes."
        )
    return feuille


def _octets(fichier) -> bytes:
    if isinstance(fichier, (bytes, bytearray)):
        octets = bytes(fichier)
    else:
        fichier.seek(0)
        octets = fichier.read(FICHIER_OCTETS + 1)
    if len(octets) > FICHIER_OCTETS:
        raise _trop_gros()
    return octets


def _trop_gros() -> Refus:
    return Refus(
        f"Ce fichier dépasse {FICHIER_OCTETS // 1_000_000} Mo. Ne gardez que le tableau utile, sans "
        "images, ou coupez-le en plusieurs fichiers."
    )


def _refus_ole(octets: bytes) -> Refus:
    """Le conteneur des anciens formats, et celui dont Office enveloppe un classeur chiffré."""
    if "EncryptedPackage".encode("utf-16-le") in octets:
        return Refus(PROTEGE)
    if "WordDocument".encode("utf-16-le") in octets:
        return Refus("Ce fichier est un document Word, pas un classeur.")
    return Refus(f"Ce classeur est à l’ancien format .xls, qui n’est plus lu. {ENREGISTRER_SOUS}")


def _lire_texte(texte: str, nom: str, bornes: dict) -> Feuille:
    rangees = delimites.rangees_du_texte(
        texte, max_lignes=bornes["max_lignes"], avec_titres=not bornes["entetes"]
    )
    return former(nom, rangees, **bornes)


def _lire_classeur(octets: bytes, nom: str, onglet: str, bornes: dict) -> Feuille:
    try:
        with ouvrir(io.BytesIO(octets)) as archive:
            classeur = _Classeur(octets, archive, bornes["max_lignes"])
            choisi, avis = classeur.choisir(onglet)
            releve = classeur.releve(choisi)
            rangees = classeur.rangees(choisi)
    except PasswordError:
        raise Refus(PROTEGE) from None
    except CalamineError:
        raise Refus(ABIME) from None
    avis += releve.verifier(None if bornes["entetes"] else rang_des_titres(rangees))
    feuille = former(nom, list(enumerate(rangees, 1)), **bornes)
    feuille.onglet = choisi
    feuille.avertissements = avis + feuille.avertissements
    return feuille


class _Classeur:
    """Les onglets d'un classeur, dont aucune valeur n'est lue avant d'être relevée et bornée."""

    def __init__(self, octets: bytes, archive: zipfile.ZipFile, max_lignes: int):
        self.archive, self.max_lignes = archive, max_lignes
        noms = set(archive.namelist())
        self.releves: dict[str, Releve] = {}
        if "content.xml" in noms:
            ods.refuser_le_chiffre(archive)
            self.releves = ods.relever(archive, max_lignes)
            self.chemins = dict.fromkeys(self.releves, "")
        elif "xl/workbook.bin" in noms:
            raise Refus(f"Ce classeur est au format .xlsb, qui n’est pas lu. {ENREGISTRER_SOUS}")
        elif "[Content_Types].xml" in noms and any(n.startswith("xl/") for n in noms):
            self.chemins = xlsx.onglets(archive)
        else:
            raise Refus(f"Ce fichier n’est pas un classeur .xlsx ou .ods. {ENREGISTRER_SOUS}")
        # Après le relevé : la bibliothèque étale un .ods entier dès l'ouverture.
        self.classeur = CalamineWorkbook.from_filelike(io.BytesIO(octets))

    def releve(self, onglet: str) -> Releve:
        if onglet not in self.releves:
            zeros = xlsx.zeros_de_tete(self.archive)
            self.releves[onglet] = xlsx.relever(
                self.archive, self.chemins[onglet], zeros, self.max_lignes
            )
        return self.releves[onglet]

    def rangees(self, onglet: str) -> list[list[str]]:
        """Les valeurs en texte, à leur place : la rangée 0 est la ligne 1 du classeur."""
        releve = self.releve(onglet)
        valeurs = self.classeur.get_sheet_by_name(onglet).to_python(
            skip_empty_area=False, nrows=releve.lignes
        )
        rangees = [[en_texte(valeur) for valeur in rangee] for rangee in valeurs]
        for (ligne, colonne), montre in releve.zeros.items():
            texte = rangees[ligne - 1][colonne - 1]
            if isinstance(montre, int):
                montre = texte.zfill(montre) if texte.isdigit() else texte
            rangees[ligne - 1][colonne - 1] = montre
        return rangees

    def vide(self, onglet: str) -> bool:
        if onglet in self.releves:
            return not self.releves[onglet].lignes
        return xlsx.est_vide(self.archive, self.chemins[onglet])

    def choisir(self, demande: str) -> tuple[str, list[str]]:
        """L'onglet à lire, et ce qu'il faut dire des autres."""
        if demande:
            voulu = next((n for n in self.chemins if cle(n) == cle(demande)), None)
            if voulu is None:
                raise Refus(
                    f"L’onglet «\u00a0{demande}\u00a0» n’est pas dans ce classeur, qui a\u00a0: "
                    f"{', '.join(self.chemins)}."
                )
            return voulu, []
        remplis = [nom for nom in self.chemins if not self.vide(nom)]
        caches = [nom for nom in remplis if nom in self._masques()]
        visibles = [nom for nom in remplis if nom not in caches]
        if not visibles:
            raise Refus(
                f"Ce classeur n’a rien d’écrit hors de ses onglets masqués ({', '.join(caches)}). "
                "Affichez celui qu’il faut lire, enregistrez, puis renvoyez-le."
                if caches
                else "Ce classeur est vide\u00a0: aucune case n’y est remplie."
            )
        avis = []
        if len(visibles) > 1:
            avis.append(
                f"Seul l’onglet «\u00a0{visibles[0]}\u00a0» est lu\u00a0; ne sont pas lus\u00a0: "
                f"{', '.join(visibles[1:])}."
            )
        if caches:
            avis.append(f"Les onglets masqués ne sont pas lus\u00a0: {', '.join(caches)}.")
        return visibles[0], avis

    def _masques(self) -> set[str]:
        return {
            meta.name
            for meta in self.classeur.sheets_metadata
            if meta.visible != SheetVisibleEnum.Visible
        }
