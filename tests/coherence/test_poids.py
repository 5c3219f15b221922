"""Aucune page des membres ne pèse plus de 60 ko de HTML, dans les réseaux de la démonstration."""

import pytest
from django.db.models import Count
from django.urls import NoReverseMatch, reverse

from partenaires.enums import CHAINE, Fonction
from partenaires.models import Mandat, Reseau, Structure, Theme
from tests.coherence.routes import routes

# EXIGENCES, Vitesse 6. Des octets, avant compression.
PLAFOND = 60_000


def pages_du_reseau(reseau: Reseau):
    """Toutes celles que le réseau suffit à nommer."""
    for route in routes():
        try:
            yield reverse(route, kwargs={"reseau": reseau.slug})
        except NoReverseMatch:
            continue


def pages(reseau: Reseau) -> list[str]:
    """Celles du réseau, puis les plus lourdes de chaque objet."""
    adresses = list(pages_du_reseau(reseau))
    matrice = reverse("partenaires:couverture", args=[reseau.slug])
    adresses += [f"{matrice}?epci=toutes", f"{matrice}?secteur=A"]
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    la_plus_dite = membres.annotate(n=Count("competences")).order_by("-n", "pk").first()
    for route in ("structure", "competences"):
        adresses.append(reverse(f"partenaires:{route}", args=[reseau.slug, la_plus_dite.uuid]))
    theme = Theme.objects.du_reseau(reseau).annotate(n=Count("competences")).order_by("-n")[0]
    cases = [[reseau.slug, theme.uuid, etape] for etape in CHAINE[:3]]
    return adresses + [reverse("partenaires:couverture_case", args=case) for case in cases]


@pytest.mark.parametrize("slug", ["livradois-forez", "auvergne"])
def test_une_page_des_membres_reste_legere(slug, db, connecter):
    reseau = Reseau.objects.get(slug=slug)
    mandats = Mandat.objects.actifs(reseau.aujourd_hui()).filter(
        reseau=reseau, fonction=Fonction.ANIMATEUR
    )
    client = connecter(mandats.select_related("utilisateur").order_by("pk")[0].utilisateur)
    poids = {}
    for adresse in pages(reseau):
        reponse = client.get(adresse)
        if reponse.status_code == 200 and "text/html" in reponse["Content-Type"]:
            poids[adresse] = len(reponse.content)
    assert len(poids) > 20
    assert {adresse: n for adresse, n in poids.items() if n > PLAFOND} == {}
