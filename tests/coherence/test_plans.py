"""Aucune page ne parcourt une grande table d'un bout à l'autre.

Les requêtes sont celles que les pages envoient vraiment ; PostgreSQL dit ensuite comment il
s'y prendrait, sur vingt mille dossiers et des statistiques fraîches. Vingt mille lignes se
lisent encore vite d'une traite : ``enable_seqscan = off`` écarte ce choix de commodité, et ce
qui lit encore une grande table en entier n'a vraiment aucun index où s'appuyer.
"""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from porteurs.models import Dossier
from tests.coherence.volumes import remplir
from tests.fabriques import ReunionFabrique, UtilisateurFabrique

pytestmark = pytest.mark.lent
GRANDES = {
    "porteurs_acces",
    "porteurs_action",
    "porteurs_affectation",
    "porteurs_dossier",
    "porteurs_echange",
    "porteurs_etapedossier",
    "porteurs_participation",
    "porteurs_porteur",
}


INDEX = {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}


def parcours_entiers(noeud: dict, table: str = "") -> list[str]:
    """Les grandes tables lues en entier, d'une traite ou le long d'un index sans borne."""
    table = noeud.get("Relation Name", table)
    entier = noeud["Node Type"] == "Seq Scan" or (
        noeud["Node Type"] in INDEX and "Index Cond" not in noeud
    )
    lues = [table] if entier and table in GRANDES else []
    for fils in noeud.get("Plans", ()):
        lues += parcours_entiers(fils, table if noeud["Node Type"].startswith("Bitmap") else "")
    return lues


def fautifs(requetes) -> list[str]:
    trouves = []
    with connection.cursor() as curseur:
        # Une fusion s'arrête à la dernière clé de l'autre côté : elle n'a pas de borne à montrer.
        curseur.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off")
        for requete in requetes:
            # Les choix d'un formulaire se lisent par curseur : c'est leur requête qui compte.
            sql = re.sub(r"^DECLARE .*? FOR (?=SELECT)", "", requete["sql"])
            if not sql.startswith(("SELECT", "(SELECT")):
                continue
            curseur.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
            (plan,) = curseur.fetchone()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            if tables := parcours_entiers(plan[0]["Plan"]):
                trouves.append(f"{', '.join(tables)} : {sql}")
    return trouves


def test_les_pages_lisent_par_index(distribution, connecter, subtests):
    d = distribution
    remplir(d, UtilisateurFabrique())
    reunion = ReunionFabrique(reseau=d.reseau)
    dossier = Dossier.objects.filter(reseau=d.reseau).order_by("-activite_le").first()
    liste = reverse("porteurs:dossiers", args=[d.reseau.slug])
    # Le premier passage ouvre la session et remplit les caches : ce n'est pas la page qu'on lit.
    client = connecter(d.auteur)
    page = client.get(liste)
    suite = page.context["page_dossiers"].suivante
    adresses = {
        "la liste": liste,
        "sa deuxième page": f"{liste}?apres={suite}",
        "les dormants": f"{liste}?situation=dormants",
        "sans référent": f"{liste}?referent=aucun",
        "une étape": f"{liste}?etape=etude&secteur=G",
        "une commune": f"{liste}?territoire=Ambert",
        "une recherche": {"q": "mot37"},
        "le tableau": reverse("accueil:tableau"),
        "un dossier": reverse("porteurs:dossier", args=[d.reseau.slug, dossier.uuid]),
        "l'ordre du jour": reverse("porteurs:reunion", args=[d.reseau.slug, reunion.uuid]),
    }
    for nom, adresse in adresses.items():
        for personne in ("auteur", "voisine"):
            lecteur = client if personne == "auteur" else connecter(d.voisine)
            # Un texte cherché s'envoie en POST : chaque session a son numéro de recherche.
            page = lecteur.post(liste, adresse).url if isinstance(adresse, dict) else adresse
            with subtests.test(page=nom, personne=personne):
                with CaptureQueriesContext(connection) as requetes:
                    assert lecteur.get(page).status_code == 200
                assert fautifs(requetes.captured_queries) == []
