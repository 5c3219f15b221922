"""L'élision et l'énumération des phrases composées."""

import pytest

from socle.texte import de, enumerer


@pytest.mark.parametrize(
    ("nom", "dit"),
    [
        ("Élodie", "d’Élodie"),
        ("Paul", "de Paul"),
        ("Hélène", "d’Hélène"),
        ("Œuvre", "d’Œuvre"),
        ("Yves", "d’Yves"),
        ("Yann", "de Yann"),
        ("", "de "),
    ],
)
def test_le_de_s_elide_devant_une_voyelle(nom, dit):
    assert de(nom) == dit


def test_on_enumere_avec_un_et():
    assert enumerer([]) == ""
    assert enumerer(["Élodie"]) == "Élodie"
    assert enumerer(["Élodie", "Paul"]) == "Élodie et Paul"
    assert enumerer(de(n) for n in ("Élodie", "Paul", "Zoé")) == "d’Élodie, de Paul et de Zoé"
