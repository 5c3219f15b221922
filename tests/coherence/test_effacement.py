"""Aucune table ne garde quelque chose d'une personne sans dire ce qu'un effacement en fait."""

import pytest
from django.apps import apps
from django.db import models

from porteurs.models import HISTORIQUES
from socle.effacement import Memoire
from socle.listes import contributions

APPLICATIONS = ("socle", "partenaires", "porteurs", "bourse", "accueil")
NOMS = {"nom", "prenom", "telephone", "telephone_saisi", "naissance", "adresse"}
# Plus court, un champ est un libellé ou un code ; plus long, on y écrit ce qu'on veut.
TEXTE_LIBRE = 200

# Ce qui ressemble à un texte sur quelqu'un sans en être : des lieux, des codes, des réglages.
SANS_PERSONNE = {
    "partenaires.Commune",
    "partenaires.CommuneAncienne",
    "partenaires.ContourCommune",
    "partenaires.Departement",
    "partenaires.Epci",
    "partenaires.Region",
    "partenaires.Reseau",
    "porteurs.Concours",
    "porteurs.ImportDossiers",
    "porteurs.ModeleEchange",
    "porteurs.Remplacement",
    "porteurs.Reunion",
    "socle.Battement",
    "socle.EnvoiUnique",
}


def personnels(modele) -> list[str]:
    return [
        champ.name
        for champ in modele._meta.local_fields
        if champ.name in NOMS
        or isinstance(champ, (models.EmailField, models.TextField))
        or (
            type(champ) is models.CharField
            and not champ.choices
            and champ.max_length >= TEXTE_LIBRE
        )
    ]


def test_chaque_table_personnelle_dit_ce_qu_elle_devient():
    declarees = {memoire.modele for memoire in contributions("MAILLON_EFFACEMENT")}
    a_declarer = {
        modele._meta.label
        for app in APPLICATIONS
        for modele in apps.get_app_config(app).get_models()
        if modele not in HISTORIQUES.values() and personnels(modele)
    }
    assert a_declarer - declarees - SANS_PERSONNE == set()
    assert not declarees & SANS_PERSONNE


@pytest.mark.parametrize("memoire", contributions("MAILLON_EFFACEMENT"), ids=lambda m: m.modele)
def test_une_memoire_designe_une_table(memoire: Memoire):
    assert apps.get_model(memoire.modele)._meta.label == memoire.modele
    assert memoire.devient


def test_le_detecteur_voit_un_nom_et_un_texte():
    """Il verrait une table nouvelle : il voit déjà celles-ci."""
    assert "nom" in personnels(apps.get_model("porteurs.Porteur"))
    assert "texte" in personnels(apps.get_model("porteurs.Echange"))
    assert personnels(apps.get_model("porteurs.Acces")) == []
