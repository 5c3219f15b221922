"""Retrouver d'un coup les communes que désigne toute une liste, comme le champ de saisie le ferait."""

from collections.abc import Iterable

from django.db.models import Q

from partenaires.champs import CANDIDATES, CODE, detail, libelle, proposer
from partenaires.models import Commune, Reseau, ReseauCommune
from partenaires.models.territoire import cle_de_nom

# Au-delà, les lignes dont la commune est inconnue n'ont plus de suggestion : une requête chacune.
SUGGESTIONS = 40


class Communes:
    """Les communes nommées par une liste : lues en deux requêtes, celles du réseau d'abord."""

    def __init__(self, reseau: Reseau, saisies: Iterable[str]):
        self.reseau = reseau
        self.suggestions = SUGGESTIONS
        noms, codes = set(), set()
        for saisie in saisies:
            nom, siens = _decouper(saisie)
            noms.add(nom)
            codes.update(siens)
        condition = Q(cle_tri__in=noms - {""})
        if codes:
            condition |= Q(code__in=codes) | Q(codes_postaux__overlap=sorted(codes))
        communes = (
            Commune.objects.filter(condition)
            .select_related("departement")
            .order_by("cle_tri", "code")
        )
        self.communes = list(communes)
        self.du_reseau = set(
            ReseauCommune.objects.filter(
                reseau=reseau, commune__in=[c.pk for c in self.communes]
            ).values_list("commune_id", flat=True)
        )

    def trouver(self, saisie: str) -> tuple[Commune | None, str, list[tuple[str, str]]]:
        """La commune ; ou rien, la phrase qui le dit et les choix possibles ``(saisie, libellé)``."""
        nom, codes = _decouper(saisie)
        if not nom and not codes:
            return None, "La commune manque.", []
        trouvees = [c for c in self.communes if self._repond(c, nom, codes)]
        if nom and codes and len(trouvees) > 1:
            trouvees = [c for c in trouvees if c.code in codes] or trouvees
        if nom and len(trouvees) > 1:
            trouvees = [c for c in trouvees if c.pk in self.du_reseau] or trouvees
        if len(trouvees) == 1:
            return trouvees[0], "", []
        if trouvees:
            return (
                None,
                f"Plusieurs communes répondent à «\u00a0{saisie}\u00a0».",
                _choix(trouvees[:12]),
            )
        return (
            None,
            f"Nous ne connaissons pas de commune «\u00a0{saisie}\u00a0».",
            self._proches(nom),
        )

    def _repond(self, commune: Commune, nom: str, codes: list[str]) -> bool:
        if nom and commune.cle_tri != nom:
            return False
        return all(code == commune.code or code in commune.codes_postaux for code in codes)

    def _proches(self, nom: str) -> list[tuple[str, str]]:
        if not nom or not self.suggestions:
            return []
        self.suggestions -= 1
        return _choix(proposer(nom, self.reseau, CANDIDATES))


def _decouper(saisie: str) -> tuple[str, list[str]]:
    codes = [code.upper() for code in CODE.findall(saisie)]
    return cle_de_nom(CODE.sub(" ", saisie)), codes


def _choix(communes: list[Commune]) -> list[tuple[str, str]]:
    """La saisie porte le code officiel : rechoisie, elle ne désigne plus qu'une commune."""
    return [(f"{c.nom} ({c.code})", f"{libelle(c)}, {detail(c)}") for c in communes]
