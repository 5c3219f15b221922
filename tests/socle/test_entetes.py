"""Les en-têtes de sécurité sont partout, et /sante/vivant ne dépend de rien."""

import pytest
from django.conf import settings as reglages
from django.test import Client

ENTETES = {
    "Permissions-Policy": "camera=()",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def verifier(reponse, statut=200):
    assert reponse.status_code == statut
    for nom, valeur in ENTETES.items():
        assert valeur in reponse[nom], nom


@pytest.mark.parametrize("hote", ["testserver", "10.0.0.7", "nom-inconnu.test"])
def test_vivant_repond_sans_base_ni_nom_d_hote(hote):
    """Aucune base ici : y toucher ferait échouer l'essai."""
    reponse = Client().get("/sante/vivant", headers={"host": hote})
    verifier(reponse)
    assert reponse.content == b"vivant\n"


def test_un_fichier_statique_les_porte(tmp_path, settings):
    (tmp_path / "essai.css").write_text("p { color: black; }\n")
    settings.STATIC_ROOT = tmp_path
    verifier(Client().get(f"{reglages.STATIC_URL}essai.css"))


@pytest.mark.django_db
@pytest.mark.parametrize(("adresse", "statut"), [("/compte/login/", 200), ("/nulle-part/", 404)])
def test_une_page_les_porte(adresse, statut):
    verifier(Client().get(adresse), statut)


@pytest.mark.django_db
def test_un_nom_d_hote_inconnu_est_refuse_ailleurs():
    assert Client().get("/compte/login/", headers={"host": "nom-inconnu.test"}).status_code == 400
