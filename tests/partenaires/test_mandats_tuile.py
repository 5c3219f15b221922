"""La tuile de l'animation : les départs à régler, les fins proches, les structures à appeler."""

from django.urls import reverse

from partenaires.models import ConfirmationAnnuelle, DepartSignale
from tests.partenaires.test_mandats import finissant


def test_la_tuile_dit_ce_qui_attend_et_disparait(distribution, connecter):
    client = connecter(distribution.animatrice)
    tableau = reverse("accueil:tableau")
    assert "personnes-a-regler" not in client.get(tableau).content.decode()
    finissant(distribution)
    confirmation = ConfirmationAnnuelle.objects.create(
        structure=distribution.s1, demandee_le="2026-01-05", envois=3
    )
    depart = DepartSignale.objects.create(
        mandat=distribution.mandats["parrain"],
        confirmation=confirmation,
        depuis="2026-01-05",
        par=distribution.auteur,
    )
    page = client.get(tableau).content.decode()
    assert "1 départ signalé" in page
    assert "1 mandat finit dans le mois" in page
    assert "1 structure sans réponse" in page
    # Les autres réseaux et les autres fonctions n'en savent rien.
    for personne in (distribution.animatrice_b, distribution.auteur):
        assert "personnes-a-regler" not in connecter(personne).get(tableau).content.decode()
    depart.delete()
    assert "départ signalé" not in client.get(tableau).content.decode()


def test_le_tableau_de_l_animation_tient_son_budget(
    distribution, connecter, django_assert_max_num_queries
):
    client = connecter(distribution.animatrice)
    client.get(reverse("accueil:tableau"))
    with django_assert_max_num_queries(12):
        client.get(reverse("accueil:tableau"))
