"""Chaque route est dans la matrice des droits, et la matrice ne nomme que de vraies routes."""

from django.core.management import call_command

from socle.permissions import regles, regles_par_route
from tests.coherence.routes import est_publique, routes


def test_toute_route_porte_un_nom():
    assert [nom for nom in routes() if nom.startswith("? ")] == []


def test_toute_route_est_dans_la_matrice():
    assert sorted(set(routes()) - set(regles_par_route())) == []


# Posées selon les réglages : le code par courriel n'existe que hors démonstration, avec un
# serveur d'envoi.
SELON_LES_REGLAGES = {"account_request_login_code"}


def test_la_matrice_ne_nomme_que_de_vraies_routes():
    assert sorted(set(regles_par_route()) - set(routes()) - SELON_LES_REGLAGES) == []


# allauth y répond elle-même à un visiteur : qui n'est pas connecté est ramené à l'accueil.
SE_DEFENDENT_SEULES = {"account_logout"}


def test_une_route_est_publique_quand_sa_regle_l_est():
    """Ni page ouverte par oubli de la matrice, ni page fermée que la matrice dit ouverte."""
    ecarts = []
    for nom, vues in routes().items():
        publique = any("public" in regle.roles for regle in regles_par_route().get(nom, ()))
        for vue in vues:
            if est_publique(vue) != publique and nom not in SE_DEFENDENT_SEULES:
                ecarts.append(f"{nom} : règle publique={publique}, vue={est_publique(vue)}")
    assert sorted(ecarts) == []


def test_une_regle_publique_ne_reserve_rien():
    """« public » se suffit : un rôle de plus dans la même règle serait sans effet."""
    assert [r.action for r in regles().values() if "public" in r.roles and len(r.roles) > 1] == []


def test_le_tableau_des_droits_est_a_jour(tmp_path):
    sortie = tmp_path / "droits.md"
    call_command("matrice", sortie=sortie)
    with open("docs/droits.md", encoding="utf-8") as publie:
        assert publie.read() == sortie.read_text("utf-8"), "Lancez « manage.py matrice »."
