"""La typographie française : une espace insécable devant « : ; ? ! » et dans les guillemets."""

import ast
import re
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]
GABARITS = sorted((RACINE / "templates").rglob("*.html"))
# Ce qui s'affiche : ni balises, ni commentaires, ni expressions de gabarit.
INVISIBLE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", re.DOTALL)
ESPACE_SECABLE = re.compile(r"\w [:;?!»](?=\s|$)|« \w")


@pytest.mark.parametrize("gabarit", GABARITS, ids=lambda g: str(g.relative_to(RACINE)))
def test_aucune_ponctuation_ne_peut_passer_seule_a_la_ligne(gabarit):
    fautes = ESPACE_SECABLE.findall(INVISIBLE.sub(" ", gabarit.read_text("utf-8")))
    assert fautes == []


# Les modules dont les phrases se lisent à l'écran ou dans un courriel.
LUS = re.compile(r"/(?:enums|forms|models|permissions|services|views|courriels|calendrier)\b")
DEFINITIONS = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _phrases_fautives(source: str) -> list[tuple[int, str]]:
    """Les chaînes, hors docstrings, où une ponctuation peut passer seule à la ligne."""
    noeuds = list(ast.walk(ast.parse(source)))
    docstrings = {
        id(n.body[0].value)
        for n in noeuds
        if isinstance(n, DEFINITIONS) and n.body and isinstance(n.body[0], ast.Expr)
    }
    return [
        (n.lineno, n.value)
        for n in noeuds
        if isinstance(n, ast.Constant)
        and isinstance(n.value, str)
        and id(n) not in docstrings
        and ESPACE_SECABLE.search(n.value)
    ]


def test_les_phrases_du_code_ont_leurs_espaces_insecables():
    fautes = {}
    for application in ("accueil", "partenaires", "porteurs"):
        for module in sorted((RACINE / application).rglob("*.py")):
            chemin = module.relative_to(RACINE).as_posix()
            if LUS.search(chemin) and (trouvees := _phrases_fautives(module.read_text("utf-8"))):
                fautes[chemin] = trouvees
    assert fautes == {}


def test_une_phrase_fautive_se_verrait():
    assert _phrases_fautives('"""Doc : non."""\nx = "Oui : fautif"') == [(2, "Oui : fautif")]
    assert _phrases_fautives('x = "Oui\\u00a0: juste"') == []
