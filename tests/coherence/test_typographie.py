"""La typographie française : une espace insécable devant « : ; ? ! » et dans les guillemets."""

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
