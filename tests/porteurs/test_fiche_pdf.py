"""La fiche en PDF ne dit que ce que son lecteur voit à l'écran."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from porteurs.enums import ModeAccord
from porteurs.models import AccordPartage, VoletPrive, VoletProfessionnel
from porteurs.services.acces import recalculer
from socle.models import AccesJournal
from tests.fabriques import DossierFabrique
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture
def dossier(distribution, marqueur):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule="Boulangerie bio",
        porteur__prenom="Zoé",
        porteur__nom="Petitjean",
        porteur__email="zoe@porteur.test",
        informe=True,
    )
    VoletProfessionnel.objects.create(dossier=dossier, lieu=f"pro{marqueur}")
    VoletPrive.objects.create(dossier=dossier, logement=f"foyer{marqueur}")
    return dossier


def texte(client, dossier) -> str:
    adresse = reverse("porteurs:dossier_fiche", args=[dossier.reseau.slug, dossier.uuid])
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    assert "no-store" in reponse["Cache-Control"]
    pages = PdfReader(io.BytesIO(reponse.content)).pages
    return " ".join(" ".join(p.extract_text() for p in pages).split())


def test_chacun_sa_fiche(connecter, dossier, auteur, voisine, marqueur):
    """Le même document, trois lecteurs : le réseau, l'équipe, l'équipe qui a l'accord du foyer."""
    fiche = texte(connecter(voisine), dossier)
    assert "Boulangerie bio" in fiche
    assert "Zoé P." in fiche
    for secret in ("Petitjean", "zoe@porteur.test", f"pro{marqueur}", f"foyer{marqueur}"):
        assert secret not in fiche
    suivi = texte(connecter(auteur), dossier)
    for lu in ("Petitjean", "zoe@porteur.test", f"pro{marqueur}"):
        assert lu in suivi
    assert f"foyer{marqueur}" not in suivi
    accord = AccordPartage.objects.create(
        participation=dossier.participations.get(),
        structure=dossier.structure_responsable,
        mode=ModeAccord.ORAL,
        donne_le=aujourd_hui(),
    )
    recalculer([dossier.pk])
    assert f"foyer{marqueur}" in texte(connecter(auteur), dossier)
    accord.delete()
    recalculer([dossier.pk])
    assert f"foyer{marqueur}" not in texte(connecter(auteur), dossier)


def test_la_fiche_est_un_export_au_journal(connecter, dossier, auteur):
    texte(connecter(auteur), dossier)
    assert AccesJournal.objects.filter(reference=dossier.uuid, operation="export").exists()
