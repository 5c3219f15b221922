"""La recherche en français, telle que les gens tapent."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("texte", "cherche"),
    [
        ("Un comité d’accueil", "accueil"),
        ("Un comité d’accueil", "d'accueil"),
        ("Un comité d'accueil", "comites d’accueil"),
        ("L’étude de marché", "etudes"),
        ("Des créées en 2024", "créé"),
        ("Œuf de ferme", "oeufs"),
        ("Aujourd’hui", "aujourd'hui"),
    ],
)
def test_on_retrouve_ce_qu_on_a_ecrit(texte, cherche):
    with connection.cursor() as curseur:
        curseur.execute("SELECT vecteur_francais(%s) @@ requete_francaise(%s)", [texte, cherche])
        assert curseur.fetchone() == (True,)


def test_et_rien_d_autre():
    with connection.cursor() as curseur:
        curseur.execute("SELECT vecteur_francais('Un comité') @@ requete_francaise('d’accueil')")
        assert curseur.fetchone() == (False,)
