"""La démonstration, côté dossiers : deux réseaux qui vivent, mesurés et racontés.

Le récit se fait en mémoire (``cohortes`` décide des effectifs, les modules suivants ajoutent),
puis ``ecriture`` l'écrit par lots.
"""

from django.apps import apps
from django.db import connection

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.personnes import COMPTES
from partenaires.demonstration.structures import AUVERGNE, LIVRADOIS, SANFLORAIN
from porteurs.demonstration.cohortes import MESURES, former
from porteurs.demonstration.conversation import converser
from porteurs.demonstration.decors import Decor
from porteurs.demonstration.ecriture import ecrire
from porteurs.demonstration.reunions import tenir_les_reunions
from porteurs.demonstration.roles import (
    nommer_les_parrains,
    nommer_les_referents,
    passer_les_relais,
    refuser_des_roles,
)
from porteurs.demonstration.soutiens import financer
from porteurs.demonstration.vitrine import Vitrine, mettre_en_vitrine
from porteurs.indicateurs import INDICATEURS
from socle.indicateurs import calculer_tous

# Le compte mis en avant dans chaque réseau, et ce qui l'attend.
EN_VUE = {
    LIVRADOIS: "technicienne.ambert",
    SANFLORAIN: "technicien.voisin",
}


def construire(contexte: Contexte) -> None:
    for slug in MESURES:
        _construire_reseau(contexte, slug)
    _mesurer_les_tables()
    regional = contexte.reseaux[AUVERGNE]
    tenir_les_reunions(contexte, contexte.hasard("reunions regionales"), regional, [], {})


def _mesurer_les_tables() -> None:
    """Dit à la base ce qu'elle contient désormais : sans cela, chaque recherche suivante de la
    même transaction croirait les tables vides et les lirait en entier, dossier par dossier."""
    with connection.cursor() as curseur:
        for modele in apps.get_app_config("porteurs").get_models():
            curseur.execute(f"ANALYZE {connection.ops.quote_name(modele._meta.db_table)}")


def _construire_reseau(contexte: Contexte, slug: str) -> None:
    reseau, mesure = contexte.reseaux[slug], MESURES[slug]
    hasard = contexte.hasard(f"dossiers {slug}")
    recits = former(contexte, reseau, mesure, hasard)
    decor = Decor(contexte, reseau, hasard)
    for recit in recits:
        decor.planter(recit)
    passer_les_relais(decor, recits)
    nommer_les_referents(contexte, hasard, recits, mesure.porteurs_accompagnes)
    doublons = mettre_en_vitrine(decor, recits, _vitrine(contexte, slug))
    financer(contexte, hasard, recits, mesure, slug)
    nommer_les_parrains(contexte, hasard, recits, 0.06)
    refuser_des_roles(contexte, hasard, recits, 0.03)
    converser(decor, recits)
    dossiers = ecrire(contexte, hasard, recits, doublons)
    tenir_les_reunions(contexte, hasard, reseau, recits, dossiers)
    _verifier_les_mesures(contexte, slug)


def _vitrine(contexte: Contexte, slug: str) -> Vitrine:
    [compte] = [c for c in COMPTES if c.adresse == EN_VUE[slug]]
    mandat = contexte.mandat_de(compte.email)
    if slug == LIVRADOIS:
        voisine = contexte.structures["cci-63"]
        return Vitrine(mandat, voisine, 2, 6, 1, 7, 2, (-3, 0, 4), 3)
    return Vitrine(mandat, contexte.structures["cc-hautes-terres"], 1, 2, 1, 1, 1, (-1, 3), 1)


def _verifier_les_mesures(contexte: Contexte, slug: str) -> None:
    """Les chiffres de la dernière année entière sont ceux annoncés, comptés par les indicateurs."""
    mesure, reseau = MESURES[slug], contexte.reseaux[slug]
    attendus = {
        "projets_suivis": mesure.projets,
        "avec_referent": mesure.porteurs_accompagnes,
        "installations": mesure.installations,
        "finances_plateformes": mesure.plateformes,
        "laureats": len(mesure.prix),
        "primes": sum(mesure.prix),
    }
    valeurs = calculer_tous(INDICATEURS, [reseau], [contexte.annee])
    comptes = {code: valeurs[code][reseau.pk, contexte.annee] for code in attendus}
    if comptes != attendus:
        raise ValueError(f"{slug}, {contexte.annee} : {comptes} au lieu de {attendus}.")
