"""La garde des gabarits : une variable inconnue échoue chez nous, et chez nous seulement."""

import pytest
from django.template import Context, Origin, Template, engines

from tests.gardes.gabarits import GABARITS, VariableIndefinie


def rendre(source: str, origine: str, **contexte) -> str:
    moteur = engines["django"].engine
    gabarit = Template(source, origin=Origin(origine), engine=moteur)
    return gabarit.render(Context(contexte))


CHEZ_NOUS, AILLEURS = f"{GABARITS}/essai.html", "/ailleurs/essai.html"


@pytest.mark.parametrize("source", ["{{ inconnue }}", "{{ a.b }}", "{{ inconnue|default:'x' }}"])
def test_une_variable_inconnue_fait_echouer(source):
    with pytest.raises(VariableIndefinie, match="essai.html"):
        rendre(source, CHEZ_NOUS, a={})


def test_une_variable_vide_passe():
    assert (
        rendre("{{ a }}{{ b.c }}{% if d %}!{% endif %}", CHEZ_NOUS, a="", b={"c": None}) == "None"
    )


def test_une_dependance_garde_ses_habitudes():
    assert rendre("{{ inconnue|default:'x' }}{{ a.b }}", AILLEURS, a={}) == "x"
